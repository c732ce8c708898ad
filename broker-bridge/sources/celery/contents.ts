import type { JsonReading } from './json.ts'

/** Why the bytes of a message were not read. A closed set of words, good for counting and for people. */
export type Unreadable =
  | 'empty'
  | 'too large'
  | 'pickled'
  | 'yaml'
  | 'msgpack'
  | 'signed'
  | 'unknown content type'
  | 'unknown encoding'
  | 'not JSON'
  | 'too deep'

export type ContentReading = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly reason: Unreadable }

/** Longest body that is looked into, in bytes. A batch of 24 events with long tracebacks stays far below. */
const contentLimit = 16 * 1024 * 1024

/** kombu's serializers by content type. None of them is ever decoded: unpickling runs code. */
const foreign: ReadonlyMap<string, Unreadable> = new Map([
  ['application/x-python-serialize', 'pickled'],
  ['application/x-yaml', 'yaml'],
  ['application/yaml', 'yaml'],
  ['application/x-msgpack', 'msgpack'],
  ['application/data', 'signed'],
])

/**
 * Reads the body of an event or of a worker's answer with the given JSON reader.
 * @param contentType absent counts as JSON; reading is harmless
 */
export function readContent(
  content: Uint8Array,
  contentType: string | undefined,
  contentEncoding: string | undefined,
  read: (text: string) => JsonReading,
): ContentReading {
  if (contentType !== 'application/json' && contentType !== undefined) {
    const reason = foreignType(contentType)
    if (reason !== undefined) return { ok: false, reason }
  }
  if (content.length === 0) return { ok: false, reason: 'empty' }
  if (content.length > contentLimit) return { ok: false, reason: 'too large' }
  const text = contentEncoding === 'utf-8' ? utf8(content) : decode(content, contentEncoding)
  return text === undefined ? { ok: false, reason: 'unknown encoding' } : read(text)
}

function foreignType(contentType: string): Unreadable | undefined {
  const type = contentType.slice(0, 200).split(';', 1)[0]?.trim().toLowerCase()
  if (type === 'application/json' || type === 'text/json') return undefined
  return foreign.get(type ?? '') ?? 'unknown content type'
}

function utf8(content: Uint8Array): string {
  const bytes = Buffer.isBuffer(content) ? content : Buffer.from(content.buffer, content.byteOffset, content.byteLength)
  return bytes.toString('utf8')
}

/** JSON is UTF-8 unless its sender says otherwise; bytes that are not valid become U+FFFD. */
function decode(content: Uint8Array, encoding: string | undefined): string | undefined {
  const name = (encoding ?? 'utf-8').slice(0, 40).toLowerCase()
  if (name === '' || name === 'utf-8' || name === 'utf8' || name === 'us-ascii' || name === 'ascii' || name === 'binary')
    return utf8(content)
  try {
    return new TextDecoder(name).decode(content)
  } catch {
    return undefined
  }
}
