/**
 * Tables of AMQP 0-9-1 as RabbitMQ and its clients write them. Warren's own, because amqplib's reader gives up its connection at
 * integers as py-amqp writes them (type `L`) and rounds those beyond 2^53, and its writer picks types that end Celery's workers.
 */

/** What cannot be read any further; what follows it in the same table is not known, but still there. */
export const unreadable = '[not readable]'
const depthLimit = 32
const loneByte = 1

interface Read {
  readonly value: unknown
  /** Offset behind the value. */
  readonly end: number
}

/** One entry of the outermost table: its name, and where its bytes are. */
export interface TableEntry {
  readonly name: string
  readonly start: number
  readonly end: number
}

/** Reads the fields of a table, without its length. Integers beyond 2^53 are bigint. Never throws. */
export function readTable(bytes: Buffer, depth = 0): { values: Record<string, unknown>; entries: TableEntry[] } {
  const values = Object.create(null) as Record<string, unknown>
  const entries: TableEntry[] = []
  try {
    for (let at = 0; at < bytes.length;) {
      const nameEnd = at + loneByte + bytes.readUInt8(at)
      const name = bytes.toString('utf8', at + loneByte, nameEnd)
      const { value, end } = readValue(bytes, nameEnd, depth)
      values[name] = value
      entries.push({ name, start: at, end })
      at = end
    }
  } catch {
    // A tag nobody knows has no known length.
    values[unreadable] = true
  }
  return { values, entries }
}

function readValue(bytes: Buffer, at: number, depth: number): Read {
  const tag = String.fromCharCode(bytes.readUInt8(at))
  const start = at + 1
  const fixed = fixedReaders[tag]
  if (fixed) return { value: fixed.read(bytes, start), end: start + fixed.size }
  const length = bytes.readUInt32BE(start)
  const [from, end] = [start + 4, start + 4 + length]
  if (end > bytes.length) throw new RangeError('The value is longer than its table.')
  const part = bytes.subarray(from, end)
  return { value: readLong(tag, part, depth + 1), end }
}

function readLong(tag: string, part: Buffer, depth: number): unknown {
  if (tag === 'S') return part.toString('utf8')
  if (tag === 'x') return Buffer.from(part)
  if (tag !== 'F' && tag !== 'A') throw new TypeError(`The tag ${tag} is not known.`)
  if (depth > depthLimit) return unreadable
  return tag === 'F' ? readTable(part, depth).values : readArray(part, depth)
}

function readArray(bytes: Buffer, depth: number): unknown[] {
  const values: unknown[] = []
  for (let at = 0; at < bytes.length;) {
    const { value, end } = readValue(bytes, at, depth)
    values.push(value)
    at = end
  }
  return values
}

interface Fixed {
  readonly size: number
  read(bytes: Buffer, at: number): unknown
}

const long = (value: bigint): number | bigint => (BigInt.asIntN(54, value) === value ? Number(value) : value)
const int64: Fixed = { size: 8, read: (bytes, at) => long(bytes.readBigInt64BE(at)) }

const fixedReaders: Readonly<Partial<Record<string, Fixed>>> = {
  t: { size: 1, read: (bytes, at) => bytes.readUInt8(at) !== 0 },
  b: { size: 1, read: (bytes, at) => bytes.readInt8(at) },
  B: { size: 1, read: (bytes, at) => bytes.readUInt8(at) },
  s: { size: 2, read: (bytes, at) => bytes.readInt16BE(at) },
  u: { size: 2, read: (bytes, at) => bytes.readUInt16BE(at) },
  I: { size: 4, read: (bytes, at) => bytes.readInt32BE(at) },
  i: { size: 4, read: (bytes, at) => bytes.readUInt32BE(at) },
  l: int64,
  L: int64,
  f: { size: 4, read: (bytes, at) => bytes.readFloatBE(at) },
  d: { size: 8, read: (bytes, at) => bytes.readDoubleBE(at) },
  T: { size: 8, read: (bytes, at) => ({ '!': 'timestamp', value: long(bytes.readBigUInt64BE(at)) }) },
  D: { size: 5, read: (bytes, at) => bytes.readUInt32BE(at + 1) / 10 ** bytes.readUInt8(at) },
  V: { size: 0, read: () => null },
}

/** Writes one entry of a table, with types every client reads alike. @throws RangeError for what cannot be a header */
export function writeEntry(name: string, value: unknown, depth = 0): Buffer {
  const key = Buffer.from(name)
  if (key.length > 255) throw new RangeError('A header has a name longer than 255 bytes.')
  return Buffer.concat([Buffer.of(key.length), key, writeValue(value, depth)])
}

function writeValue(value: unknown, depth: number): Buffer {
  if (depth > depthLimit) throw new RangeError(`The headers are nested deeper than ${depthLimit} levels.`)
  if (value === null) return Buffer.from('V')
  if (typeof value === 'boolean') return Buffer.of(0x74, value ? 1 : 0)
  if (typeof value === 'string') return withLength('S', Buffer.from(value))
  if (typeof value === 'number' || typeof value === 'bigint') return writeNumber(value)
  if (Array.isArray(value)) return withLength('A', Buffer.concat(value.map((item: unknown) => writeValue(item, depth + 1))))
  if (typeof value !== 'object') throw new RangeError(`A header cannot be a ${typeof value}.`)
  return withLength('F', Buffer.concat(Object.entries(value).map(([name, item]) => writeEntry(name, item, depth + 1))))
}

/** Never type `s` or `b`: Celery's AMQP library takes the first for a string, and misreads the second. */
function writeNumber(value: number | bigint): Buffer {
  if (typeof value === 'number' && !Number.isInteger(value)) {
    if (!Number.isFinite(value)) throw new RangeError('A header cannot be NaN or infinite.')
    const double = Buffer.alloc(9, 'd')
    double.writeDoubleBE(value, 1)
    return double
  }
  const whole = BigInt(value)
  const small = whole >= -0x8000_0000n && whole < 0x8000_0000n
  const bytes = Buffer.alloc(small ? 5 : 9, small ? 'I' : 'l')
  if (small) bytes.writeInt32BE(Number(whole), 1)
  else bytes.writeBigInt64BE(whole, 1)
  return bytes
}

function withLength(tag: string, content: Buffer): Buffer {
  const head = Buffer.alloc(5, tag)
  head.writeUInt32BE(content.length, 1)
  return Buffer.concat([head, content])
}
