import type { Query, TaskFilter, ViewParams } from '../protocol/index.ts'
import type { Lives } from './life.ts'
import { toTest } from './query.ts'
import type { TaskTest } from './query.ts'
import { unnamed } from './summaries.ts'

/** A filter whose query was read. */
export type TaskSelection = Omit<TaskFilter, 'query'> & { readonly query?: Query | undefined }

/** A view's window, its query read. */
export type ViewWindow = Omit<ViewParams, 'filter'> & { readonly filter: TaskSelection }

/** The states a filter asks for, undefined where it takes any. */
export function statesOf({ states }: TaskSelection): ReadonlySet<string> | undefined {
  return states === undefined || states.length === 0 ? undefined : new Set(states)
}

/** Turns a filter into one question. */
export function toPredicate(filter: TaskSelection, lives: Lives): TaskTest {
  const tests: TaskTest[] = []
  const { connection, name, worker, query } = filter
  const states = statesOf(filter)
  if (connection !== undefined) tests.push((task) => task.connection === connection)
  if (name !== undefined) tests.push((task) => (task.name ?? unnamed) === name)
  if (worker !== undefined) tests.push((task) => task.worker === worker)
  if (states !== undefined) tests.push((task) => states.has(task.state))
  if (query !== undefined) tests.push(toTest(query, lives))
  return (task) => tests.every((holds) => holds(task))
}
