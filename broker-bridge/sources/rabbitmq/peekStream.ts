import type { Channel, ConsumeMessage } from 'amqplib'
import type { Look, LookBounds, QueueState, RawMessage } from '../messages/queues.ts'
import { openChannel } from './channels.ts'
import { withDeadline } from './deadline.ts'
import type { ShortConnection } from './messageQueueConnection.ts'
import { explainLook, lookBytes, offsetOf, toRaw } from './peek.ts'

/** A stream that says nothing for so many milliseconds has nothing more. */
const quiet = 1_000
const lookTime = 4_000

/** Reads a stream from an offset on. Its messages stay as they are, and nobody else notices. */
export async function readStream(connection: ShortConnection, state: QueueState, bounds: LookBounds): Promise<Look> {
  const channel = await openChannel(connection.model)
  try {
    return await new StreamReading(channel, bounds).read(state.queue)
  } catch (error) {
    throw explainLook(connection, state, error)
  }
}

class StreamReading {
  readonly #channel: Channel
  readonly #bounds: LookBounds
  readonly #messages: RawMessage[] = []
  #bytes = 0
  #wake: () => void = () => undefined

  constructor(channel: Channel, bounds: LookBounds) {
    this.#channel = channel
    this.#bounds = bounds
  }

  async read(queue: string): Promise<Look> {
    const { offset, count } = this.#bounds
    const until = Date.now() + lookTime
    await this.#channel.prefetch(count)
    await this.#channel.consume(queue, (message) => this.#take(message), {
      noAck: false,
      arguments: { 'x-stream-offset': offset },
    })
    while (!this.#isFull() && Date.now() < until) {
      const more = new Promise<void>((resolve) => (this.#wake = resolve))
      if (!this.#isFull() && (await withDeadline(more, quiet)) === 'late') break
    }
    return { messages: this.#messages, limits: this.#limits(Date.now() >= until) }
  }

  #isFull(): boolean {
    return this.#messages.length >= this.#bounds.count || this.#bytes >= lookBytes
  }

  #limits(late: boolean): string | null {
    if (this.#messages.length >= this.#bounds.count) return null
    if (this.#bytes >= lookBytes) return 'The look ended after 8 MiB: these messages are large.'
    return late ? 'The look ended after four seconds.' : null
  }

  #take(message: ConsumeMessage | null): void {
    if (message && !this.#isFull()) {
      this.#messages.push(toRaw(message, offsetOf(message) ?? this.#messages.length))
      this.#bytes += message.content.length
    }
    this.#wake()
  }
}
