import { ownField } from './json.ts'
import { nameLimit, textWithin } from './limits.ts'

const listLimit = 10_000

/** What a worker said to a command that changes something, in its own words. */
export interface Acknowledgement {
  readonly ok: boolean
  readonly text: string
}

/** Reads `{"ok": text}` and `{"error": text}`. Anything else is no yes. */
export function readAcknowledgement(payload: unknown): Acknowledgement {
  const yes = textWithin(ownField(payload, 'ok'), nameLimit)
  if (yes !== null) return { ok: true, text: yes }
  return {
    ok: false,
    text: textWithin(ownField(payload, 'error'), nameLimit) ?? 'The worker gave an answer that Warren does not understand.',
  }
}

/** Names of the tasks a worker registered, sorted. Celery may add attributes: `shop.add [rate_limit=10/m max_retries=3]`. */
export function readRegistered(payload: unknown): readonly string[] {
  if (!Array.isArray(payload)) return []
  const names = new Set<string>()
  for (const entry of payload.slice(0, listLimit) as readonly unknown[]) {
    if (typeof entry !== 'string') continue
    const end = entry.indexOf(' [')
    const name = end === -1 ? entry : entry.slice(0, end)
    if (name !== '' && name.length <= nameLimit) names.add(name)
  }
  return [...names].sort()
}

/** Names of the queues a worker consumes from; null where the answer is none. */
export function readActiveQueues(payload: unknown): readonly string[] | null {
  if (!Array.isArray(payload)) return null
  const names = (payload.slice(0, listLimit) as readonly unknown[]).map((queue) => ownField(queue, 'name'))
  return [...new Set(names.filter((name): name is string => typeof name === 'string' && name !== '' && name.length <= nameLimit))]
}

export interface WorkerStats {
  /** `prefork`, `threads`, `solo`, `gevent`, `eventlet`, or whatever an application brought. */
  readonly pool: string | null
  /** Processes or threads that run tasks. */
  readonly concurrency: number | null
}

export function readStats(payload: unknown): WorkerStats {
  const pool = ownField(payload, 'pool')
  const processes: unknown = ownField(pool, 'processes')
  const count = Array.isArray(processes) ? processes.length : null
  return {
    pool: poolName(payload, pool, processes),
    // `max-concurrency` stays what it was when the pool grows or shrinks (seen with Celery 5.2.6 and 5.5.3); processes do not lie.
    concurrency: count ?? whole(ownField(pool, 'max-concurrency')),
  }
}

/** Celery before 5.3 does not name its pool; its details give it away. */
function poolName(payload: unknown, pool: unknown, processes: unknown): string | null {
  const implementation = textWithin(ownField(pool, 'implementation'), nameLimit)
  if (implementation !== null) {
    const module = implementation.split(':', 1)[0]?.split('.').at(-1) ?? ''
    return module === 'thread' ? 'threads' : module === '' ? null : module
  }
  if (ownField(pool, 'threads') !== undefined) return 'threads'
  if (!Array.isArray(processes)) return null
  return processes.length === 1 && processes[0] === ownField(payload, 'pid') ? 'solo' : 'prefork'
}

function whole(value: unknown): number | null {
  return typeof value === 'number' && value >= 0 && Number.isSafeInteger(value) ? value : null
}

/** What matters to Warren in a worker's settings. */
export interface WorkerSettings {
  /** `worker_send_task_events`; a worker started with `-E` sends events all the same. */
  readonly sendsEvents: boolean
  /** `task_default_queue`; null where the application leaves it at its default. */
  readonly defaultQueue: string | null
}

/**
 * Reads an answer to `conf` without defaults: what is absent has its default. Keys come as the application wrote them: new names, new
 * names with a namespace in capitals (`CELERY_WORKER_SEND_TASK_EVENTS`), or those of Celery 3 (`CELERY_SEND_EVENTS`).
 * @returns null where the answer is none
 */
export function readSettings(payload: unknown): WorkerSettings | null {
  const find = settingsFinder(payload)
  if (find === null) return null
  return {
    sendsEvents: find('worker_send_task_events', 'celery_send_events') === true,
    defaultQueue: textWithin(find('task_default_queue', 'celery_default_queue'), nameLimit),
  }
}

/** The address of the result backend as an answer to `conf` has it, its password masked; null where it names none. */
export function readResultBackend(payload: unknown): string | null {
  return textWithin(settingsFinder(payload)?.('result_backend', 'celery_result_backend'), nameLimit)
}

/** Finds settings in an answer to `conf` by any of their names; null where the answer is none. */
export function settingsFinder(payload: unknown): ((...names: readonly string[]) => unknown) | null {
  if (typeof payload !== 'object' || payload === null || Array.isArray(payload) || Object.hasOwn(payload, 'error')) return null
  const settings: readonly (readonly [string, unknown])[] = Object.entries(payload).slice(0, listLimit)
  return (...names) => settings.find(([key]) => names.some((name) => isSetting(key.toLowerCase(), name)))?.[1]
}

function isSetting(key: string, name: string): boolean {
  return key === name || key.endsWith(`_${name}`)
}
