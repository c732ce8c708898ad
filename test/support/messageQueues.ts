import { connect } from 'amqplib'
import type { Channel, ChannelModel, ConfirmChannel, Options } from 'amqplib'

/** The other end of the queues that are looked into: declares, fills and empties them as an application would. */
export class QueueOwner implements AsyncDisposable {
  readonly model: ChannelModel
  readonly channel: ConfirmChannel

  constructor(model: ChannelModel, channel: ConfirmChannel) {
    this.model = model
    this.channel = channel
    model.on('error', () => undefined)
    channel.on('error', () => undefined)
  }

  async declare(queue: string, args: Record<string, unknown> = {}, options: Options.AssertQueue = {}): Promise<string> {
    await this.channel.assertQueue(queue, { durable: true, ...options, arguments: args })
    return queue
  }

  /** Sends messages whose bodies are 0, 1, 2, … and waits for the confirms. */
  async fill(
    queue: string,
    count: number,
    options: Options.Publish = {},
    body = (index: number) => String(index),
  ): Promise<void> {
    for (let index = 0; index < count; index++)
      this.channel.sendToQueue(queue, Buffer.from(body(index)), { persistent: true, ...options })
    await this.channel.waitForConfirms()
  }

  async count(queue: string): Promise<number> {
    return (await this.channel.checkQueue(queue)).messageCount
  }

  /** Takes everything out, in order. */
  async drain(queue: string): Promise<string[]> {
    const bodies: string[] = []
    for (let message = await this.channel.get(queue); message !== false; message = await this.channel.get(queue)) {
      bodies.push(message.content.toString())
      this.channel.ack(message)
    }
    return bodies
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.model.close().catch(() => undefined)
  }
}

export async function ownQueues(amqpUrl: string): Promise<QueueOwner> {
  const model = await connect(amqpUrl, { noDelay: true })
  return new QueueOwner(model, await model.createConfirmChannel())
}

/** A channel that holds what it takes, until it is closed. */
export async function hold(owner: QueueOwner, queue: string, prefetch: number): Promise<Channel> {
  const channel = await owner.model.createChannel()
  await channel.prefetch(prefetch)
  await channel.consume(queue, () => undefined)
  return channel
}

/** `0` to `count - 1` as texts. */
export const numbers = (count: number): string[] => Array.from({ length: count }, (_, index) => String(index))
