import * as v from 'valibot'
import type { BlindSpot } from './blindSpots.ts'
import { Environment } from './environment.ts'
import type { HistoryStatus } from './history.ts'
import type { PayloadsInfo } from './payloads.ts'
import type { RecordingInfo } from './recording.ts'

/** What a connection is doing right now. `since` is epoch seconds; `message` is one whole sentence for a person. */
export type ConnectionStatus =
  | { readonly kind: 'connecting'; readonly since: number; readonly message: string }
  | { readonly kind: 'connected'; readonly since: number; readonly message: string }
  | { readonly kind: 'unresponsive'; readonly since: number; readonly message: string }
  | { readonly kind: 'reconnecting'; readonly since: number; readonly message: string; readonly attempt: number }
  | { readonly kind: 'failed'; readonly since: number; readonly message: string; readonly reason: FailureReason }

/** Why a connection gave up (or keeps trying in vain). Clients decide by this, never by the message's text. */
export type FailureReason =
  'unreachable' | 'not_amqp' | 'credentials' | 'virtual_host' | 'certificate' | 'permission' | 'address' | 'unknown'

/** Whether something can be done on this connection and, if not, why and what would change that. */
export type Capability = { readonly available: true } | { readonly available: false; readonly reason: string }

/**
 * Why events are missing: the broker was not connected; they came faster than they could be taken; their exchange or Warren's
 * queue on it was missing on the broker; the bridge ended and was started again.
 */
export type GapReason = 'disconnected' | 'overflow' | 'unbound' | 'bridge'

/** A stretch of time for which events are missing. Times are epoch seconds; `until` is null while it lasts. */
export interface Gap {
  readonly from: number
  readonly until: number | null
  /** Number of lost messages as far as the broker told us, or null where nobody can know. */
  readonly missed: number | null
  readonly reason: GapReason
  /** Since when the broker's own recording filled it, in epoch seconds: `from` where wholly. Absent where nothing did. */
  readonly filledFrom?: number | undefined
}

/** Workers whose tasks are invisible because they send no task events. */
export interface SilentWorkers {
  /** Seen working without a single task event: certain. */
  readonly certain: readonly string[]
  /** Configured without task events and nothing seen so far: likely, unless started with `-E`. */
  readonly likely: readonly string[]
  /** True once the user asked Warren to turn events on, which it repeats whenever a worker restarts. */
  readonly keptOn: boolean
}

/** Exchanges of a task system under names of its application's own. */
export interface OtherNames {
  readonly eventExchange: string
  /** Without the ending that Celery adds. */
  readonly controlExchange: string
}

export interface ConnectionInfo {
  readonly id: string
  readonly name: string
  /** The broker's address without its password. */
  readonly address: string
  readonly readOnly: boolean
  /** What the broker is for: as its owner said or, where they did not, as its address sounds. */
  readonly environment?: Environment | null
  readonly status: ConnectionStatus
  /** Product and version of the broker, for example `RabbitMQ 3.10.8`; null until connected. */
  readonly broker: string | null
  readonly capabilities: {
    readonly events: Capability
    readonly control: Capability
    readonly management: Capability
  }
  /** Set while the broker accepts no messages (memory or disk alarm): the broker's own reason. */
  readonly blocked: string | null
  readonly gaps: readonly Gap[]
  readonly silentWorkers: SilentWorkers
  /** Where workers send events instead, while none come under the names that this connection was told. */
  readonly otherNames?: OtherNames | null
  /** What cannot be shown because settings of its application are off. */
  readonly blindSpots?: readonly BlindSpot[]
  /** Events and messages that could not be understood, by reason; shown, never hidden. */
  readonly malformed: Readonly<Record<string, number>>
  /** What is kept of its tasks on this computer; null where history is off. */
  readonly history?: HistoryStatus | null | undefined
  /** What the broker itself keeps of events; null where no recording is known. */
  readonly recording?: RecordingInfo | null | undefined
  /** How the recording of payloads stands; null where its broker copies no messages, or where nothing is kept. */
  readonly payloads?: PayloadsInfo | null | undefined
}

const text = (limit: number) => v.pipe(v.string(), v.maxLength(limit))

/** Certificates as PEM text, never as paths: the bridge reads no file that a client names. */
export const TlsMaterial = v.object({
  ca: v.optional(text(1_000_000)),
  cert: v.optional(text(1_000_000)),
  key: v.optional(text(1_000_000)),
  passphrase: v.optional(text(1_000)),
})
export type TlsMaterial = v.InferOutput<typeof TlsMaterial>

/** One connection as its owner asks for it. `address` and `management` may hold passwords and are never echoed. */
export const ConnectParams = v.object({
  id: v.pipe(v.string(), v.minLength(1), v.maxLength(100)),
  name: text(200),
  address: text(4_000),
  management: v.optional(text(4_000)),
  readOnly: v.optional(v.boolean(), false),
  keepEventsOn: v.optional(v.boolean(), false),
  /** What the broker is for; in production what destroys much wants a name typed. Absent: the address tells, as far as it does. */
  environment: v.optional(Environment),
  tls: v.optional(TlsMaterial),
  /** SQLite database with results of tasks, schedules of django-celery-beat, or both: `db+sqlite:////srv/db.sqlite3`, or its path. */
  resultBackend: v.optional(text(4_000)),
  /** Names of an application's own (`event_exchange`, `control_exchange`, `event_queue_prefix`); absent for those in the address, or the usual ones. */
  eventExchange: v.optional(v.pipe(v.string(), v.minLength(1), v.maxLength(200))),
  controlExchange: v.optional(v.pipe(v.string(), v.minLength(1), v.maxLength(200))),
  eventQueuePrefix: v.optional(v.pipe(v.string(), v.minLength(1), v.maxLength(200))),
  /** Epoch seconds until which an earlier bridge of the same window read this connection's events: a gap begins there. */
  lastWatched: v.optional(v.pipe(v.number(), v.minValue(0))),
})
export type ConnectParams = v.InferOutput<typeof ConnectParams>
