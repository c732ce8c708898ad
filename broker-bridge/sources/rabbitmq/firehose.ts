import { randomUUID } from 'node:crypto'
import type { Channel, ChannelModel, ConsumeMessage } from 'amqplib'
import * as v from 'valibot'
import { messageOf, RequestError, visibleLine } from '../../protocol/index.ts'
import type { PayloadTap, Tap, TapListener, TracingState } from '../payloadTap.ts'
import { abandon, openChannel } from './channels.ts'
import { codeOf } from './failure.ts'
import { askManagement, segment } from './management.ts'
import type { ManagementPlace } from './management.ts'
import { makeExact } from './messageQueueFrames.ts'
import { readKeptProperties, readTraced } from './tracedMessage.ts'
import { copiesPrefix, Tracing } from './tracing.ts'

/** RabbitMQ copies every message to it while tracing is on: https://www.rabbitmq.com/docs/firehose */
const exchange = 'amq.rabbitmq.trace'
/** Bounds of the queue of copies on the broker: they are read at once, unless this bridge cannot keep up. */
export const copies = { messages: 10_000, bytes: 64 * 2 ** 20, milliseconds: 60_000 } as const
/** Copies on their way at most: what is more stays in the queue, where its bounds hold. */
const prefetch = 200
/** Milliseconds for the connection and its queue. */
const patience = 15_000
/** Of the list of exchanges. */
const [pageSize, mostPages] = [500, 20]

const Exchanges = v.object({ items: v.array(v.object({ name: v.string() })) })

/** What the firehose needs of the connection to its broker. */
export interface FirehoseAccess {
  /** Opens a connection that heals itself, for the copies alone: nothing else waits behind them. */
  open(setup: (model: ChannelModel) => Promise<void>, lost: () => void): { readonly reason: string; dispose(): Promise<void> }
}

/** RabbitMQ's firehose: turned on and off by the management API, read from a queue of Warren's own. */
export class Firehose implements PayloadTap {
  readonly #management: ManagementPlace | undefined
  readonly #access: FirehoseAccess

  constructor(management: ManagementPlace | undefined, access: FirehoseAccess) {
    this.#management = management
    this.#access = access
  }

  get refusal(): string | null {
    return this.#management
      ? null
      : 'Payloads are recorded by turning tracing on, which needs RabbitMQ’s management API: give this connection its address.'
  }

  get place(): string {
    const { virtualHost = '?', address } = this.#management ?? {}
    return `virtual host “${visibleLine(virtualHost, 200)}” at ${address?.url ?? '?'}`
  }

  look(): Promise<TracingState> {
    return new Tracing(this.#place()).look()
  }

  set(tracing: boolean): Promise<void> {
    return new Tracing(this.#place()).set(tracing)
  }

  dropCopies(mark: string): Promise<void> {
    return new Tracing(this.#place()).dropCopies(mark)
  }

  handOver(): unknown {
    return new Tracing(this.#place()).handOver()
  }

  open(except: readonly string[], listener: TapListener, mark: string): Promise<Tap> {
    const place = this.#place()
    return new Promise((resolve, reject) => {
      const reader = new CopyReader(() => this.#exchanges(place, except), listener, mark)
      let begun = false
      const setup = async (model: ChannelModel): Promise<void> => {
        try {
          await reader.open(model)
        } catch (error) {
          // Later on the connection is to try again, as often as it takes.
          if (begun) throw error
          return fail(toRefusal(error))
        }
        begun = true
        clearTimeout(timer)
        resolve(tap)
      }
      const link = this.#access.open(setup, () => reader.lost())
      const tap = { refresh: () => reader.refresh(), close: () => (reader.close(), link.dispose()) }
      const fail = (error: RequestError): void => {
        clearTimeout(timer)
        void tap.close()
        reject(error)
      }
      const timer = setTimeout(() => fail(new RequestError('not_connected', link.reason)), patience)
    })
  }

  read(properties: Uint8Array): Readonly<Record<string, unknown>> {
    return readKeptProperties(properties)
  }

  #place(): ManagementPlace {
    if (this.#management) return this.#management
    throw new RequestError('refused', this.refusal ?? '')
  }

  /** Bound one by one, so that the copies of events, which are many, never come. */
  async #exchanges(place: ManagementPlace, except: readonly string[]): Promise<string[]> {
    const own = /^(amq\.|warren\.)/
    const names: string[] = []
    for (let page = 1, isLast = false; page <= mostPages && !isLast; page++) {
      const path = `/api/exchanges/${segment(place.virtualHost)}?page=${page}&page_size=${pageSize}&columns=name`
      const { items } = await askManagement(place, path, Exchanges, 'a list of exchanges')
      names.push(...items.map(({ name }) => name))
      isLast = items.length < pageSize
    }
    return ['', ...names.filter((name) => name !== '' && !own.test(name) && !except.includes(name) && isBindable(name))]
  }
}

/** Copies come through a topic exchange: words of a pattern would copy all others as well, and a key ends after 255 bytes. */
function isBindable(name: string): boolean {
  const words = name.split('.')
  return !words.includes('#') && !words.includes('*') && Buffer.byteLength(keyOf(name)) <= 255
}

/** Under which a copy of what was published to an exchange comes. */
const keyOf = (name: string): string => `publish.${name}`

/** Reads copies over one connection after the other. */
class CopyReader {
  readonly #exchanges: () => Promise<string[]>
  readonly #listener: TapListener
  readonly #mark: string
  #model: ChannelModel | undefined
  #channel: Channel | undefined
  #queue = ''
  #bound = new Set<string>()
  #closed = false

  constructor(exchanges: () => Promise<string[]>, listener: TapListener, mark: string) {
    this.#exchanges = exchanges
    this.#listener = listener
    this.#mark = mark
  }

  async open(model: ChannelModel): Promise<void> {
    if (this.#model !== model) makeExact(model)
    this.#model = model
    const channel = await openChannel(model)
    const queue = `${copiesPrefix(this.#mark)}${randomUUID()}`
    await channel.prefetch(prefetch)
    const overflow = await this.#declareOverflow(channel, `warren.overflow.${randomUUID()}`)
    await channel.assertQueue(queue, { exclusive: true, autoDelete: true, durable: false, arguments: argumentsOf(overflow) })
    // Consumed before it is bound: where binding is refused, the queue goes with its channel.
    await channel.consume(queue, (message) => this.#take(channel, message))
    this.#channel = channel
    this.#queue = queue
    this.#bound = new Set()
    await this.#bind(await this.#exchanges().catch(() => ['']))
    channel.once('close', () => this.#ended(channel))
    this.#listener.flows()
  }

  lost(): void {
    this.#model = undefined
    if (this.#closed || !this.#channel) return
    this.#channel = undefined
    this.#listener.stopped('The connection to the broker is gone; payloads are recorded again when it is back.')
  }

  async refresh(): Promise<void> {
    if (this.#channel) await this.#bind(await this.#exchanges())
    else if (this.#model) await this.open(this.#model)
    else throw new RequestError('not_connected', 'No copies are read: the connection for them is not back yet.')
  }

  close(): void {
    this.#closed = true
    this.#model = this.#channel = undefined
  }

  async #bind(exchanges: readonly string[]): Promise<void> {
    for (const name of exchanges) {
      if (this.#bound.has(name)) continue
      await this.#channel?.bindQueue(this.#queue, exchange, keyOf(name))
      this.#bound.add(name)
    }
  }

  async #declareOverflow(channel: Channel, name: string): Promise<string> {
    await channel.assertExchange(name, 'fanout', { durable: false, autoDelete: true })
    const bounds = { 'x-max-length': 1, 'x-overflow': 'drop-head' }
    await channel.assertQueue(name, { exclusive: true, autoDelete: true, durable: false, arguments: bounds })
    await channel.bindQueue(name, name, '')
    await channel.consume(name, (message) => message && this.#listener.overflowed(1), { noAck: true })
    return name
  }

  #take(channel: Channel, message: ConsumeMessage | null): void {
    if (!message) return abandon(channel)
    const traced = readTraced(message.properties, message.content, Date.now() / 1_000)
    if (traced && !this.#closed) this.#listener.message(traced)
    channel.ack(message)
  }

  /** Somebody deleted the queue, or the broker closed the channel, while the connection stands. */
  #ended(channel: Channel): void {
    if (this.#channel !== channel) return
    this.#channel = undefined
    this.#listener.stopped('The broker closed Warren’s queue of copies; another is declared in some seconds.')
  }
}

function argumentsOf(overflow: string): Record<string, string | number> {
  return {
    'x-max-length': copies.messages,
    'x-max-length-bytes': copies.bytes,
    'x-message-ttl': copies.milliseconds,
    'x-overflow': 'drop-head',
    'x-dead-letter-exchange': overflow,
  }
}

function toRefusal(error: unknown): RequestError {
  if (error instanceof RequestError) return error
  if (codeOf(error) === '403')
    return new RequestError(
      'refused',
      `This user may not read copies of messages: grant configure, write and read on ^warren\\. and read on ${exchange}. Nothing was left behind.`,
    )
  return new RequestError('refused', `The broker refused the queue of copies: ${visibleLine(messageOf(error), 300)}.`)
}
