import * as v from 'valibot'
import { Place } from './environment.ts'
import { TaskKey } from './tasks.ts'

/** A text that must be JSON of the given kind. Kept as text so that big integers stay exact. */
const jsonText = (limit: number) => v.pipe(v.string(), v.maxLength(limit))

/** The client's own mark for one press of a button: the bridge acts once per key and repeats its answer for a repeat. */
const key = v.pipe(v.string(), v.minLength(8), v.maxLength(100))
const nonce = v.optional(v.pipe(v.string(), v.maxLength(100)))
const connection = v.pipe(v.string(), v.maxLength(100))
const queue = v.optional(v.pipe(v.string(), v.minLength(1), v.maxLength(255)))

const seconds = v.pipe(
  v.number(),
  v.minValue(0, 'seconds from now are 0 or more'),
  v.maxValue(315_360_000, 'that is more than ten years'),
)
const wholePriority = 'a priority is a whole number from 0 to 255'
const priority = v.pipe(v.number(), v.integer(wholePriority), v.minValue(0, wholePriority), v.maxValue(255, wholePriority))

export const EnqueueParams = v.object({
  connection,
  name: v.pipe(v.string(), v.minLength(1), v.maxLength(1_000)),
  /** A JSON array. */
  args: v.optional(jsonText(900_000), '[]'),
  /** A JSON object. */
  kwargs: v.optional(jsonText(900_000), '{}'),
  queue,
  id: v.optional(v.pipe(v.string(), v.minLength(1), v.maxLength(155))),
  /** Seconds from now until the task may start. */
  countdown: v.optional(seconds),
  /** ISO 8601 with a time zone. */
  eta: v.optional(v.pipe(v.string(), v.maxLength(60))),
  /** ISO 8601 with a time zone, or seconds from now. */
  expires: v.optional(
    v.union([v.pipe(v.string(), v.maxLength(60)), seconds], 'give seconds from now, up to ten years, or ISO 8601 with a zone'),
  ),
  priority: v.optional(priority),
  key,
  nonce,
})
export type EnqueueParams = v.InferOutput<typeof EnqueueParams>

export interface Enqueued {
  readonly connection: string
  readonly id: string
  readonly queue: string
  /** True where the arguments look as if they held a secret: who keeps what was sent leaves them out. */
  readonly secret?: boolean
}

/** What Warren knows for running a task again, and how far that can be trusted. */
export interface RetryPlan {
  readonly connection: string
  readonly id: string
  readonly name: string | null
  /**
   * `payload`: its message was recorded as it was published; left as it is, it goes out again byte by byte, also where its arguments
   * cannot be read and are null here. `recorded`: Warren itself enqueued it, the arguments are exact. `worker`, `backend`: a worker that has the task, or the
   * result backend, told the values themselves. `event`: read from an event's text, every token plain, yet a type may be lost.
   * `incomplete`: shortened or doubtful; the user must complete them.
   */
  readonly source: 'payload' | 'recorded' | 'worker' | 'backend' | 'event' | 'incomplete'
  /** True where a worker or the result backend told them, yet the task may have changed them: the user is asked before. */
  readonly doubtful?: true
  /** One sentence that names the source and what may be wrong with it. */
  readonly explanation: string
  /** JSON texts; null where the user has to write them. */
  readonly args: string | null
  readonly kwargs: string | null
  /** What the events showed, for the editor. */
  readonly argsShown: string | null
  readonly kwargsShown: string | null
  /** Where it would go, or null when the user must choose among `queueChoices`. */
  readonly queue: string | null
  readonly queueSource: string
  readonly queueChoices: readonly string[]
  /** Callbacks, chain or chord that Warren recorded and would carry only if asked; null where none are known. */
  readonly canvas: string | null
  readonly kept?: RetryKept
}

/** What a new run keeps of the old one, beside arguments and queue. */
export interface RetryKept {
  readonly priority: number | null
  /** ISO 8601 with a time zone; null for no expiry. */
  readonly expires: string | null
  /** The headers its sender added, as a JSON object; null where there are none, or none are known. */
  readonly headers: string | null
  /** What is kept and what is not, a sentence each. */
  readonly sentences: readonly string[]
}

export const RetryParams = v.object({
  ...TaskKey.entries,
  /** JSON texts the user completed or edited; absent: use the plan's own. */
  args: v.optional(jsonText(900_000)),
  kwargs: v.optional(jsonText(900_000)),
  name: v.optional(v.pipe(v.string(), v.minLength(1), v.maxLength(1_000))),
  queue,
  /** These four: absent, as the plan has them; null for none. */
  priority: v.optional(v.nullable(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(255)))),
  /** ISO 8601 with a time zone. */
  expires: v.optional(v.nullable(v.pipe(v.string(), v.maxLength(60)))),
  eta: v.optional(v.nullable(v.pipe(v.string(), v.maxLength(60)))),
  /** A JSON object. */
  headers: v.optional(v.nullable(jsonText(60_000))),
  carryCanvas: v.optional(v.boolean(), false),
  key,
  nonce,
})
export type RetryParams = v.InferOutput<typeof RetryParams>

export const EnableEventsParams = v.object({
  connection,
  key,
  nonce,
})
export type EnableEventsParams = v.InferOutput<typeof EnableEventsParams>

export interface ControlAnswers {
  /** What each worker said, in its own words. */
  readonly answers: readonly { readonly worker: string; readonly ok: boolean; readonly text: string }[]
  /** Known workers that did not answer in time. */
  readonly silent: readonly string[]
}

/** What an action would do, asked back before it is done. Sending the same request with the nonce is the user's yes. */
export const Confirmation = v.object({
  nonce: v.string(),
  /** What will happen, as one question. */
  question: v.string(),
  detail: v.string(),
  /** Label of the button that does it, a verb. */
  action: v.string(),
  count: v.number(),
  /** Which broker it is done to. */
  place: Place,
  /** What the user has to type before the button may be pressed; it is sent along as `typed`. */
  typed: v.optional(v.string()),
})
export type Confirmation = v.InferOutput<typeof Confirmation>
/** What an action asks; nonce and place are the door's. */
export type Question = Omit<Confirmation, 'nonce' | 'place'>
