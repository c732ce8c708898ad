/** Stretches of time of one length, one after the other: what ended in them, and how much of that failed. */
export interface Timeline {
  /** Epoch seconds at which the first begins. */
  readonly from: number
  /** Seconds each lasts. */
  readonly step: number
  /** Of every state that ends a task, failures included. */
  readonly ended: readonly number[]
  readonly failed: readonly number[]
}

/** The last hour and the last day of one connection, by the senders' clocks. */
export interface ConnectionTimelines {
  readonly connection: string
  readonly hour: Timeline
  readonly day: Timeline
}

/** Half, nineteen of twenty and all but one of a hundred took no longer; in seconds, right to 2 %. */
export interface Percentiles {
  readonly p50: number
  readonly p95: number
  readonly p99: number
}

/** What is known of the tasks of one name since Warren began to listen to their connection. */
export interface NameStatistics {
  readonly connection: string
  /** Empty for tasks that no event named. */
  readonly name: string
  readonly ended: number
  readonly failed: number
  /** Ended within the last half hour, for each of its minutes. */
  readonly recent: readonly number[]
  /** Null where none was told. */
  readonly runtime: Percentiles | null
  /** Seconds between being sent, or else received, and being started. */
  readonly waited: Percentiles | null
}

export interface Statistics {
  readonly names: readonly NameStatistics[]
  /** Names that were let go, because a bounded number is kept. */
  readonly letGo: number
}
