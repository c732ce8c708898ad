import type { DeleteMessagesParams, Operation, Question } from '../protocol/index.ts'
import type { Connections } from '../sources/connections.ts'
import type { Action, Outcome } from './door.ts'
import type { Operations } from './operations.ts'
import { choosing } from './operationsChosen.ts'
import { actedUpon, besides, queueOf, refuse } from './operationsQueue.ts'
import { messages, reportOf } from './operationsReport.ts'
import { typedIn } from './production.ts'

/**
 * Deletes single messages. The broker knows no way to name one, so Warren takes all up to the last of them, acknowledges those, and
 * puts the others back into their places with one answer.
 */
export class DeleteMessages implements Action<DeleteMessagesParams, Operation> {
  readonly name = 'Delete Messages'
  readonly #connections: Connections
  readonly #operations: Operations

  constructor(connections: Connections, operations: Operations) {
    this.#connections = connections
    this.#operations = operations
  }

  describe(params: DeleteMessagesParams): string {
    return `${messages(params.messages.length)} of ${queueOf(params)}`
  }

  outcome(operation: Operation): Outcome | Promise<Outcome> {
    return this.#operations.outcome(operation)
  }

  async confirmation(params: DeleteMessagesParams): Promise<Question> {
    const { messages: queues, state, where, connection } = await actedUpon(this.#connections, params)
    refuse(queues.obstacle(state, { leaves: true }))
    const count = params.messages.length
    const last = Math.max(...params.messages.map(({ position }) => position))
    const before = last - count
    return {
      question: `Delete ${messages(count)} of queue “${state.queue}”?`,
      detail: [
        `Removes ${messages(count)} for ever from ${where}.`,
        ...(before > 0
          ? [
              `${messages(before)} before ${count === 1 ? 'it' : 'them'} are taken and put back into their places; they then carry the mark “redelivered”.`,
            ]
          : []),
        ...besides(state),
      ].join('\n\n'),
      action: 'Delete',
      count,
      ...typedIn(connection, state.queue),
    }
  }

  async perform(params: DeleteMessagesParams): Promise<Operation> {
    const { messages: queues, lookedAt, state } = await actedUpon(this.#connections, params)
    refuse(queues.obstacle(state, { leaves: true }))
    const chosen = choosing({ filter: {}, messages: params.messages }, Date.now() / 1_000)
    const { virtualHost, queue } = state
    const title = `Deleting ${messages(params.messages.length)} of ${queue}`
    const basics = {
      connection: params.connection,
      virtualHost,
      queue,
      what: 'delete',
      title,
      target: null,
      total: params.messages.length,
    } as const
    return this.#operations.start(basics, async ({ signal, tell }) => {
      const transferred = await queues.transfer(state, {
        choose: (raw) => ({ kind: chosen.takes(lookedAt.describe(raw, 0)) ? 'remove' : 'leave' }),
        leaves: true,
        most: chosen.most,
        signal,
        progress: tell,
      })
      const missing = params.messages.length - transferred.done
      const report = reportOf({ ...transferred, left: 0 }, { done: 'Deleted', from: queue, to: '', cancelled: signal.aborted })
      const gone = missing > 0 && transferred.stopped === null && !signal.aborted
      return {
        counts: transferred,
        stopped: transferred.stopped,
        report: gone ? `${report} ${messages(missing)} of those chosen were not there any more.` : report,
      }
    })
  }
}
