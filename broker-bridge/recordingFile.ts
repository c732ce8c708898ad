import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import * as v from 'valibot'
import { messageOf } from './protocol/index.ts'
import type { HistoryStatus } from './protocol/index.ts'
import type { RecordingMemory } from './sources/recordingMemory.ts'

const Place = v.object({
  offset: v.pipe(v.number(), v.safeInteger(), v.minValue(-1)),
  mark: v.pipe(v.string(), v.maxLength(100)),
})
const Kept = v.object({
  version: v.literal(1),
  recordings: v.array(
    v.object({
      broker: v.string(),
      queue: v.string(),
      asked: v.boolean(),
      place: v.nullable(Place),
      since: v.nullable(v.number()),
    }),
  ),
})
type Entry = v.InferOutput<typeof Kept>['recordings'][number]

const longestFile = 2 ** 20
/** Brokers remembered; the one kept longest without a change goes. */
const limit = 200

/**
 * Remembers the recordings of brokers, and up to which place of each everything is in the history of this computer, in a file that
 * only its owner can read. Several bridges may share it: each changes the entry of its broker only. Nothing here throws: without this file
 * a recording is merely replayed from its beginning.
 */
export class RecordingFile {
  readonly #file: string | null
  readonly #log: (line: string) => void
  #complained = false

  /** @param history file of the history, beside which this one lies since it tells how much of a recording is in there; null keeps nothing */
  constructor(history: string | null, log: (line: string) => void) {
    this.#file = history === null ? null : `${history}.recordings.json`
    this.#log = log
  }

  /**
   * @param isKept whether the history has tasks of this broker: without them nothing is known, whatever was written here
   * @param history how the history is now: a place is kept only by the one that writes
   */
  memory(broker: string, isKept: boolean, history: () => HistoryStatus | null): RecordingMemory {
    const known = this.#read().find((entry) => entry.broker === broker)
    const place = isKept ? (known?.place ?? null) : null
    let queue = known?.asked === true ? known.queue : null
    let written = JSON.stringify(known ?? null)
    return {
      get queue() {
        return queue
      },
      place,
      since: known?.since ?? null,
      keep: (kept) => {
        if (kept === null) queue = null
        else if (kept.asked) queue = kept.queue
        const status = history()
        const mayPlace = status !== null && status.kept && status.writtenHere
        if (kept && !kept.asked && !mayPlace) return
        const entry = kept && {
          broker,
          queue: kept.queue,
          asked: kept.queue === queue,
          place: mayPlace ? kept.place : null,
          since: kept.since,
        }
        if (JSON.stringify(entry) === written) return
        written = JSON.stringify(entry)
        this.#put(broker, entry)
      },
    }
  }

  #put(broker: string, entry: Entry | null): void {
    if (this.#file === null) return
    const others = this.#read().filter((one) => one.broker !== broker)
    const recordings = [...others, ...(entry ? [entry] : [])].slice(-limit)
    try {
      this.#write(this.#file, JSON.stringify({ version: 1, recordings }))
    } catch (error) {
      if (!this.#complained) this.#log(`What is known of recordings could not be kept: ${messageOf(error)}`)
      this.#complained = true
    }
  }

  /** By way of another file, so that whatever happens one of them is whole. */
  #write(file: string, text: string): void {
    const written = `${file}.${process.pid}`
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
    rmSync(written, { force: true })
    writeFileSync(written, text, { mode: 0o600, flag: 'wx' })
    renameSync(written, file)
  }

  #read(): Entry[] {
    if (this.#file === null) return []
    try {
      if ((statSync(this.#file, { throwIfNoEntry: false })?.size ?? 0) > longestFile) return []
      return v.parse(Kept, JSON.parse(readFileSync(this.#file, 'utf8'))).recordings
    } catch {
      return []
    }
  }
}
