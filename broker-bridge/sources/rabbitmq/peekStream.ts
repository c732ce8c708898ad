import type { Channel, ConsumeMessage } from 'amqplib'
import type { StreamPlace } from '../../protocol/index.ts'
import type { Look, LookBounds, QueueState, RawMessage } from '../messages/queues.ts'
import { openChannel } from './channels.ts'
import { withDeadline } from './deadline.ts'
import type { ShortConnection } from './messageQueueConnection.ts'
import { explainLook, lookBytes, offsetOf, toRaw } from './peek.ts'

/** A stream that says nothing for so many milliseconds has nothing more. */
const quiet = 1_000
const lookTime = 4_000
/** Messages that the broker may send ahead while the end of a stream is sought. */
const ahead = 500

/** Reads a stream from a place on, or its end. Its messages stay as they are, and nobody else notices. */
export async function readStream(connection: ShortConnection, state: QueueState, bounds: LookBounds): Promise<Look> {
  const channel = await openChannel(connection.model)
  try {
    const { count, offset } = bounds
    const until = Date.now() + lookTime
    if (offset !== 'last') return await new StreamReading(channel, { count, until, keep: 'first' }).read(state.queue, offset)
    return await readEnd(channel, state.queue, count, until)
  } catch (error) {
    throw explainLook(connection, state, error)
  }
}

/** The broker knows its last chunk as “last”, which holds one message or thousands. What is before it is read by its offsets. */
async function readEnd(channel: Channel, queue: string, count: number, until: number): Promise<Look> {
  const end = await new StreamReading(channel, { count, until, keep: 'last' }).read(queue, 'last')
  const [oldest] = end.messages
  const missing = count - end.messages.length
  if (oldest === undefined || oldest.position === 0 || missing <= 0 || end.limits !== null) return end
  const before = { count: Math.min(missing, oldest.position), until, keep: 'first' } as const
  const start = await new StreamReading(channel, before).read(queue, oldest.position - before.count)
  // What is no longer kept before the last chunk leaves that chunk itself to be read again.
  const messages = [...start.messages.filter(({ position }) => position < oldest.position), ...end.messages]
  return { messages, limits: start.limits }
}

interface StreamBounds {
  readonly count: number
  /** Milliseconds since the epoch. */
  readonly until: number
  /** Ends with so many messages, or goes on to the end and keeps the last of them. */
  readonly keep: 'first' | 'last'
}

class StreamReading {
  readonly #channel: Channel
  readonly #bounds: StreamBounds
  readonly #messages: RawMessage[] = []
  #bytes = 0
  #cut = false
  #wake: () => void = () => undefined

  constructor(channel: Channel, bounds: StreamBounds) {
    this.#channel = channel
    this.#bounds = bounds
  }

  async read(queue: string, place: StreamPlace): Promise<Look> {
    const { count, keep, until } = this.#bounds
    await this.#channel.prefetch(keep === 'first' ? count : ahead)
    const { consumerTag } = await this.#channel.consume(queue, (message) => this.#take(message), {
      noAck: false,
      arguments: { 'x-stream-offset': offsetArgument(place) },
    })
    while (!this.#isFull() && Date.now() < until) {
      const more = new Promise<void>((resolve) => (this.#wake = resolve))
      if (!this.#isFull() && (await withDeadline(more, quiet)) === 'late') break
    }
    await this.#channel.cancel(consumerTag)
    return { messages: this.#messages, limits: this.#limits(Date.now() >= until) }
  }

  #isFull(): boolean {
    const { count, keep } = this.#bounds
    return keep === 'first' && (this.#messages.length >= count || this.#bytes >= lookBytes)
  }

  #limits(late: boolean): string | null {
    const { count, keep } = this.#bounds
    if (late && keep === 'last') return 'The look ended after four seconds, before it came to the end of this stream.'
    if (this.#cut || (this.#bytes >= lookBytes && this.#messages.length < count))
      return 'The look ended after 8 MiB: these messages are large.'
    return late && this.#messages.length < count ? 'The look ended after four seconds.' : null
  }

  #take(message: ConsumeMessage | null): void {
    if (message && !this.#isFull()) {
      this.#messages.push(toRaw(message, offsetOf(message) ?? this.#messages.length))
      this.#bytes += message.content.length
      if (this.#bounds.keep === 'last') this.#goOn(message)
    }
    this.#wake()
  }

  /** To acknowledge lets the broker send further ones; a stream keeps them all the same. */
  #goOn(message: ConsumeMessage): void {
    this.#channel.ack(message)
    while (this.#messages.length > this.#bounds.count || (this.#bytes > lookBytes && this.#messages.length > 1)) {
      this.#cut ||= this.#messages.length <= this.#bounds.count
      this.#bytes -= this.#messages.shift()?.content.length ?? 0
    }
  }
}

/** AMQP has a type for times, of whole seconds. */
function offsetArgument(place: StreamPlace): unknown {
  return typeof place === 'object' ? { '!': 'timestamp', value: Math.floor(place.time) } : place
}
