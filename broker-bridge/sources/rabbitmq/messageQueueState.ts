import * as v from 'valibot'
import { messageOf, RequestError } from '../../protocol/index.ts'
import type { QueuePlace, QueueState } from '../messages/queues.ts'
import { abandon, openChannel } from './channels.ts'
import { withDeadline } from './deadline.ts'
import { codeOf } from './failure.ts'
import { askManagement } from './management.ts'
import type { ManagementAddress } from './managementAddress.ts'
import type { ShortConnection } from './messageQueueConnection.ts'
import { isAtLeast } from './peekPlan.ts'

const settings = v.nullish(v.union([v.record(v.string(), v.unknown()), v.array(v.unknown())]))
/** One queue as the management API tells it; empty tables come as empty lists (RabbitMQ 3.10.8). */
const Managed = v.object({
  type: v.optional(v.string()),
  exclusive: v.optional(v.boolean(), false),
  arguments: settings,
  effective_policy_definition: settings,
  delivery_limit: v.nullish(v.union([v.number(), v.string()])),
})
type Managed = v.InferOutput<typeof Managed>

const declareTimeout = 5_000

/**
 * What is known of a queue before it is touched: its numbers from the broker itself, its nature from the management plug-in.
 * @throws RequestError `not_found`, `refused`, `timeout`
 */
export async function readState(
  connection: ShortConnection,
  place: QueuePlace,
  management: ManagementAddress | undefined,
  ca: string | undefined,
): Promise<QueueState> {
  const [numbers, managed] = await Promise.all([count(connection, place), readManaged(place, management, ca)])
  const properties = connection.model.connection.serverProperties as Readonly<Record<string, unknown>>
  const version = typeof properties['version'] === 'string' ? properties['version'] : null
  return {
    ...place,
    ...numbers,
    version,
    type: managed?.type ?? (await probeType(connection, place.queue, version)),
    exclusive: managed?.exclusive ?? false,
    settings: managed ? together(managed) : null,
    deliveryLimit: limitOf(managed?.delivery_limit),
  }
}

/** @throws RequestError `not_found`, `refused`, `timeout` */
export async function count(
  connection: ShortConnection,
  { virtualHost, queue }: QueuePlace,
): Promise<{ readonly ready: number; readonly consumers: number }> {
  const channel = await openChannel(connection.model)
  try {
    const answer = await withDeadline(channel.checkQueue(queue), declareTimeout)
    if (answer === 'late') throw new RequestError('timeout', `The broker did not answer when asked about queue “${queue}”.`)
    return { ready: answer.messageCount, consumers: answer.consumerCount }
  } catch (error) {
    throw explainCheck(error, `“${queue}” in virtual host “${virtualHost}”`)
  } finally {
    abandon(channel)
  }
}

function explainCheck(error: unknown, what: string): unknown {
  const code = codeOf(error)
  if (code === '404') return new RequestError('not_found', `There is no queue ${what} any more.`)
  if (code === '405')
    return new RequestError('refused', `Queue ${what} is exclusive: only the connection that declared it may use it.`)
  // From RabbitMQ 4.3 on: older brokers tell everybody.
  if (code === '403')
    return new RequestError('refused', `This user may not see queue ${what}: grant read on it. Nothing was changed.`)
  return error
}

const typeWords = /of queue type rabbit_(\w+)_queue/

/**
 * What kind of queue it is, by a consumer that only a stream lets in: all others refuse it and say what they are (RabbitMQ 3.10.8).
 * On a stream it begins behind the last message, and touches none. Null where the broker does not say.
 */
async function probeType(connection: ShortConnection, queue: string, version: string | null): Promise<string | null> {
  if (!isAtLeast(version, 3, 10)) return null
  const channel = await openChannel(connection.model)
  try {
    await channel.prefetch(1)
    const options = { noAck: false, arguments: { 'x-stream-offset': 'next' } }
    const answer = await withDeadline(
      channel.consume(queue, () => undefined, options),
      declareTimeout,
    )
    return answer === 'late' ? null : 'stream'
  } catch (error) {
    return typeWords.exec(messageOf(error))?.[1] ?? null
  } finally {
    abandon(channel)
  }
}

/** Undefined where the plug-in is not there or does not tell; then nothing is taken for granted. */
async function readManaged(
  { virtualHost, queue }: QueuePlace,
  management: ManagementAddress | undefined,
  ca: string | undefined,
): Promise<Managed | undefined> {
  if (!management) return undefined
  const path = `/api/queues/${encodeURIComponent(virtualHost)}/${encodeURIComponent(queue)}?disable_stats=true`
  const managed = await askManagement({ address: management, virtualHost, ca }, path, Managed, 'a queue').catch(() => undefined)
  return managed?.type === undefined ? undefined : managed
}

/** An argument is called `x-max-length` where a policy says `max-length`; the smaller of two numbers holds, else the argument. */
function together({ arguments: own, effective_policy_definition: policy }: Managed): Record<string, unknown> {
  const merged = new Map(Object.entries(tableOf(policy)))
  for (const [name, value] of Object.entries(tableOf(own))) {
    const key = name.replace(/^x-/, '')
    const other = merged.get(key)
    merged.set(key, typeof value === 'number' && typeof other === 'number' ? Math.min(value, other) : value)
  }
  return Object.fromEntries(merged)
}

function tableOf(table: Managed['arguments']): Readonly<Record<string, unknown>> {
  return table === null || table === undefined || Array.isArray(table) ? {} : table
}

function limitOf(limit: Managed['delivery_limit']): QueueState['deliveryLimit'] {
  if (limit === 'unlimited') return limit
  return typeof limit === 'number' ? limit : null
}
