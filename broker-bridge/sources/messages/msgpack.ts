import { decode } from '@msgpack/msgpack'
import { decodedLimit } from './content.ts'

const options = {
  useBigInt64: true,
  maxStrLength: decodedLimit,
  maxBinLength: decodedLimit,
  maxArrayLength: 1_000_000,
  maxMapLength: 1_000_000,
  maxExtLength: decodedLimit,
  // Keys may be anything in msgpack; in JSON they are texts.
  mapKeyConverter: (key: unknown): string => (typeof key === 'string' ? key : String(key)),
}

/** The value of a body in msgpack; undefined where it is none. Never throws. */
export function readMsgpack(content: Uint8Array): { readonly value: unknown } | undefined {
  if (content.length > decodedLimit) return undefined
  try {
    return { value: decode(content, options) }
  } catch {
    return undefined
  }
}

/** The members of an array in msgpack as they are written, byte by byte. Null where a body is none. Never throws. */
export function msgpackMembers(content: Buffer): readonly Buffer[] | null {
  const array = headOf(content, 0)
  if (!array?.isArray || array.inside > content.length) return null
  const members: Buffer[] = []
  let at = array.after
  for (let left = array.inside; left > 0; left--) {
    const end = endOf(content, at)
    if (end === null) return null
    members.push(content.subarray(at, end))
    at = end
  }
  return at === content.length ? members : null
}

/** Where the value at a place ends. Counts what is still to come, so that no nesting exhausts the stack. */
function endOf(content: Buffer, start: number): number | null {
  let at = start
  for (let left = 1; left > 0; left--) {
    const head = headOf(content, at)
    if (head === null || head.after > content.length) return null
    at = head.after
    left += head.inside
  }
  return at
}

interface Head {
  /** Where the first value inside begins, or what comes next. */
  readonly after: number
  /** How many values are inside. */
  readonly inside: number
  readonly isArray: boolean
}

/** Bytes that follow a first byte from 0xc0 on (https://github.com/msgpack/msgpack/blob/master/spec.md). */
const sizes: Readonly<Record<number, number>> = {
  ...{ 0xc0: 0, 0xc2: 0, 0xc3: 0, 0xca: 4, 0xcb: 8 },
  ...{ 0xcc: 1, 0xcd: 2, 0xce: 4, 0xcf: 8, 0xd0: 1, 0xd1: 2, 0xd2: 4, 0xd3: 8 },
  ...{ 0xd4: 2, 0xd5: 3, 0xd6: 5, 0xd7: 9, 0xd8: 17 },
}

/** By its first byte: how many bytes tell a length, and what that counts: bytes, bytes and one more for the type, values, or pairs. */
const lengths: Readonly<Record<number, readonly [bytes: 1 | 2 | 4, counts: 'bytes' | 'typed' | 'values' | 'pairs']>> = {
  ...{ 0xc4: [1, 'bytes'], 0xc5: [2, 'bytes'], 0xc6: [4, 'bytes'], 0xc7: [1, 'typed'], 0xc8: [2, 'typed'], 0xc9: [4, 'typed'] },
  ...{ 0xd9: [1, 'bytes'], 0xda: [2, 'bytes'], 0xdb: [4, 'bytes'] },
  ...{ 0xdc: [2, 'values'], 0xdd: [4, 'values'], 0xde: [2, 'pairs'], 0xdf: [4, 'pairs'] },
}

function headOf(content: Buffer, at: number): Head | null {
  const first = content[at]
  if (first === undefined) return null
  const plain = (bytes: number, inside = 0, isArray = false): Head => ({ after: at + 1 + bytes, inside, isArray })
  if (first < 0x80 || first >= 0xe0) return plain(0)
  if (first < 0x90) return plain(0, 2 * (first & 0x0f))
  if (first < 0xa0) return plain(0, first & 0x0f, true)
  if (first < 0xc0) return plain(first & 0x1f)
  const size = sizes[first]
  if (size !== undefined) return plain(size)
  const [bytes, counts] = lengths[first] ?? []
  if (bytes === undefined || at + bytes >= content.length) return null
  const length = content.readUIntBE(at + 1, bytes)
  if (counts === 'values') return plain(bytes, length, true)
  if (counts === 'pairs') return plain(bytes, 2 * length)
  return plain(bytes + length + (counts === 'typed' ? 1 : 0))
}
