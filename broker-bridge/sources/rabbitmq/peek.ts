import type { Channel, ConsumeMessage, GetMessage } from 'amqplib'
import { RequestError } from '../../protocol/index.ts'
import type { Look, LookBounds, QueueState, RawMessage } from '../messages/queues.ts'
import { openChannel } from './channels.ts'
import { withDeadline } from './deadline.ts'
import { mostConsumers, returnAll, tagOf } from './movingBack.ts'
import type { ShortConnection } from './messageQueueConnection.ts'

/** A look ends at the first of these: so many bytes, so many milliseconds. */
export const lookBytes = 8 * 2 ** 20
const lookTime = 2_000
const answerTimeout = 5_000

/**
 * Takes messages from the head and puts them back into their places. If this process dies meanwhile, the broker itself puts them
 * back.
 */
export async function takeAndReturn(connection: ShortConnection, state: QueueState, { count }: LookBounds): Promise<Look> {
  const channel = await openChannel(connection.model)
  const messages: RawMessage[] = []
  const held: ConsumeMessage[] = []
  const head = new Head(channel, state, count, held)
  let limits: string | null
  try {
    limits = state.type === 'classic' ? await get(channel, state, count, messages) : await head.take(messages)
  } catch (error) {
    throw explainLook(connection, state, error)
  } finally {
    await returnAll(channel, state, state.type === 'classic' ? 0 : head.consumers)
  }
  return { messages, limits }
}

/** One by one, without a consumer: also where a single active consumer alone gets messages. */
async function get(channel: Channel, state: QueueState, count: number, messages: RawMessage[]): Promise<string | null> {
  const until = Date.now() + lookTime
  let bytes = 0
  while (messages.length < count) {
    const message = await withDeadline(channel.get(state.queue), answerTimeout)
    if (message === 'late') throw new RequestError('timeout', 'The broker did not hand out a message in time.')
    if (message === false) return null
    messages.push(toRaw(message, messages.length + 1))
    bytes += message.content.length
    if (bytes >= lookBytes) return tooLarge
    if (Date.now() >= until) return tooLong
  }
  return null
}

const tooLarge = 'The look ended after 8 MiB: these messages are large.'
const tooLong = 'The look ended after two seconds, so that the messages are back soon.'
const tooMixed =
  'The look ended here: behind a large message the others are taken one by one, and more of them could come back in another order.'

/**
 * The head of a queue as a consumer gets it: a quorum queue gives back what a consumer held in its order, and what was asked for
 * one by one in any (RabbitMQ 3.10.8).
 */
class Head {
  readonly #channel: Channel
  readonly #state: QueueState
  readonly #count: number
  readonly #held: ConsumeMessage[]
  readonly #until = Date.now() + lookTime
  consumers = 0
  #bytes = 0
  #largest = 0
  #wake: () => void = () => undefined

  constructor(channel: Channel, state: QueueState, count: number, held: ConsumeMessage[]) {
    this.#channel = channel
    this.#state = state
    this.#count = count
    this.#held = held
  }

  async take(messages: RawMessage[]): Promise<string | null> {
    if (this.#state.ready === 0) return null
    // One tells how large they are, and what kind of queue this is.
    await this.#consume(1)
    const limits = this.#held.length === 0 ? nothingCame : await this.#rest()
    for (const [index, message] of this.#held.slice(0, this.#count).entries())
      messages.push(toRaw(message, offsetOf(message) ?? index + 1))
    return limits
  }

  /** Twice as many each time, as far as the largest so far allows: a small head says little of what comes behind it. */
  async #rest(): Promise<string | null> {
    if (this.#state.settings === null) return unknownLimit
    const wanted = Math.min(this.#count, this.#state.ready)
    while (this.#held.length < wanted) {
      const fitting = Math.floor((lookBytes - this.#bytes) / Math.max(1, this.#largest))
      if (fitting < 1) return tooLarge
      if (this.consumers >= mostConsumers) return tooMixed
      if (Date.now() >= this.#until) return tooLong
      const portion = Math.min(wanted - this.#held.length, this.#held.length, fitting)
      const expected = this.#held.length + portion
      await this.#consume(portion)
      if (this.#held.length < expected) return noMoreCame
    }
    return null
  }

  async #consume(more: number): Promise<void> {
    const wanted = this.#held.length + more
    const consumerTag = tagOf(++this.consumers)
    await this.#channel.prefetch(more)
    await this.#channel.consume(this.#state.queue, (message) => this.#hear(message), { noAck: false, consumerTag })
    while (this.#held.length < wanted && Date.now() < this.#until) {
      const more = new Promise<void>((resolve) => (this.#wake = resolve))
      if ((await withDeadline(more, Math.min(quiet, this.#until - Date.now()))) === 'late') break
    }
  }

  #hear(message: ConsumeMessage | null): void {
    if (message) {
      this.#held.push(message)
      this.#bytes += message.content.length
      this.#largest = Math.max(this.#largest, message.content.length)
    }
    this.#wake()
  }
}

const quiet = 1_000
const nothingCame = 'The broker handed out no message: other consumers hold them, or get them alone.'
const noMoreCame = 'The broker counted more messages and handed out no more in time: they are large, or others took them.'
const unknownLimit =
  'Warren cannot see whether this queue has a delivery limit, so it looked at one message only. With the management plug-in it can tell.'

export function offsetOf({ properties }: ConsumeMessage): number | undefined {
  const offset = (properties.headers as Readonly<Record<string, unknown>> | undefined)?.['x-stream-offset']
  return typeof offset === 'number' ? offset : undefined
}

export function toRaw(
  message: Pick<GetMessage, 'fields' | 'properties' | 'content'> | ConsumeMessage,
  position: number,
): RawMessage {
  const { exchange, routingKey, redelivered } = message.fields
  return {
    position,
    exchange,
    routingKey,
    redelivered,
    properties: message.properties as unknown as Readonly<Record<string, unknown>>,
    content: message.content,
  }
}

export function explainLook(connection: ShortConnection, { queue, virtualHost }: QueueState, error: unknown): RequestError {
  if (error instanceof RequestError) return error
  const words = connection.explain(error)
  const what = `“${queue}” in virtual host “${virtualHost}”`
  if (/ACCESS_REFUSED|\b403\b/.test(words))
    return new RequestError('refused', `This user may not read queue ${what}: grant read on it. Nothing was touched.`)
  if (/RESOURCE_LOCKED|\b405\b/.test(words))
    return new RequestError('refused', `The broker lets nobody look into queue ${what}: ${words.slice(0, 300)}`)
  if (/NOT_FOUND|\b404\b/.test(words)) return new RequestError('not_found', `There is no queue ${what} any more.`)
  return new RequestError('not_connected', `The look into queue ${what} broke off (${words.slice(0, 300)}). Nothing was lost.`)
}
