import type { Operation, Question, ReturnDeadLettersParams } from '../protocol/index.ts'
import type { Connections } from '../sources/connections.ts'
import { deathsOf, homeOf } from '../sources/messages/deaths.ts'
import { filterWords } from '../sources/messages/filter.ts'
import type { Choice, MessageQueues, QueueState, RawMessage } from '../sources/messages/queues.ts'
import type { Action, Outcome } from './door.ts'
import { amount, atLeastOnce, mostOf, searched } from './moveMessages.ts'
import type { Operations } from './operations.ts'
import { choosing, selectionOf } from './operationsChosen.ts'
import { actedUpon, besides, queueOf, refuse } from './operationsQueue.ts'
import { messages, reportOf, roughly } from './operationsReport.ts'

/** Sends dead letters back to the queues they came from, through the default exchange: exactly there, and nowhere else. */
export class ReturnDeadLetters implements Action<ReturnDeadLettersParams, Operation> {
  readonly name = 'Return Dead Letters'
  readonly #connections: Connections
  readonly #operations: Operations

  constructor(connections: Connections, operations: Operations) {
    this.#connections = connections
    this.#operations = operations
  }

  describe(params: ReturnDeadLettersParams): string {
    return `${selectionOf(params)} of ${queueOf(params)} to where they died`
  }

  outcome(operation: Operation): Outcome | Promise<Outcome> {
    return this.#operations.outcome(operation)
  }

  async confirmation(params: ReturnDeadLettersParams): Promise<Question> {
    const { messages: queues, state, where } = await actedUpon(this.#connections, params)
    refuse(queues.obstacle(state, { leaves: choosing(params, 0).returns }))
    const most = mostOf(params, state)
    return {
      question: `Return ${amount(params, state)} of “${state.queue}” to where they came from?`,
      detail: [
        `Takes ${roughly(most)}${filterWords(params.filter)} out of ${where}, and sends each to the queue it died in last, as its x-death header says. What has no such header, or whose queue is gone or full, stays. Consumers there run them again. ${atLeastOnce}`,
        ...besides(state),
      ].join('\n\n'),
      action: 'Return',
      count: most,
    }
  }

  async perform(params: ReturnDeadLettersParams): Promise<Operation> {
    const { messages: queues, lookedAt, state } = await actedUpon(this.#connections, params)
    const chosen = choosing(params, Date.now() / 1_000)
    refuse(queues.obstacle(state, { leaves: chosen.returns }))
    const { virtualHost, queue } = state
    const homes = new Homes(queues, state)
    const title = `Returning dead letters of ${queue}`
    const basics = {
      connection: params.connection,
      virtualHost,
      queue,
      what: 'return',
      title,
      target: null,
      total: mostOf(params, state),
    } as const
    return this.#operations.start(basics, async ({ signal, tell }) => {
      const transferred = await queues.transfer(state, {
        choose: (raw) =>
          !chosen.leaves || chosen.takes(lookedAt.describe(raw, searched)) ? homes.choose(raw) : { kind: 'leave' },
        leaves: chosen.leaves,
        most: chosen.most,
        signal,
        progress: tell,
      })
      const words = { done: 'Returned', from: queue, to: homes.whereTo(), cancelled: signal.aborted }
      const report = [reportOf(transferred, words), ...homes.complaints()].join(' ')
      return { counts: transferred, stopped: transferred.stopped, report }
    })
  }
}

/** The queues dead letters came from, each asked once whether it is there. */
class Homes {
  readonly #queues: MessageQueues
  readonly #here: QueueState
  readonly #known = new Map<string, Promise<string | null>>()
  readonly #sent = new Set<string>()
  readonly #kept = new Map<string, number>()

  constructor(queues: MessageQueues, here: QueueState) {
    this.#queues = queues
    this.#here = here
  }

  async choose({ properties }: RawMessage): Promise<Choice> {
    const queue = homeOf(deathsOf(properties['headers']), this.#here.queue)
    if (queue === null) return this.#keep('had no x-death header that names another queue')
    const obstacle = this.#known.get(queue) ?? this.#ask(queue)
    this.#known.set(queue, obstacle)
    const why = await obstacle
    if (why !== null) return this.#keep(why)
    this.#sent.add(queue)
    return { kind: 'send', queue }
  }

  whereTo(): string {
    const queues = [...this.#sent].map((queue) => `“${queue}”`)
    if (queues.length === 0) return ''
    return ` to ${queues.slice(0, 5).join(', ')}${queues.length > 5 ? ` and ${queues.length - 5} more` : ''}`
  }

  complaints(): string[] {
    return [...this.#kept].map(([why, count]) => `${messages(count)} ${why}.`)
  }

  /** Why nothing can be sent there, or null. */
  async #ask(queue: string): Promise<string | null> {
    try {
      const state = await this.#queues.state({ virtualHost: this.#here.virtualHost, queue })
      return this.#queues.overflow(state, this.#here.ready) === null ? null : `would overflow “${queue}”, which drops its oldest`
    } catch {
      return `came from “${queue}”, which is not there or may not be used`
    }
  }

  #keep(why: string): Choice {
    this.#kept.set(why, (this.#kept.get(why) ?? 0) + 1)
    return { kind: 'leave' }
  }
}
