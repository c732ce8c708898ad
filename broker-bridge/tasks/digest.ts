import type { Percentiles } from '../protocol/index.ts'

/** Neighbouring stretches differ by this factor, so that a percentile is right to 2 %. */
const growth = 1.04
const shortest = 1e-4
/** Up to three years; anything longer counts as that. */
const stretches = 720

/**
 * How seconds are distributed, in counters whose stretches grow by a constant factor: constant cost for each value, some 3 kB in
 * all, and the same answer in whatever order the values come.
 */
export class Digest {
  readonly #counts = new Int32Array(stretches)
  #total = 0

  /** @param seconds not below zero; what is no number is not counted */
  add(seconds: number): void {
    if (!(seconds >= 0)) return
    const place = Math.ceil(Math.log(seconds / shortest) / Math.log(growth))
    const within = Math.min(stretches - 1, Math.max(0, place))
    this.#counts[within] = (this.#counts[within] ?? 0) + 1
    this.#total++
  }

  /** Null before the first value. */
  percentiles(): Percentiles | null {
    if (this.#total === 0) return null
    return { p50: this.#percentile(0.5), p95: this.#percentile(0.95), p99: this.#percentile(0.99) }
  }

  /** The value of which so large a share is not larger. */
  #percentile(share: number): number {
    let left = Math.ceil(share * this.#total)
    const place = this.#counts.findIndex((count) => (left -= count) <= 0)
    // The middle of the stretch, by factors.
    return place === 0 ? shortest : shortest * growth ** (place - 0.5)
  }
}
