import type { TaskEvent } from '../sources/events.ts'
import type { Lives } from '../tasks/life.ts'
import type { TaskRecord } from '../tasks/record.ts'
import { Buckets, runtimeBounds, waitBounds } from './buckets.ts'

/** Most combinations of worker, name and queue of one connection. Beyond, what is new counts as `(other)`. */
const cellLimit = 2_000
const exceptionLimit = 50
const publisherLimit = 1_000
export const other = '(other)'

/** What was counted of the tasks of one name and queue on one worker. */
export class Cell {
  readonly worker: string
  readonly name: string
  /** Null where no event told. */
  readonly queue: string | null
  /** Events by state. */
  readonly states = new Map<string, number>()
  readonly exceptions = new Map<string, number>()
  readonly runtime = new Buckets(runtimeBounds)
  readonly waited = new Buckets(waitBounds)
  /** Seconds that the task started last had lain in the worker; 0 once one has ended, as Flower has it. */
  prefetchTime: number | null = null
  /** Received and started, of tasks that may start at once; in whichever order the events come. */
  received = 0
  started = 0

  constructor(worker: string, name: string, queue: string | null) {
    this.worker = worker
    this.name = name
    this.queue = queue
  }
}

/** Counts events of one connection for Prometheus: a few look-ups each, whatever the number of tasks. Pure. */
export class Tally {
  readonly #workers = new Map<string, Map<string, Map<string | null, Cell>>>()
  readonly #publishers = new Map<string, string>()
  #size = 0
  #last: Cell | undefined;

  *[Symbol.iterator](): Iterator<Cell> {
    for (const names of this.#workers.values()) for (const queues of names.values()) yield* queues.values()
  }

  note(task: TaskRecord, event: TaskEvent, lives: Lives): void {
    const cell = this.#cell(this.#workerOf(event), task.name ?? event.name ?? '', task.queue)
    count(cell.states, event.state)
    switch (event.state) {
      case 'RECEIVED':
        if (task.eta === null) cell.received++
        return
      case 'STARTED':
        return start(cell, task, event, lives)
      case 'SUCCESS':
        if (event.runtime !== null) cell.runtime.add(event.runtime)
        return restPrefetch(cell, task)
      case 'FAILURE':
        count(cell.exceptions, exceptionClass(event.exception), exceptionLimit)
        return restPrefetch(cell, task)
    }
  }

  /** A worker that is gone for good takes its numbers along. */
  forget(worker: string): void {
    for (const queues of this.#workers.get(worker)?.values() ?? []) this.#size -= queues.size
    this.#workers.delete(worker)
    this.#last = undefined
  }

  /** Publishers have a name for each process: `gen123@host` is counted as `gen@host`. */
  #workerOf({ state, worker }: TaskEvent): string {
    if (state !== 'PENDING') return worker
    const known = this.#publishers.get(worker)
    if (known !== undefined) return known
    if (this.#publishers.size >= publisherLimit) this.#publishers.clear()
    const short = worker.replace(/^(\D*)\d+@/, '$1@')
    this.#publishers.set(worker, short)
    return short
  }

  #cell(worker: string, name: string, queue: string | null): Cell {
    const last = this.#last
    if (last?.name === name && last.worker === worker && last.queue === queue) return last
    return (this.#last = this.#workers.get(worker)?.get(name)?.get(queue) ?? this.#add(worker, name, queue))
  }

  #add(worker: string, name: string, queue: string | null): Cell {
    if (this.#size >= cellLimit && !(worker === other && name === other)) return this.#cell(other, other, null)
    const names = this.#workers.get(worker) ?? new Map<string, Map<string | null, Cell>>()
    const queues = names.get(name) ?? new Map<string | null, Cell>()
    const cell = new Cell(worker, name, queue)
    this.#size++
    this.#workers.set(worker, names)
    names.set(name, queues)
    queues.set(queue, cell)
    return cell
  }
}

function start(cell: Cell, task: TaskRecord, event: TaskEvent, lives: Lives): void {
  const received = lives.newest(task, 'RECEIVED')
  if (task.eta === null) cell.started++
  if (task.eta === null && received !== null) cell.prefetchTime = Math.max(0, event.at - received)
  const sent = lives.newest(task, 'PENDING')
  if (sent === null) return
  // Waiting for its own time is no waiting in the queue.
  const due = task.eta === null ? sent : Math.max(sent, Date.parse(task.eta) / 1_000 || 0)
  cell.waited.add(Math.max(0, event.at - due))
}

function restPrefetch(cell: Cell, task: TaskRecord): void {
  if (task.eta === null && cell.prefetchTime !== null) cell.prefetchTime = 0
}

function count(counts: Map<string, number>, key: string, limit = 100): void {
  const known = counts.get(key)
  const place = known === undefined && counts.size >= limit ? other : key
  counts.set(place, (counts.get(place) ?? 0) + 1)
}

/** As celery-exporter reads it from `ValueError('no')`. */
function exceptionClass(exception: string | null): string {
  return /^(\w{1,200})\(/.exec(exception ?? '')?.[1] ?? 'UnknownException'
}
