import { messageOf } from '../protocol/index.ts'
import { leaseTime } from './lease.ts'
import { Pending } from './pending.ts'
import { ThreadProblem } from './thread.ts'
import type { HistoryThread } from './thread.ts'

/** Tasks that may wait for the disk. */
const pendingLimit = 20_000
/** Tasks written in one go: what is made ready at once on the thread that also reads events. */
const batch = 200
/** Milliseconds over which changes are collected: most tasks are written once and not for every event. */
const rhythm = 500
/** How often one that may not write asks whether it may. */
const askAgain = leaseTime / 2
/** How long what another bridge should have written is kept, in case that one has gone. */
const doubt = leaseTime * 1.5
const retryAfter = 30_000

/** Writes the tasks of one broker, newest state only, while this bridge is the one that does. */
export class Recorder<T> {
  readonly #broker: string
  readonly #thread: HistoryThread
  readonly #toJson: (item: T) => string
  readonly #told: (problem: ThreadProblem | null) => void
  readonly #pending = new Pending<T>(pendingLimit)
  #timer: NodeJS.Timeout | undefined
  #writing: Promise<void> | undefined
  #mayWrite = true
  #ended = false

  /** @param told hears of each problem, and null when it has gone */
  constructor(broker: string, thread: HistoryThread, toJson: (item: T) => string, told: (problem: ThreadProblem | null) => void) {
    this.#broker = broker
    this.#thread = thread
    this.#toJson = toJson
    this.#told = told
  }

  /** Tasks that were not written because the disk was too slow. */
  get skipped(): number {
    return this.#pending.skipped
  }

  /** False while another bridge writes what happens on this broker. */
  get mayWrite(): boolean {
    return this.#mayWrite
  }

  add(id: string, item: T): void {
    if (this.#ended) return
    this.#pending.add(id, item, performance.now())
    this.#schedule(rhythm)
  }

  /** Writes what waits, and nothing more after that. */
  async end(): Promise<void> {
    clearTimeout(this.#timer)
    this.#ended = true
    await this.#writing
    await this.#write()
  }

  #schedule(delay: number): void {
    if (this.#timer !== undefined || this.#writing !== undefined || this.#ended) return
    this.#timer = setTimeout(() => this.#begin(), delay)
    this.#timer.unref()
  }

  #begin(): void {
    this.#timer = undefined
    this.#writing = this.#write().then((delay) => {
      this.#writing = undefined
      if (this.#pending.size > 0) this.#schedule(delay)
    })
  }

  /** Writes all that waits. @returns milliseconds until the next attempt */
  async #write(): Promise<number> {
    this.#pending.forget(this.#mayWrite ? 0 : performance.now() - doubt)
    while (this.#pending.size > 0) {
      const taken = this.#pending.take(batch)
      try {
        const jsons = [...taken.values()].map(({ item }) => this.#toJson(item))
        this.#mayWrite = await this.#thread.call('write', { broker: this.#broker, jsons })
        this.#told(null)
      } catch (error) {
        this.#pending.putBack(taken, 0)
        const problem = error instanceof ThreadProblem ? error : new ThreadProblem(messageOf(error), false)
        this.#ended ||= problem.lasting
        this.#told(problem)
        return retryAfter
      }
      if (this.#mayWrite) continue
      this.#pending.putBack(taken, performance.now() - doubt)
      return askAgain
    }
    return rhythm
  }
}
