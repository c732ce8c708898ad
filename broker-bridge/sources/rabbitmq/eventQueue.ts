import { randomUUID } from 'node:crypto'
import type { Channel, ChannelModel, ConsumeMessage } from 'amqplib'
import { messageOf } from '../../protocol/index.ts'
import type { Capability } from '../../protocol/index.ts'
import type { IncomingMessage } from '../broker.ts'
import { abandon, exchangeExists, openChannel, toIncoming } from './channels.ts'
import { codeOf } from './failure.ts'
import { nextSearch } from './waits.ts'

/** Milliseconds after which what was lost on a standing connection is set up again. */
const setUpAgain = 500
/** Rights are granted by people, and each refusal is a line in the broker's log. */
const askAgain = 15_000

export interface EventQueueListener {
  message(message: IncomingMessage): void
  /** @param missedSince epoch seconds of the last look that found no exchange; null where the first one found it */
  flows(missedSince: number | null): void
  /** Events stopped although the connection stands: queue, channel or exchange is gone, noticed at once or by the next `look`. */
  stopped(noticed: 'now' | 'late'): void
  overflowed(messages: number): void
  /** A message made Warren itself fail. */
  failed(): void
  changed(): void
}

interface Queue {
  readonly name: string
  readonly channel: Channel
}

/** The attempts to read events over one connection to the broker. */
interface Session {
  readonly model: ChannelModel
  /** Set while the next attempt is waited for. */
  timer: NodeJS.Timeout | undefined
  queue: Queue | undefined
  flowing: boolean
  /** Epoch seconds of the last look that found no exchange since events flowed last. */
  missedAt: number | null
  /** Milliseconds waited before that look. */
  search: number | undefined
  /** False when the user lost the right to bind: the binding stands, and each refusal would be a line in the broker's log. */
  mayBind: boolean
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
  /** Whether events have ever flowed. */
  #known = false

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
    const nothing = { timer: undefined, queue: undefined, flowing: false, missedAt: null, search: undefined, mayBind: true }
    this.#session = { model, ...nothing }
    await this.#try(this.#session)
  }

  /** Forgets the connection; nothing is asked or told of it any more. */
  close(): void {
    clearTimeout(this.#session?.timer)
    this.#session = undefined
  }

  /** Something hints that events can be had now: while they are waited for, they are looked for at once, and often again. */
  seek(): void {
    const session = this.#session
    if (session?.timer === undefined) return
    clearTimeout(session.timer)
    session.search = undefined
    this.#tryLater(session, 0)
  }

  /**
   * Asks for a sign of life; any answer resolves it, and nothing rejects it. On the way the queue is bound again, which changes
   * nothing while the binding stands: AMQP tells nobody that an exchange was deleted and its bindings with it.
   */
  async look(): Promise<void> {
    const session = this.#session
    if (!session) return
    const queue = session.flowing && session.mayBind ? session.queue : undefined
    try {
      const channel = await openChannel(session.model)
      if (queue) await channel.bindQueue(queue.name, this.#exchange, '#')
      abandon(channel)
    } catch (error) {
      if (queue && this.#session === session && session.queue === queue) this.#notBound(session, error)
    }
  }

  #notBound(session: Session, error: unknown): void {
    if (codeOf(error) === '403') session.mayBind = false
    // A queue that is gone tells so itself, and another look may have come first.
    if (!session.flowing || !(error instanceof Error && error.message.includes('no exchange'))) return
    session.flowing = false
    this.#listener.stopped('late')
    this.#waitForExchange(session)
  }

  async #try(session: Session): Promise<void> {
    const exists = await this.#exists(session)
    if (exists !== true) return exists === false ? this.#waitForExchange(session) : this.#wait(session, askAgain, exists)
    const channel = session.queue?.channel ?? (await openChannel(session.model, () => this.#listener.failed()))
    try {
      session.queue ??= await this.#declare(session, channel)
      await channel.bindQueue(session.queue.name, this.#exchange, '#')
    } catch (error) {
      return codeOf(error) === '404' ? this.#waitForExchange(session) : this.#wait(session, askAgain, explainRefusal(error))
    }
    if (this.#session === session) this.#flow(session)
  }

  /** A sentence where the user may not even ask: from RabbitMQ 4.3 on it takes some right on an exchange. */
  async #exists({ model }: Session): Promise<boolean | string> {
    try {
      return await exchangeExists(model, this.#exchange)
    } catch (error) {
      if (codeOf(error) === '403') return explainRefusal(error)
      throw error
    }
  }

  #flow(session: Session): void {
    const { missedAt } = session
    session.missedAt = null
    session.search = undefined
    session.flowing = session.mayBind = this.#known = true
    this.#set({ available: true })
    this.#listener.flows(missedAt)
  }

  #waitForExchange(session: Session): void {
    session.missedAt = Date.now() / 1000
    session.search = nextSearch(session.search)
    this.#wait(session, session.search, this.#known ? gone(this.#exchange) : missing(this.#exchange))
  }

  #wait(session: Session, milliseconds: number, reason: string): void {
    if (this.#session !== session) return
    this.#set({ available: false, reason })
    this.#tryLater(session, milliseconds)
  }

  #tryLater(session: Session, milliseconds: number): void {
    session.timer = setTimeout(() => {
      session.timer = undefined
      // A failure here is the connection's end, which the connection itself tells; its successor opens the queue anew.
      void this.#try(session).catch(() => undefined)
    }, milliseconds)
  }

  /** Somebody deleted the queue, or the broker closed the channel. When the whole connection ends, `close` follows at once. */
  #ended(session: Session, channel: Channel): void {
    setImmediate(() => {
      if (this.#session !== session || session.queue?.channel !== channel) return
      session.queue = undefined
      // Otherwise an attempt is under way, or waited for.
      if (!session.flowing) return
      session.flowing = false
      this.#listener.stopped('now')
      this.#tryLater(session, setUpAgain)
    })
  }

  /** Consumed before it is bound: where binding is refused, the queue goes with its channel instead of staying behind. */
  async #declare(session: Session, channel: Channel): Promise<Queue> {
    channel.once('close', () => this.#ended(session, channel))
    const id = randomUUID()
    const name = `warren.events.${id}`
    const overflow = await this.#declareOverflow(channel, `warren.overflow.${id}`)
    await channel.assertQueue(name, {
      exclusive: true,
      autoDelete: true,
      durable: false,
      arguments: { 'x-max-length-bytes': this.#bytes, 'x-overflow': 'drop-head', 'x-dead-letter-exchange': overflow },
    })
    await channel.consume(name, (message) => this.#deliver(channel, message), { noAck: true })
    return { name, channel }
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

function missing(exchange: string): string {
  return `The exchange “${exchange}” does not exist yet: no Celery worker has ever been connected to this virtual host. Warren waits for the first one.`
}

function gone(exchange: string): string {
  return `The exchange “${exchange}” was deleted on the broker, so no events come. Warren waits for the next worker that declares it: they do when they start.`
}

function explainRefusal(error: unknown): string {
  const message = messageOf(error)
  if (!message.includes('403')) return `Events cannot be read: ${message}`
  return 'This user may not read events. Grant configure, write and read on ^warren\\. and read on the event exchange (celeryev).'
}
