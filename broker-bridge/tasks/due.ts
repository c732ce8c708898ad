import type { DueTask } from '../protocol/index.ts'
import { momentOf } from './query.ts'
import type { TaskRecord } from './record.ts'
import type { TaskStore } from './store.ts'

/** States in which a task may wait for its time. */
const waiting = ['PENDING', 'RECEIVED']
const textLimit = 200

/**
 * Tasks whose time has not come, the nearest first. Costs a look at each task that waits.
 * @param now epoch seconds
 */
export function dueTasks(store: TaskStore, connection: string, now: number, most: number): { due: DueTask[]; dueTotal: number } {
  const found: { readonly task: TaskRecord; readonly due: number }[] = []
  for (const task of store.select({ connection, states: waiting })) {
    const due = momentOf(task.eta)
    if (due !== null && due > now) found.push({ task, due })
  }
  found.sort((one, other) => one.due - other.due)
  return { due: found.slice(0, most).map(({ task, due }) => toDue(task, due)), dueTotal: found.length }
}

function toDue({ id, name, state, worker, queue, args }: TaskRecord, due: number): DueTask {
  return { id, name, due, state, worker: state === 'PENDING' ? null : worker, queue, args: args?.slice(0, textLimit) ?? null }
}
