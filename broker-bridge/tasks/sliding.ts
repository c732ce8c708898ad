/** Counts what happened within a sliding stretch of time, in a fixed number of buckets: constant cost and memory. */
export class SlidingCount {
  readonly #counts: Int32Array
  readonly #bucketSeconds: number
  #newest = 0

  /** @param seconds length of the stretch */
  constructor(seconds: number, buckets: number) {
    this.#counts = new Int32Array(buckets)
    this.#bucketSeconds = seconds / buckets
  }

  /** @param now epoch seconds, never running backwards by more than a bucket */
  add(now: number, count = 1): void {
    this.#moveTo(now)
    const place = this.#newest % this.#counts.length
    this.#counts[place] = (this.#counts[place] ?? 0) + count
  }

  /** Counts something of the past, as long as the stretch reaches there. @param at epoch seconds, up to `now` */
  addPast(at: number, now: number): void {
    this.#moveTo(now)
    const bucket = Math.floor(at / this.#bucketSeconds)
    if (bucket > this.#newest || this.#newest - bucket >= this.#counts.length) return
    const place = bucket % this.#counts.length
    this.#counts[place] = (this.#counts[place] ?? 0) + 1
  }

  count(now: number): number {
    this.#moveTo(now)
    return this.#counts.reduce((sum, count) => sum + count, 0)
  }

  #moveTo(now: number): void {
    const bucket = Math.floor(now / this.#bucketSeconds)
    if (bucket - this.#newest >= this.#counts.length) this.#counts.fill(0)
    else for (let step = this.#newest + 1; step <= bucket; step++) this.#counts[step % this.#counts.length] = 0
    this.#newest = Math.max(this.#newest, bucket)
  }
}
