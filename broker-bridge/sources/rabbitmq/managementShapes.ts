import * as v from 'valibot'
import type { Binding, ExchangeRow, NamedText, QueueConsumer } from '../../protocol/index.ts'
import type { QueueInside } from '../layout.ts'

const count = v.optional(v.number())
const text = v.optional(v.string())
const Arguments = v.optional(v.record(v.string(), v.unknown()), {})
/** A table that is empty comes as an empty list. */
const Table = v.optional(
  v.union([
    v.record(v.string(), v.unknown()),
    v.pipe(
      v.array(v.unknown()),
      v.transform(() => ({})),
    ),
  ]),
)

const Consumer = v.object({
  consumer_tag: v.string(),
  prefetch_count: count,
  ack_required: v.optional(v.boolean(), true),
  active: v.optional(v.boolean(), true),
  channel_details: v.optional(
    v.union([
      v.object({ connection_name: text, peer_host: text, peer_port: v.optional(v.union([v.number(), v.string()])) }),
      v.array(v.unknown()),
    ]),
  ),
})

export const QueueDetail = v.object({
  durable: v.optional(v.boolean()),
  exclusive: v.optional(v.boolean()),
  auto_delete: v.optional(v.boolean()),
  node: text,
  leader: text,
  members: v.optional(v.array(v.string()), []),
  message_bytes: count,
  state: text,
  policy: v.optional(v.nullable(v.string())),
  head_message_timestamp: v.fallback(count, undefined),
  arguments: Arguments,
  effective_policy_definition: Table,
  consumer_details: v.optional(v.array(Consumer)),
})

/** Lists of a broker are as long as it likes; nobody reads more. */
const mostConsumers = 200
const longestValue = 500

export function toInside(
  queue: v.InferOutput<typeof QueueDetail>,
): Omit<QueueInside, 'bindings' | 'deadLetterQueues' | 'limits'> {
  return {
    durable: queue.durable ?? null,
    exclusive: queue.exclusive ?? null,
    autoDelete: queue.auto_delete ?? null,
    node: queue.leader ?? queue.node ?? null,
    members: queue.members,
    bytes: queue.message_bytes ?? null,
    state: queue.state ?? null,
    policy: queue.policy ?? null,
    oldest: queue.head_message_timestamp ?? null,
    arguments: named(queue.arguments),
    policyDefinition: named(queue.effective_policy_definition ?? {}),
    consumerList: queue.consumer_details?.slice(0, mostConsumers).map(toConsumer) ?? null,
  }
}

function toConsumer(consumer: v.InferOutput<typeof Consumer>): QueueConsumer {
  const channel = Array.isArray(consumer.channel_details) ? undefined : consumer.channel_details
  const peer = channel?.peer_host === undefined ? '' : `${channel.peer_host}:${channel.peer_port ?? ''}`
  return {
    tag: consumer.consumer_tag,
    from: channel?.connection_name ?? peer,
    prefetch: consumer.prefetch_count ?? null,
    acknowledges: consumer.ack_required,
    active: consumer.active,
  }
}

export const Bindings = v.array(
  v.object({
    source: v.string(),
    destination: v.string(),
    destination_type: v.picklist(['queue', 'exchange']),
    routing_key: v.string(),
    arguments: Arguments,
  }),
)

export function toBinding(binding: v.InferOutput<typeof Bindings>[number]): Binding {
  const { source, destination, destination_type: destinationType, routing_key: key } = binding
  return { source, destination, destinationType, key, arguments: named(binding.arguments) }
}

const Rate = v.optional(v.object({ rate: count }))
const Exchange = v.object({
  name: v.string(),
  type: v.string(),
  durable: v.boolean(),
  auto_delete: v.boolean(),
  internal: v.optional(v.boolean(), false),
  message_stats: v.optional(v.object({ publish_in_details: Rate, publish_out_details: Rate })),
})
export const exchangeColumns =
  'name,type,durable,auto_delete,internal,message_stats.publish_in_details.rate,message_stats.publish_out_details.rate'
export const ExchangePage = v.object({ items: v.array(Exchange), filtered_count: v.number() })
export const ExchangeType = v.object({ type: v.string() })
export const Names = v.array(v.object({ name: v.string() }))

export function toExchange(exchange: v.InferOutput<typeof Exchange>): ExchangeRow {
  const { name, type, durable, auto_delete: autoDelete, internal, message_stats: stats } = exchange
  const inRate = stats?.publish_in_details?.rate ?? null
  const outRate = stats?.publish_out_details?.rate ?? null
  return { name, type, durable, autoDelete, internal, inRate, outRate }
}

function named(table: Readonly<Record<string, unknown>>): NamedText[] {
  return Object.entries(table)
    .slice(0, 100)
    .map(([name, value]) => ({ name, text: (typeof value === 'string' ? value : JSON.stringify(value)).slice(0, longestValue) }))
}
