import type { Timeline } from '../protocol/index.ts'

/** Counts what ended in the newest of so many stretches of time: constant cost for each event, however late it comes. */
export class EndedTimeline {
  readonly #step: number
  readonly #ended: Int32Array
  readonly #failed: Int32Array
  /** Which stretch, counted from the epoch, each place holds. */
  readonly #held: Float64Array

  /** @param step seconds of one stretch */
  constructor(step: number, count: number) {
    this.#step = step
    this.#ended = new Int32Array(count)
    this.#failed = new Int32Array(count)
    this.#held = new Float64Array(count).fill(Number.NEGATIVE_INFINITY)
  }

  /** @param at epoch seconds; what is older than all stretches is not counted */
  add(at: number, failed: boolean): void {
    const stretch = Math.floor(at / this.#step)
    const place = this.#placeOf(stretch)
    const held = this.#held[place] ?? 0
    if (!(stretch >= held)) return
    if (stretch > held) this.#ended[place] = this.#failed[place] = 0
    this.#held[place] = stretch
    this.#ended[place] = (this.#ended[place] ?? 0) + 1
    if (failed) this.#failed[place] = (this.#failed[place] ?? 0) + 1
  }

  /** The stretches up to the one that holds now, oldest first. */
  picture(now: number): Timeline {
    const first = Math.floor(now / this.#step) - this.#ended.length + 1
    const counts = (numbers: Int32Array): number[] => Array.from(numbers, (_, offset) => this.#count(numbers, first + offset))
    return { from: first * this.#step, step: this.#step, ended: counts(this.#ended), failed: counts(this.#failed) }
  }

  #count(numbers: Int32Array, stretch: number): number {
    const place = this.#placeOf(stretch)
    return this.#held[place] === stretch ? (numbers[place] ?? 0) : 0
  }

  #placeOf(stretch: number): number {
    const count = this.#ended.length
    return ((stretch % count) + count) % count
  }
}
