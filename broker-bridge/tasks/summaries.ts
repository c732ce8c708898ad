import type { TaskNameSummary, TaskState } from '../protocol/index.ts'
import type { TaskRecord } from './record.ts'

/** What the tree shows of one task name. */
export interface Summary {
  readonly name: string
  total: number
  failed: number
  running: number
  lastAt: number
}

/** Shown for tasks no event has named. */
export const unnamed = ''

/** What the tree shows per task name, kept up to date with every change at constant cost. */
export class Summaries {
  readonly #byName = new Map<string, Summary>()

  /** Takes a record out before it changes, or for good. */
  leave(task: TaskRecord): void {
    const summary = task.summary
    if (summary === null) return
    count(summary, task, -1)
    task.summary = null
    if (summary.total === 0) this.#byName.delete(summary.name)
  }

  /** Counts a record in after it changed. */
  enter(task: TaskRecord): void {
    const summary = this.#of(task.name ?? unnamed)
    count(summary, task, 1)
    task.summary = summary
    // One text for all tasks of this name.
    if (task.name !== null) task.name = summary.name
    if (task.at > summary.lastAt) summary.lastAt = task.at
  }

  /** Counts a record anew whose state changed and whose name did not. */
  restate(task: TaskRecord, before: TaskState): void {
    const summary = task.summary
    if (summary === null) return
    if (before === 'FAILURE') summary.failed--
    if (before === 'STARTED') summary.running--
    if (task.state === 'FAILURE') summary.failed++
    if (task.state === 'STARTED') summary.running++
    if (task.at > summary.lastAt) summary.lastAt = task.at
  }

  toList(connection: string): TaskNameSummary[] {
    return [...this.#byName.values()].map((summary) => ({ connection, ...summary }))
  }

  #of(name: string): Summary {
    const known = this.#byName.get(name)
    if (known) return known
    const summary = { name, total: 0, failed: 0, running: 0, lastAt: 0 }
    this.#byName.set(name, summary)
    return summary
  }
}

function count(summary: Summary, task: TaskRecord, change: number): void {
  summary.total += change
  if (task.state === 'FAILURE') summary.failed += change
  if (task.state === 'STARTED') summary.running += change
}
