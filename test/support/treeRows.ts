import type {
  ConnectionInfo,
  QueueLine,
  QueueSnapshot,
  TaskNameSummary,
  TaskRow,
  WorkerRow,
} from '../../broker-bridge/protocol/index.ts'
import type { BookEntry } from '../../extension/connections/connectionBook.ts'
import { queueLine } from './scriptedQueues.ts'

export const now = new Date(2026, 10, 21, 12, 0, 0).getTime() / 1000
export const ready = { kind: 'idle' } as const
const can = { available: true } as const

export function info(id: string, more: Partial<ConnectionInfo> = {}): ConnectionInfo {
  return {
    id,
    name: id,
    address: 'amqp://guest@localhost/',
    readOnly: false,
    status: { kind: 'connected', since: now, message: `Connected to ${id}.` },
    broker: 'RabbitMQ 3.10.8',
    capabilities: { events: can, control: can, management: can },
    blocked: null,
    gaps: [],
    silentWorkers: { certain: [], likely: [], keptOn: false },
    malformed: {},
    ...more,
  }
}

export function entry(id: string, more: Partial<BookEntry> = {}, saved: Partial<BookEntry['saved']> = {}): BookEntry {
  return {
    saved: {
      id,
      name: id,
      address: 'amqp://guest:***@localhost/',
      management: null,
      readOnly: false,
      environment: 'development',
      keepEventsOn: false,
      files: { ca: null, cert: null, key: null },
      ...saved,
    },
    active: true,
    info: info(id),
    problem: undefined,
    ...more,
  }
}

export function queue(name: string, more: Partial<QueueLine> = {}): QueueLine {
  const row = { connection: 'shop', virtualHost: '/', name, type: 'classic', plumbing: false }
  return queueLine({ ...row, ready: 0, unacked: 0, consumers: 1 }, more)
}

/** What the tree's window on the queues of `shop` holds. */
export function queues(
  rows: readonly QueueLine[],
  more: Partial<QueueSnapshot> = {},
  limits: string | null = null,
): Map<string, QueueSnapshot> {
  const own = rows.filter(({ plumbing }) => !plumbing)
  const origin = { connection: 'shop', virtualHost: '/', total: rows.length, listed: rows.length, limits, at: now }
  const counts = { matched: own.length, plumbing: rows.length - own.length, warned: 0 }
  const snapshot = { view: 'tree:shop', revision: 1, first: 0, rows: own, ...counts, origins: [origin], ...more }
  return new Map([['shop', snapshot]])
}

export function task(id: string, more: Partial<TaskRow> = {}): TaskRow {
  return {
    connection: 'shop',
    id,
    name: 'shop.pay',
    state: 'SUCCESS',
    at: now,
    worker: 'w@h',
    queue: 'celery',
    runtime: 0.25,
    args: '(1, 2)',
    kwargs: '{}',
    retries: 0,
    exception: null,
    progress: null,
    retryOf: null,
    ...more,
  }
}

export function summary(name: string, more: Partial<TaskNameSummary> = {}): TaskNameSummary {
  return { connection: 'shop', name, total: 1, failed: 0, running: 0, revision: 1, failedRevision: 1, ...more }
}

export function worker(name: string, more: Partial<WorkerRow> = {}): WorkerRow {
  return {
    connection: 'shop',
    name,
    online: true,
    lastSeen: now,
    active: 1,
    processed: 7,
    pool: 'prefork',
    concurrency: 4,
    queues: ['celery', 'mail'],
    software: 'py-celery 5.2.6',
    pid: 12,
    load: [0.5, 1, 2],
    sendsEvents: true,
    ...more,
  }
}
