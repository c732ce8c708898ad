/** Messages on their way at once, and their bytes, as far as those seen so far tell. */
const widest = 256
const bytesAtOnce = 16 * 2 ** 20
/** Messages that stay and are held until the end: the broker keeps them, and Warren only their tags. */
export const mostHeld = 20_000

/**
 * How many messages the broker may hand out before it gets an answer: one at first, then as many as their sizes allow. Messages that
 * are held fill the window up, so it is opened anew now and then. Pure.
 */
export class Window {
  #size = 0
  #heldBefore = 0
  #seen = 0
  #bytes = 0

  take(bytes: number): void {
    this.#seen++
    this.#bytes += bytes
  }

  /** Whether the window should be opened anew. @param held messages that stay unsettled until the end */
  isNarrow(held: number, remaining: number): boolean {
    const free = this.#size - (held - this.#heldBefore)
    return free < Math.min(remaining, Math.max(1, this.#fitting() / 4))
  }

  /** @returns how many messages a consumer is to be allowed from now on */
  open(held: number, remaining: number): number {
    this.#heldBefore = held
    this.#size = Math.max(1, Math.min(this.#fitting(), remaining))
    return this.#size
  }

  #fitting(): number {
    if (this.#seen === 0) return 1
    const average = Math.max(1, this.#bytes / this.#seen)
    return Math.max(1, Math.min(widest, Math.floor(bytesAtOnce / average)))
  }
}
