import type { DatabasePlace } from './database.ts'
import type { FoundAnswer } from './results.ts'

/** A row of django-celery-beat's table of periodic tasks, joined with its schedule; what is not set is null. Times are its texts. */
export interface PeriodicRow {
  readonly id: number
  readonly name: string
  readonly task: string
  readonly args: string
  readonly kwargs: string
  readonly queue: string | null
  readonly exchange: string | null
  readonly routing_key: string | null
  readonly headers: string
  readonly priority: number | null
  readonly expires: string | null
  readonly expire_seconds: number | null
  readonly enabled: number
  readonly one_off: number
  readonly start_time: string | null
  readonly last_run_at: string | null
  readonly total_run_count: number
  readonly every: number | null
  readonly period: string | null
  readonly minute: string | null
  readonly hour: string | null
  readonly day_of_week: string | null
  readonly day_of_month: string | null
  readonly month_of_year: string | null
  readonly timezone: string | null
  readonly event: string | null
  readonly latitude: number | string | null
  readonly longitude: number | string | null
  readonly clocked_time: string | null
}

/** What the thread can be asked about one place. Nothing but `setPeriodic` writes. */
export interface LookupJobs {
  /** What each keeper of results that is there has of some tasks. */
  findTasks: { readonly params: { readonly ids: readonly string[] }; readonly result: readonly FoundAnswer[] }
  listPeriodic: { readonly params: null; readonly result: readonly PeriodicRow[] }
  /** Turns one on or off and tells beat. @param now epoch seconds */
  setPeriodic: {
    readonly params: { readonly id: number; readonly name: string; readonly enabled: boolean; readonly now: number }
    readonly result: null
  }
}
export type LookupJob = keyof LookupJobs

export type LookupRequest = {
  readonly [J in LookupJob]: { readonly place: DatabasePlace; readonly job: J; readonly params: LookupJobs[J]['params'] }
}[LookupJob]

export type LookupAnswer =
  | { readonly result: LookupJobs[LookupJob]['result'] }
  /** Why it was not done, as one sentence. */
  | { readonly problem: string }
