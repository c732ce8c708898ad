import type { Channel, ConsumeMessage, GetMessage } from 'amqplib'
import { RequestError } from '../../protocol/index.ts'
import type { Look, LookBounds, QueueState, RawMessage } from '../messages/queues.ts'
import { openChannel } from './channels.ts'
import { withDeadline } from './deadline.ts'
import type { ShortConnection } from './messageQueueConnection.ts'

/** A look ends at the first of these: so many bytes, so many milliseconds. */
export const lookBytes = 8 * 2 ** 20
const lookTime = 2_000
const answerTimeout = 5_000

/**
 * Takes messages from the head and puts them back with one `nack` of all, which keeps their order (RabbitMQ 3.10.8) and from 4.3 on
 * counts as no failed delivery. If this process dies meanwhile, the broker itself puts them back.
 */
export async function takeAndReturn(connection: ShortConnection, state: QueueState, { count }: LookBounds): Promise<Look> {
  const channel = await openChannel(connection.model)
  const messages: RawMessage[] = []
  let limits: string | null
  try {
    limits = await take(channel, state, count, messages)
  } catch (error) {
    throw explainLook(connection, state, error)
  } finally {
    await putBack(channel, state.queue)
  }
  return { messages, limits }
}

async function take(channel: Channel, state: QueueState, count: number, messages: RawMessage[]): Promise<string | null> {
  const until = Date.now() + lookTime
  let bytes = 0
  while (messages.length < count) {
    const message = await withDeadline(channel.get(state.queue), answerTimeout)
    if (message === 'late') throw new RequestError('timeout', 'The broker did not hand out a message in time.')
    if (message === false) return null
    messages.push(toRaw(message, messages.length + 1))
    bytes += message.content.length
    if (bytes >= lookBytes) return 'The look ended after 8 MiB: these messages are large.'
    if (Date.now() >= until) return 'The look ended after two seconds, so that the messages are back soon.'
    if (state.type === null && deliveriesOf(messages.at(-1)) !== null)
      return 'This is a quorum queue whose delivery limit Warren cannot see, so it looked at one message only. With the management plug-in it can tell.'
  }
  return null
}

/** Waits until the broker has them: a channel that is merely closed counts as a failed delivery from RabbitMQ 4.3 on. */
async function putBack(channel: Channel, queue: string): Promise<void> {
  try {
    channel.nackAll(true)
    await withDeadline(channel.checkQueue(queue), answerTimeout)
    await withDeadline(channel.close(), answerTimeout)
  } catch {
    // The channel is gone, and with it what it held is back.
  }
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

/** Failed deliveries as a quorum queue counts them; null on other queues. */
export function deliveriesOf(message: RawMessage | undefined): number | null {
  const headers = message?.properties['headers'] as Readonly<Record<string, unknown>> | undefined
  const deliveries = headers?.['x-delivery-count']
  return typeof deliveries === 'number' ? deliveries : null
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
