import { RequestError } from '../protocol/index.ts'
import type { MoveMessagesParams, Operation, Question } from '../protocol/index.ts'
import type { Connections } from '../sources/connections.ts'
import { filterWords } from '../sources/messages/filter.ts'
import type { QueueState } from '../sources/messages/queues.ts'
import type { Action, Outcome } from './door.ts'
import type { Operations } from './operations.ts'
import { choosing, selectionOf } from './operationsChosen.ts'
import type { Chosen } from './operationsChosen.ts'
import { actedUpon, besides, queueOf, refuse } from './operationsQueue.ts'
import type { ActedUpon } from './operationsQueue.ts'
import { messages, reportOf, roughly } from './operationsReport.ts'

export const atLeastOnce =
  'None is lost: each leaves its queue only after the broker confirmed its copy. Should the broker or Warren end in the middle, some may be in both queues.'

/** Moves messages to another queue of the same virtual host. */
export class MoveMessages implements Action<MoveMessagesParams, Operation> {
  readonly name = 'Move Messages'
  readonly #connections: Connections
  readonly #operations: Operations

  constructor(connections: Connections, operations: Operations) {
    this.#connections = connections
    this.#operations = operations
  }

  describe(params: MoveMessagesParams): string {
    return `${selectionOf(params)} from ${queueOf(params)} to ${params.target}`
  }

  outcome(operation: Operation): Outcome | Promise<Outcome> {
    return this.#operations.outcome(operation)
  }

  async confirmation(params: MoveMessagesParams): Promise<Question> {
    const source = await actedUpon(this.#connections, params)
    const target = await this.#target(params, source)
    const { state, where } = source
    const most = mostOf(params, state)
    return {
      question: `Move ${amount(params, state)} from “${state.queue}” to “${target.queue}”?`,
      detail: [
        `Takes ${roughly(most)}${filterWords(params.filter)} out of ${where}, and sends ${most === 1 ? 'it' : 'them'} to queue “${target.queue}”. ${atLeastOnce}`,
        ...besides(state),
        ...(target.settings === null || target.settings['message-ttl'] === undefined
          ? []
          : [`In “${target.queue}” messages expire after a while (message-ttl).`]),
        ...(target.settings === null
          ? [`Without RabbitMQ’s management plug-in Warren cannot see whether “${target.queue}” drops messages above a limit.`]
          : []),
        ...(target.consumers > 0 ? [`Consumers work on “${target.queue}”: what arrives there is run.`] : []),
      ].join('\n\n'),
      action: 'Move',
      count: most,
    }
  }

  async perform(params: MoveMessagesParams): Promise<Operation> {
    const source = await actedUpon(this.#connections, params)
    const target = await this.#target(params, source)
    const { state, lookedAt, messages: queues } = source
    const chosen = choosing(params, Date.now() / 1_000)
    const { virtualHost, queue } = state
    const title = `Moving messages from ${queue} to ${target.queue}`
    const total = mostOf(params, state)
    const basics = {
      connection: params.connection,
      virtualHost,
      queue,
      what: 'move',
      title,
      target: target.queue,
      total,
    } as const
    return this.#operations.start(basics, async ({ signal, tell }) => {
      const transferred = await queues.transfer(state, {
        choose: (raw) =>
          !chosen.leaves || chosen.takes(lookedAt.describe(raw, searched))
            ? { kind: 'send', queue: target.queue }
            : { kind: 'leave' },
        leaves: chosen.leaves,
        most: chosen.most,
        signal,
        progress: tell,
      })
      const words = { done: 'Moved', from: queue, to: ` to “${target.queue}”`, cancelled: signal.aborted }
      return { counts: transferred, stopped: transferred.stopped, report: reportOf(transferred, words) }
    })
  }

  /** @throws RequestError `refused` where messages could be lost */
  async #target(params: MoveMessagesParams, { messages: queues, state }: ActedUpon): Promise<QueueState> {
    if (params.target === state.queue)
      throw new RequestError('invalid', 'Source and target are the same queue. Nothing was moved.')
    refuse(queues.obstacle(state, { leaves: choosing(params, 0).returns }))
    const target = await queues.state({ virtualHost: state.virtualHost, queue: params.target })
    refuse(target.exclusive ? `Queue “${target.queue}” is exclusive to one connection and goes with it.` : null)
    refuse(queues.overflow(target, mostOf(params, state)))
    return target
  }
}

/** UTF-16 units of a body that are searched for a text. */
export const searched = 1_000_000

/** How many messages are meant, at most. */
export function mostOf(chosen: Chosen, { ready }: QueueState): number {
  return Math.min(ready, choosing(chosen, 0).most)
}

export function amount(chosen: Chosen, state: QueueState): string {
  const { leaves, most } = choosing(chosen, 0)
  const count = mostOf(chosen, state)
  if (chosen.messages) return messages(count)
  if (leaves) return `the messages${filterWords(chosen.filter)} among ${messages(state.ready)}`
  return most < state.ready ? `the first ${messages(count)}` : `all ${messages(count)}`
}
