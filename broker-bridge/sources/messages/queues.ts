import type { PeekMessagesParams } from '../../protocol/index.ts'

/** A queue of one connection. */
export interface QueuePlace {
  readonly virtualHost: string
  readonly queue: string
}

/** A message as it waits in a queue, undecoded and hostile. */
export interface RawMessage {
  /** 1 for the head of the queue; in a stream, its offset. */
  readonly position: number
  readonly exchange: string
  readonly routingKey: string
  readonly redelivered: boolean
  /** AMQP's properties by amqplib's names, headers among them. */
  readonly properties: Readonly<Record<string, unknown>>
  readonly content: Buffer
}

/** What is known of a queue before it is touched. Null means "not known", which is never taken for "not so". */
export interface QueueState extends QueuePlace {
  /** `3.10.8`; null where the broker does not say. */
  readonly version: string | null
  readonly type: string | null
  readonly ready: number
  readonly consumers: number
  readonly exclusive: boolean
  /** Arguments and policy together, by the names of a policy (`max-length`, `delivery-limit`); null without the management plug-in. */
  readonly settings: Readonly<Record<string, unknown>> | null
  /** As the broker itself reports it (4.x); null where it does not. */
  readonly deliveryLimit: number | 'unlimited' | null
}

export interface LookBounds {
  readonly count: number
  readonly offset: PeekMessagesParams['offset']
}

export interface Look {
  readonly messages: readonly RawMessage[]
  readonly limits: string | null
}

/** How a queue can be looked into, and what that does to it. */
export interface LookPlan {
  readonly method: 'take' | 'read' | null
  readonly effects: readonly string[]
  readonly refused: string | null
}

/** The seam between what waits in a broker's queues and everything above it. All reject with RequestError. */
export interface MessageQueues {
  readonly virtualHost: string
  /** Asks without touching anything. @throws RequestError `not_found`, `not_connected`, `refused` */
  state(place: QueuePlace): Promise<QueueState>
  plan(state: QueueState): LookPlan
  /** Looks as planned. Whatever happens meanwhile, the broker keeps every message. */
  look(state: QueueState, bounds: LookBounds): Promise<Look>
}
