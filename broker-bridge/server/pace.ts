/**
 * Sends one kind of picture at most once per interval, and the newest one always in the end. While the receiver is behind,
 * pictures are skipped, never queued.
 */
export class Pace {
  /** Milliseconds between two pictures. */
  interval: number
  readonly #ready: () => boolean
  readonly #send: () => void
  #timer: NodeJS.Timeout | undefined
  #last = Number.NEGATIVE_INFINITY
  #disposed = false

  /**
   * @param interval milliseconds between two pictures
   * @param ready false while the receiver is behind
   * @param send builds and sends the picture as of now, or nothing when it did not change
   */
  constructor(interval: number, ready: () => boolean, send: () => void) {
    this.interval = interval
    this.#ready = ready
    this.#send = send
  }

  /** Something changed: a picture follows, at the latest one interval from now. Cheap to call for every event. */
  mark(): void {
    if (this.#timer !== undefined || this.#disposed) return
    this.#arm(Math.max(0, this.#last + this.interval - performance.now()))
  }

  /** Somebody asked: a picture follows right after the answer that is being given. */
  soon(): void {
    if (this.#disposed) return
    clearTimeout(this.#timer)
    this.#arm(0)
  }

  dispose(): void {
    this.#disposed = true
    clearTimeout(this.#timer)
  }

  #arm(delay: number): void {
    this.#timer = setTimeout(() => this.#fire(), delay)
  }

  #fire(): void {
    this.#timer = undefined
    if (!this.#ready()) return this.#arm(this.interval)
    this.#last = performance.now()
    this.#send()
  }
}
