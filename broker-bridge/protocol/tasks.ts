import * as v from 'valibot'
import { extraColumns, Sort } from './columns.ts'
import type { ColumnValue, ExtraColumn } from './columns.ts'
import type { BackendReply } from './lookups.ts'
import { queryLimit } from './queryLimits.ts'

/** Celery's states plus whatever upper-cased name a custom event brought (`task-progress` gives PROGRESS). */
export const knownStates = ['PENDING', 'RECEIVED', 'STARTED', 'RETRY', 'SUCCESS', 'FAILURE', 'REVOKED', 'REJECTED'] as const
export type KnownState = (typeof knownStates)[number]
export type TaskState = string

/** States after which nothing more happens to a task, unless somebody runs it again. */
export const endedStates: ReadonlySet<TaskState> = new Set(['SUCCESS', 'FAILURE', 'REVOKED', 'REJECTED'])

/** A task is named by its connection and its id: two brokers may hold the same id. */
export const TaskKey = v.object({
  connection: v.pipe(v.string(), v.maxLength(100)),
  id: v.pipe(v.string(), v.maxLength(1_000)),
})
export type TaskKey = v.InferOutput<typeof TaskKey>

/** How far a task says it is; its own claim. */
export interface Progress {
  /** 0 to 100; null where the whole is not known. */
  readonly percent: number | null
  /** What it counted, and of how many; null where it told only a percentage or the name of a step. */
  readonly current: number | null
  readonly total: number | null
  readonly message: string | null
}

/** One line of a list. Texts are shortened for display and are hostile: show them as text, never as markup. Times are epoch seconds. */
export interface TaskRow {
  readonly connection: string
  readonly id: string
  /** Null when the task was first seen in the middle of its life and no event named it. */
  readonly name: string | null
  readonly state: TaskState
  /** Time of the newest event about this task, by the sender's clock. */
  readonly at: number
  readonly worker: string | null
  readonly queue: string | null
  /** Seconds the task's code ran; null until it succeeded, or as measured from its events where Celery gives none. */
  readonly runtime: number | null
  readonly args: string | null
  readonly kwargs: string | null
  readonly retries: number
  readonly exception: string | null
  readonly progress: Progress | null
  /** Further columns, where the view asked for them. */
  readonly extra?: Readonly<Partial<Record<ExtraColumn, ColumnValue>>>
  /** Id of the task this one is a retry of, as Warren itself recorded it. */
  readonly retryOf: string | null
  /** True while all that is known comes from the history on this computer, and nothing was heard since. */
  readonly fromHistory?: boolean
  /** Why this task probably never ends, as one sentence: the worker that had it died. Taken back when an event proves otherwise. */
  readonly orphaned?: string
  /** What the result backend says, where it is another state than the one that events told. */
  readonly backendState?: TaskState
}

/** One step in a task's life, in the order of time. */
export interface Moment {
  readonly state: TaskState
  readonly at: number
  readonly worker: string
  /** The error of this attempt, for RETRY and FAILURE. */
  readonly exception: string | null
}

/**
 * One run of a task, as far as its events tell. Times are epoch seconds by the worker's clock; null is what no event told.
 * Errors are those of the newest 20 attempts.
 */
export interface Attempt {
  /** 1 for the first; those made before anybody watched are counted. */
  readonly number: number
  /** How it ended, or the last that was heard of it. */
  readonly state: TaskState
  readonly worker: string
  readonly receivedAt: number | null
  readonly startedAt: number | null
  readonly endedAt: number | null
  readonly exception: string | null
  readonly traceback: string | null
}

/** Everything known of one task. `args`, `kwargs` and `result` are Celery's own display texts, not JSON and not Python. */
export interface TaskDetail extends TaskRow {
  readonly result: string | null
  readonly traceback: string | null
  readonly root: string | null
  readonly parent: string | null
  readonly children: readonly string[]
  /** Ids of the retries Warren sent for this task. */
  readonly retriedAs: readonly string[]
  readonly eta: string | null
  readonly expires: string | null
  readonly exchange: string | null
  readonly routingKey: string | null
  readonly timeline: readonly Moment[]
  /** In their order; empty while no worker took the task. */
  readonly attempts: readonly Attempt[]
  /** Further fields of custom events, as JSON text; null where there are none. */
  readonly custom: string | null
  readonly sentAt: number | null
  readonly receivedAt: number | null
  readonly startedAt: number | null
  readonly endedAt: number | null
  /** What the result backend said, where Warren asked it by itself because nothing was heard for long: beside what events told. */
  readonly backend?: BackendReply
}

/** Counts by task name, for the tree. */
export interface TaskNameSummary {
  readonly connection: string
  /** Empty for tasks that no event named; a filter by the empty name finds them. */
  readonly name: string
  readonly total: number
  readonly failed: number
  readonly running: number
  /** Differs whenever something about a task of this name changed. */
  readonly revision: number
  /** The same for tasks of this name that failed, or had failed. */
  readonly failedRevision: number
}

/** What a viewer wants to see of the task list. All given conditions must hold. */
export const TaskFilter = v.object({
  connection: v.optional(v.pipe(v.string(), v.maxLength(100))),
  name: v.optional(v.pipe(v.string(), v.maxLength(1_000))),
  worker: v.optional(v.pipe(v.string(), v.maxLength(1_000))),
  states: v.optional(v.pipe(v.array(v.pipe(v.string(), v.maxLength(100))), v.maxLength(50))),
  /** In the language of `readQuery`; what cannot be read is refused as `invalid`, with the place as a `QueryProblem`. */
  query: v.optional(v.pipe(v.string(), v.maxLength(queryLimit))),
})
export type TaskFilter = v.InferOutput<typeof TaskFilter>

/** A live window on the list. While `resting`, rows keep their places and only their contents change, so offsets stay true. */
export const ViewParams = v.object({
  view: v.pipe(v.string(), v.minLength(1), v.maxLength(100)),
  filter: TaskFilter,
  first: v.pipe(v.number(), v.integer(), v.minValue(0)),
  count: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(500)),
  resting: v.boolean(),
  /** By newest activity where it is left out. */
  sort: v.optional(Sort),
  /** Columns that rows shall carry besides their own. */
  extra: v.optional(v.pipe(v.array(v.picklist(extraColumns)), v.maxLength(extraColumns.length))),
})
export type ViewParams = v.InferOutput<typeof ViewParams>

/** A whole picture of one view; any earlier one may be thrown away, so a slow viewer can skip pictures. */
export interface ViewSnapshot {
  readonly view: string
  readonly revision: number
  readonly first: number
  readonly rows: readonly TaskRow[]
  /** Tasks that match the filter. */
  readonly matched: number
  /** Tasks held for the filter's connection, or for all. */
  readonly total: number
  /** Tasks by state that match the filter's other conditions, so that every state has its number. */
  readonly states: Readonly<Record<string, number>>
  /** How many tasks were added or moved to the top since this view began to rest. */
  readonly newer: number
  /** Not all tasks were looked at as yet: there are at least so many matches, and the rows are those found so far. */
  readonly counting?: boolean
}
