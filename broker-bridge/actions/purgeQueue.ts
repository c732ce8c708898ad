import { RequestError } from '../protocol/index.ts'
import type { Confirmation, PurgeQueueParams } from '../protocol/index.ts'
import type { Connections } from '../sources/connections.ts'
import type { Action } from './door.ts'
import { actedUpon, isProduction, queueOf, refuse } from './operationsQueue.ts'
import { messages, roughly } from './operationsReport.ts'

/** Removes what is ready in a queue; what consumers hold stays theirs. */
export class PurgeQueue implements Action<PurgeQueueParams, { readonly purged: number }> {
  readonly name = 'Purge Queue'
  readonly #connections: Connections

  constructor(connections: Connections) {
    this.#connections = connections
  }

  describe(params: PurgeQueueParams): string {
    return queueOf(params)
  }

  async confirmation(params: PurgeQueueParams): Promise<Omit<Confirmation, 'nonce'>> {
    const { state, where, connection } = await actedUpon(this.#connections, params)
    refuse(obstacleOf(state.type))
    return {
      question: `Delete all ${messages(state.ready)} of queue “${state.queue}”?`,
      detail: `Removes ${roughly(state.ready)} for ever from ${where}. Messages that consumers hold at the moment stay with them. Nothing brings the others back.`,
      action: 'Purge',
      count: state.ready,
      ...(isProduction(connection) ? { typed: state.queue } : {}),
    }
  }

  async perform(params: PurgeQueueParams): Promise<{ readonly purged: number }> {
    const { messages: queues, state, connection } = await actedUpon(this.#connections, params)
    if (isProduction(connection) && params.typed !== state.queue)
      throw new RequestError(
        'invalid',
        `This is production: type the queue’s name, ${state.queue}, to purge it. Nothing was removed.`,
      )
    return { purged: await queues.purge(state) }
  }
}

function obstacleOf(type: string | null): string | null {
  return type === 'stream' ? 'A stream keeps its messages: it cannot be purged.' : null
}
