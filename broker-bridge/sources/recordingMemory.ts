import type { Place } from './recorder.ts'

/** What is to be remembered of a recording. */
export interface RecordingEntry {
  readonly queue: string
  readonly place: Place | null
  readonly since: number | null
  readonly asked: boolean
}

/** What is remembered of a broker's recording beyond this process. */
export interface RecordingMemory {
  /** The recording's name where this user began one or joined it; null where nobody did here. */
  readonly queue: string | null
  /** All up to and with this place is known: in the history of this computer. Null where nothing is. */
  readonly place: Place | null
  /** Since when nothing that was recorded is missing before that place, in epoch seconds; null where that is not known. */
  readonly since: number | null
  /** @param entry null forgets the recording; `asked` says that this user began or joined it */
  keep(entry: RecordingEntry | null): void
}
