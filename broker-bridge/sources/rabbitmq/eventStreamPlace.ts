import { createHash } from 'node:crypto'
import type { ChannelModel, ConsumeMessage } from 'amqplib'
import type { Place } from '../recorder.ts'
import { abandon, openChannel } from './channels.ts'
import { withDeadline } from './deadline.ts'

/** Milliseconds a stream that holds messages may take to hand over its newest ones. */
const patience = 4_000

/** The first message of a stream's newest chunk; null where the stream is empty. @throws what amqplib throws */
export async function lastPlace(model: ChannelModel, queue: string): Promise<Place | null> {
  const channel = await openChannel(model)
  try {
    await channel.prefetch(1)
    const first = new Promise<Place | null>((resolve, reject) => {
      const taken = (message: ConsumeMessage | null): void => resolve(message && placeOf(message))
      channel.consume(queue, taken, { arguments: { 'x-stream-offset': 'last' } }).catch(reject)
    })
    const place = await withDeadline(first, patience)
    return place === 'late' ? null : place
  } finally {
    abandon(channel)
  }
}

/** Null for a message that is none of a stream. */
export function placeOf(message: ConsumeMessage): Place | null {
  const offset = offsetOf(message)
  if (offset === null) return null
  return { offset, mark: createHash('sha256').update(message.content).digest('base64').slice(0, 16) }
}

export function offsetOf({ properties }: ConsumeMessage): number | null {
  const offset: unknown = properties.headers?.['x-stream-offset']
  return typeof offset === 'number' && Number.isSafeInteger(offset) ? offset : null
}
