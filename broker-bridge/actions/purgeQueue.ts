import type { PurgeQueueParams, Question } from '../protocol/index.ts'
import type { Connections } from '../sources/connections.ts'
import type { Action } from './door.ts'
import { actedUpon, queueOf, refuse } from './operationsQueue.ts'
import { messages, roughly } from './operationsReport.ts'
import { typedIn } from './production.ts'

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

  async confirmation(params: PurgeQueueParams): Promise<Question> {
    const { state, where, connection } = await actedUpon(this.#connections, params)
    refuse(obstacleOf(state.type))
    return {
      question: `Delete all ${messages(state.ready)} of queue “${state.queue}”?`,
      detail: `Removes ${roughly(state.ready)} for ever from ${where}. Messages that consumers hold at the moment stay with them. Nothing brings the others back.`,
      action: 'Purge',
      count: state.ready,
      ...typedIn(connection, state.queue),
    }
  }

  async perform(params: PurgeQueueParams): Promise<{ readonly purged: number }> {
    const { messages: queues, state } = await actedUpon(this.#connections, params)
    return { purged: await queues.purge(state) }
  }
}

function obstacleOf(type: string | null): string | null {
  return type === 'stream' ? 'A stream keeps its messages: it cannot be purged.' : null
}
