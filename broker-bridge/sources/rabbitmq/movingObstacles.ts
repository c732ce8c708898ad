import { RequestError } from '../../protocol/index.ts'
import type { QueueState } from '../messages/queues.ts'
import { countsReturns, deliveryLimit } from './peekPlan.ts'

/** Why messages cannot be taken out of a queue without harm to others; null where they can. */
export function obstacleOf(state: QueueState, { leaves }: { readonly leaves: boolean }): string | null {
  if (state.type === 'stream') return 'A stream keeps its messages: none can be taken out of it or deleted.'
  if (state.exclusive) return 'This queue is exclusive: only the connection that declared it may take its messages.'
  const isSingle = state.settings?.['single-active-consumer'] === true
  if (isSingle && state.consumers > 0)
    return 'This queue gives its messages to a single active consumer only. Stop its consumers first.'
  if (isSingle && leaves)
    return 'This queue gives its messages to a single active consumer only, so no others can be held back meanwhile. Safe is to take all messages.'
  return leaves ? holdingObstacle(state) : null
}

/** Some messages would be taken and put back, which quorum queues may count as a failure. */
function holdingObstacle(state: QueueState): string | null {
  if (state.type !== 'quorum') return null
  if (state.settings === null && countsReturns(state.version))
    return 'Messages before, between or behind those would have to be taken and put back, and without RabbitMQ’s management plug-in Warren cannot see whether this queue drops messages after a number of returns. Safe is to take all messages.'
  const limit = deliveryLimit(state)
  if (limit !== null && countsReturns(state.version))
    return `Messages before, between or behind those would have to be taken and put back, and this quorum queue drops or dead-letters a message after ${limit} returns. Safe is to take all messages.`
  const delay = state.settings?.['delayed-retry-type']
  if (delay !== 'all' && delay !== 'returned') return null
  return 'Messages before, between or behind those would have to be put back, and this queue delays what is put back. Safe is to take all messages.'
}

/** A queue that drops its oldest messages confirms a new one all the same. */
export function overflowOf({ queue, ready, settings }: QueueState, messages: number): string | null {
  const overflow = settings?.['overflow'] ?? 'drop-head'
  const length = settings?.['max-length']
  if (overflow !== 'drop-head') return null
  if (typeof length === 'number' && ready + messages > length)
    return `Queue “${queue}” holds ${length} messages at most, has ${ready}, and drops the oldest for each further one. ${messages} more do not fit.`
  if (typeof settings?.['max-length-bytes'] !== 'number') return null
  return `Queue “${queue}” drops its oldest messages above ${settings['max-length-bytes']} bytes, so some could be lost there.`
}

/** @param words what the broker said as it refused a consumer */
export function explainConsume({ queue, virtualHost }: QueueState, words: string): RequestError {
  const what = `“${queue}” in virtual host “${virtualHost}”`
  if (words.includes('exclusive use'))
    return new RequestError('refused', `Queue ${what} has an exclusive consumer, which alone gets its messages. Stop it first.`)
  if (/ACCESS[_-]REFUSED/.test(words))
    return new RequestError(
      'refused',
      `This user may not take messages from queue ${what}: grant read on it. Nothing was changed.`,
    )
  return new RequestError('refused', `Messages cannot be taken from queue ${what}: ${words} Nothing was changed.`)
}
