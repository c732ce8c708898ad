import * as v from 'valibot'

/** One thing that was done through Warren. */
export const ActionEntry = v.object({
  /** Epoch seconds. */
  at: v.number(),
  /** The action's name, as commands are named. */
  action: v.string(),
  connection: v.string(),
  /** The connection's name and address, without a password. */
  place: v.string(),
  /** Names of what it was done to: tasks, queues, workers; never arguments. */
  what: v.string(),
  outcome: v.picklist(['done', 'failed']),
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
