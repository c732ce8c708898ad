import type { Channel, ChannelModel, ConsumeMessage } from 'amqplib'
import type { IncomingMessage } from '../broker.ts'
import { codeOf } from './failure.ts'

/** Asked passively, on a channel of its own: Warren declares nothing that belongs to the user's application. */
export async function exchangeExists(model: ChannelModel, exchange: string): Promise<boolean> {
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
