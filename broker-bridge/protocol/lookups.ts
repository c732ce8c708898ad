import * as v from 'valibot'
import { TaskKey } from './tasks.ts'
import type { TaskState } from './tasks.ts'

/**
 * Asks the result backend for one task. Where only the workers' settings say where it is, the answer is `confirmation_needed`: the
 * same request with the nonce is the user's consent to opening that place, read-only, until the bridge ends.
 */
export const AskBackendParams = v.object({
  ...TaskKey.entries,
  nonce: v.optional(v.pipe(v.string(), v.maxLength(100))),
})
export type AskBackendParams = v.InferOutput<typeof AskBackendParams>

/** What one keeper of results holds of a task. Texts are as they were stored, are hostile, and are cut at 100,000 characters. */
export interface BackendAnswer {
  /** Where it was found: `celery_taskmeta in results.db`. */
  readonly source: string
  /** Null where what is kept cannot be read, which `inert` tells. */
  readonly state: TaskState | null
  /** Epoch seconds of the last change; the times of the table are read as UTC. */
  readonly at: number | null
  readonly name: string | null
  readonly worker: string | null
  readonly queue: string | null
  readonly args: string | null
  readonly kwargs: string | null
  /** Whether `args` and `kwargs` are the values themselves, as JSON, and not Python's display of them. */
  readonly exact: boolean
  readonly result: string | null
  /** Why the result is not shown, or not all of it, as one sentence; null where it is, or where there is none. */
  readonly inert: string | null
  readonly traceback: string | null
}

/** What a result backend knows of a task. */
export interface BackendReply {
  /** The name of the place: of a file, or of a server and its database. */
  readonly file: string
  /** From each keeper that has the task; empty where none has: a waiting task is not there yet, and results expire after a day. */
  readonly answers: readonly BackendAnswer[]
  /** Epoch seconds. */
  readonly askedAt: number
}
