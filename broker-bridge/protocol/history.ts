import * as v from 'valibot'
import { extraColumns } from './columns.ts'
import type { TaskRow } from './tasks.ts'

/** What is kept of a connection's tasks on this computer. */
export interface HistoryStatus {
  /** Path of the file. */
  readonly file: string
  /** False while nothing is written; `message` says why. */
  readonly kept: boolean
  /** Size of the file, and tasks in it, of all brokers; null until that is known. */
  readonly bytes: number | null
  readonly tasks: number | null
  /** Tasks that were not written because the disk was too slow. */
  readonly skipped: number
  /** False while the bridge of another window writes what happens on this broker. */
  readonly writtenHere: boolean
  /** What is wrong with it, or became of it, as one sentence. */
  readonly message: string | null
}

/** Asks for tasks of earlier days, newest first. An empty query finds all. */
export const QueryHistoryParams = v.object({
  connection: v.pipe(v.string(), v.maxLength(100)),
  query: v.pipe(v.string(), v.maxLength(4_000)),
  /** `next` of the page before. */
  before: v.optional(v.nullable(v.number()), null),
  limit: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1_000)),
  /** Columns that rows shall carry besides their own. */
  extra: v.optional(v.pipe(v.array(v.picklist(extraColumns)), v.maxLength(extraColumns.length)), []),
})
export type QueryHistoryParams = v.InferOutput<typeof QueryHistoryParams>

/** Rows say `fromHistory` unless the memory has heard of them since this bridge began. */
export interface HistoryPage {
  readonly tasks: readonly TaskRow[]
  /** Where to go on, null where nothing is left. A page may be short, or even empty, and yet not the last: searches take turns. */
  readonly next: number | null
  /** Matches from here on, as far as they were counted: up to 1,000. */
  readonly counted: number
  /** Whether there are no more matches than were counted. */
  readonly countedAll: boolean
  /** How far back it was looked, in epoch seconds; null where nothing is left to look at. */
  readonly reached: number | null
}
