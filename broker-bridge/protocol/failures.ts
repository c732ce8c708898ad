import * as v from 'valibot'

/** What a person decided about a group of failures. `new` is what nobody has decided about yet. */
export const failureMarks = ['new', 'known', 'resolved'] as const
export type FailureMark = (typeof failureMarks)[number]

/** How often something was affected, for example a task name. */
export interface FailureCount {
  readonly name: string
  readonly count: number
}

/** One failed run of a group. */
export interface FailureExample {
  readonly id: string
  /** Null while no event named the task. */
  readonly name: string | null
  readonly at: number
}

/** Hours that `FailureGroup.hours` counts. */
export const failureHours = 24

/**
 * Failures of one connection with one cause: the same type of exception from the same places in the code. Texts come from the
 * broker and are hostile. Times are epoch seconds.
 */
export interface FailureGroup {
  readonly connection: string
  /** Names the cause; the same on every host and after every restart. */
  readonly fingerprint: string
  /** Name of the exception's type, without its module. */
  readonly type: string
  /** Function and file in which the application itself was last, as `charge (shop/pay.py)`; null where the failure came without a traceback. */
  readonly place: string | null
  /** What the newest failure said, shortened. */
  readonly exception: string
  readonly count: number
  readonly firstSeen: number
  readonly lastSeen: number
  /** When a failure was heard of last as it happened, and not replayed from a recording; 0 where none was. */
  readonly lastHeard?: number | undefined
  /** Failures in each of `failureHours` hours, the oldest first. */
  readonly hours: readonly number[]
  /** The last of these hours, counted since the epoch; it may be long past. */
  readonly hour: number
  /** The task names affected most, and failures of those there was no room for. */
  readonly names: readonly FailureCount[]
  readonly otherNames: number
  readonly workers: readonly FailureCount[]
  readonly otherWorkers: number
  /** The newest first. */
  readonly examples: readonly FailureExample[]
  readonly mark: FailureMark
  /** True for a new group that had been resolved and failed again. */
  readonly cameBack: boolean
}

/** The failure inbox. */
export interface FailurePicture {
  /** The newest groups, those that failed last first. */
  readonly groups: readonly FailureGroup[]
  /** Groups held, of which `groups` may be a part. */
  readonly total: number
  /** Groups forgotten because Warren holds a bounded number. */
  readonly letGo: number
}

const Fingerprint = v.pipe(v.string(), v.maxLength(100))

/** Most groups of one picture, and of one request. */
export const failureGroupLimit = 200

/** Decides about groups. A note of Warren's own: nothing is sent to the broker, so it is allowed on read-only connections too. */
export const MarkFailuresParams = v.object({
  connection: v.pipe(v.string(), v.maxLength(100)),
  fingerprints: v.pipe(v.array(Fingerprint), v.maxLength(failureGroupLimit)),
  mark: v.picklist(failureMarks),
})
