import * as v from 'valibot'
import type { TaskState } from './tasks.ts'

/** Most tasks that can be selected in a list: as many as one yes may be for. */
export const selectionLimit = 5_000

const view = v.pipe(v.string(), v.minLength(1), v.maxLength(100))
const id = v.pipe(v.string(), v.maxLength(1_000))

/** The tasks of some rows of an open view, in the order that it shows: those out of sight are not on the page. */
export const ViewRangeParams = v.object({
  view,
  first: v.pipe(v.number(), v.integer(), v.minValue(0)),
  count: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(selectionLimit)),
})

/** A task by its key, and its state as of now. */
export interface ListedTask {
  readonly connection: string
  readonly id: string
  readonly state: TaskState
}

export interface ViewRange {
  readonly tasks: readonly ListedTask[]
  /** Rows that the view has. */
  readonly matched: number
}

/** What has become of tasks of an open view, also of those that match its filter no more. */
export const ViewStatesParams = v.object({
  view,
  connection: v.pipe(v.string(), v.maxLength(100)),
  ids: v.pipe(v.array(id), v.minLength(1), v.maxLength(selectionLimit)),
})

/** Tasks of one connection. */
export type ListedTasks = Omit<v.InferOutput<typeof ViewStatesParams>, 'view'>

/** In the order asked; null for a task that is held no more. */
export interface ViewStates {
  readonly states: readonly (TaskState | null)[]
}
