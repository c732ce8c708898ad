const firstDelay = 500
const longestDelay = 30_000
const window = 60_000
const tooMany = 5

/** When to start the bridge again: soon, then later, and not at all when it keeps dying. Times are milliseconds and come in. */
export class Crashes {
  #times: number[] = []

  /**
   * Notes one crash.
   * @returns milliseconds to wait before the next start, or undefined when it has crashed five times within a minute
   */
  next(now: number): number | undefined {
    this.#times = [...this.#times.filter((time) => now - time < window), now]
    if (this.#times.length >= tooMany) return undefined
    return Math.min(longestDelay, firstDelay * 2 ** (this.#times.length - 1))
  }

  forget(): void {
    this.#times = []
  }
}
