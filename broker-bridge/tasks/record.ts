import type { TaskState } from '../protocol/index.ts'
import type { TaskEvent } from '../sources/events.ts'
import { causeOf } from './fingerprint.ts'
import { newestTime } from './life.ts'
import type { Living, Lives } from './life.ts'
import type { Home, OrphanReason } from './orphans.ts'
import { Link } from './recency.ts'
import type { Placed } from './places.ts'
import type { Kind } from './summaries.ts'
import type { Kin } from './workflows.ts'

/** One failed attempt, or the reason of one retry. */
export interface TaskError {
  readonly at: number
  readonly state: TaskState
  readonly exception: string | null
  readonly traceback: string | null
  /** Names the cause of a failure; absent for the reason of a retry. */
  readonly fingerprint?: string | undefined
}

/** Fields of the newest custom event. */
export interface Custom {
  readonly at: number
  readonly fields: Readonly<Record<string, unknown>>
}

const errorLimit = 20

/** Which event gave a task its name and arguments; received counts before sent, whatever the clocks say: it is what a worker runs. */
export const Described = { not: 0, bySent: 1, byReceived: 2 } as const

/** All that is held of one task. A class, so that every record has the same shape in memory. */
export class TaskRecord implements Living, Placed {
  readonly connection: string
  readonly id: string
  state: TaskState = 'PENDING'
  base: TaskState | null = null
  moments: number[] = []
  /** Rises with every change of any task: the order of "newest activity first". */
  activity = 0
  /** Rises with every change of what the detail shows, children included. */
  revision = 0
  /** Neighbours in the table's chain of activity. */
  newer: TaskRecord | null = null
  older: TaskRecord | null = null
  /** Where this record is listed by name and state, and its link in that chain. */
  kind: Kind | null = null
  readonly link = new Link<TaskRecord>(this)
  /** Its place among the tasks of its workflow; null while it is its own root. */
  kin: Kin | null = null
  /** See `Placed`; the store alone writes it. */
  place = -1
  /** Characters of its longer texts when they were counted last. */
  text = 0
  /** Waiting in the store's list of changed tasks. */
  touched = false
  /** The worker that has it; null while none does. */
  home: Home | null = null
  /** Why it probably never ends; null where nothing says so. */
  orphaned: OrphanReason | null = null
  /** Read back from the history, and not heard of since. */
  fromHistory = false
  name: string | null = null
  args: string | null = null
  kwargs: string | null = null
  eta: string | null = null
  expires: string | null = null
  root: string | null = null
  parent: string | null = null
  queue: string | null = null
  exchange: string | null = null
  routingKey: string | null = null
  worker: string | null = null
  retries = 0
  result: string | null = null
  runtime: number | null = null
  errors: TaskError[] | null = null
  custom: Custom | null = null
  retryOf: string | null = null
  retriedAs: string[] | null = null
  /** Which event gave name and arguments. Their time is that of its moment: times of their own would cost more than all else here. */
  described: number = Described.not

  constructor(connection: string, id: string) {
    this.connection = connection
    this.id = id
  }

  /** Time of the newest event. */
  get at(): number {
    return newestTime(this)
  }
}

/**
 * Merges one event. Every rule takes the newest or largest of what was said, never the last that arrived, so shuffled and
 * repeated events give the same record. False when the event was already known.
 */
export function merge(task: TaskRecord, event: TaskEvent, lives: Lives): boolean {
  if (!lives.add(task, event)) return false
  task.worker = lives.worker(task, event)
  if (event.state === 'RECEIVED' || event.state === 'PENDING') describe(task, event, lives)
  if (event.state === 'SUCCESS') succeed(task, event, lives)
  else if (event.exception !== null || event.traceback !== null) addError(task, event)
  if (event.custom !== null && event.at >= (task.custom?.at ?? 0)) task.custom = { at: event.at, fields: event.custom }
  return true
}

function describe(task: TaskRecord, event: TaskEvent, lives: Lives): void {
  if (event.retries !== null && event.retries > task.retries) task.retries = event.retries
  // After a retry Celery names the task its own parent; the true parent is any other one that was ever said.
  task.parent = larger(task.parent, event.parent === event.id ? null : event.parent)
  // A task that is its own root shares one text with its id: half a kilobyte of memory in every ten tasks.
  task.root = larger(task.root, event.root === task.id ? task.id : event.root)
  if (event.queue !== null) task.queue = event.queue
  if (event.exchange !== null) task.exchange = event.exchange
  if (event.routingKey !== null) task.routingKey = event.routingKey
  const described = event.state === 'RECEIVED' ? Described.byReceived : Described.bySent
  if (described < task.described || (described === task.described && !lives.isNewest(task, event))) return
  task.described = described
  task.name = event.name
  task.args = event.args
  task.kwargs = event.kwargs
  task.eta = event.eta
  task.expires = event.expires
}

function larger(one: string | null, other: string | null): string | null {
  if (one === null || other === null) return one ?? other
  return one > other ? one : other
}

function succeed(task: TaskRecord, event: TaskEvent, lives: Lives): void {
  if (!lives.isNewest(task, event)) return
  task.result = event.result
  task.runtime = event.runtime
}

function addError(task: TaskRecord, event: TaskEvent): void {
  const { at, state, exception, traceback } = event
  const told = { at, state, exception, traceback }
  const error = state === 'FAILURE' ? { ...told, fingerprint: causeOf(exception, traceback).fingerprint } : told
  const errors = (task.errors ??= [])
  let place = errors.length
  while (place > 0 && (errors[place - 1]?.at ?? 0) > event.at) place--
  errors.splice(place, 0, error)
  if (errors.length > errorLimit) errors.shift()
}

/** Characters of a task's longer texts: what its size in memory depends on. */
export function textOf(task: TaskRecord): number {
  let sum = (task.args?.length ?? 0) + (task.kwargs?.length ?? 0) + (task.result?.length ?? 0)
  for (const error of task.errors ?? []) sum += (error.exception?.length ?? 0) + (error.traceback?.length ?? 0)
  return sum
}
