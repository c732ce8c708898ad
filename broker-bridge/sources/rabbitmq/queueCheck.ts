import type { ChannelModel } from 'amqplib'
import * as v from 'valibot'
import { messageOf } from '../../protocol/index.ts'
import type { QueueCheck } from '../broker.ts'
import { abandon, exchangeExists, openChannel } from './channels.ts'
import { codeOf } from './failure.ts'
import { askManagement, segment } from './management.ts'
import type { ManagementPlace } from './management.ts'

type Arguments = Readonly<Record<string, unknown>>

/**
 * Whether a worker may declare a durable queue with these arguments, and its direct exchange, as Celery does: where they exist
 * otherwise, the broker refuses and the worker exits (seen with Celery 5.2.6 and 5.5.3). Only what exists is declared here, which
 * changes nothing; a refusal closes the channel that asked, and no other.
 * @param known arguments of the queue where its listing told them
 */
export async function checkQueue(model: ChannelModel, queue: string, known: Arguments): Promise<QueueCheck> {
  const exists = await exists404(() => passively(model, queue))
  if (typeof exists === 'object') return exists
  const exchange = await checkExchange(model, queue)
  if (exchange !== null) return { kind: 'differs', reason: exchange }
  if (!exists) return { kind: 'missing' }
  const problem = await declared(model, (channel) => channel.assertQueue(queue, { durable: true, arguments: known }))
  return problem === null ? { kind: 'same', arguments: known } : { kind: 'differs', reason: problem }
}

const VirtualHost = v.object({ default_queue_type: v.optional(v.string()) })

/** The type of queues that are declared without one; null where only the management API could tell, and does not. */
export async function defaultQueueType(place: ManagementPlace): Promise<string | null> {
  const path = `/api/vhosts/${segment(place.virtualHost)}`
  const told = await askManagement(place, path, VirtualHost, 'virtual host').catch(() => null)
  return told?.default_queue_type ?? null
}

async function exists404(look: () => Promise<void>): Promise<boolean | QueueCheck> {
  try {
    await look()
    return true
  } catch (error) {
    return codeOf(error) === '404' ? false : { kind: 'differs', reason: sentence(error) }
  }
}

async function passively(model: ChannelModel, queue: string): Promise<void> {
  const channel = await openChannel(model)
  await channel.checkQueue(queue)
  abandon(channel)
}

async function checkExchange(model: ChannelModel, exchange: string): Promise<string | null> {
  try {
    if (!(await exchangeExists(model, exchange))) return null
  } catch (error) {
    // From RabbitMQ 4.3 on asking takes some right on the exchange.
    return sentence(error)
  }
  return declared(model, (channel) => channel.assertExchange(exchange, 'direct', { durable: true }))
}

type Declares = Awaited<ReturnType<typeof openChannel>>

/** What the broker says against a declaration; null where it agrees. */
async function declared(model: ChannelModel, declare: (channel: Declares) => Promise<unknown>): Promise<string | null> {
  const channel = await openChannel(model)
  try {
    await declare(channel)
    abandon(channel)
    return null
  } catch (error) {
    return sentence(error)
  }
}

/** The broker's own words: `inequivalent arg 'x-message-ttl' for queue …`. */
function sentence(error: unknown): string {
  const text = messageOf(error)
  return (/message "[A-Z_]+ - (.*)"$/s.exec(text)?.[1] ?? text).slice(0, 500)
}
