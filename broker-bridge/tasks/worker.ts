import type { BlindSetting, WorkerRow } from '../protocol/index.ts'
import type { WorkerEvent } from '../sources/events.ts'

/** What a worker told when asked, in addition to its heartbeats. */
export interface WorkerFacts {
  readonly pool: string | null
  readonly concurrency: number | null
  readonly queues: readonly string[] | null
  /** The setting `worker_send_task_events`; a worker started with `-E` sends events all the same. */
  readonly configuredToSendEvents: boolean | null
  /** Where its application sends a task that names no queue. */
  readonly defaultQueue: string | null
  /** Settings that are off and hide something from a monitor; absent or null where it did not tell. */
  readonly settingsOff?: readonly BlindSetting[] | null
}

/** One worker as far as it is known. */
export interface Worker {
  readonly name: string
  online: boolean
  lastSeen: number
  interval: number
  active: number | null
  processed: number | null
  load: readonly number[] | null
  drift: number | null
  software: string | null
  pid: number | null
  facts: WorkerFacts | null
  sendsEvents: boolean | null
  /** `processed` when events were last known to be complete; work beyond it without an event means silence. */
  processedSeen: number | null
  silentBeats: number
}

/** Celery's own default, in seconds, until a heartbeat announces another. */
const defaultInterval = 2
/** Heartbeats that must show work without events before a worker is called silent: events may be on their way. */
const silentProof = 2

/** How a worker begins that may have been told anything meanwhile. */
export const unknownEvents = { sendsEvents: null, processedSeen: null, silentBeats: 0 }

export function newWorker(name: string): Worker {
  return {
    name,
    online: false,
    lastSeen: 0,
    interval: defaultInterval,
    active: null,
    processed: null,
    load: null,
    drift: null,
    software: null,
    pid: null,
    facts: null,
    ...unknownEvents,
  }
}

/** What viewers are told of a worker. */
export function rowOf(connection: string, worker: Worker): WorkerRow {
  return {
    connection,
    name: worker.name,
    online: worker.online,
    lastSeen: worker.lastSeen,
    active: worker.online ? worker.active : null,
    processed: worker.processed,
    pool: worker.facts?.pool ?? null,
    concurrency: worker.facts?.concurrency ?? null,
    queues: worker.facts?.queues ?? [],
    software: worker.software,
    pid: worker.pid,
    load: worker.load,
    drift: worker.drift,
    sendsEvents: worker.sendsEvents ?? (worker.facts?.configuredToSendEvents === true ? true : null),
  }
}

/** Heartbeats that show work while no events come are a sign that the worker sends none. */
export function watchForSilence(worker: Worker, event: WorkerEvent): void {
  if (event.processed === null) return
  const before = worker.processedSeen
  worker.processed = event.processed
  if (before === null || event.processed < before) worker.processedSeen = event.processed
  else if (event.processed > before && worker.sendsEvents !== true) worker.silentBeats++
  else if (event.processed > before) doubt(worker, event.processed)
  if (worker.silentBeats >= silentProof) worker.sendsEvents = false
}

/** A worker that used to send events worked without one: it may have been told to stop. */
function doubt(worker: Worker, processed: number): void {
  worker.sendsEvents = null
  worker.processedSeen = processed - 1
  worker.silentBeats = 0
}
