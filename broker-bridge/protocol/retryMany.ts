import * as v from 'valibot'
import type { FailureCount } from './failures.ts'
import { TaskFilter } from './tasks.ts'

/** Most tasks of one yes. */
export const retryManyLimit = 5_000
/** Most groups of failures of one request. */
export const retryGroupLimit = 10
/** Tasks a second. */
export const retryRates = { least: 0.1, most: 1_000, usual: 10 } as const

const connection = v.pipe(v.string(), v.maxLength(100))
const id = v.pipe(v.string(), v.minLength(1), v.maxLength(1_000))

/** Which tasks: named, found by a filter, or failed for the same reasons. */
export const RetryTarget = v.variant('by', [
  v.object({ by: v.literal('ids'), ids: v.pipe(v.array(id), v.minLength(1), v.maxLength(retryManyLimit)) }),
  /** Without states, the failed ones of those it finds. */
  v.object({ by: v.literal('filter'), filter: TaskFilter }),
  v.object({
    by: v.literal('failures'),
    fingerprints: v.pipe(v.array(v.pipe(v.string(), v.maxLength(100))), v.minLength(1), v.maxLength(retryGroupLimit)),
  }),
])
export type RetryTarget = v.InferOutput<typeof RetryTarget>

/** A dry run: what running these tasks again would do. Nothing is sent. */
export const PlanRetryManyParams = v.object({ connection, target: RetryTarget })
export type PlanRetryManyParams = v.InferOutput<typeof PlanRetryManyParams>

/** `ready` is sent; `edit` needs a person to complete it, one by one; `blocked` cannot or must not be sent now. */
export const retryVerdicts = ['ready', 'edit', 'blocked'] as const
export type RetryVerdict = (typeof retryVerdicts)[number]

/** Tasks of one verdict for one reason. */
export interface RetryHeap {
  readonly verdict: RetryVerdict
  /** As one sentence that says what to do, where something can be done. */
  readonly reason: string
  readonly count: number
  /** Some of them, the newest first. Names are hostile. */
  readonly examples: readonly { readonly id: string; readonly name: string | null }[]
}

export interface RetryManyPlan {
  readonly connection: string
  readonly ready: number
  readonly edit: number
  readonly blocked: number
  /** In the order of verdicts, the largest first. */
  readonly heaps: readonly RetryHeap[]
  /** Matching tasks beyond `retryManyLimit`, which were not looked at. */
  readonly beyond: number
  /** What would be sent, by name and by queue; the most frequent first. */
  readonly names: readonly FailureCount[]
  readonly queues: readonly FailureCount[]
  /** Ready tasks with callbacks, a chain or a chord that Warren knows of: carried along only if asked. */
  readonly withCanvas: number
  /** What the new runs keep of the old ones and what not, a sentence each. */
  readonly keeps: readonly string[]
}

/** Runs them again, each under a new id. Answers `confirmation_needed` with the count of those that are ready. */
export const RetryManyParams = v.object({
  connection,
  target: RetryTarget,
  /** At most so many tasks a second. */
  rate: v.optional(
    v.pipe(
      v.number(),
      v.minValue(retryRates.least, `a rate is at least ${retryRates.least} tasks a second`),
      v.maxValue(retryRates.most, `a rate is at most ${retryRates.most} tasks a second`),
    ),
    retryRates.usual,
  ),
  carryCanvas: v.optional(v.boolean(), false),
  /** One key is one operation, whoever sends it and however often. */
  key: v.pipe(v.string(), v.minLength(8), v.maxLength(100)),
  nonce: v.optional(v.pipe(v.string(), v.maxLength(100))),
})
export type RetryManyParams = v.InferOutput<typeof RetryManyParams>

/**
 * What became of one task. `uncertain`: the broker went away before it confirmed the message, so nobody knows whether it arrived.
 * `skipped`: no longer to be sent when its turn came. `unsent`: the work stopped before its turn.
 */
export const retryOutcomes = ['retried', 'failed', 'uncertain', 'skipped', 'unsent'] as const
export type RetryOutcome = (typeof retryOutcomes)[number]

export interface RetriedTask {
  readonly id: string
  readonly name: string | null
  readonly outcome: RetryOutcome
  /** The id it was, or perhaps was, sent under; null where nothing was. */
  readonly newId: string | null
  /** Why it was not sent, or is not certain; null where it was. */
  readonly reason: string | null
}

export const GetRetryReportParams = v.object({ operation: v.pipe(v.string(), v.maxLength(100)) })

export interface RetryReport {
  readonly operation: string
  readonly connection: string
  /** Epoch seconds; the end is null while it goes on. */
  readonly startedAt: number
  readonly endedAt: number | null
  readonly counts: Readonly<Record<RetryOutcome, number>>
  /** In the order of sending; grows while it goes on. */
  readonly tasks: readonly RetriedTask[]
  /** Finds the new runs in the feed. */
  readonly query: string
}
