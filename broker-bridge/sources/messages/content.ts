import { brotliDecompressSync, gunzipSync, inflateSync, zstdDecompressSync } from 'node:zlib'
import type { RawMessage } from './queues.ts'

/** Longest body that is unpacked and decoded, in bytes: what is longer is shown by its beginning. */
export const decodedLimit = 16 * 2 ** 20

/** kombu's compressions by what its header names. `application/x-gzip` is really zlib's format, as Python's `zlib.compress` makes it. */
const unpackers: ReadonlyMap<string, (bytes: Buffer) => Buffer> = new Map([
  ['application/x-gzip', (bytes) => (bytes[0] === 0x1f ? gunzipSync(bytes, limits) : inflateSync(bytes, limits))],
  ['application/x-brotli', (bytes) => brotliDecompressSync(bytes, limits)],
  ['application/zstd', (bytes) => zstdDecompressSync(bytes, limits)],
])
const limits = { maxOutputLength: decodedLimit }

/** The bytes as their sender serialized them, or why they cannot be unpacked. Never throws. */
export function unpack(content: Buffer, compression: unknown): Buffer | { readonly problem: string } {
  if (typeof compression !== 'string' || compression === '') return content
  const unpacker = unpackers.get(compression)
  const what = compression.slice(0, 60)
  if (!unpacker) return { problem: `Its body is compressed with ${what}, which Warren cannot unpack.` }
  try {
    return unpacker(content)
  } catch {
    return { problem: `Its body is no valid ${what}, or becomes larger than 16 MiB.` }
  }
}

/** The text of a body, in the encoding its sender names; bytes that are none become U+FFFD. */
export function textOfBody(content: Buffer, encoding: unknown): string {
  const name = typeof encoding === 'string' ? encoding.slice(0, 40).toLowerCase() : ''
  if (['', 'utf-8', 'utf8', 'ascii', 'us-ascii', 'binary'].includes(name)) return content.toString('utf8')
  try {
    return new TextDecoder(name).decode(content)
  } catch {
    return content.toString('utf8')
  }
}

export function contentTypeOf({ properties }: RawMessage): string {
  const type = properties['contentType']
  return typeof type === 'string' ? (type.slice(0, 200).split(';', 1)[0] ?? '').trim().toLowerCase() : ''
}

/** A text within the limit, without half a character at its end. */
export function cutText(text: string, limit: number): { readonly body: string; readonly cut: boolean } {
  if (text.length <= limit) return { body: text, cut: false }
  const end = limit > 0 && /[\ud800-\udbff]/.test(text.charAt(limit - 1)) ? limit - 1 : limit
  return { body: text.slice(0, end), cut: true }
}
