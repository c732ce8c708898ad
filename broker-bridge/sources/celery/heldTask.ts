import { isLosslessNumber, parse, stringify } from 'lossless-json'
import type { IncomingMessage } from '../broker.ts'
import type { HeldTask } from '../taskSystem.ts'
import { readContent } from './contents.ts'
import { hasTicket } from './control.ts'
import { settingsFinder } from './inspection.ts'
import { depthLimit } from './json.ts'
import type { JsonReading } from './json.ts'
import { nameLimit, textWithin } from './limits.ts'

/** Longest JSON of arguments that is taken over, in characters. */
const argumentsLimit = 100_000

/**
 * Finds a task in answers to `active`, `reserved` or `scheduled` that carry this ticket, with its arguments to the last digit. Celery tells the values
 * themselves since 4.4, and Python's display of them before, which is left alone.
 * @returns null where no answer has it, or has no values
 */
export function readHeldTask(messages: readonly IncomingMessage[], ticket: string, id: string): HeldTask | null {
  for (const { content, contentType, contentEncoding, headers } of messages) {
    if (!hasTicket(headers, ticket)) continue
    const reading = readContent(content, contentType, contentEncoding, readLossless)
    if (!reading.ok || !isPlain(reading.value)) continue
    for (const [worker, held] of Object.entries(reading.value)) {
      const found = Array.isArray(held) ? held.map(requestOf).find((request) => own(request, 'id') === id) : undefined
      if (found !== undefined) return toHeld(found, worker)
    }
  }
  return null
}

/** A task that waits for its time stands inside of what the worker's timer has of it. */
function requestOf(entry: unknown): unknown {
  return own(entry, 'request') ?? entry
}

function toHeld(request: unknown, worker: string): HeldTask | null {
  const [args, kwargs] = [own(request, 'args'), own(request, 'kwargs')]
  if (!Array.isArray(args) || !isPlain(kwargs)) return null
  const [list, names] = [stringify(args), stringify(kwargs)]
  if (list === undefined || names === undefined || list.length + names.length > argumentsLimit) return null
  const hasStarted = own(request, 'time_start') != null
  return { worker, name: textWithin(own(request, 'type'), nameLimit), args: list, kwargs: names, hasStarted }
}

/** Objects without a prototype's names: it is hostile. */
function own(value: unknown, member: string): unknown {
  return isPlain(value) && Object.hasOwn(value, member) ? value[member] : undefined
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isLosslessNumber(value)
}

function readLossless(text: string): JsonReading {
  try {
    const value = parse(text)
    return isDeeper(value, depthLimit) ? { ok: false, reason: 'too deep' } : { ok: true, value }
  } catch {
    // Also where it nests too deeply for the reader itself.
    return { ok: false, reason: 'not JSON' }
  }
}

function isDeeper(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null || isLosslessNumber(value)) return false
  return depth === 0 || Object.values(value).some((inner) => isDeeper(inner, depth - 1))
}

/**
 * Whether a worker takes tasks as JSON alone, from its answer to `conf`: then JSON holds all of a task's arguments. What is absent has
 * its default, which is JSON. Null where the answer is none.
 */
export function readsOnlyJson(conf: unknown): boolean | null {
  const find = settingsFinder(conf)
  if (find === null) return null
  const isJson = (value: unknown): boolean => value === 'json' || value === 'application/json'
  const accepted = find('accept_content', 'celery_accept_content') ?? ['json']
  const serializer = find('task_serializer', 'celery_task_serializer') ?? 'json'
  return isJson(serializer) && Array.isArray(accepted) && accepted.every(isJson)
}
