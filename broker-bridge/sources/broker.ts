import type { Capability, ConnectionStatus, GapReason, QueueFacts, QueueRow, TlsMaterial } from '../protocol/index.ts'
import type { Recorder } from './recorder.ts'
import type { BrokerLayout } from './layout.ts'
import type { PayloadTap } from './payloadTap.ts'

import type { MessageQueues } from './messages/queues.ts'

/** One message on its way to the broker, as a task system encoded it. */
export interface OutgoingMessage {
  readonly exchange: string
  readonly routingKey: string
  readonly content: Buffer
  /** Properties and headers already in a form that cannot hurt a consumer. */
  readonly options: Readonly<Record<string, unknown>>
  /** Names this message in the broker's answers; unique among those on their way. */
  readonly id: string
}

/** One message as it came, undecoded and hostile. */
export interface IncomingMessage {
  readonly content: Buffer
  readonly contentType: string | undefined
  readonly contentEncoding: string | undefined
  readonly headers: Readonly<Record<string, unknown>>
}

/** Everything a broker says of itself. */
export interface BrokerState {
  readonly status: ConnectionStatus
  /** Product and version; null until connected once. */
  readonly product: string | null
  /** Its own name for itself and all its nodes, where it has one. */
  readonly cluster?: string | null
  /** Why the broker takes no messages at the moment, in its own words; null when it does. */
  readonly blocked: string | null
  readonly events: Capability
  readonly control: Capability
  readonly management: Capability
}

export interface BrokerListener {
  /** The state is another one. */
  changed(): void
  /** A message of the event exchange. Must not throw. */
  event(message: IncomingMessage): void
  /**
   * Events flow from now on: at the first connection and after each interruption.
   * @param missedSince epoch seconds since which there may have been events that could not be read yet; null where there were none
   */
  eventsFlow(missedSince: number | null): void
  /** Events stopped: the connection, the queue or its binding is gone. @param since epoch seconds of the last proof that they flowed */
  eventsStopped(since: number, reason: GapReason): void
  /** The broker threw messages away because this bridge was too slow: at least so many. */
  overflowed(messages: number): void
  /** A message was lost because it could not even be taken from the broker. */
  unreadable(reason: string): void
  /** Workers can be asked from now on, at first and after each interruption. */
  workersReachable(): void
}

export interface BrokerOptions {
  /** Connection name on the broker, for its own list of connections. */
  readonly name: string
  readonly tls: TlsMaterial | undefined
  readonly management: string | undefined
  /** Bound of the event queue in bytes. */
  readonly eventQueueBytes: number
}

/** A queue as its broker lists it. */
export type ListedQueue = Omit<QueueRow, 'connection' | 'plumbing'> & Partial<QueueFacts>

/** What lists queues knows beyond the broker itself. */
export interface QueueListing {
  readonly queues: readonly ListedQueue[]
  /** True while some are not listed. */
  readonly truncated: boolean
  readonly limits: string | null
  /** How many there are, where that is more than are listed. */
  readonly total?: number
  /** True when the next page is to be asked for soon. */
  readonly more?: boolean
}

/** Which queues are wanted. */
export interface QueuesWanted {
  /** Names known from elsewhere, for brokers that cannot list their queues to us. */
  readonly hints: readonly string[]
  /** Names that somebody sees at this moment: their numbers come first. */
  readonly shown: readonly string[]
  /** Whether a queue holds work: only those are asked for live numbers, since even asking keeps some queues alive. */
  readonly isWork: (queue: string) => boolean
}

/** Arguments of a queue declaration, and whether it is one's own, for telling plumbing from work. */
export interface QueueTraits {
  readonly autoDelete: boolean
  readonly arguments: Readonly<Record<string, unknown>>
}

/** What a worker would meet that declares a queue: nothing, the same, or something for which the broker ends it. */
export type QueueCheck =
  /** `type`: of what it would declare (`classic`, `quorum`), where the virtual host says so. */
  | { readonly kind: 'missing'; readonly type?: string }
  | { readonly kind: 'same'; readonly arguments: Readonly<Record<string, unknown>> }
  | { readonly kind: 'differs'; readonly reason: string }

/** The seam between a message broker and everything above it. */
export interface Broker {
  readonly state: BrokerState
  readonly virtualHost: string
  /** The address without its password. */
  readonly address: string
  /** Recordings that the broker keeps by itself; absent where it cannot. */
  readonly recorder?: Recorder
  /** Copies of all messages that are published; absent where it makes none. */
  readonly payloads?: PayloadTap
  /** Begins to connect; never throws: what goes wrong is state. */
  start(exchange: string, listener: BrokerListener): void
  /** Something hints that events can be had now: where they are waited for, they are looked for at once. */
  seekEvents(): void
  /**
   * Publishes with mandatory and confirm.
   * @throws RequestError `not_connected`, `blocked`, `unroutable`, `refused` or `timeout`
   */
  publish(message: OutgoingMessage): Promise<void>
  /**
   * Sends a remote-control command and collects what comes back until `enough` says so or time is over.
   * @param wait milliseconds
   */
  ask(
    command: Command,
    wait: number,
    enough: (replies: readonly IncomingMessage[]) => boolean,
  ): Promise<readonly IncomingMessage[]>
  /** Looks once: at a page of the queues where there are very many. What earlier looks found is in the answer too. */
  listQueues(wanted: QueuesWanted): Promise<QueueListing>
  /** Traits of a listed queue, where the last listing knew them. */
  traits(queue: string): QueueTraits | undefined
  /** How queues and exchanges hang together; absent where there is no broker behind. */
  readonly layout?: BrokerLayout
  /**
   * Whether workers can declare this queue without harm; absent where nothing can differ.
   * @throws RequestError `not_connected`
   */
  checkQueue?(queue: string): Promise<QueueCheck>
  /** What waits in its queues; absent where there is no broker behind. */
  readonly messages?: MessageQueues
  dispose(): Promise<void>
}

/** A command to all workers, encoded for the queue on which the answers come back. */
export interface Command {
  readonly exchange: string
  encode(replyTo: { readonly exchange: string; readonly routingKey: string }): {
    content: Buffer
    options: Record<string, unknown>
  }
}
