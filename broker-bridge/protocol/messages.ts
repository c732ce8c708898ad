import * as v from 'valibot'

/** Most messages one look shows, and most that one request names. */
export const peekLimit = 200
/** UTF-16 units of a body that a look shows; `getMessage` gives up to `wholeBodyLimit`. */
export const shownBodyLimit = 20_000
export const wholeBodyLimit = 4_000_000

const connection = v.pipe(v.string(), v.maxLength(100))
const name = v.pipe(v.string(), v.minLength(1), v.maxLength(255))
/** The client's own mark for one press of a button, as for every action. */
const key = v.pipe(v.string(), v.minLength(8), v.maxLength(100))
const nonce = v.optional(v.pipe(v.string(), v.maxLength(100)))
const json = v.pipe(v.string(), v.maxLength(900_000))

/** One queue. Without a virtual host, the connection's own is meant. */
const queueKey = { connection, virtualHost: v.optional(v.pipe(v.string(), v.maxLength(255))), queue: name }
export const QueueKey = v.object(queueKey)
export type QueueKey = v.InferOutput<typeof QueueKey>

/** Names one waiting message: `mark` says which by its content, `position` where it was seen. */
const MessageKey = v.object({
  mark: v.pipe(v.string(), v.minLength(8), v.maxLength(100)),
  position: v.pipe(v.number(), v.integer(), v.minValue(0)),
})
export type MessageKey = v.InferOutput<typeof MessageKey>

/**
 * How Warren would look into a queue, and what that does to it. Asking changes nothing. Read aloud before the first look: where
 * `agreed` is false, `peekMessages` answers `confirmation_needed` with the same sentences.
 */
export interface PeekPlan {
  readonly connection: string
  readonly virtualHost: string
  readonly queue: string
  /** `classic`, `quorum`, `stream`; null where the management plug-in does not say. */
  readonly type: string | null
  /** Messages ready and consumers, as of now. */
  readonly ready: number
  readonly consumers: number
  /** `take`: takes messages and puts them back; `read`: reads a stream, without any effect; null where it is refused. */
  readonly method: 'take' | 'read' | null
  /** What looking does to this queue, a sentence each; empty where it does nothing. */
  readonly effects: readonly string[]
  /** Why nobody can look into this queue without doing harm, and what is safe instead; null where one can. */
  readonly refused: string | null
  /** Whether the user's word for these effects was given already, or none is needed. */
  readonly agreed: boolean
}

/**
 * A place in a stream: its first messages, its last ones, those from an offset on, or those since a time in epoch seconds. RabbitMQ
 * finds a time by chunks of messages, so that a few written a little before may come first.
 */
const StreamPlace = v.union([
  v.picklist(['first', 'last']),
  v.pipe(v.number(), v.integer(), v.minValue(0)),
  v.object({ time: v.pipe(v.number(), v.minValue(0), v.maxValue(1e11)) }),
])
export type StreamPlace = v.InferOutput<typeof StreamPlace>

/**
 * Looks at the first messages of a queue: at most `count`, and at most 8 MiB. Never repeat it by timer. Where `confirmation_needed`
 * is the answer, the same request with the nonce is the user's word, which counts for all queues with the same effects.
 */
export const PeekMessagesParams = v.object({
  ...queueKey,
  count: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(peekLimit)), 50),
  /** Where to look in a stream. Other queues show their head, whatever is asked. */
  offset: v.optional(StreamPlace, 'first'),
  nonce,
})
export type PeekMessagesParams = v.InferOutput<typeof PeekMessagesParams>

export interface Peek {
  readonly connection: string
  readonly virtualHost: string
  readonly queue: string
  /** Epoch seconds of the look: the picture is as old as this. */
  readonly at: number
  /** In the queue's own order, its head first. */
  readonly messages: readonly WaitingMessage[]
  /** Messages ready when the look began: `messages` are the first of about so many. For a stream, null. */
  readonly ready: number | null
  /** Why there are fewer than asked for though the queue has more, as one sentence; null where that is not so. */
  readonly limits: string | null
}

/** One stop on the way of a dead-lettered message, newest first. */
export interface Death {
  readonly queue: string
  readonly exchange: string
  readonly routingKeys: readonly string[]
  /** RabbitMQ's own word: `rejected`, `expired`, `maxlen`, `delivery_limit`. */
  readonly reason: string
  readonly count: number
  /** Epoch seconds, or null. */
  readonly at: number | null
}

/** What a message is: a task of one of the systems Warren can read, or the form of its body. */
export type MessageKind = 'celery' | 'dramatiq' | 'taskiq' | 'json' | 'msgpack' | 'yaml' | 'pickle' | 'text' | 'binary' | 'empty'

/** A message as it waits in a queue. Every text in it is the broker's, and hostile. */
export interface WaitingMessage {
  /** 1 for the head of the queue; in a stream, its offset. */
  readonly position: number
  /** Names this message to actions. Two that are alike to the byte have the same one, and it does not matter which of them is meant. */
  readonly mark: string
  readonly kind: MessageKind
  /** How the body is written: `json`, `msgpack`, `yaml`, `pickle`, …; null where unknown. */
  readonly serializer: string | null
  /** The task's, where the message is one. */
  readonly id: string | null
  readonly name: string | null
  /** JSON texts with every digit as it was sent; for a pickle, its inert listing stands in `body` and these are null. */
  readonly args: string | null
  readonly kwargs: string | null
  /** Celery's callbacks, chain and chord, as JSON text; null where there are none. */
  readonly canvas: string | null
  /** As the message says it, usually ISO 8601. */
  readonly eta: string | null
  readonly expires: string | null
  readonly retries: number | null
  readonly priority: number | null
  readonly root: string | null
  readonly parent: string | null
  readonly group: string | null
  /** Who sent it, in its own words. */
  readonly origin: string | null
  /** A JSON object. */
  readonly headers: string
  /** The other AMQP properties (delivery mode, correlation id, reply-to, …), as a JSON object. */
  readonly properties: string
  /** The exchange and routing key it came with. */
  readonly exchange: string
  readonly routingKey: string
  readonly bytes: number
  /** Epoch seconds, where the sender or the broker wrote them; Celery's own publishers do not. */
  readonly at: number | null
  readonly contentType: string | null
  readonly contentEncoding: string | null
  /** True when it was handed out before, to a consumer or to a look. */
  readonly redelivered: boolean
  /** Failed deliveries as a quorum queue counts them; null elsewhere. */
  readonly deliveries: number | null
  readonly deaths: readonly Death[]
  /** Text as it is, msgpack as JSON, a pickle as an inert listing, other bytes in hex. Never executed, never rendered. */
  readonly body: string
  /** True when `body` is only the beginning. */
  readonly cut: boolean
  /** What could not be read of it, as one sentence. */
  readonly problem: string | null
}

/** One message of an earlier look, with its body whole. Answered from what the bridge still holds: the broker is not asked again. */
export const GetMessageParams = v.object({ ...queueKey, mark: MessageKey.entries.mark })
export type GetMessageParams = v.InferOutput<typeof GetMessageParams>

/** Which messages are meant; all conditions have to hold. Without any, all messages are. */
const MessageFilter = v.object({
  /** The task's name; `*` stands for anything. */
  name: v.optional(v.pipe(v.string(), v.minLength(1), v.maxLength(1_000))),
  /** A text in the arguments, or in the body of what is no task. */
  text: v.optional(v.pipe(v.string(), v.minLength(1), v.maxLength(1_000))),
  /** Seconds. Messages that do not say when they were sent are never old. */
  olderThan: v.optional(v.pipe(v.number(), v.minValue(0))),
})
export type MessageFilter = v.InferOutput<typeof MessageFilter>

const chosen = {
  filter: v.optional(MessageFilter, {}),
  /** At most so many, from the head of the queue. */
  first: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1))),
  /** Only these. */
  messages: v.optional(v.pipe(v.array(MessageKey), v.minLength(1), v.maxLength(peekLimit))),
}

/** Removes what is ready in the queue. Answers `confirmation_needed` with the count. */
export const PurgeQueueParams = v.object({
  ...queueKey,
  /** Where the confirmation's `typed` asks for it: the queue's name as the user typed it. */
  typed: v.optional(v.pipe(v.string(), v.maxLength(255))),
  key,
  nonce,
})
export type PurgeQueueParams = v.InferOutput<typeof PurgeQueueParams>

export const DeleteMessagesParams = v.object({
  ...queueKey,
  messages: v.pipe(v.array(MessageKey), v.minLength(1), v.maxLength(peekLimit)),
  typed: v.optional(v.pipe(v.string(), v.maxLength(255))),
  key,
  nonce,
})
export type DeleteMessagesParams = v.InferOutput<typeof DeleteMessagesParams>

export const MoveMessagesParams = v.object({ ...queueKey, target: name, ...chosen, key, nonce })
export type MoveMessagesParams = v.InferOutput<typeof MoveMessagesParams>

/** Sends dead-lettered messages back to the queue each died in last. */
export const ReturnDeadLettersParams = v.object({ ...queueKey, ...chosen, key, nonce })
export type ReturnDeadLettersParams = v.InferOutput<typeof ReturnDeadLettersParams>

/** Sends one message again with changes, then removes the original. What is absent stays as it is. */
export const RequeueMessageParams = v.object({
  ...queueKey,
  message: MessageKey,
  /** Queue it goes to; absent: the same, at its end. */
  target: v.optional(name),
  /** JSON texts, for a Celery task written in JSON. */
  args: v.optional(json),
  kwargs: v.optional(json),
  /** ISO 8601 with a time zone; null takes it away. */
  eta: v.optional(v.nullable(v.pipe(v.string(), v.maxLength(60)))),
  /** The whole body as text; not together with args or kwargs. */
  body: v.optional(v.pipe(v.string(), v.maxLength(wholeBodyLimit))),
  key,
  nonce,
})
export type RequeueMessageParams = v.InferOutput<typeof RequeueMessageParams>

/** Sends any message, not only a task. It goes to `queue` itself, through the default exchange, unless `exchange` names another. */
export const PublishMessageParams = v.object({
  connection,
  virtualHost: queueKey.virtualHost,
  /** The queue, or the routing key where `exchange` is given. */
  queue: v.pipe(v.string(), v.maxLength(255)),
  exchange: v.optional(v.pipe(v.string(), v.maxLength(255)), ''),
  body: v.pipe(v.string(), v.maxLength(wholeBodyLimit)),
  contentType: v.optional(v.pipe(v.string(), v.maxLength(255)), 'application/json'),
  contentEncoding: v.optional(v.pipe(v.string(), v.maxLength(255)), 'utf-8'),
  /** A JSON object. */
  headers: v.optional(v.pipe(v.string(), v.maxLength(60_000)), '{}'),
  persistent: v.optional(v.boolean(), true),
  priority: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(255))),
  key,
  nonce,
})
export type PublishMessageParams = v.InferOutput<typeof PublishMessageParams>

export const CancelOperationParams = v.object({ operation: v.pipe(v.string(), v.maxLength(100)) })

/** A longer piece of work on a queue, or with many tasks, going on or ended. Ended ones are shown for an hour, the newest 50. */
export interface Operation {
  readonly id: string
  readonly connection: string
  readonly virtualHost: string
  readonly queue: string
  /** `retry` is about tasks: then `queue` is empty. */
  readonly what: 'delete' | 'move' | 'return' | 'requeue' | 'retry'
  /** `Moving messages from a to b`. */
  readonly title: string
  readonly target: string | null
  /** Messages dealt with; of `total`, where that is known. */
  readonly done: number
  /** Messages looked at, those left in place included. */
  readonly seen: number
  readonly total: number | null
  /** Per second, over the last seconds. */
  readonly rate: number
  readonly state: 'running' | 'stopping' | 'done' | 'cancelled' | 'failed'
  /** What was done and what was not, in whole sentences; null while it goes on. */
  readonly report: string | null
  /** Epoch seconds. */
  readonly startedAt: number
  readonly endedAt: number | null
}
