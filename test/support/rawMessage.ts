import type { RawMessage } from '../../broker-bridge/sources/messages/queues.ts'
import type { Sample } from '../unit/celerySamples.ts'

/** A message as it comes out of a queue. */
export function rawMessage(content: Buffer | string, more: Partial<RawMessage> = {}): RawMessage {
  return {
    position: 1,
    exchange: '',
    routingKey: 'celery',
    redelivered: false,
    properties: { contentType: 'application/json', contentEncoding: 'utf-8' },
    content: Buffer.isBuffer(content) ? content : Buffer.from(content),
    ...more,
  }
}

/** A recorded message of a real Celery publisher, as it came out of its queue. */
export function fromSample(sample: Sample): RawMessage {
  const { body, headers, properties } = sample as unknown as { body: unknown; headers: object; properties: object }
  return rawMessage(bodyBytes(body), { properties: { ...properties, headers } })
}

function bodyBytes(body: unknown): Buffer {
  if (typeof body === 'object' && body !== null && 'base64' in body) return Buffer.from(String(body.base64), 'base64')
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body))
}
