import { createHash } from 'node:crypto'
import type { WaitingMessage } from '../../protocol/index.ts'
import { deathsOf } from './deaths.ts'
import { jsonText } from './jsonText.ts'
import type { RawMessage } from './queues.ts'

/** What a task system, or the mere form of a body, says of a message; whatever is absent is not known. */
export type Reading = Partial<WaitingMessage> & Pick<WaitingMessage, 'kind' | 'body' | 'cut'>

/** What every message has, with what its reader makes of it. */
export function describe(message: RawMessage, reading: Reading): WaitingMessage {
  return { ...nothingKnown, ...envelope(message), ...reading }
}

const nothingKnown = {
  serializer: null,
  id: null,
  name: null,
  args: null,
  kwargs: null,
  canvas: null,
  eta: null,
  expires: null,
  retries: null,
  root: null,
  parent: null,
  group: null,
  origin: null,
  problem: null,
} as const

/** UTF-16 units of headers and properties that are shown; a frame holds 128 kB of them. */
const longest = 200_000

function envelope(message: RawMessage) {
  const { position, exchange, routingKey, redelivered, content, properties } = message
  const { headers, ...others } = properties
  const { contentType, contentEncoding, priority, timestamp } = others
  return {
    position,
    mark: markOf(message),
    exchange,
    routingKey,
    redelivered,
    bytes: content.length,
    contentType: textOf(contentType),
    contentEncoding: textOf(contentEncoding),
    priority: numberOf(priority),
    at: numberOf(timestamp),
    headers: bounded(jsonText(headers ?? {})),
    properties: bounded(jsonText(others)),
    deliveries: numberOf(headerOf(message, 'x-delivery-count')),
    deaths: deathsOf(headers),
  }
}

/**
 * By everything its sender wrote, and by nothing the broker counts on its way. Large integers are kept apart by their digits, since
 * the mark names what may be deleted.
 */
export function markOf({ content, properties, exchange, routingKey }: RawMessage): string {
  const { headers, ...others } = properties
  const own = Object.entries(headers ?? {}).filter(([name]) => !counted.has(name))
  return createHash('sha256')
    .update(jsonText([exchange, routingKey, others, Object.fromEntries(own)]))
    .update(content)
    .digest('base64url')
    .slice(0, 32)
}

const counted = new Set(['x-delivery-count', 'x-acquired-count'])

/** A header of the message itself, whatever its name; undefined where there is none. */
export function headerOf({ properties }: RawMessage, name: string): unknown {
  const { headers } = properties
  if (typeof headers !== 'object' || headers === null || !Object.hasOwn(headers, name)) return undefined
  return (headers as Readonly<Record<string, unknown>>)[name]
}

export function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}

export function numberOf(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null
}

function bounded(text: string): string {
  return text.length <= longest ? text : '{"…": "too long to be shown"}'
}
