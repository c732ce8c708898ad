import * as v from 'valibot'
import type { QueueRow } from './broker.ts'

/** What a queue's past says is wrong: messages wait and nobody takes them, or more and more of them wait. */
export type QueueWarning = 'unconsumed' | 'growing'

/** Where a queue sends messages that were rejected, expired or pushed out. */
export interface DeadLetter {
  /** Empty for the default exchange, which leads to the queue named by the key. */
  readonly exchange: string
  /** Null where each message keeps its own. */
  readonly routingKey: string | null
}

/** What is known of a queue beyond its row; null means "not known", as in a row. */
export interface QueueFacts {
  /** `running`, `idle`, `flow`, `down`, … as the broker says it. */
  readonly state: string | null
  /** Messages per second that come in, and that are handed to consumers. */
  readonly inRate: number | null
  readonly outRate: number | null
  /** Epoch seconds of the oldest message, where the broker tells it: only for messages that carry a time. */
  readonly oldest: number | null
  readonly policy: string | null
  /** Null where there is none, or where it is not known. */
  readonly deadLetter: DeadLetter | null
}

/** One queue as a view shows it. */
export interface QueueLine extends QueueRow, QueueFacts {
  readonly warnings: readonly QueueWarning[]
  /** How many messages were ready at the last looks, oldest first; empty while nobody looked at this queue. */
  readonly trend: readonly number[]
}

/**
 * Why the age of a queue's oldest message is not known, as one sentence; null where it is. RabbitMQ's `head_message_timestamp` is
 * the property `timestamp` of the first message of a classic queue, and nothing for other types (3.10.8).
 */
export function oldestReason({ oldest, ready, unacked, type }: QueueLine): string | null {
  if (oldest !== null) return null
  if (unacked === null) return 'Only RabbitMQ’s management plug-in tells how old the first message is.'
  if (ready === 0) return 'No message waits here.'
  if (type === 'quorum' || type === 'stream')
    return `RabbitMQ does not tell this of a ${type === 'stream' ? 'stream' : 'quorum queue'}. Its messages show their ages where their senders wrote a time.`
  return 'The first message carries no time: its sender wrote none, as Celery’s publishers do not.'
}

export const queueSorts = ['name', 'type', 'ready', 'unacked', 'consumers', 'inRate', 'outRate', 'oldest', 'policy'] as const
export type QueueSort = (typeof queueSorts)[number]

const id = v.pipe(v.string(), v.maxLength(100))
const whole = v.pipe(v.number(), v.integer(), v.minValue(0))
const name = v.pipe(v.string(), v.maxLength(1_000))

const filter = {
  /** One connection, or all of them. */
  connection: v.optional(id),
  /** Part of a name, in any case. */
  text: v.optional(v.pipe(v.string(), v.maxLength(255)), ''),
  /** Only queues with a warning. */
  warned: v.optional(v.boolean(), false),
  /** The task system's own queues too. */
  plumbing: v.optional(v.boolean(), false),
  sort: v.optional(v.object({ by: v.picklist(queueSorts), descending: v.optional(v.boolean(), false) })),
}

/** A window on the queues of one connection or all. Names that are equal to those of an open view move it. */
export const QueueViewParams = v.object({
  view: id,
  ...filter,
  first: v.optional(whole, 0),
  count: v.pipe(whole, v.maxValue(500)),
})
export type QueueViewParams = v.InferOutput<typeof QueueViewParams>

export const ListQueuesParams = v.object({
  ...filter,
  offset: v.optional(whole, 0),
  limit: v.optional(v.pipe(whole, v.maxValue(10_000)), 500),
})
export type ListQueuesParams = v.InferOutput<typeof ListQueuesParams>

/** How the queues of one connection are known. */
export interface QueueOrigin {
  readonly connection: string
  readonly virtualHost: string
  /** How many queues the broker says there are; those listed so far may be fewer. */
  readonly total: number
  readonly listed: number
  /** What is missing and how to have it, as one sentence; null when everything is known. */
  readonly limits: string | null
  /** Epoch seconds of the picture; 0 before the first. */
  readonly at: number
}

/** A part of the queues in their order. */
export interface QueuePage {
  readonly rows: readonly QueueLine[]
  /** How many fit the filter. */
  readonly matched: number
  /** How many of the task system's own fit the text, shown or not. */
  readonly plumbing: number
  /** How many queues of applications have a warning, whatever the filter. */
  readonly warned: number
  readonly origins: readonly QueueOrigin[]
}

/** What a queue view shows now. */
export interface QueueSnapshot extends QueuePage {
  readonly view: string
  readonly revision: number
  readonly first: number
}

/** A queue of a connection. */
export const GetQueueParams = v.object({ connection: id, queue: v.pipe(v.string(), v.minLength(1), v.maxLength(1_000)) })
export type GetQueueParams = v.InferOutput<typeof GetQueueParams>

/** A way into a queue or out of an exchange. An empty source is the default exchange. */
export interface Binding {
  readonly source: string
  readonly destination: string
  readonly destinationType: 'queue' | 'exchange'
  readonly key: string
  /** Name and value as text. */
  readonly arguments: readonly NamedText[]
}

export interface NamedText {
  readonly name: string
  readonly text: string
}

export interface QueueConsumer {
  readonly tag: string
  /** The connection's own name where it has one, else where it comes from. */
  readonly from: string
  readonly prefetch: number | null
  readonly acknowledges: boolean
  readonly active: boolean
}

/** Everything about one queue. What only the management plug-in tells is null without it, and `limits` says why. */
export interface QueueDetail extends QueueLine {
  readonly durable: boolean | null
  readonly exclusive: boolean | null
  readonly autoDelete: boolean | null
  readonly node: string | null
  readonly members: readonly string[]
  /** Bytes of all messages' bodies. */
  readonly bytes: number | null
  readonly arguments: readonly NamedText[] | null
  /** What the policy sets, beside what the queue's own arguments set. */
  readonly policyDefinition: readonly NamedText[] | null
  /** Queues that dead letters can end in: all that are bound where no key tells them apart. */
  readonly deadLetterQueues: readonly string[] | null
  readonly bindings: readonly Binding[] | null
  readonly consumerList: readonly QueueConsumer[] | null
  readonly limits: string | null
}

export const ListExchangesParams = v.object({ connection: id, text: v.optional(v.pipe(v.string(), v.maxLength(255)), '') })
export const ExchangeKey = v.object({ connection: id, exchange: name })

export interface ExchangeRow {
  /** Empty for the default exchange. */
  readonly name: string
  readonly type: string
  readonly durable: boolean
  readonly autoDelete: boolean
  readonly internal: boolean
  readonly inRate: number | null
  readonly outRate: number | null
}

export interface ExchangePage {
  readonly exchanges: readonly ExchangeRow[]
  /** How many fit; more than are listed where there are very many. */
  readonly total: number
}

/** What leads out of an exchange, and what leads into it. */
export interface ExchangeBindings {
  readonly out: readonly Binding[]
  readonly into: readonly Binding[]
  readonly more: number
}

export interface VirtualHosts {
  /** The connection's own. */
  readonly current: string
  /** Others that its user may see. */
  readonly others: readonly string[]
}
