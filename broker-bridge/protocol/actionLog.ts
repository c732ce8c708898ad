import * as v from 'valibot'

/** Who asks for something. */
export interface Caller {
  /** As a client called itself when it said hello; `HTTP` for the HTTP API. */
  readonly name: string
  /** Whether it may only look, whatever connections allow. */
  readonly readOnly: boolean
}

/** Who asks over the HTTP API: it has one secret for all. */
export const httpCaller: Caller = { name: 'HTTP', readOnly: false }

/** One thing that was done through Warren. */
export const ActionEntry = v.object({
  /** Epoch seconds. */
  at: v.number(),
  /** The action's name, as commands are named. */
  action: v.string(),
  connection: v.string(),
  /** Environment, name and address of the connection, without a password. */
  place: v.string(),
  /** Who asked: see `Caller`. */
  by: v.optional(v.string(), ''),
  /** Names of what it was done to: tasks, queues, workers; never arguments. */
  what: v.string(),
  /** How many the user was asked about; null where nobody was asked. */
  count: v.optional(v.nullable(v.number()), null),
  /** `begun`: it goes on, and another entry tells its end. `refused`: nothing may be changed there. */
  outcome: v.picklist(['done', 'failed', 'refused', 'begun']),
  /** What came of it, or why it failed; empty where there is nothing to say. */
  said: v.string(),
})
export type ActionEntry = v.InferOutput<typeof ActionEntry>

export const ListActionsParams = v.object({
  limit: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1_000)), 200),
})

export interface ActionList {
  /** Newest first. */
  readonly entries: readonly ActionEntry[]
  /** The file they are kept in; null where they are kept only until Warren ends. */
  readonly file: string | null
}
