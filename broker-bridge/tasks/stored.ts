import * as v from 'valibot'
import type { TaskState } from '../protocol/index.ts'
import type { Lives } from './life.ts'
import { Described, TaskRecord } from './record.ts'
import type { TaskError } from './record.ts'

const text = v.optional(v.string())
const number = v.optional(v.number())
const Errors = v.array(
  v.object({
    at: v.number(),
    state: v.string(),
    exception: v.nullable(v.string()),
    traceback: v.nullable(v.string()),
    fingerprint: text,
  }),
)

/**
 * A task as it is kept on disk: all that its record holds, and nothing that depends on the store it was in. What is null is left
 * out. Moments are time, state, worker, process id and clock, so that an event that comes again is still recognised.
 */
export const StoredTask = v.object({
  id: v.string(),
  moments: v.array(v.tuple([v.number(), v.string(), v.string(), v.number(), v.number()])),
  base: text,
  name: text,
  args: text,
  kwargs: text,
  eta: text,
  expires: text,
  root: text,
  parent: text,
  queue: text,
  exchange: text,
  routingKey: text,
  worker: text,
  retries: number,
  result: text,
  runtime: number,
  errors: v.optional(Errors),
  custom: v.optional(v.object({ at: v.number(), fields: v.record(v.string(), v.unknown()) })),
  retryOf: text,
  retriedAs: v.optional(v.array(v.string())),
  described: number,
})
export type StoredTask = v.InferOutput<typeof StoredTask>

const plain = [
  'base',
  'name',
  'args',
  'kwargs',
  'eta',
  'expires',
  'root',
  'parent',
  'queue',
  'exchange',
  'routingKey',
  'worker',
  'retries',
  'result',
  'runtime',
  'errors',
  'custom',
  'retryOf',
  'retriedAs',
  'described',
] as const

/** All of a record that has to outlive its store. */
export function toStored(task: TaskRecord, lives: Lives): StoredTask {
  const origins = lives.origins(task)
  const moments = lives.steps(task).map(({ at, state, worker }, index): StoredTask['moments'][number] => {
    const { pid, clock } = origins[index] ?? { pid: 0, clock: 0 }
    return [at, state, worker, pid, clock]
  })
  const said = plain.filter((key) => task[key] !== null).map((key) => [key, task[key]] as const)
  return { id: task.id, moments, ...Object.fromEntries(said) }
}

/** The record again, in the numbers of another store's lives. Events it was made of change nothing when they come again. */
export function fromStored(connection: string, stored: StoredTask, lives: Lives): TaskRecord {
  const task = new TaskRecord(connection, stored.id)
  const { moments, ...said } = stored
  Object.assign(task, said)
  if (task.root === task.id) task.root = task.id
  for (const [at, state, worker, pid, clock] of moments) lives.add(task, { at, state, worker, pid, clock })
  return task
}

/** @returns undefined where this is no task that was stored: the file is not to be trusted */
export function readStored(json: string): StoredTask | undefined {
  try {
    const read = v.safeParse(StoredTask, JSON.parse(json))
    return read.success ? read.output : undefined
  } catch {
    return undefined
  }
}

/** Adds what another record of the same task knows, by the same rules as if all its events had come. */
export function join(task: TaskRecord, other: TaskRecord, lives: Lives): void {
  const [steps, origins] = [lives.steps(other), lives.origins(other)]
  const [describes, succeeded] = [describesBetter(other, task, lives), isLater(other, task, 'SUCCESS', lives)]
  task.base ??= other.base
  for (const [index, step] of steps.entries()) lives.add(task, { ...step, pid: 0, clock: 0, ...origins[index] })
  task.worker = lives.steps(task).findLast(({ state }) => state !== 'PENDING')?.worker ?? task.worker ?? other.worker
  if (describes) describe(task, other)
  if (succeeded) {
    task.result = other.result
    task.runtime = other.runtime
  }
  if (other.custom !== null && other.custom.at > (task.custom?.at ?? 0)) task.custom = other.custom
  joinRelations(task, other)
  task.errors = joinErrors(task.errors, other.errors)
}

function describesBetter(one: TaskRecord, other: TaskRecord, lives: Lives): boolean {
  if (one.described !== other.described) return one.described > other.described
  return isLater(one, other, one.described === Described.byReceived ? 'RECEIVED' : 'PENDING', lives)
}

function isLater(one: TaskRecord, other: TaskRecord, state: TaskState, lives: Lives): boolean {
  return (lives.newest(one, state) ?? 0) > (lives.newest(other, state) ?? 0)
}

function describe(task: TaskRecord, { described, name, args, kwargs, eta, expires }: TaskRecord): void {
  Object.assign(task, { described, name, args, kwargs, eta, expires })
}

function joinRelations(task: TaskRecord, other: TaskRecord): void {
  task.retries = Math.max(task.retries, other.retries)
  task.root = larger(task.root, other.root)
  task.parent = larger(task.parent, other.parent)
  task.queue ??= other.queue
  task.exchange ??= other.exchange
  task.routingKey ??= other.routingKey
  task.retryOf ??= other.retryOf
  if (other.retriedAs) task.retriedAs = [...new Set([...other.retriedAs, ...(task.retriedAs ?? [])])]
}

function larger(one: string | null, other: string | null): string | null {
  if (one === null || other === null) return one ?? other
  return one > other ? one : other
}

const errorLimit = 20

function joinErrors(ours: TaskError[] | null, theirs: TaskError[] | null): TaskError[] | null {
  if (theirs === null) return ours
  const known = new Set(ours?.map(nameOf))
  const all = [...(ours ?? []), ...theirs.filter((error) => !known.has(nameOf(error)))]
  return all.sort((one, other) => one.at - other.at).slice(-errorLimit)
}

function nameOf({ at, state, exception }: TaskError): string {
  return `${at} ${state} ${exception ?? ''}`
}
