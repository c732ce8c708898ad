import { pipeline, Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { BundleProblem } from './bundle.ts'

/** Longest line, in bytes: a task's texts are bounded far below. */
const longestLine = 64 * 2 ** 20
const newline = 10

/**
 * The lines of a bundle, compressed or not, as they come. A file that breaks off ends early; one that never was compressed text is refused.
 * @throws BundleProblem
 */
export async function* bundleLines(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let rest: Buffer[] = []
  let size = 0
  for await (const piece of unpacked(bytes)) {
    let from = 0
    for (let end = piece.indexOf(newline); end >= 0; end = piece.indexOf(newline, from)) {
      yield Buffer.concat([...rest, piece.subarray(from, end)]).toString('utf8')
      rest = []
      size = 0
      from = end + 1
    }
    const left = piece.subarray(from)
    size += left.length
    if (size > longestLine) throw new BundleProblem('This file has a line that is too long for a bundle.')
    if (left.length > 0) rest.push(left)
  }
  if (size > 0) yield Buffer.concat(rest).toString('utf8')
}

/** What was read before the file broke off is given; whoever reads knows by the missing last line. */
async function* unpacked(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  const source = bytes[Symbol.asyncIterator]()
  const first = await source.next()
  if (first.done === true) return
  const all = joined(first.value, source)
  const isGzip = first.value[0] === 0x1f && (first.value.length < 2 || first.value[1] === 0x8b)
  try {
    for await (const piece of isGzip ? pipeline(Readable.from(all), createGunzip(), () => undefined) : all)
      yield Buffer.from(piece as Uint8Array)
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error) || !String(error.code).startsWith('Z_')) throw error
  }
}

async function* joined(first: Uint8Array, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield first
  for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value
}
