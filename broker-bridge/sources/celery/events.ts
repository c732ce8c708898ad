import type { TaskState } from '../../protocol/index.ts'
import type { EventBatch, TaskEvent, WorkerEvent } from '../events.ts'
import { readContent } from './contents.ts'
import type { Unreadable } from './contents.ts'
import { customFields } from './custom.ts'
import { trueException } from './errorText.ts'
import { readShallowJson } from './json.ts'
import { nameLimit, textLimit, textWithin, tracebackLimit } from './limits.ts'
import { decodeWorkerEvent } from './workerEvents.ts'

/** Why an event was not understood. A closed set of words, good for counting and for people. */
export type MalformedEvent = Unreadable | 'not an event' | 'no id' | 'id too long' | 'no type' | 'unknown type' | 'no worker name'

interface Draft {
  readonly tasks: TaskEvent[]
  readonly workers: WorkerEvent[]
  readonly malformed: MalformedEvent[]
}

/** An event as its sender wrote it. Any field may be anything. */
export interface RawEvent {
  readonly type?: unknown
  readonly uuid?: unknown
  readonly hostname?: unknown
  readonly timestamp?: unknown
  readonly pid?: unknown
  readonly clock?: unknown
  readonly name?: unknown
  readonly args?: unknown
  readonly kwargs?: unknown
  readonly root_id?: unknown
  readonly parent_id?: unknown
  readonly retries?: unknown
  readonly eta?: unknown
  readonly expires?: unknown
  readonly queue?: unknown
  readonly exchange?: unknown
  readonly routing_key?: unknown
  readonly result?: unknown
  readonly runtime?: unknown
  readonly exception?: unknown
  readonly traceback?: unknown
}

/** A worker flushes at 24 events; more than this in one message is no batch. */
const batchLimit = 100_000
const stateLimit = 100
/** Year 9999: whatever is later is no time. */
const latest = 253_402_300_800

/**
 * Decodes one message of the event exchange: a single event, or a batch of them (`task.multi`, possibly empty). Never throws.
 * @param receivedAt epoch seconds, taken where an event's own time is missing or absurd
 */
export function decodeEvents(
  content: Uint8Array,
  contentType: string | undefined,
  contentEncoding: string | undefined,
  receivedAt: number,
): EventBatch {
  const draft: Draft = { tasks: [], workers: [], malformed: [] }
  const reading = readContent(content, contentType, contentEncoding, readShallowJson)
  if (!reading.ok) draft.malformed.push(reading.reason)
  else if (!Array.isArray(reading.value)) decodeEvent(reading.value, receivedAt, draft)
  else if (reading.value.length > batchLimit) draft.malformed.push('too large')
  else for (const event of reading.value as readonly unknown[]) decodeEvent(event, receivedAt, draft)
  return draft
}

function decodeEvent(event: unknown, receivedAt: number, draft: Draft): void {
  if (!isObject(event)) {
    draft.malformed.push('not an event')
    return
  }
  const type = event.type
  if (typeof type !== 'string') draft.malformed.push('no type')
  else if (type.startsWith('task-')) decodeTaskEvent(type, event, receivedAt, draft)
  else if (type.startsWith('worker-')) decodeWorker(type, event, receivedAt, draft)
  else draft.malformed.push('unknown type')
}

function isObject(value: unknown): value is RawEvent {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function decodeTaskEvent(type: string, event: RawEvent, receivedAt: number, draft: Draft): void {
  const id = event.uuid
  if (typeof id !== 'string' || id === '') {
    draft.malformed.push('no id')
    return
  }
  if (id.length > nameLimit) {
    draft.malformed.push('id too long')
    return
  }
  const known = knownState(type)
  if (known !== undefined) draft.tasks.push(taskEvent(id, known, event, receivedAt, null))
  else if (type.length > 5 && type.length <= stateLimit) {
    draft.tasks.push(taskEvent(id, type.slice(5).toUpperCase(), event, receivedAt, customFields(event)))
  } else draft.malformed.push('unknown type')
}

function knownState(type: string): TaskState | undefined {
  switch (type) {
    case 'task-received':
      return 'RECEIVED'
    case 'task-started':
      return 'STARTED'
    case 'task-succeeded':
      return 'SUCCESS'
    case 'task-sent':
      return 'PENDING'
    case 'task-failed':
      return 'FAILURE'
    case 'task-retried':
      return 'RETRY'
    case 'task-revoked':
      return 'REVOKED'
    case 'task-rejected':
      return 'REJECTED'
    default:
      return undefined
  }
}

/** One literal for all events, always with the same fields in the same order: this runs hundreds of thousands of times a second. */
function taskEvent(id: string, state: TaskState, event: RawEvent, receivedAt: number, custom: TaskEvent['custom']): TaskEvent {
  const traceback = textWithin(event.traceback, tracebackLimit)
  return {
    id,
    state,
    at: timeOr(event.timestamp, receivedAt),
    worker: textWithin(event.hostname, nameLimit) ?? '',
    pid: numberOr(event.pid, 0),
    clock: numberOr(event.clock, 0),
    name: textWithin(event.name, nameLimit),
    args: textWithin(event.args, textLimit),
    kwargs: textWithin(event.kwargs, textLimit),
    root: textWithin(event.root_id, nameLimit),
    parent: textWithin(event.parent_id, nameLimit),
    retries: countOrNull(event.retries),
    eta: textWithin(event.eta, nameLimit),
    expires: textWithin(event.expires, nameLimit),
    queue: textWithin(event.queue, nameLimit),
    exchange: textWithin(event.exchange, nameLimit),
    routingKey: textWithin(event.routing_key, nameLimit),
    result: textWithin(event.result, textLimit),
    runtime: secondsOrNull(event.runtime),
    exception: trueException(textWithin(event.exception, textLimit), traceback),
    traceback,
    custom,
  }
}

function decodeWorker(type: string, event: RawEvent, receivedAt: number, draft: Draft): void {
  const decoded = decodeWorkerEvent(type, event, timeOr(event.timestamp, receivedAt))
  if (typeof decoded === 'string') draft.malformed.push(decoded)
  else if (decoded !== undefined) draft.workers.push(decoded)
}

function timeOr(value: unknown, fallback: number): number {
  return typeof value === 'number' && value > 0 && value < latest ? value : fallback
}

function numberOr(value: unknown, fallback: number): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : fallback
}

function countOrNull(value: unknown): number | null {
  return typeof value === 'number' && value >= 0 && Number.isSafeInteger(value) ? value : null
}

function secondsOrNull(value: unknown): number | null {
  return typeof value === 'number' && value >= 0 && Number.isFinite(value) ? value : null
}
