import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { QueueRow, WorkerRow } from '../protocol/index.ts'
import { Buckets } from './buckets.ts'
import { other } from './tally.ts'
import type { Cell } from './tally.ts'

/** Everything a scrape shows. */
export interface Scrape {
  readonly cells: Iterable<Cell>
  readonly workers: readonly WorkerRow[]
  /** Queues that workers consume. */
  readonly queues: readonly QueueRow[]
  /** Where a task goes of which no event named the queue. */
  readonly defaultQueue: string
}

type Labels = Readonly<Record<string, string>>

/** The metrics of Flower 2 and of celery-exporter, by their names and labels, in Prometheus' text format. */
export async function exposition(scrape: Scrape): Promise<{ readonly type: string; readonly text: string }> {
  const registry = new Registry()
  const cells = [...scrape.cells]
  flowerTasks(registry, cells)
  flowerWorkers(registry, scrape.workers)
  exporterTasks(registry, cells, scrape.defaultQueue)
  exporterWorkers(registry, scrape)
  return { type: registry.contentType, text: await registry.metrics() }
}

function flowerTasks(registry: Registry, cells: readonly Cell[]): void {
  const labelNames = ['worker', 'task']
  const of = ({ worker, name }: Cell): Labels => ({ worker, task: name })
  const events = new Counter({
    ...{ name: 'flower_events_total', help: 'Number of events', labelNames: ['worker', 'type', 'task'] },
    registers: [registry],
  })
  const time = gauge(
    registry,
    'flower_task_prefetch_time_seconds',
    'The time the task spent waiting at the celery worker to be executed.',
    labelNames,
  )
  const prefetched = gauge(
    registry,
    'flower_worker_prefetched_tasks',
    'Number of tasks of given type prefetched at a worker',
    labelNames,
  )
  for (const cell of cells) {
    for (const [state, count] of cell.states) events.inc({ worker: cell.worker, type: eventType(state), task: cell.name }, count)
    if (cell.prefetchTime !== null) time.set(of(cell), cell.prefetchTime)
    if (cell.received > 0) prefetched.inc(of(cell), Math.max(0, cell.received - cell.started))
  }
  histogram(
    registry,
    'flower_task_runtime_seconds',
    'Task runtime',
    labelNames,
    merged(cells, of, ({ runtime }) => runtime),
  )
}

function flowerWorkers(registry: Registry, workers: readonly WorkerRow[]): void {
  const online = gauge(registry, 'flower_worker_online', 'Worker online status', ['worker'])
  const active = gauge(
    registry,
    'flower_worker_number_of_currently_executing_tasks',
    'Number of tasks currently executing at a worker',
    ['worker'],
  )
  for (const row of workers) {
    online.set({ worker: row.name }, Number(row.online))
    if (row.active !== null) active.set({ worker: row.name }, row.active)
  }
}

/** celery-exporter's counters, with the state each counts. */
const counted: readonly (readonly [state: string, name: string, help: string])[] = [
  ['PENDING', 'celery_task_sent', 'Sent when a task message is published.'],
  ['RECEIVED', 'celery_task_received', 'Sent when the worker receives a task.'],
  ['STARTED', 'celery_task_started', 'Sent just before the worker executes the task.'],
  ['SUCCESS', 'celery_task_succeeded', 'Sent if the task executed successfully.'],
  [
    'REJECTED',
    'celery_task_rejected',
    'The task was rejected by the worker, possibly to be re-queued or moved to a dead letter queue.',
  ],
  ['REVOKED', 'celery_task_revoked', 'Sent if the task has been revoked.'],
  ['RETRY', 'celery_task_retried', 'Sent if the task failed, but will be retried in the future.'],
]

function exporterTasks(registry: Registry, cells: readonly Cell[], defaultQueue: string): void {
  const labelNames = ['name', 'hostname', 'queue_name']
  const of = ({ worker, name, queue }: Cell): Labels => ({ name, hostname: hostOf(worker), queue_name: queue ?? defaultQueue })
  for (const [state, name, help] of counted) {
    const counter = new Counter({ name: `${name}_total`, help, labelNames, registers: [registry] })
    // A worker's counters all begin at 0, so that a first failure is a rise; publishers only send.
    for (const cell of cells) {
      const count = cell.states.get(state) ?? 0
      if (count > 0 || (state !== 'PENDING' && !isPublisher(cell))) counter.inc(of(cell), count)
    }
  }
  const failed = new Counter({
    ...{
      name: 'celery_task_failed_total',
      help: 'Sent if the execution of the task failed.',
      labelNames: [...labelNames, 'exception'],
    },
    registers: [registry],
  })
  for (const cell of cells) for (const [exception, count] of cell.exceptions) failed.inc({ ...of(cell), exception }, count)
  const runtime = merged(cells, of, (cell) => cell.runtime)
  histogram(registry, 'celery_task_runtime', 'Histogram of task runtime measurements.', labelNames, runtime)
  const help =
    'Histogram of the time tasks spend waiting in the queue before being executed, excluding deliberate ETA/countdown delay.'
  histogram(
    registry,
    'celery_task_queue_wait_time',
    help,
    labelNames,
    merged(cells, of, ({ waited }) => waited),
  )
}

function exporterWorkers(registry: Registry, { workers, queues }: Scrape): void {
  const up = gauge(registry, 'celery_worker_up', 'Indicates if a worker has recently sent a heartbeat.', ['hostname'])
  const active = gauge(registry, 'celery_worker_tasks_active', 'The number of tasks the worker is currently processing', [
    'hostname',
  ])
  for (const [hostname, rows] of grouped(workers, ({ name }) => hostOf(name))) {
    up.set({ hostname }, Number(rows.some(({ online }) => online)))
    active.set(
      { hostname },
      sumOf(rows, (row) => row.active),
    )
  }
  const length = gauge(registry, 'celery_queue_length', 'The number of message in broker queue.', ['queue_name'])
  const consumers = gauge(registry, 'celery_active_consumer_count', 'The number of active consumer in broker queue.', [
    'queue_name',
  ])
  const consuming = gauge(registry, 'celery_active_worker_count', 'The number of active workers in broker queue.', ['queue_name'])
  const processes = gauge(registry, 'celery_active_process_count', 'The number of active processes in broker queue.', [
    'queue_name',
  ])
  for (const { name, ready, consumers: count } of queues) {
    const labels = { queue_name: name }
    const serving = workers.filter((row) => row.online && row.queues.includes(name))
    if (ready !== null) length.set(labels, ready)
    if (count !== null) consumers.set(labels, count)
    consuming.set(labels, serving.length)
    processes.set(
      labels,
      sumOf(serving, ({ concurrency }) => concurrency),
    )
  }
}

function gauge(registry: Registry, name: string, help: string, labelNames: string[]): Gauge {
  return new Gauge({ name, help, labelNames, registers: [registry] })
}

/** A histogram that was counted elsewhere: the library has no way to put counts in. */
function histogram(registry: Registry, name: string, help: string, labelNames: string[], counted: readonly Counted[]): void {
  const metric = new Histogram({ name, help, labelNames, registers: [registry] })
  const described = metric.get()
  const filled = async () => ({ ...(await described), values: counted.flatMap((one) => valuesOf(name, one)) })
  // The text format asks a histogram by the second name.
  Object.assign(metric, { get: filled, getForPromString: filled })
}

interface Counted {
  readonly labels: Labels
  readonly buckets: Buckets
}

function valuesOf(name: string, { labels, buckets }: Counted) {
  let sum = 0
  const told = buckets.counts.map((count, place) => {
    sum += count
    return { metricName: `${name}_bucket`, labels: { ...labels, le: buckets.bounds[place] ?? '+Inf' }, value: sum }
  })
  return [...told, { metricName: `${name}_sum`, labels, value: buckets.sum }, { metricName: `${name}_count`, labels, value: sum }]
}

function merged(cells: readonly Cell[], labelsOf: (cell: Cell) => Labels, bucketsOf: (cell: Cell) => Buckets): Counted[] {
  const groups = grouped(
    cells.filter((cell) => bucketsOf(cell).counts.some((count) => count > 0)),
    (cell) => JSON.stringify(labelsOf(cell)),
  )
  return [...groups.values()].flatMap(([first, ...rest]) => {
    if (!first) return []
    const buckets = new Buckets(bucketsOf(first).bounds)
    for (const cell of [first, ...rest]) buckets.merge(bucketsOf(cell))
    return [{ labels: labelsOf(first), buckets }]
  })
}

function grouped<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const item of items) {
    const key = keyOf(item)
    const group = groups.get(key)
    if (group) group.push(item)
    else groups.set(key, [item])
  }
  return groups
}

function sumOf<T>(items: readonly T[], valueOf: (item: T) => number | null): number {
  return items.reduce((sum, item) => sum + (valueOf(item) ?? 0), 0)
}

const types: ReadonlyMap<string, string> = new Map([
  ['PENDING', 'task-sent'],
  ['SUCCESS', 'task-succeeded'],
  ['FAILURE', 'task-failed'],
  ['RETRY', 'task-retried'],
])

/** The event that brings a state. */
function eventType(state: string): string {
  return types.get(state) ?? (state === other ? other : `task-${state.toLowerCase()}`)
}

function isPublisher({ states }: Cell): boolean {
  return states.size === 1 && states.has('PENDING')
}

/** What stands behind the @, as celery-exporter has it. */
function hostOf(worker: string): string {
  const at = worker.indexOf('@')
  return at < 0 ? worker : worker.slice(at + 1)
}
