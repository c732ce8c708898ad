import {
  brotliCompressSync,
  brotliDecompressSync,
  deflateSync,
  gunzipSync,
  gzipSync,
  inflateSync,
  zstdCompressSync,
  zstdDecompressSync,
} from 'node:zlib'
import type { RawMessage } from './queues.ts'

/** Longest body that is unpacked and decoded, in bytes: what is longer is shown by its beginning. */
export const decodedLimit = 16 * 2 ** 20

interface Compression {
  readonly unpack: (bytes: Buffer) => Buffer
  /** @param before as it was packed */
  readonly pack: (bytes: Buffer, before: Buffer) => Buffer
}

const isGzip = (bytes: Buffer): boolean => bytes[0] === 0x1f
const limits = { maxOutputLength: decodedLimit }

/** kombu's compressions by what its header names. `application/x-gzip` is really zlib's format, as Python's `zlib.compress` makes it. */
const compressions: ReadonlyMap<string, Compression> = new Map([
  [
    'application/x-gzip',
    {
      unpack: (bytes) => (isGzip(bytes) ? gunzipSync(bytes, limits) : inflateSync(bytes, limits)),
      pack: (bytes, before) => (isGzip(before) ? gzipSync(bytes) : deflateSync(bytes)),
    },
  ],
  [
    'application/x-brotli',
    { unpack: (bytes) => brotliDecompressSync(bytes, limits), pack: (bytes) => brotliCompressSync(bytes) },
  ],
  // Python's reader wants the size before the content, which is written where all of it is there at once.
  ['application/zstd', { unpack: (bytes) => zstdDecompressSync(bytes, limits), pack: (bytes) => zstdCompressSync(bytes) }],
])

/** The bytes as their sender serialized them, or why they cannot be unpacked. Never throws. */
export function unpack(content: Buffer, compression: unknown): Buffer | { readonly problem: string } {
  if (typeof compression !== 'string' || compression === '') return content
  const known = compressions.get(compression)
  const what = compression.slice(0, 60)
  if (!known) return { problem: `Its body is compressed with ${what}, which Warren cannot unpack.` }
  try {
    return known.unpack(content)
  } catch {
    return { problem: `Its body is no valid ${what}, or becomes larger than 16 MiB.` }
  }
}

/** Other bytes in the place of those that `unpack` gave, so that the same header is true of them. @param before as they were packed */
export function packAgain(content: Buffer, compression: unknown, before: Buffer): Buffer {
  const known = typeof compression === 'string' ? compressions.get(compression) : undefined
  return known ? known.pack(content, before) : content
}

/** Whether a body's text is what its bytes say in UTF-8, whatever its sender calls that. */
export function isUtf8(encoding: unknown): boolean {
  return ['', 'utf-8', 'utf8', 'ascii', 'us-ascii', 'binary'].includes(encodingName(encoding))
}

function encodingName(encoding: unknown): string {
  return typeof encoding === 'string' ? encoding.slice(0, 40).toLowerCase() : ''
}

/** The text of a body, in the encoding its sender names; bytes that are none become U+FFFD. */
export function textOfBody(content: Buffer, encoding: unknown): string {
  if (isUtf8(encoding)) return content.toString('utf8')
  try {
    return new TextDecoder(encodingName(encoding)).decode(content)
  } catch {
    return content.toString('utf8')
  }
}

export function contentTypeOf({ properties }: Pick<RawMessage, 'properties'>): string {
  const type = properties['contentType']
  return typeof type === 'string' ? (type.slice(0, 200).split(';', 1)[0] ?? '').trim().toLowerCase() : ''
}

/** A text within the limit, without half a character at its end. */
export function cutText(text: string, limit: number): { readonly body: string; readonly cut: boolean } {
  if (text.length <= limit) return { body: text, cut: false }
  const end = limit > 0 && /[\ud800-\udbff]/.test(text.charAt(limit - 1)) ? limit - 1 : limit
  return { body: text.slice(0, end), cut: true }
}
