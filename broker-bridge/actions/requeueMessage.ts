import { RequestError } from '../protocol/index.ts'
import type { Operation, Question, RequeueMessageParams } from '../protocol/index.ts'
import type { Connections } from '../sources/connections.ts'
import type { Choice, RawMessage } from '../sources/messages/queues.ts'
import type { Edits, MessageEditor } from '../sources/messages/edits.ts'
import type { Action, Outcome } from './door.ts'
import { atLeastOnce } from './moveMessages.ts'
import type { Operations } from './operations.ts'
import { choosing } from './operationsChosen.ts'
import { actedUpon, besides, queueOf, refuse } from './operationsQueue.ts'
import { reportOf } from './operationsReport.ts'

/** Sends one message again, with changes, and removes the original once the broker has the new one. */
export class RequeueMessage implements Action<RequeueMessageParams, Operation> {
  readonly name = 'Requeue Message'
  readonly #connections: Connections
  readonly #operations: Operations

  constructor(connections: Connections, operations: Operations) {
    this.#connections = connections
    this.#operations = operations
  }

  describe(params: RequeueMessageParams): string {
    return `1 message of ${queueOf(params)} to ${params.target ?? params.queue}${params.body === undefined ? '' : ', with a new body'}`
  }

  outcome(operation: Operation): Outcome | Promise<Outcome> {
    return this.#operations.outcome(operation)
  }

  async confirmation(params: RequeueMessageParams): Promise<Question> {
    const { messages: queues, state, where } = await actedUpon(this.#connections, params)
    refuse(queues.obstacle(state, { leaves: true }))
    const target = params.target ?? state.queue
    const changed = changesOf(params)
    return {
      question: `Requeue this message to “${target}”?`,
      detail: [
        `Takes one message out of ${where}, and sends it to the end of queue “${target}” with ${changed}. It keeps its id. ${atLeastOnce}`,
        ...besides(state),
      ].join('\n\n'),
      action: 'Requeue',
      count: 1,
    }
  }

  async perform(params: RequeueMessageParams): Promise<Operation> {
    const { messages: queues, lookedAt, state } = await actedUpon(this.#connections, params)
    refuse(queues.obstacle(state, { leaves: true }))
    const target = params.target ?? state.queue
    if (target !== state.queue) await queues.state({ virtualHost: state.virtualHost, queue: target })
    const chosen = choosing({ filter: {}, messages: [params.message] }, 0)
    const { virtualHost, queue } = state
    const title = `Requeuing a message of ${queue}`
    const basics = { connection: params.connection, virtualHost, queue, what: 'requeue', title, target, total: 1 } as const
    return this.#operations.start(basics, async ({ signal, tell }) => {
      const transferred = await queues.transfer(state, {
        choose: (raw) =>
          chosen.takes(lookedAt.describe(raw, 0)) ? edited(raw, target, params, lookedAt.edit) : { kind: 'leave' },
        leaves: true,
        most: 1,
        signal,
        progress: tell,
      })
      if (transferred.done === 0 && transferred.stopped === null && !signal.aborted)
        throw new RequestError('not_found', `The message is not in queue “${queue}” any more. Nothing was changed.`)
      const words = { done: 'Requeued', from: queue, to: ` to “${target}”`, cancelled: signal.aborted }
      return { counts: transferred, stopped: transferred.stopped, report: reportOf({ ...transferred, left: 0 }, words) }
    })
  }
}

/** @throws RequestError `invalid` where the message cannot be changed so */
function edited(raw: RawMessage, queue: string, params: Edits, edit: MessageEditor): Choice {
  const message = edit(raw, params)
  if ('problem' in message) throw new RequestError('invalid', `${message.problem} Nothing was changed.`)
  return { kind: 'send', queue, ...message }
}

function changesOf({ args, kwargs, eta, body }: RequeueMessageParams): string {
  const changed = [
    ...(args === undefined ? [] : ['new arguments']),
    ...(kwargs === undefined ? [] : ['new keyword arguments']),
    ...(eta === undefined ? [] : [eta === null ? 'no ETA' : `the ETA ${eta}`]),
    ...(body === undefined ? [] : ['a new body']),
  ]
  return changed.length === 0 ? 'nothing changed' : changed.join(', ')
}
