import { stringify } from 'lossless-json'

const deepest = 64

/**
 * Values read from AMQP or msgpack as JSON text for people: every digit of integers, times in ISO 8601, bytes as text or in hex.
 * Never throws.
 */
export function jsonText(value: unknown): string {
  try {
    return stringify(plain(value, 0)) ?? 'null'
  } catch {
    return 'null'
  }
}

function plain(value: unknown, depth: number): unknown {
  if (value instanceof Uint8Array) return bytesText(value)
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString()
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value)
  if (typeof value !== 'object' || value === null) return typeof value === 'undefined' ? null : value
  if (depth > deepest) return '…'
  if (Array.isArray(value)) return value.map((item) => plain(item, depth + 1))
  if (value instanceof Map)
    return table(
      [...value].map(([key, item]) => [keyText(key), item]),
      depth,
    )
  return timeText(value) ?? table(Object.entries(value), depth)
}

function table(entries: readonly (readonly [string, unknown])[], depth: number): object {
  const result = Object.create(null) as Record<string, unknown>
  for (const [key, item] of entries) result[key] = plain(item, depth + 1)
  return result
}

function keyText(key: unknown): string {
  return typeof key === 'string' ? key : jsonText(key)
}

/** A timestamp as AMQP tables hold it; seconds that no calendar knows stay a number. */
function timeText(value: object): unknown {
  if (!('!' in value) || value['!'] !== 'timestamp' || !('value' in value)) return undefined
  const date = new Date(Number(value.value) * 1_000)
  return Number.isNaN(date.getTime()) ? value.value : date.toISOString()
}

const utf8 = new TextDecoder('utf-8', { fatal: true })

/** Bytes that are text are shown as text, others as hex. */
export function bytesText(bytes: Uint8Array, limit = 10_000): string {
  try {
    return utf8.decode(bytes.subarray(0, limit))
  } catch {
    return `0x${Buffer.from(bytes.subarray(0, limit)).toString('hex')}`
  }
}
