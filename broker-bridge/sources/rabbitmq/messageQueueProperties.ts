import { readTable, writeEntry } from './messageQueueTable.ts'

/** AMQP's properties of a message in the order of their flags, from bit 15 down; amqplib's names. */
const order = [
  'contentType',
  'contentEncoding',
  'headers',
  'deliveryMode',
  'priority',
  'correlationId',
  'replyTo',
  'expiration',
  'messageId',
  'timestamp',
  'type',
  'userId',
  'appId',
  'clusterId',
] as const
export type PropertyName = (typeof order)[number]
export type Properties = Partial<Record<PropertyName, unknown>>

/** Where each property's bytes are, behind the two bytes of flags. */
interface Part {
  readonly name: PropertyName
  readonly bytes: Buffer
}

/** The exact bytes of a message's properties, kept beside what was read of them. */
const exact = new WeakMap<object, Buffer>()

/** @param bytes flags and fields, as a content header frame carries them */
export function readProperties(bytes: Buffer): Properties {
  const properties: Properties = {}
  for (const { name, bytes: part } of split(bytes)) properties[name] = valueOf(name, part)
  exact.set(properties, Buffer.from(bytes))
  return properties
}

function split(bytes: Buffer): Part[] {
  const flags = bytes.length < 2 ? 0 : bytes.readUInt16BE(0)
  const parts: Part[] = []
  let at = 2
  for (const [index, name] of order.entries()) {
    if ((flags & (0x8000 >> index)) === 0) continue
    const end = at + lengthOf(name, bytes, at)
    parts.push({ name, bytes: bytes.subarray(at, end) })
    at = end
  }
  return parts
}

function lengthOf(name: PropertyName, bytes: Buffer, at: number): number {
  if (name === 'headers') return 4 + bytes.readUInt32BE(at)
  if (name === 'deliveryMode' || name === 'priority') return 1
  return name === 'timestamp' ? 8 : 1 + bytes.readUInt8(at)
}

function valueOf(name: PropertyName, part: Buffer): unknown {
  if (name === 'headers') return readTable(part.subarray(4)).values
  if (name === 'deliveryMode' || name === 'priority') return part.readUInt8(0)
  return name === 'timestamp' ? Number(part.readBigUInt64BE(0)) : part.toString('utf8', 1)
}

/** What the broker put there on the way, or what would be obeyed again: these are not sent along with a message. */
const notCarried = new Set(['CC', 'BCC', 'x-delivery-count', 'x-acquired-count', 'x-stream-offset'])

/**
 * The properties of a message that was read, to be sent again byte by byte. Not carried: the user's id, which the broker refuses
 * from anybody else, headers that would send it to further queues, and what the broker counts itself.
 * @param changed headers that get another value; undefined takes one away
 */
export function sameProperties(properties: object, changed: Readonly<Record<string, unknown>> = {}): Buffer {
  const bytes = exact.get(properties)
  if (!bytes) throw new Error('These properties were not read from a message.')
  return join(
    split(bytes).flatMap((part) => {
      if (part.name === 'userId') return []
      return part.name === 'headers' ? [{ ...part, bytes: sameHeaders(part.bytes, changed) }] : [part]
    }),
  )
}

function sameHeaders(part: Buffer, changed: Readonly<Record<string, unknown>>): Buffer {
  const table = part.subarray(4)
  const { entries } = readTable(table)
  const kept = entries.filter(({ name }) => !notCarried.has(name) && !Object.hasOwn(changed, name))
  const rest = table.subarray(entries.at(-1)?.end ?? 0)
  const added = Object.entries(changed).flatMap(([name, value]) => (value === undefined ? [] : [writeEntry(name, value)]))
  return withLength(Buffer.concat([...kept.map(({ start, end }) => table.subarray(start, end)), ...added, rest]))
}

/** The exact bytes of the headers of a message that was read: the fields of their table, without its length. */
export function headerFields(properties: object): Buffer {
  const part = split(exact.get(properties) ?? Buffer.alloc(0)).find(({ name }) => name === 'headers')
  return part ? part.bytes.subarray(4) : Buffer.alloc(0)
}

/** What of a message's properties gets another value; undefined takes one away. */
export interface PropertyChanges {
  readonly headers: Readonly<Record<string, unknown>>
  readonly properties: Properties
}

/** The properties of a message that was kept, byte by byte but for what changes. @param bytes flags and fields */
export function changedProperties(bytes: Buffer, { headers, properties }: PropertyChanges): Buffer {
  const same = split(sameProperties(readProperties(bytes), headers)).filter(({ name }) => !Object.hasOwn(properties, name))
  const added = order.flatMap((name) =>
    properties[name] === undefined ? [] : [{ name, bytes: bytesOf(name, properties[name]) }],
  )
  return join([...same, ...added].sort((a, b) => order.indexOf(a.name) - order.indexOf(b.name)))
}

/** Properties by name, of which the headers may be the exact fields of their table. @throws RangeError for what cannot be written */
export function writeProperties(properties: Properties, fields: Buffer | null): Buffer {
  const parts = order.flatMap((name): Part[] => {
    if (name === 'headers') return fields ? [{ name, bytes: withLength(fields) }] : []
    return properties[name] === undefined ? [] : [{ name, bytes: bytesOf(name, properties[name]) }]
  })
  return join(parts)
}

/** Properties of a new message. @throws RangeError for headers that cannot be sent */
export function newProperties(properties: Properties): Buffer {
  return join(order.flatMap((name) => (properties[name] === undefined ? [] : [{ name, bytes: bytesOf(name, properties[name]) }])))
}

function bytesOf(name: PropertyName, value: unknown): Buffer {
  if (name === 'headers')
    return withLength(Buffer.concat(Object.entries(value as object).map(([key, item]) => writeEntry(key, item))))
  if (name === 'deliveryMode' || name === 'priority') return Buffer.of(Number(value))
  if (name === 'timestamp') return bigEndian(Number(value))
  const text = Buffer.from(String(value))
  if (text.length > 255) throw new RangeError(`The property ${name} is longer than 255 bytes.`)
  return Buffer.concat([Buffer.of(text.length), text])
}

function bigEndian(seconds: number): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64BE(BigInt(Math.trunc(seconds)))
  return bytes
}

function withLength(table: Buffer): Buffer {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(table.length)
  return Buffer.concat([length, table])
}

function join(parts: readonly Part[]): Buffer {
  const flags = Buffer.alloc(2)
  flags.writeUInt16BE(parts.reduce((all, { name }) => all | (0x8000 >> order.indexOf(name)), 0))
  return Buffer.concat([flags, ...parts.map(({ bytes }) => bytes)])
}
