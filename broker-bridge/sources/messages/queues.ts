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

/** What becomes of one message. `headers` are those that change; undefined takes one away. */
export type Choice =
  | { readonly kind: 'leave' }
  | { readonly kind: 'remove' }
  | {
      readonly kind: 'send'
      readonly queue: string
      readonly content?: Buffer
      readonly headers?: Readonly<Record<string, unknown>>
    }

export interface Transfer {
  /** Looked at for each message, in the queue's order. May ask the broker something first. */
  choose(message: RawMessage): Choice | Promise<Choice>
  /** Whether some messages may be left: those are held until the end, so that all keep their places. */
  readonly leaves: boolean
  /** Ends after so many were removed or sent. */
  readonly most: number
  readonly signal: AbortSignal
  progress(counts: TransferCounts): void
}

export interface TransferCounts {
  /** Messages handed out by the broker, removed or sent (and confirmed), and left in their places. */
  readonly seen: number
  readonly done: number
  readonly left: number
}

export interface Transferred extends TransferCounts {
  /** On their way when it broke off: they are still in the queue, and may have arrived as well. */
  readonly doubtful: number
  /** Whether some of what is done may be in the queue again, because nobody knows whether the broker heard of it. */
  readonly unsure: boolean
  /** Why it ended before its time, as one sentence; null where it did not. */
  readonly stopped: string | null
}

/** A message somebody wrote. */
export interface NewMessage {
  readonly exchange: string
  readonly routingKey: string
  readonly content: Buffer
  /** AMQP's properties by amqplib's names; of a `kept` message those that change, undefined taking one away. */
  readonly properties: Readonly<Record<string, unknown>>
  /** Properties of a message that was kept, as the broker's protocol wrote them: they go out byte by byte as they are. */
  readonly kept?: Buffer | undefined
}

/** The seam between what waits in a broker's queues and everything above it. All reject with RequestError. */
export interface MessageQueues {
  readonly virtualHost: string
  /** Asks without touching anything. @throws RequestError `not_found`, `not_connected`, `refused` */
  state(place: QueuePlace): Promise<QueueState>
  plan(state: QueueState): LookPlan
  /** Looks as planned. Whatever happens meanwhile, the broker keeps every message. */
  look(state: QueueState, bounds: LookBounds): Promise<Look>
  /** Why messages cannot be taken out of this queue in the given way, as one sentence; null where they can. */
  obstacle(state: QueueState, transfer: { readonly leaves: boolean }): string | null
  /** Why messages could be lost in this queue if so many more were sent to it; null where they could not, as far as is known. */
  overflow(state: QueueState, messages: number): string | null
  /** Takes messages out. A message leaves the queue only after its copy was confirmed; whatever happens meanwhile, none is lost. */
  transfer(state: QueueState, transfer: Transfer): Promise<Transferred>
  /** @returns how many were ready and are gone */
  purge(place: QueuePlace): Promise<number>
  /** Sends with mandatory and confirm. @throws RequestError `unroutable`, `refused`, `invalid`, `blocked`, `timeout` */
  publish(virtualHost: string, message: NewMessage): Promise<void>
}
