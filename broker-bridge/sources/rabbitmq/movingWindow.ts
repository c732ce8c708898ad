/** Messages on their way at once, and their bytes, as far as those seen so far tell. */
const widest = 256
const bytesAtOnce = 16 * 2 ** 20
/** Messages that stay and are held until the end: the broker keeps them, and Warren only their tags. */
export const mostHeld = 20_000
const mostAtOnce = 8

/**
 * How many messages the broker may hand out before it gets an answer: one at first, then as many as their sizes allow. Messages that
 * are held fill the window up, so it is opened anew now and then. Pure.
 */
export class Window {
  #size = 0
  /** Of those that came through this window. */
  #held = 0
  #seen = 0
  #bytes = 0

  take(bytes: number): void {
    this.#seen++
    this.#bytes += bytes
  }

  /** A message that came through the newest window stays unsettled until the end. */
  hold(): void {
    this.#held++
  }

  /** Whether the window should be opened anew: only once nothing more can come through the old one, or the order would suffer. */
  get isFull(): boolean {
    return this.#held >= this.#size
  }

  /** @returns how many messages a consumer is to be allowed from now on. @param held messages of all windows that stay */
  open(held: number, remaining: number): number {
    this.#held = 0
    // The more are held already, the more at once, so that a few windows do for all of them.
    const wanted = Math.max(this.#fitting(), Math.min(held, this.#fitting() * mostAtOnce))
    return (this.#size = Math.max(1, Math.min(wanted, remaining)))
  }

  #fitting(): number {
    if (this.#seen === 0) return 1
    const average = Math.max(1, this.#bytes / this.#seen)
    return Math.max(1, Math.min(widest, Math.floor(bytesAtOnce / average)))
  }
}
