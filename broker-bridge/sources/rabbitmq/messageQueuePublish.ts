import type { ConfirmChannel } from 'amqplib'
import { RequestError } from '../../protocol/index.ts'
import type { NewMessage } from '../messages/queues.ts'
import { withDeadline } from './deadline.ts'
import type { ShortConnection } from './messageQueueConnection.ts'
import { sendWith } from './messageQueueFrames.ts'
import { changedProperties, newProperties } from './messageQueueProperties.ts'

const confirmTimeout = 10_000

/** Sends one message with mandatory and confirm. @throws RequestError `invalid`, `unroutable`, `refused`, `blocked`, `timeout` */
export async function publishOne(connection: ShortConnection, message: NewMessage): Promise<void> {
  const channel = await connection.model.createConfirmChannel()
  const reasons: Error[] = []
  const returned: unknown[] = []
  channel.on('error', (error: Error) => reasons.push(error))
  channel.on('return', (message) => returned.push(message))
  const answer = await withDeadline(send(channel, message), confirmTimeout)
  if (answer === 'late') throw late(connection)
  if (answer !== null) throw explain(reasons[0] ?? answer, message)
  if (returned.length > 0) throw unroutable(message)
}

/** @throws RequestError `invalid` for headers that no message can have */
function send(channel: ConfirmChannel, message: NewMessage): Promise<Error | null> {
  const { exchange, routingKey, content } = message
  const own = sendWith(content, encode(message))
  return new Promise((resolve) => {
    channel.publish(exchange, routingKey, own, { mandatory: true }, (error: unknown) =>
      resolve(error === null || error === undefined ? null : error instanceof Error ? error : new Error('refused')),
    )
  })
}

function encode({ properties, kept }: NewMessage): Buffer {
  try {
    if (!kept) return newProperties(properties)
    const { headers = {}, ...others } = properties
    return changedProperties(kept, { headers: headers as Record<string, unknown>, properties: others })
  } catch (error) {
    const why = error instanceof RangeError ? error.message : 'The headers cannot be written.'
    throw new RequestError('invalid', `${why} Nothing was sent.`)
  }
}

function late({ blocked }: ShortConnection): RequestError {
  if (blocked === null)
    return new RequestError('timeout', 'The broker did not confirm the message in time; it may or may not have arrived.')
  return new RequestError('blocked', `The broker holds messages back (${blocked}); yours may arrive when the alarm ends.`)
}

function unroutable({ exchange, routingKey }: NewMessage): RequestError {
  const where = exchange === '' ? `There is no queue “${routingKey}”` : `Exchange “${exchange}” has no queue for “${routingKey}”`
  return new RequestError('unroutable', `${where}, so the message was not kept by the broker. Nothing was sent.`)
}

function explain(error: Error, { exchange, routingKey }: NewMessage): RequestError {
  const { message } = error
  if (message.includes('nacked'))
    return new RequestError('refused', `The queue behind “${routingKey}” is full and refuses messages. Nothing was sent.`)
  const name = exchange === '' ? 'the default exchange (amq.default)' : `exchange “${exchange}”`
  if (/ACCESS[_-]REFUSED/.test(message))
    return new RequestError('refused', `This user may not send messages: grant write on ${name}. Nothing was sent.`)
  if (/NOT[_-]FOUND/.test(message)) return new RequestError('not_found', `There is no ${name}. Nothing was sent.`)
  return new RequestError('refused', `The broker refused the message: ${message.slice(0, 300)} Nothing was sent.`)
}
