import * as v from 'valibot'

const connection = v.pipe(v.string(), v.maxLength(100))
const key = v.pipe(v.string(), v.minLength(8), v.maxLength(100))
const nonce = v.optional(v.pipe(v.string(), v.maxLength(100)))
const periodic = { connection, id: v.pipe(v.number(), v.integer()), name: v.pipe(v.string(), v.maxLength(1_000)), key, nonce }

export const ListSchedulesParams = v.object({ connection })
/** Turns a periodic task on or off. The name has to be the one of that id, lest another task be meant. */
export const SetPeriodicParams = v.object({ ...periodic, enabled: v.boolean() })
export type SetPeriodicParams = v.InferOutput<typeof SetPeriodicParams>
/** Sends the task of a schedule once, now. */
export const RunPeriodicParams = v.object(periodic)
export type RunPeriodicParams = v.InferOutput<typeof RunPeriodicParams>

/** A task that waits for its time. Times are epoch seconds; texts are hostile. */
export interface DueTask {
  readonly id: string
  readonly name: string | null
  readonly due: number
  readonly state: string
  readonly worker: string | null
  readonly queue: string | null
  readonly args: string | null
}

/** One periodic task of django-celery-beat. Times are epoch seconds; texts are hostile. */
export interface PeriodicTask {
  readonly id: number
  readonly name: string
  readonly task: string
  /** When it runs, in words: `at 03:00 on Monday to Friday (Europe/Paris)`. */
  readonly schedule: string
  /** JSON texts. */
  readonly args: string
  readonly kwargs: string
  readonly queue: string | null
  readonly enabled: boolean
  /** Null where it never ran. Beat writes it with a delay of minutes. */
  readonly lastRun: number | null
  readonly runs: number
  /** Null where there is none, or where it cannot be told; `note` says which. */
  readonly nextRun: number | null
  /** One sentence on what is unusual, or null. */
  readonly note: string | null
  /** Why it cannot be sent now, as one sentence; null where it can. */
  readonly refusal: string | null
}

/** What is to run in the future on one connection. */
export interface Schedules {
  /** The nearest first, 500 at most. */
  readonly due: readonly DueTask[]
  /** How many there are. */
  readonly dueTotal: number
  /** The database of periodic tasks; null where none was named. `problem` says why it cannot be read, or what it lacks. */
  readonly database: { readonly file: string; readonly problem: string | null } | null
  /** By name, 1,000 at most. */
  readonly periodic: readonly PeriodicTask[]
}
