import type { RecordingInfo } from '../protocol/index.ts'

/** What a replay has brought so far. */
export class ReplayCount {
  /** When it began, in epoch seconds. */
  readonly began: number
  #events = 0
  #from = Number.POSITIVE_INFINITY
  #total = 0

  constructor(began: number) {
    this.began = began
  }

  /** Time of the earliest event, in epoch seconds; infinite before the first. */
  get from(): number {
    return this.#from
  }

  get picture(): NonNullable<RecordingInfo['replay']> {
    return { events: this.#events, total: this.#total, since: this.began }
  }

  /**
   * @param taken events of some messages, and the time of the earliest
   * @param read messages read so far, of about `total`: several events may come in one, so that their number is told from these
   */
  add(taken: { readonly events: number; readonly from: number }, read: number, total: number): void {
    this.#events += taken.events
    this.#from = Math.min(this.#from, taken.from)
    this.#total = Math.max(this.#events, Math.round((total * this.#events) / Math.max(1, read)))
  }
}
