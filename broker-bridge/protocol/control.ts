import * as v from 'valibot'
import { TaskFilter } from './tasks.ts'

/** The client's own mark for one press of a button; see `EnqueueParams`. */
const pass = {
  key: v.pipe(v.string(), v.minLength(8), v.maxLength(100)),
  nonce: v.optional(v.pipe(v.string(), v.maxLength(100))),
  /** What the user typed, where the confirmation's `typed` asks for it. */
  typed: v.optional(v.pipe(v.string(), v.maxLength(1_000))),
}
const connection = v.pipe(v.string(), v.maxLength(100))
const worker = v.pipe(v.string(), v.minLength(1), v.maxLength(1_000))
const name = v.pipe(v.string(), v.minLength(1, 'a name is missing'), v.maxLength(1_000))
const queue = v.pipe(v.string(), v.minLength(1, 'the name of a queue is missing'), v.maxLength(255))
const processes = v.pipe(
  v.number(),
  v.integer('give a whole number of processes'),
  v.minValue(1, 'give at least one process'),
  v.maxValue(1_000, 'give at most 1000 processes'),
)
const seconds = v.nullable(
  v.pipe(v.number(), v.minValue(0.001, 'a limit is more than 0 seconds'), v.maxValue(31_536_000, 'a limit is at most a year')),
)

/**
 * What a worker can be told, with Celery's own names. A closed list: `election` ends a worker that is alone, `hello` hands revoked
 * tasks around, and `objgraph` writes files on the worker's machine, so Warren sends none of these.
 */
export const ControlCommand = v.variant('command', [
  v.object({ command: v.literal('pool_grow'), n: processes }),
  v.object({ command: v.literal('pool_shrink'), n: processes }),
  v.object({ command: v.literal('pool_restart') }),
  v.pipe(
    v.object({ command: v.literal('autoscale'), min: processes, max: processes }),
    v.check(({ min, max }) => min <= max, 'the least number of processes is above the largest'),
  ),
  v.object({ command: v.literal('add_consumer'), queue }),
  v.object({ command: v.literal('cancel_consumer'), queue }),
  v.object({
    command: v.literal('rate_limit'),
    task: name,
    /** `10/s`, `10/m`, `10/h`, a number a second; 0 for none. */
    rate: v.pipe(
      v.string(),
      v.maxLength(30),
      v.regex(/^\d+(\.\d+)?(\/[smh])?$/, 'write a rate as 10/s, 10/m or 10/h, or 0 for none'),
    ),
  }),
  /** Seconds; null takes a limit away. */
  v.object({ command: v.literal('time_limit'), task: name, soft: seconds, hard: seconds }),
  v.object({ command: v.literal('enable_events') }),
  v.object({ command: v.literal('disable_events') }),
  v.object({ command: v.literal('heartbeat') }),
  v.object({ command: v.literal('shutdown') }),
])
export type ControlCommand = v.InferOutput<typeof ControlCommand>
export type ControlName = ControlCommand['command']

/** Tells workers something. They are always named: without a name, Celery takes every worker to be meant. */
export const ControlParams = v.object({
  connection,
  workers: v.pipe(v.array(worker), v.minLength(1, 'name at least one worker'), v.maxLength(1_000)),
  control: ControlCommand,
  ...pass,
})
export type ControlParams = v.InferOutput<typeof ControlParams>

/** Signals that end a process or ask it to; others would surprise a pool process. */
export const terminateSignals = ['SIGTERM', 'SIGKILL', 'SIGINT', 'SIGQUIT', 'SIGHUP', 'SIGUSR1'] as const
export type TerminateSignal = (typeof terminateSignals)[number]

const id = v.pipe(v.string(), v.minLength(1), v.maxLength(1_000))
/** Most tasks of one yes. */
export const revokeLimit = 5_000

/** Which tasks: named, found by a filter, left over of a workflow, or by a header that their sender stamped (Celery 5.3). */
export const RevokeTarget = v.variant('by', [
  v.object({ by: v.literal('ids'), ids: v.pipe(v.array(id), v.minLength(1), v.maxLength(revokeLimit)) }),
  v.object({ by: v.literal('filter'), filter: TaskFilter }),
  v.object({ by: v.literal('workflow'), id }),
  v.object({
    by: v.literal('stamp'),
    header: v.pipe(v.string(), v.minLength(1, 'the name of the header is missing'), v.maxLength(255)),
    values: v.pipe(v.array(v.pipe(v.string(), v.minLength(1), v.maxLength(255))), v.minLength(1), v.maxLength(100)),
  }),
])
export type RevokeTarget = v.InferOutput<typeof RevokeTarget>

export const RevokeParams = v.object({
  connection,
  target: RevokeTarget,
  /** Also ends the processes that run them. */
  terminate: v.optional(v.boolean(), false),
  signal: v.optional(v.picklist(terminateSignals), 'SIGTERM'),
  ...pass,
})
export type RevokeParams = v.InferOutput<typeof RevokeParams>

export interface Revoked {
  /** Tasks the workers were told of; null where only the workers know which they are. */
  readonly tasks: number | null
  /** Tasks of the confirmation that had ended by themselves before it was given. */
  readonly ended: number
  readonly answers: readonly { readonly worker: string; readonly ok: boolean; readonly text: string }[]
  /** Known workers that did not answer in time: they may not know of it. */
  readonly silent: readonly string[]
}

/** What workers can be asked; nothing of it changes anything. */
export const inspections = [
  'stats',
  'conf',
  'active',
  'reserved',
  'scheduled',
  'revoked',
  'registered',
  'active_queues',
  'report',
  'clock',
  'ping',
  'memsample',
] as const
export type Inspection = (typeof inspections)[number]

export const InspectParams = v.object({
  connection,
  /** Null asks all. */
  workers: v.nullable(v.pipe(v.array(worker), v.minLength(1), v.maxLength(1_000))),
  question: v.picklist(inspections),
})
export type InspectParams = v.InferOutput<typeof InspectParams>

/** Most entries of one answer; the rest is counted. */
export const inspectionLimit = 1_000

/** What one worker answered, hostile. */
export interface WorkerReport {
  readonly worker: string
  /** Why it is no answer to the question, in the worker's own words; null where it is one. */
  readonly problem: string | null
  /** As JSON: a list, an object or a text, cut at `inspectionLimit` entries. Secrets of settings are masked. */
  readonly payload: unknown
  /** Entries of the whole answer. */
  readonly entries: number
}

export interface WorkerReports {
  readonly question: Inspection
  readonly reports: readonly WorkerReport[]
  /** Workers that were asked and did not answer in time. */
  readonly silent: readonly string[]
}

/** `2 of 3 workers answered`, with the names of the silent ones. */
export function answeredText(answered: number, silent: readonly string[]): string {
  const all = answered + silent.length
  const workers = all === 1 ? 'worker' : 'workers'
  if (silent.length === 0) return `${answered} of ${all} ${workers} answered.`
  const names = silent.slice(0, 5).join(', ')
  const more = silent.length > 5 ? ` and ${silent.length - 5} more` : ''
  return `${answered} of ${all} ${workers} answered; not in time: ${names}${more}.`
}
