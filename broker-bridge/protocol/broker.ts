/** One queue. Null means "not known without the management plug-in" and is shown as a dash, never as zero. */
export interface QueueRow {
  readonly connection: string
  readonly virtualHost: string
  readonly name: string
  readonly type: string | null
  readonly ready: number | null
  readonly unacked: number | null
  readonly consumers: number | null
  /** Celery's own plumbing (events, remote control, replies), folded away by every client. */
  readonly plumbing: boolean
}

/** The queues of one connection as one picture. */
export interface QueueList {
  readonly connection: string
  readonly queues: readonly QueueRow[]
  /** True when the list was cut; the rest is reachable by search only. */
  readonly truncated: boolean
  /** Where the numbers come from and what is missing, as one sentence; null when everything is known. */
  readonly limits: string | null
  /** Epoch seconds of the picture. */
  readonly at: number
}

export interface WorkerRow {
  readonly connection: string
  readonly name: string
  readonly online: boolean
  /** Epoch seconds of the last sign of life, by the bridge's own clock. */
  readonly lastSeen: number
  readonly active: number | null
  readonly processed: number | null
  readonly pool: string | null
  readonly concurrency: number | null
  readonly queues: readonly string[]
  readonly software: string | null
  readonly pid: number | null
  readonly load: readonly number[] | null
  /** Seconds by which its clock is ahead of the bridge's, as its newest sign of life showed; below zero where it is behind. */
  readonly drift?: number | null
  /** True, false, or null while it is not known whether this worker sends task events. */
  readonly sendsEvents: boolean | null
}

/** The pulse of a bridge: what the header shows. Rates are per second over the last two seconds. */
export interface Activity {
  readonly at: number
  readonly eventsPerSecond: number
  readonly events: number
  readonly tasks: number
  readonly states: Readonly<Record<string, number>>
  /** Tasks that failed within the last ten minutes. */
  readonly recentFailures: number
  /** Groups of failures that nobody has marked yet, or that came back after they were resolved. */
  readonly newFailures: number
  /** Tasks let go because the store is bounded. */
  readonly letGo: number
}

export interface RegisteredTask {
  readonly name: string
  readonly workers: readonly string[]
}
