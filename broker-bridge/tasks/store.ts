import type { Activity, TaskDetail, TaskFilter, TaskKey, TaskNameSummary, TaskRow, ViewParams } from '../protocol/index.ts'
import type { TaskEvent } from '../sources/events.ts'
import { Counts } from './counts.ts'
import { toPredicate } from './filter.ts'
import { Lives } from './life.ts'
import { toDetail, toRow } from './picture.ts'
import type { TaskRecord } from './record.ts'
import { SlidingCount } from './sliding.ts'
import { TaskTable } from './table.ts'
import { TaskView } from './view.ts'

const rateSeconds = 2

/** The one owner of tasks. Pure: time comes in, changes go out through `drain`, which somebody calls at a frame's pace. */
export class TaskStore {
  readonly #lives = new Lives()
  readonly #limit: number
  readonly #tables = new Map<string, TaskTable>()
  readonly #views = new Set<TaskView>()
  readonly #rate = new SlidingCount(rateSeconds, 20)
  #touched: TaskRecord[] = []
  #activity = 0
  #events = 0

  /** @param limit most tasks kept per connection */
  constructor(limit: number) {
    this.#limit = limit
  }

  /** Merges events of one connection; constant cost each. @param now epoch seconds of their arrival */
  apply(connection: string, events: readonly TaskEvent[], now: number): void {
    const table = this.#table(connection)
    this.#events += events.length
    this.#rate.add(now, events.length)
    for (const event of events) {
      const task = table.apply(event, ++this.#activity)
      if (task === undefined) continue
      if (event.state === 'FAILURE' && task.state === 'FAILURE') table.failures.add(now)
      this.#touch(task)
    }
    if (table.isOverfull) for (const task of table.trim()) this.#touch(task)
  }

  /** Notes that Warren itself sent `id` as a new run of `original`. */
  linkRetry(connection: string, original: string, id: string): void {
    const table = this.#table(connection)
    const [before, after] = [table.get(original), table.get(id)]
    if (after) after.retryOf = original
    if (before) before.retriedAs = [...(before.retriedAs ?? []), id]
    for (const task of [before, after]) {
      if (!task) continue
      task.revision++
      this.#touch(task)
    }
  }

  /** Forgets a connection and all its tasks. */
  drop(connection: string): void {
    const table = this.#tables.get(connection)
    this.#tables.delete(connection)
    for (const task of table?.all() ?? []) this.#touch(task)
  }

  record(key: TaskKey): TaskRecord | undefined {
    return this.#tables.get(key.connection)?.get(key.id)
  }

  detail(key: TaskKey): TaskDetail | undefined {
    const table = this.#tables.get(key.connection)
    const task = table?.get(key.id)
    return table && task && toDetail(task, this.#lives, table.children(key.id))
  }

  /** Matching tasks, newest activity first: a picture for a tree or a script, at the cost of one look at each task. */
  list(filter: TaskFilter, offset: number, limit: number): { tasks: TaskRow[]; matched: number } {
    const matching = this.select(filter)
    return { tasks: matching.slice(offset, offset + limit).map((task) => toRow(task, this.#lives)), matched: matching.length }
  }

  select(filter: TaskFilter): TaskRecord[] {
    const matches = toPredicate(filter)
    return [...this.#records()].filter(matches).sort((one, other) => other.activity - one.activity)
  }

  summaries(): TaskNameSummary[] {
    return [...this.#tables.values()].flatMap((table) => table.summaries.toList(table.connection))
  }

  /** @param now epoch seconds */
  activity(now: number): Activity {
    const states = new Counts()
    let letGo = 0
    let recentFailures = 0
    for (const table of this.#tables.values()) {
      for (const [state, count] of Object.entries(table.states.toRecord())) states.add(state, count)
      letGo += table.letGo
      recentFailures += table.failures.count(now)
    }
    return {
      at: now,
      eventsPerSecond: this.#rate.count(now) / rateSeconds,
      events: this.#events,
      tasks: this.#size(),
      states: states.toRecord(),
      recentFailures,
      letGo,
    }
  }

  openView(params: ViewParams): TaskView {
    const view = new TaskView(params, this.#source())
    this.#views.add(view)
    return view
  }

  closeView(view: TaskView): void {
    this.#views.delete(view)
  }

  /** Hands the tasks changed since the last call to the views. Returns them, for those who follow single tasks. */
  drain(): readonly TaskRecord[] {
    const touched = this.#touched
    if (touched.length === 0) return touched
    this.#touched = []
    touched.sort((one, other) => one.activity - other.activity)
    for (const task of touched) task.touched = false
    for (const view of this.#views) view.update(touched)
    return touched
  }

  #touch(task: TaskRecord): void {
    if (task.touched) return
    task.touched = true
    this.#touched.push(task)
  }

  #table(connection: string): TaskTable {
    const known = this.#tables.get(connection)
    if (known) return known
    const table = new TaskTable(connection, this.#lives, this.#limit)
    this.#tables.set(connection, table)
    return table
  }

  *#records(): Iterable<TaskRecord> {
    for (const table of this.#tables.values()) yield* table.all()
  }

  #size(connection?: string): number {
    if (connection !== undefined) return this.#tables.get(connection)?.size ?? 0
    return [...this.#tables.values()].reduce((sum, table) => sum + table.size, 0)
  }

  #source() {
    return {
      select: (filter: TaskFilter) => this.select(filter),
      holds: (task: TaskRecord) => this.record(task) === task,
      size: (connection?: string) => this.#size(connection),
      row: (task: TaskRecord) => toRow(task, this.#lives),
    }
  }
}
