import type { ColumnValue, TaskColumn, TaskRow, ViewRange, ViewSnapshot } from '../protocol/index.ts'
import { compareValues } from './columns.ts'
import { Counts } from './counts.ts'
import { statesOf } from './filter.ts'
import type { TaskSelection, ViewWindow } from './filter.ts'
import { ActivityOrder } from './order.ts'
import type { TaskOrder } from './order.ts'
import { PlaceNumbers } from './places.ts'
import type { TaskTest } from './query.ts'
import type { TaskRecord } from './record.ts'
import { SortedOrder } from './sortedOrder.ts'
import { newStateNames } from './states.ts'
import type { JoinedWalk } from './walk.ts'

/** What a view needs of the store. */
export interface ViewSource {
  /** Tasks looked at before the first rows are shown. */
  readonly firstSlice: number
  /** A way to the tasks of the filter's connection and name, newest activity first; what changes meanwhile is told of. */
  walk(filter: TaskSelection): JoinedWalk
  /** How many tasks the walk may meet. */
  reach(filter: TaskSelection): number
  /** The filter as a question about one task. */
  test(filter: TaskSelection): TaskTest
  holds(task: TaskRecord): boolean
  size(connection?: string): number
  row(task: TaskRecord): TaskRow
  value(task: TaskRecord, column: TaskColumn): ColumnValue
  /** Tells this view of no further changes. */
  close(view: TaskView): void
}

/**
 * One viewer's window on the tasks that match its filter, by newest activity or by a column. Each changed task costs O(log n). While
 * the view rests, rows keep their places: what is new or moved waits in `#waiting`, so offsets stay true without an anchor row.
 *
 * It is filled in slices, newest activity first, by whoever owns the turns (`fill`): each task comes in once, by the walk or because
 * it changed, since what changes moves in front of the walk.
 */
export class TaskView {
  readonly #source: ViewSource
  #params: ViewWindow
  /** The filter without its states: what is counted by state, so that every state's chip has its number. */
  #counts!: TaskTest
  #states: ReadonlySet<string> | undefined
  #order!: TaskOrder<TaskRecord>
  #walk: JoinedWalk | undefined
  #byState = new Counts()
  /** How many tasks are counted in it. */
  #counted = 0
  readonly #stateNames = newStateNames()
  /** The number of the state under which a task is counted. */
  #countedAs = new PlaceNumbers()
  readonly #waiting = new Set<TaskRecord>()
  /** As the newest snapshot may show it. */
  #total = 0
  #revision = 1

  constructor(params: ViewWindow, source: ViewSource) {
    this.#params = params
    this.#source = source
    this.#begin()
  }

  /** True while `fill` has something to do. A sorted list that rests has to wait, since what comes in would move its rows. */
  get isFilling(): boolean {
    return this.#isCounting && !(this.#params.resting && this.#params.sort !== undefined)
  }

  get #isCounting(): boolean {
    return this.#walk?.goesOn ?? false
  }

  /** Goes up whenever a snapshot would show something else. */
  get revision(): number {
    return this.#revision
  }

  /** Moves the window, changes the filter, rests or goes on. */
  move(params: ViewWindow): void {
    const before = this.#params
    this.#params = params
    this.#revision++
    if (subject(before) !== subject(params)) return this.#begin()
    if (before.resting && !params.resting) this.#letIn()
  }

  /** Looks at so many further tasks. */
  fill(most: number): void {
    const matched = this.#order.size
    const counted = this.#counted
    for (let looked = 0; looked < most && this.isFilling; looked++) this.#takeIn(this.#walk?.next() ?? null)
    if (this.#order.size !== matched || this.#counted !== counted || !this.#isCounting) this.#revision++
  }

  /** Takes in tasks that changed, oldest change first. */
  update(tasks: readonly TaskRecord[]): void {
    const before = this.#total
    this.#total = this.#source.size(this.#params.filter.connection)
    const concerned = tasks.filter((task) => this.#place(task))
    if (concerned.length > 0 || this.#total !== before) this.#revision++
  }

  /**
   * Tasks came that are older than all others: they are still to be looked at. To be called before the next `fill`, which would go on
   * past those of one connection to older ones of another.
   */
  lengthen(): void {
    this.#walk?.lengthen()
  }

  /** As `lengthen`, with a first look at once. */
  refill(): void {
    this.lengthen()
    this.fill(this.#source.firstSlice)
    this.#revision++
  }

  snapshot(): ViewSnapshot {
    const { view, first, count, filter } = this.#params
    return {
      view,
      revision: this.#revision,
      first,
      rows: this.#order.window(first, count).map((task) => this.#row(task)),
      matched: this.#order.size,
      total: this.#source.size(filter.connection),
      states: this.#byState.toRecord(),
      newer: this.#waiting.size,
      ...(this.#isCounting ? { counting: true } : {}),
    }
  }

  /** The tasks of these rows, as the newest snapshot places them. */
  range(first: number, count: number): ViewRange {
    const tasks = this.#order.window(first, count).map(({ connection, id, state }) => ({ connection, id, state }))
    return { tasks, matched: this.#order.size }
  }

  close(): void {
    this.#walk?.end()
    this.#source.close(this)
  }

  #row(task: TaskRecord): TaskRow {
    const row = this.#source.row(task)
    const { extra = [] } = this.#params
    if (extra.length === 0) return row
    return { ...row, extra: Object.fromEntries(extra.map((column) => [column, this.#source.value(task, column)])) }
  }

  #newOrder(): TaskOrder<TaskRecord> {
    const { sort } = this.#params
    if (sort === undefined) return new ActivityOrder(this.#source.reach(this.#params.filter))
    return new SortedOrder<TaskRecord, ColumnValue>(
      (task) => this.#source.value(task, sort.column),
      (one, oneValue, other, otherValue) => compareValues(oneValue, otherValue, sort) || compareKeys(one, other),
    )
  }

  #begin(): void {
    const { states, ...counted } = this.#params.filter
    this.#states = statesOf({ states })
    this.#counts = this.#source.test(counted)
    this.#order = this.#newOrder()
    this.#byState = new Counts()
    this.#counted = 0
    this.#countedAs = new PlaceNumbers()
    this.#waiting.clear()
    this.#total = this.#source.size(counted.connection)
    this.#walk?.end()
    this.#walk = this.#source.walk(counted)
    this.fill(this.#source.firstSlice)
  }

  #takeIn(task: TaskRecord | null): void {
    if (task === null || this.#knows(task) || !this.#source.holds(task) || !this.#counts(task)) return
    this.#recount(task, true)
    if (this.#shows(task)) this.#order.putOldest(task)
  }

  /** Whether the task came in already: because it changed, before the walk met it. */
  #knows(task: TaskRecord): boolean {
    return this.#countedAs.get(task.place) >= 0 || this.#order.has(task)
  }

  #shows(task: TaskRecord): boolean {
    return this.#states === undefined || this.#states.has(task.state)
  }

  /** False where this view neither showed nor counted the task, and does not now. */
  #place(task: TaskRecord): boolean {
    const known = this.#knows(task)
    const held = this.#source.holds(task)
    const counts = held && this.#counts(task)
    if (!known && !counts) return false
    this.#recount(task, counts)
    const matches = counts && this.#shows(task)
    if (!held) this.#remove(task)
    else if (this.#params.resting) this.#rest(task, matches)
    else if (matches) this.#order.put(task)
    else this.#remove(task)
    return true
  }

  #rest(task: TaskRecord, matches: boolean): void {
    if (matches) this.#waiting.add(task)
    else if (!this.#order.has(task)) this.#waiting.delete(task)
    // A row that no longer matches keeps its place until the view goes on, so that nothing moves under the cursor.
    else this.#waiting.add(task)
  }

  #letIn(): void {
    for (const task of [...this.#waiting].sort((one, other) => one.activity - other.activity)) {
      if (this.#source.holds(task) && this.#counts(task) && this.#shows(task)) this.#order.put(task)
      else this.#order.remove(task)
    }
    this.#waiting.clear()
  }

  #remove(task: TaskRecord): void {
    this.#order.remove(task)
    this.#waiting.delete(task)
  }

  #recount(task: TaskRecord, counts: boolean): void {
    const before = this.#countedAs.get(task.place)
    const after = counts ? this.#stateNames.number(task.state) : -1
    if (before === after) return
    if (before >= 0) this.#byState.add(this.#stateNames.name(before), -1)
    if (after >= 0) this.#byState.add(this.#stateNames.name(after), 1)
    this.#counted += Number(after >= 0) - Number(before >= 0)
    this.#countedAs.set(task.place, after)
  }
}

/** What a view is about: where this differs, it has to be filled anew. */
function subject({ filter, sort }: ViewWindow): string {
  return JSON.stringify([filter, sort])
}

/** Any fixed order of tasks that are equal otherwise. One that was dropped may stand beside the same task come back, until it is let go. */
function compareKeys(one: TaskRecord, other: TaskRecord): number {
  if (one.id !== other.id) return one.id < other.id ? -1 : 1
  if (one.connection !== other.connection) return one.connection < other.connection ? -1 : 1
  return one.place - other.place
}
