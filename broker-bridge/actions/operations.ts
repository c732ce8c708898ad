import { randomUUID } from 'node:crypto'
import { messageOf, RequestError } from '../protocol/index.ts'
import type { Operation } from '../protocol/index.ts'
import type { Outcome } from './door.ts'
import type { TransferCounts } from '../sources/messages/queues.ts'

export type OperationBasics = Pick<Operation, 'connection' | 'virtualHost' | 'queue' | 'what' | 'title' | 'target' | 'total'>

/** What a piece of work is given: a way to say how far it is, and the user's wish that it stops. */
export interface Progress {
  /** The operation's id. */
  readonly id: string
  readonly signal: AbortSignal
  readonly tell: (counts: TransferCounts) => void
}

export interface Worked {
  readonly counts: TransferCounts
  readonly stopped: string | null
  /** What was done and what was not, in whole sentences. */
  readonly report: string
}

const shownFor = 3_600
const mostEnded = 50
/** Milliseconds an answer waits for the end of its work: most is done by then. */
const answerWait = 1_000
/** Seconds over which the rate is taken. */
const rateSpan = 3

interface Running {
  picture: Operation
  readonly abort: AbortController
  /** Its last picture. */
  ended: Promise<Operation> | undefined
  /** When how much was done, for the rate. */
  readonly marks: { readonly at: number; readonly done: number }[]
}

/** Longer work on queues: what goes on, what ended, and the way to stop it. */
export class Operations {
  readonly #all = new Map<string, Running>()
  readonly #changed: () => void

  constructor(changed: () => void) {
    this.#changed = changed
  }

  /** The newest first. */
  picture(): readonly Operation[] {
    this.#forget()
    return [...this.#all.values()].map(({ picture }) => picture).reverse()
  }

  /** @throws RequestError `not_found` */
  cancel(id: string): null {
    const running = this.#all.get(id)
    if (!running) throw new RequestError('not_found', 'This work is over, and no longer listed.')
    if (running.picture.state === 'running') {
      running.abort.abort()
      this.#set(running, { state: 'stopping' })
    }
    return null
  }

  /** Stops everything: the bridge ends, or a connection does. */
  cancelAll(connection?: string): void {
    for (const running of this.#all.values())
      if (connection === undefined || running.picture.connection === connection) running.abort.abort()
  }

  /**
   * Begins a piece of work and answers with it as it is a moment later.
   * @throws RequestError what the work itself was refused with, when it was refused at once
   */
  async start(basics: OperationBasics, work: (progress: Progress) => Promise<Worked>): Promise<Operation> {
    const running = this.#open(basics)
    const { id } = running.picture
    const done = this.#follow(running, work)
    running.ended = done.then(() => running.picture)
    const early = await Promise.race([done, wait(answerWait)])
    if (early instanceof RequestError) {
      this.#all.delete(id)
      this.#changed()
      throw early
    }
    return running.picture
  }

  /** What came of a piece of work, once it has ended. */
  outcome({ id, state, report }: Operation): Outcome | Promise<Outcome> {
    if (state !== 'running' && state !== 'stopping') return outcomeOf(state, report)
    const { ended } = this.#all.get(id) ?? {}
    return ended?.then((last) => outcomeOf(last.state, last.report)) ?? outcomeOf(state, report)
  }

  #open(basics: OperationBasics): Running {
    const id = randomUUID()
    const beginning = { done: 0, seen: 0, rate: 0, state: 'running', report: null, startedAt: now(), endedAt: null } as const
    const running: Running = {
      picture: { id, ...basics, ...beginning },
      abort: new AbortController(),
      ended: undefined,
      marks: [],
    }
    this.#all.set(id, running)
    this.#changed()
    return running
  }

  async #follow(running: Running, work: (progress: Progress) => Promise<Worked>): Promise<RequestError | null> {
    const { signal } = running.abort
    try {
      const outcome = await work({ id: running.picture.id, signal, tell: (counts) => this.#tell(running, counts) })
      const state = outcome.stopped !== null ? 'failed' : signal.aborted ? 'cancelled' : 'done'
      const { seen, done } = outcome.counts
      this.#set(running, { state, seen, done, report: outcome.report, endedAt: now() })
      return null
    } catch (error) {
      this.#set(running, { state: 'failed', report: messageOf(error), endedAt: now() })
      return error instanceof RequestError ? error : null
    }
  }

  #tell(running: Running, { seen, done }: TransferCounts): void {
    const { marks } = running
    const at = now()
    if (at - (marks.at(-1)?.at ?? 0) > 0.1) marks.push({ at, done })
    while (marks.length > 2 && at - (marks[0]?.at ?? at) > rateSpan) marks.shift()
    const since = marks[0] ?? { at, done: 0 }
    const rate = at > since.at ? (done - since.done) / (at - since.at) : 0
    this.#set(running, { seen, done, rate })
  }

  #set(running: Running, part: Partial<Operation>): void {
    running.picture = { ...running.picture, ...part }
    this.#changed()
  }

  #forget(): void {
    const ended = [...this.#all].filter(([, { picture }]) => picture.endedAt !== null)
    const old = ended.filter(
      ([, { picture }], index) => ended.length - index > mostEnded || now() - (picture.endedAt ?? 0) > shownFor,
    )
    for (const [id] of old) this.#all.delete(id)
  }
}

function outcomeOf(state: Operation['state'], report: string | null): Outcome {
  return { outcome: state === 'failed' ? 'failed' : 'done', said: report ?? '' }
}

const now = (): number => Date.now() / 1_000

function wait(milliseconds: number): Promise<null> {
  return new Promise((resolve) => setTimeout(() => resolve(null), milliseconds).unref())
}
