import { randomUUID } from 'node:crypto'
import type { Channel, ChannelModel, ConsumeMessage } from 'amqplib'
import type { Capability } from '../../protocol/index.ts'
import type { IncomingMessage } from '../broker.ts'
import { codeOf } from './failure.ts'

/** How often a missing event exchange is looked for again, in milliseconds: workers declare it when they start. */
const lookAgain = 500
/** Rights are granted by people, and each refusal is a line in the broker's log. */
const askAgain = 15_000

export interface EventQueueListener {
  message(message: IncomingMessage): void
  flows(): void
  /** Events stopped although the connection stands: the queue or its channel is gone. */
  stopped(): void
  overflowed(messages: number): void
  /** A message made Warren itself fail. */
  failed(): void
  changed(): void
}

/** The attempts to read events over one connection to the broker. */
interface Session {
  readonly model: ChannelModel
  timer: NodeJS.Timeout | undefined
}

/**
 * The bridge's own queue on the event exchange: exclusive, without TTL, bounded in bytes. What overflows is dead-lettered
 * into a queue of length one that this bridge also reads, so that a loss is seen and counted instead of silent.
 */
export class EventQueue {
  readonly #exchange: string
  readonly #bytes: number
  readonly #listener: EventQueueListener
  #capability: Capability = { available: false, reason: 'Not connected yet.' }
  #session: Session | undefined

  constructor(exchange: string, bytes: number, listener: EventQueueListener) {
    this.#exchange = exchange
    this.#bytes = bytes
    this.#listener = listener
  }

  get capability(): Capability {
    return this.#capability
  }

  /** Sets everything up on a fresh connection; resolves also when events have to wait. */
  async open(model: ChannelModel): Promise<void> {
    this.close()
    this.#session = { model, timer: undefined }
    await this.#try(this.#session)
  }

  /** Forgets the connection; nothing is asked or told of it any more. */
  close(): void {
    clearTimeout(this.#session?.timer)
    this.#session = undefined
  }

  async #try(session: Session): Promise<void> {
    if (!(await exchangeExists(session.model, this.#exchange))) return this.#wait(session, lookAgain, missing(this.#exchange))
    const channel = await openChannel(session.model, () => this.#listener.failed())
    try {
      await this.#bind(channel)
    } catch (error) {
      return this.#wait(session, askAgain, explainRefusal(error))
    }
    if (this.#session !== session) return
    channel.once('close', () => this.#ended(session))
    this.#set({ available: true })
    this.#listener.flows()
  }

  #wait(session: Session, milliseconds: number, reason: string): void {
    if (this.#session !== session) return
    this.#set({ available: false, reason })
    this.#tryLater(session, milliseconds)
  }

  #tryLater(session: Session, milliseconds: number): void {
    // A failure here is the connection's end, which the connection itself tells; its successor opens the queue anew.
    session.timer = setTimeout(() => void this.#try(session).catch(() => undefined), milliseconds)
  }

  /** Somebody deleted the queue, or the broker closed the channel. When the whole connection ends, `close` follows at once. */
  #ended(session: Session): void {
    setImmediate(() => {
      if (this.#session !== session) return
      this.#listener.stopped()
      this.#tryLater(session, lookAgain)
    })
  }

  async #bind(channel: Channel): Promise<void> {
    const id = randomUUID()
    const queue = `warren.events.${id}`
    const overflow = await this.#declareOverflow(channel, `warren.overflow.${id}`)
    await channel.assertQueue(queue, {
      exclusive: true,
      autoDelete: true,
      durable: false,
      arguments: { 'x-max-length-bytes': this.#bytes, 'x-overflow': 'drop-head', 'x-dead-letter-exchange': overflow },
    })
    // Consumed before it is bound: where binding is refused, the queue goes with its consumer instead of staying behind.
    await channel.consume(queue, (message) => this.#deliver(channel, message), { noAck: true })
    await channel.bindQueue(queue, this.#exchange, '#')
  }

  async #declareOverflow(channel: Channel, name: string): Promise<string> {
    await channel.assertExchange(name, 'fanout', { durable: false, autoDelete: true })
    const arguments_ = { 'x-max-length': 1, 'x-overflow': 'drop-head' }
    await channel.assertQueue(name, { exclusive: true, autoDelete: true, durable: false, arguments: arguments_ })
    await channel.bindQueue(name, name, '')
    await channel.consume(name, (message) => (message ? this.#listener.overflowed(1) : abandon(channel)), { noAck: true })
    return name
  }

  /** Null says that the queue was deleted: then the channel is given up, and all begins anew. */
  #deliver(channel: Channel, message: ConsumeMessage | null): void {
    if (message) this.#listener.message(toIncoming(message))
    else abandon(channel)
  }

  #set(capability: Capability): void {
    const before = this.#capability
    this.#capability = capability
    if (JSON.stringify(before) !== JSON.stringify(capability)) this.#listener.changed()
  }
}

/** Asked passively, on a channel of its own: Warren declares nothing that belongs to the user's application. */
async function exchangeExists(model: ChannelModel, exchange: string): Promise<boolean> {
  const channel = await openChannel(model)
  try {
    await channel.checkExchange(exchange)
    abandon(channel)
    return true
  } catch (error) {
    if (codeOf(error) === '404') return false
    throw error
  }
}

/**
 * A channel that cannot take the process or its connection down: amqplib wants these listeners before anything else.
 * @param failed told when a consumer's callback throws, which amqplib otherwise swallows
 */
export async function openChannel(model: ChannelModel, failed: () => void = () => undefined): Promise<Channel> {
  const channel = await model.createChannel()
  channel.on('error', () => undefined)
  channel.on('handler-error', failed)
  return channel
}

/** Closes a channel nothing depends on any more, without waiting: when its connection dies meanwhile, amqplib never answers. */
export function abandon(channel: Channel): void {
  try {
    channel.close().catch(() => undefined)
  } catch {
    // It is closed already.
  }
}

export function toIncoming(message: ConsumeMessage): IncomingMessage {
  const { contentType, contentEncoding, headers } = message.properties as unknown as Readonly<Record<string, unknown>>
  return {
    content: message.content,
    contentType: typeof contentType === 'string' ? contentType : undefined,
    contentEncoding: typeof contentEncoding === 'string' ? contentEncoding : undefined,
    headers: typeof headers === 'object' && headers !== null ? (headers as Record<string, unknown>) : {},
  }
}

function missing(exchange: string): string {
  return `The exchange “${exchange}” does not exist yet: no Celery worker has ever been connected to this virtual host. Warren waits for the first one.`
}

function explainRefusal(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  if (!message.includes('403')) return `Events cannot be read: ${message}`
  return 'This user may not read events. Grant configure, write and read on ^warren\\. and read on the event exchange (celeryev).'
}
