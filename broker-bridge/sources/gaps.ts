import type { Gap } from '../protocol/index.ts'

const limit = 20

/** The stretches of time for which events are missing, newest last. */
export class Gaps {
  #gaps: Gap[] = []

  get all(): readonly Gap[] {
    return this.#gaps
  }

  /** Events stopped flowing. */
  open(now: number): void {
    if (this.#last('disconnected')?.until === null) return
    this.#push({ from: now, until: null, missed: null, reason: 'disconnected' })
  }

  /** Events flow again. */
  close(now: number): void {
    this.#gaps = this.#gaps.map((gap) => (gap.until === null ? { ...gap, until: now } : gap))
  }

  /** Messages fell out of a full queue; those of one burst are one gap. @param since when the last event came through */
  overflowed(messages: number, since: number, now: number): void {
    const last = this.#last('overflow')
    if (last?.until !== null && last?.until !== undefined && now - last.until < 10) {
      this.#gaps[this.#gaps.indexOf(last)] = { ...last, until: now, missed: (last.missed ?? 0) + messages }
    } else this.#push({ from: since, until: now, missed: messages, reason: 'overflow' })
  }

  #last(reason: Gap['reason']): Gap | undefined {
    return this.#gaps.findLast((gap) => gap.reason === reason)
  }

  #push(gap: Gap): void {
    this.#gaps = [...this.#gaps, gap].slice(-limit)
  }
}
