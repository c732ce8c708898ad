/** Something that waits, since when. */
interface Waiting<T> {
  readonly item: T
  /** Milliseconds, rising. */
  readonly since: number
}

/** Items by key that wait to be written, the newest of each key; bounded, so that a slow disk costs history and not memory. */
export class Pending<T> {
  readonly #limit: number
  readonly #items = new Map<string, Waiting<T>>()
  #skipped = 0

  /** @param limit most items that wait */
  constructor(limit: number) {
    this.#limit = limit
  }

  get size(): number {
    return this.#items.size
  }

  /** How many were given up because there were too many. */
  get skipped(): number {
    return this.#skipped
  }

  /** An item of a key that waits already takes the other's turn. */
  add(key: string, item: T, now: number): void {
    this.#items.set(key, { item, since: now })
    if (this.#items.size <= this.#limit) return
    for (const oldest of this.#items.keys()) {
      this.#items.delete(oldest)
      this.#skipped++
      return
    }
  }

  /** Takes out up to `count`, those that have waited longest. */
  take(count: number): Map<string, Waiting<T>> {
    const taken = new Map<string, Waiting<T>>()
    for (const [key, waiting] of this.#items) {
      if (taken.size >= count) break
      taken.set(key, waiting)
      this.#items.delete(key)
    }
    return taken
  }

  /** Puts back what could not be written, unless there is something newer or it came before `since`. */
  putBack(taken: ReadonlyMap<string, Waiting<T>>, since: number): void {
    for (const [key, waiting] of taken) {
      if (waiting.since < since || this.#items.has(key)) continue
      if (this.#items.size < this.#limit) this.#items.set(key, waiting)
      else this.#skipped++
    }
  }

  /** Forgets what came before `since`: somebody else has written it. */
  forget(since: number): void {
    for (const [key, waiting] of this.#items) if (waiting.since < since) this.#items.delete(key)
  }
}
