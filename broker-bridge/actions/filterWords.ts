import type { TaskFilter } from '../protocol/index.ts'

/** A filter for the log of actions. What a query seeks may be an argument of a task, and is not told. */
export function filterWords({ name, worker, states, query }: TaskFilter): string {
  const told = [
    ...(states === undefined ? [] : [`in ${states.join(', ')}`]),
    ...(name === undefined ? [] : [`named ${name}`]),
    ...(worker === undefined ? [] : [`of ${worker}`]),
    ...(query === undefined ? [] : ['with a query']),
  ]
  return told.length === 0 ? 'all' : told.join(', ').slice(0, 300)
}
