import type { ChannelModel } from 'amqplib'
import { readProperties } from './messageQueueProperties.ts'

/** The parts of amqplib 2.3.1's connection that are used here; they are its own, so a test holds them against the pinned version. */
interface Inner {
  rest: Buffer
  readonly frameMax: number
  sentSinceLastCheck: boolean
  readonly channels: readonly ({ readonly buffer: { write(bytes: Buffer): boolean } } | undefined)[]
  recvFrame(): unknown
  sendMessage(
    channel: number,
    method: unknown,
    fields: PublishFields,
    kind: unknown,
    properties: unknown,
    content: Buffer,
  ): boolean
  sendContent(channel: number, content: Buffer): boolean
}

interface PublishFields {
  readonly exchange: string
  readonly routingKey: string
  readonly mandatory: boolean
}

const headerFrame = 2
const methodFrame = 1
const frameEnd = 0xce
const overhead = 8
const basicClass = 60
const publishMethod = 40

/** Properties that go out byte by byte as they are, by the content they go out with. */
const exactly = new WeakMap<Buffer, Buffer>()

/** Says that this content goes out with these very properties; for the next publish with it on a connection made exact. */
export function sendWith(content: Buffer, properties: Buffer): Buffer {
  // A buffer of its own: the same content may be on its way twice.
  const own = content.subarray()
  exactly.set(own, properties)
  return own
}

/**
 * Makes a connection read every message, also those at which amqplib gives up, and send properties byte by byte as they came.
 * Everything else of the protocol stays amqplib's.
 */
export function makeExact(model: ChannelModel): void {
  const inner = model.connection as unknown as Inner
  const [receive, send] = [inner.recvFrame.bind(inner), inner.sendMessage.bind(inner)]
  inner.recvFrame = () => takeHeader(inner) ?? receive()
  inner.sendMessage = (channel, method, fields, kind, properties, content) => {
    const exact = exactly.get(content)
    if (!exact) return send(channel, method, fields, kind, properties, content)
    exactly.delete(content)
    return sendExact(inner, channel, fields, exact, content)
  }
}

/** The next frame, if it is a whole content header. */
function takeHeader(inner: Inner): unknown {
  const { rest } = inner
  if (rest.length < overhead || rest[0] !== headerFrame) return undefined
  const end = 7 + rest.readUInt32BE(3)
  if (rest.length <= end || rest[end] !== frameEnd) return undefined
  const payload = rest.subarray(7, end)
  inner.rest = rest.subarray(end + 1)
  return {
    id: payload.readUInt16BE(0),
    channel: rest.readUInt16BE(1),
    size: Number(payload.readBigUInt64BE(4)),
    fields: readProperties(payload.subarray(12)),
  }
}

function sendExact(inner: Inner, channel: number, fields: PublishFields, properties: Buffer, content: Buffer): boolean {
  const header = Buffer.alloc(12)
  header.writeUInt16BE(basicClass, 0)
  header.writeBigUInt64BE(BigInt(content.length), 4)
  if (header.length + properties.length + overhead > inner.frameMax)
    throw new RangeError('The headers are larger than a frame of this broker.')
  const frames = [frame(methodFrame, channel, publish(fields)), frame(headerFrame, channel, Buffer.concat([header, properties]))]
  const written = inner.channels[channel]?.buffer.write(Buffer.concat(frames)) ?? false
  inner.sentSinceLastCheck = true
  return content.length === 0 ? written : inner.sendContent(channel, content)
}

function publish({ exchange, routingKey, mandatory }: PublishFields): Buffer {
  const [to, key] = [Buffer.from(exchange), Buffer.from(routingKey)]
  const start = Buffer.alloc(6)
  start.writeUInt16BE(basicClass, 0)
  start.writeUInt16BE(publishMethod, 2)
  return Buffer.concat([start, Buffer.of(to.length), to, Buffer.of(key.length), key, Buffer.of(mandatory ? 1 : 0)])
}

function frame(type: number, channel: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(7)
  head.writeUInt8(type, 0)
  head.writeUInt16BE(channel, 1)
  head.writeUInt32BE(payload.length, 3)
  return Buffer.concat([head, payload, Buffer.of(frameEnd)])
}
