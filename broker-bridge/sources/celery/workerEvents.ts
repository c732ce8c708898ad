import type { WorkerEvent } from '../events.ts'
import { ownField } from './json.ts'
import { nameLimit, textWithin } from './limits.ts'

const kinds: ReadonlyMap<string, WorkerEvent['kind']> = new Map([
  ['worker-online', 'online'],
  ['worker-heartbeat', 'heartbeat'],
  ['worker-offline', 'offline'],
])

/**
 * Reads a `worker-*` event. Undefined for the ones that say nothing about a worker's life (gossip: `worker-elect`).
 * @param at epoch seconds, already checked
 */
export function decodeWorkerEvent(type: string, event: object, at: number): WorkerEvent | 'no worker name' | undefined {
  const kind = kinds.get(type)
  if (kind === undefined) return undefined
  const worker = textWithin(ownField(event, 'hostname'), nameLimit)
  if (worker === null || worker === '') return 'no worker name'
  const active = count(ownField(event, 'active'))
  const processed = count(ownField(event, 'processed'))
  // Answers to the command `heartbeat` say freq 5 whatever is true, and carry no counts (seen with Celery 4.4.7, 5.2.6, 5.5.3).
  const genuine = active !== null || processed !== null
  return {
    kind,
    worker,
    at,
    pid: count(ownField(event, 'pid')) ?? 0,
    clock: count(ownField(event, 'clock')) ?? 0,
    interval: genuine ? interval(ownField(event, 'freq')) : null,
    active,
    processed,
    load: load(ownField(event, 'loadavg')),
    software: software(event),
  }
}

function count(value: unknown): number | null {
  return typeof value === 'number' && value >= 0 && Number.isFinite(value) ? value : null
}

/** A day at most: a worker that announces more would count as alive for ever. */
function interval(value: unknown): number | null {
  return typeof value === 'number' && value > 0 && value <= 86_400 ? value : null
}

function load(value: unknown): readonly number[] | null {
  if (!Array.isArray(value) || value.length === 0 || value.length > 3) return null
  const numbers = value.filter((item): item is number => typeof item === 'number' && Number.isFinite(item))
  return numbers.length === value.length ? numbers : null
}

/** Such as `py-celery 5.2.6 (Linux)`. */
function software(event: object): string | null {
  const name = textWithin(ownField(event, 'sw_ident'), 100)
  const version = textWithin(ownField(event, 'sw_ver'), 100)
  const system = textWithin(ownField(event, 'sw_sys'), 100)
  const text = [name, version, system === null ? null : `(${system})`].filter((part) => part !== null).join(' ')
  return text === '' ? null : text
}
