import type { Place } from './recorder.ts'

const never = Number.POSITIVE_INFINITY

/** Up to which place of a recording everything is known, by hearing it or by replaying it. Pure: times come in. */
export class KnownPlace {
  #place: Place | null = null
  /** Nothing is missing from then on to the place, in epoch seconds. */
  #since = never
  /** Where the recording was at the last look: by the next one everything before it has been heard, or known to be lost. */
  #seen: Place | null = null
  /** The place at the last `ripe`. */
  #earlier: Place | null = null

  get place(): Place | null {
    return this.#place
  }

  /** Null where that is not known. */
  get since(): number | null {
    return this.#since === never ? null : this.#since
  }

  /** What an earlier bridge knew counts where this one knows nothing. */
  restore(place: Place | null, since: number | null): void {
    if (this.#place !== null || place === null) return
    this.#place = place
    this.#since = since ?? never
  }

  /** A replay begins. @param continuous whether it goes on where the place is */
  begins(continuous: boolean): void {
    if (!continuous) this.#since = never
  }

  reached(place: Place): void {
    this.#place = place
  }

  /**
   * A replay is done.
   * @param from time of the earliest event it held, in epoch seconds: infinite for none
   * @param began when the replay began: an empty recording holds everything since then
   * @returns since when nothing is missing
   */
  done(place: Place, from: number, began: number): number {
    this.#place = place
    if (this.#since === never) this.#since = Math.min(from, began)
    return this.#since
  }

  /** The recording's newest place, while events flow and none is lost. */
  look(newest: Place | null): void {
    this.#place = this.#seen ?? this.#place
    this.#seen = newest
  }

  /** Something was lost, so that what was seen is not known. */
  doubt(): void {
    this.#seen = null
  }

  /** It is another recording, or none. */
  forget(): void {
    this.#place = this.#seen = this.#earlier = null
    this.#since = never
  }

  /** The place as it was at the last question, which has been written to the history by now; null for none. */
  ripe(): Place | null {
    const place = this.#earlier
    this.#earlier = this.#place
    return place
  }
}
