import type { TaskFilter } from '../protocol/index.ts'
import type { TaskRecord } from './record.ts'
import { unnamed } from './summaries.ts'

export type TaskPredicate = (task: TaskRecord) => boolean

/** The states a filter asks for, undefined where it takes any. */
export function statesOf({ states }: TaskFilter): ReadonlySet<string> | undefined {
  return states === undefined || states.length === 0 ? undefined : new Set(states)
}

/** Turns a filter into one question. Words are compared without regard to case and must all occur somewhere in the task. */
export function toPredicate(filter: TaskFilter): TaskPredicate {
  const tests: TaskPredicate[] = []
  const { connection, name, worker, text } = filter
  const states = statesOf(filter)
  if (connection !== undefined) tests.push((task) => task.connection === connection)
  if (name !== undefined) tests.push((task) => (task.name ?? unnamed) === name)
  if (worker !== undefined) tests.push((task) => task.worker === worker)
  if (states !== undefined) tests.push((task) => states.has(task.state))
  for (const word of text?.split(/\s+/).filter(Boolean) ?? []) tests.push(wordTest(word))
  return (task) => tests.every((holds) => holds(task))
}

function wordTest(word: string): TaskPredicate {
  const pattern = new RegExp(word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'), 'i')
  const holds = (text: string | null) => text !== null && pattern.test(text)
  return (task) =>
    holds(task.id) ||
    holds(task.name) ||
    holds(task.args) ||
    holds(task.kwargs) ||
    holds(task.result) ||
    holds(task.worker) ||
    holds(task.queue) ||
    (task.errors?.some((error) => holds(error.exception)) ?? false)
}
