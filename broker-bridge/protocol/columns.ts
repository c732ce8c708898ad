import * as v from 'valibot'

/** Columns of a list of tasks whose values every row carries. */
export const rowColumns = ['state', 'name', 'args', 'worker', 'queue', 'runtime', 'retries', 'at', 'id', 'connection'] as const

/**
 * Columns whose values a row carries where its viewer asked for them, so that rows stay small. Times are epoch seconds; `waited`
 * is the seconds between being sent and being started or, where nobody told of the sending, between being received and started.
 */
export const extraColumns = ['sent', 'received', 'started', 'ended', 'waited', 'root', 'exchange', 'routing_key'] as const
export type ExtraColumn = (typeof extraColumns)[number]

export const taskColumns = [...rowColumns, ...extraColumns] as const
export type TaskColumn = (typeof taskColumns)[number]

/** Null is what no event told. */
export type ColumnValue = string | number | null

/** An order of tasks by one column. What has no value stands last either way; tasks of equal value are ordered by their ids. */
export const Sort = v.object({ column: v.picklist(taskColumns), descending: v.boolean() })
export type Sort = v.InferOutput<typeof Sort>
