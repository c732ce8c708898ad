import type { Gap, GapReason } from '../protocol/index.ts'

const limit = 20

/** The stretches of time for which events are missing, newest last. */
export class Gaps {
  #gaps: readonly Gap[]

  /** @param known those of the connection that this one replaces */
  constructor(known: readonly Gap[] = []) {
    this.#gaps = known
  }

  get all(): readonly Gap[] {
    return this.#gaps
  }

  /** Events stopped flowing. While one gap lasts, whatever else goes wrong belongs to it. */
  open(since: number, reason: GapReason): void {
    if (this.#gaps.some(({ until }) => until === null)) return
    this.#push({ from: since, until: null, missed: null, reason })
  }

  /** Events flow again. */
  close(now: number): void {
    this.#gaps = this.#gaps.map((gap) => (gap.until === null ? { ...gap, until: now } : gap))
  }

  /** Messages fell out of a full queue; those of one burst are one gap. @param since when the last event came through */
  overflowed(messages: number, since: number, now: number): void {
    const last = this.#gaps.findLast(({ reason }) => reason === 'overflow')
    if (last?.until !== null && last?.until !== undefined && now - last.until < 10) {
      const longer = { ...last, until: now, missed: (last.missed ?? 0) + messages }
      this.#gaps = this.#gaps.map((gap) => (gap === last ? longer : gap))
    } else this.#push({ from: since, until: now, missed: messages, reason: 'overflow' })
  }

  /**
   * Everything the broker recorded since then was replayed. Where exchange or binding was missing, so was the recording's own.
   * @param from epoch seconds
   */
  fill(from: number): void {
    this.#gaps = this.#gaps.map((gap) => (isFillable(gap, from) ? { ...gap, filledFrom: Math.max(gap.from, from) } : gap))
  }

  #push(gap: Gap): void {
    this.#gaps = [...this.#gaps, gap].slice(-limit)
  }
}

function isFillable({ until, reason, filledFrom }: Gap, from: number): boolean {
  return until !== null && from < until && reason !== 'unbound' && (filledFrom === undefined || from < filledFrom)
}
