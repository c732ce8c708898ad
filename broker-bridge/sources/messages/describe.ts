import { createHash } from 'node:crypto'
import type { WaitingMessage } from '../../protocol/index.ts'
import type { RawMessage } from './queues.ts'

/** What a task system, or the mere form of a body, says of a message; whatever is absent is not known. */
export type Reading = Partial<WaitingMessage> & Pick<WaitingMessage, 'kind' | 'body' | 'cut'>

/** What every message has, whatever its body means. */
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

type Envelope = Omit<WaitingMessage, keyof typeof nothingKnown | keyof Reading | 'kind' | 'body' | 'cut'> &
  Partial<WaitingMessage>

function envelope(message: RawMessage): Envelope & WaitingMessage {
  const { position, exchange, routingKey, redelivered, content, properties } = message
  const { headers, ...others } = properties
  const { contentType, contentEncoding, priority, timestamp, ...rest } = others
  void rest
  return {
    position,
    mark: markOf(message),
    exchange,
    routingKey,
    redelivered,
    bytes: content.length,
    contentType: textOf(contentType),
    contentEncoding: textOf(contentEncoding),
    priority: typeof priority === 'number' ? priority : null,
    at: typeof timestamp === 'number' ? timestamp : null,
    headers: JSON.stringify(headers ?? {}),
    properties: JSON.stringify(others),
    deliveries: null,
    deaths: [],
  } as unknown as Envelope & WaitingMessage
}

/** By everything its sender wrote, and by nothing the broker counts on its way. */
export function markOf({ content, properties }: RawMessage): string {
  const { messageId, correlationId, timestamp, contentType } = properties
  return createHash('sha256')
    .update(JSON.stringify([messageId, correlationId, timestamp, contentType]))
    .update(content)
    .digest('base64url')
    .slice(0, 32)
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}
