import type { Activity, TaskDetail, TaskKey, TaskNameSummary, TaskRow } from '../protocol/index.ts'
import { joinSorted } from '../joinSorted.ts'
import type { TaskEvent } from '../sources/events.ts'
import { FailureMarks } from './failureMarks.ts'
import { Failures } from './failures.ts'
import { toPredicate } from './filter.ts'
import type { TaskSelection, ViewWindow } from './filter.ts'
import { Glance } from './glance.ts'
import { Lives } from './life.ts'
import { OpenViews } from './openViews.ts'
import { toDetail, toRow } from './picture.ts'
import type { WorkerLife } from './orphans.ts'
import { Places } from './places.ts'
import type { TaskTest } from './query.ts'
import type { TaskRecord } from './record.ts'
import { SlidingCount } from './sliding.ts'
import { TaskStatistics } from './statistics.ts'
import { fromStored, toStored } from './stored.ts'
import type { StoredTask } from './stored.ts'
import { Tables } from './tables.ts'
import type { TaskView } from './view.ts'
import { sizeOf } from './walk.ts'
import type { TaskList } from './walk.ts'
import type { Workflows } from './workflows.ts'

const rateSeconds = 2
/** Events after which everything is settled, asked or not: it bounds what is held beyond the limits. */
const settleAfter = 5_000

/** The one owner of tasks. Pure: time comes in, changes go out through `drain`, which somebody calls at a frame's pace. */
export class TaskStore {
  /** What people decided about failures; whoever keeps them puts them in here. */
  readonly failureMarks = new FailureMarks()
  readonly failures = new Failures(this.failureMarks)
  readonly #lives = new Lives()
  readonly statistics = new TaskStatistics(this.#lives)
  /** Hears of each event that was merged, as it comes; null where nobody counts. */
  onEvent: ((task: TaskRecord, event: TaskEvent, lives: Lives) => void) | null = null
  readonly #limit: number
  readonly #tables: Tables
  readonly #places = new Places()
  readonly #views: OpenViews
  readonly #rate = new SlidingCount(rateSeconds, 20)
  #touched: TaskRecord[] = []
  #activity = 0
  /** Activity of the earliest restored task: it falls below zero. */
  #earliest = 0
  #restored = false
  #events = 0
  #unsettled = 0

  /**
   * @param limit most tasks kept per connection
   * @param firstSlice tasks that a view looks at as it is opened; `fill` lets it look at the others
   */
  constructor(limit: number, firstSlice = 2_000) {
    this.#limit = limit
    this.#tables = new Tables(this.#lives, limit)
    this.#views = new OpenViews({
      ...{ lives: this.#lives, tables: this.#tables, firstSlice },
      newest: () => this.#activity,
      lists: (filter) => this.#lists(filter),
    })
  }

  /** Most tasks kept per connection. */
  get limit(): number {
    return this.#limit
  }

  /** Merges events of one connection; constant cost each. @param now epoch seconds of their arrival */
  apply(connection: string, events: readonly TaskEvent[], now: number): void {
    const table = this.#tables.of(connection)
    this.#events += events.length
    this.#rate.add(now, events.length)
    for (const event of events) {
      const task = table.apply(event, ++this.#activity)
      if (task === undefined) continue
      if (event.state === 'FAILURE' && task.state === 'FAILURE') table.failures.add(now)
      this.failures.note(task, event, now)
      this.statistics.note(task, event, now)
      this.onEvent?.(task, event, this.#lives)
      this.#touch(task)
    }
    this.#unsettled += events.length
    if (this.#unsettled > settleAfter) this.#settle()
  }

  /**
   * As `apply`, for what was recorded while nobody listened: it belongs to its own time, and is neither the rate of now nor news. What
   * is known already changes and counts nothing.
   * @param since epoch seconds since which there are listeners again: a failure of later is news, even if the recording tells it first
   */
  replay(connection: string, events: readonly TaskEvent[], now: number, since: number): void {
    const table = this.#tables.of(connection)
    for (const event of events) {
      const task = table.apply(event, ++this.#activity)
      if (task === undefined) continue
      this.#events++
      const at = Math.min(event.at, now)
      if (event.state === 'FAILURE' && task.state === 'FAILURE') table.failures.addPast(at, now)
      this.failures.note(task, event, now, at >= since)
      this.statistics.note(task, event, now)
      this.#touch(task)
    }
    this.#unsettled += events.length
    if (this.#unsettled > settleAfter) this.#settle()
  }

  /** Notes that Warren itself sent `id` as a new run of `original`. */
  linkRetry(connection: string, original: string, id: string): void {
    this.#settle()
    const table = this.#tables.of(connection)
    const [before, after] = [table.get(original), table.get(id)]
    if (after) after.retryOf = original
    if (before) before.retriedAs = [...(before.retriedAs ?? []), id]
    for (const task of [before, after]) {
      if (!task) continue
      task.revision++
      table.workflows.note(task)
      this.#touch(task)
    }
  }

  /**
   * Puts back tasks of earlier days, newest first, behind all that were heard of since.
   * @returns false when there is no room for more
   */
  restore(connection: string, tasks: readonly StoredTask[]): boolean {
    this.#settle()
    const table = this.#tables.of(connection)
    for (const stored of tasks) {
      if (table.size >= this.#limit || table.isOverfull) return false
      const kept = fromStored(connection, stored, this.#lives)
      const known = table.get(stored.id)
      this.failures.recall(kept, known)
      if (!known) this.statistics.recall(kept)
      this.#unsettled++
      if (known) table.recall(known, kept, ++this.#activity)
      else table.restore(kept, --this.#earliest)
      this.#touch(known ?? kept)
      this.#restored = true
    }
    return true
  }

  /** What became of a worker: the tasks it had may be orphans now. */
  learn(connection: string, life: WorkerLife): void {
    this.#settle()
    for (const task of this.#tables.of(connection).learn(life)) {
      task.activity = ++this.#activity
      this.#touch(task)
    }
  }

  /** All of a task that has to outlive this store. */
  toStored(task: TaskRecord): StoredTask {
    return toStored(task, this.#lives)
  }

  /** Forgets a connection and all its tasks. */
  drop(connection: string): void {
    const table = this.#tables.get(connection)
    this.#tables.drop(connection)
    this.failures.drop(connection)
    this.statistics.drop(connection)
    for (const task of table ?? []) this.#touch(task)
  }

  workflows(connection: string): Workflows | undefined {
    this.#settle()
    return this.#tables.get(connection)?.workflows
  }

  record(key: TaskKey): TaskRecord | undefined {
    return this.#tables.get(key.connection)?.get(key.id)
  }

  detail(key: TaskKey): TaskDetail | undefined {
    this.#settle()
    const table = this.#tables.get(key.connection)
    const task = table?.get(key.id)
    return table && task && toDetail(task, this.#lives, table.children(key.id))
  }

  /**
   * A page of the matching tasks, newest activity first. Costs a look at each task of the page and of those before it; only
   * queries and workers, which no list is kept for, cost a look at every task.
   */
  list(filter: TaskSelection, offset: number, limit: number): { tasks: TaskRow[]; matched: number } {
    const tasks: TaskRow[] = []
    const counted = filter.worker === undefined && filter.query === undefined
    let seen = 0
    for (const task of this.select(filter)) {
      if (seen++ >= offset && tasks.length < limit) tasks.push(toRow(task, this.#lives))
      if (counted && tasks.length === limit) break
    }
    return { tasks, matched: counted ? sizeOf(this.#lists(filter)) : seen }
  }

  /** Matching tasks, newest activity first, found one by one as they are asked for. To be read before the next change. */
  *select(filter: TaskSelection): Iterable<TaskRecord> {
    const { worker, query } = filter
    const matches = toPredicate({ worker, query }, this.#lives)
    for (const task of joinSorted(this.#lists(filter), newestFirst)) if (matches(task)) yield task
  }

  /**
   * As `select`, for who lets others run in between: what may match now, newest first, and the question to ask of each later. A task
   * that was let go meanwhile answers no.
   */
  candidates({ connection, name, states, ...rest }: TaskSelection): { tasks: readonly TaskRecord[]; matches: TaskTest } {
    const matches = toPredicate({ name, states, ...rest }, this.#lives)
    return { tasks: [...this.select({ connection, name, states })], matches: (task) => this.#tables.holds(task) && matches(task) }
  }

  /** As `select`, for searching and sorting: each glance may be kept, and tells of its task as it is when it is asked. */
  *glances(filter: TaskSelection): Iterable<Glance> {
    for (const task of this.select(filter)) yield new Glance(task, this.#lives)
  }

  summaries(): TaskNameSummary[] {
    this.#settle()
    return [...this.#tables].flatMap((table) => table.summaries.toList(table.connection))
  }

  /** @param now epoch seconds */
  activity(now: number): Activity {
    this.#settle()
    const { tasks, states, recentFailures, letGo } = this.#tables.totals(now)
    return {
      at: now,
      eventsPerSecond: this.#rate.count(now) / rateSeconds,
      events: this.#events,
      ...{ tasks, states, recentFailures },
      newFailures: this.failures.fresh,
      letGo,
    }
  }

  openView(params: ViewWindow): TaskView {
    return this.#views.open(params)
  }

  /** True while `fill` has something to do. */
  get isFilling(): boolean {
    return this.#views.isFilling
  }

  /** Lets views that are still being filled look at so many further tasks, in equal parts. */
  fill(most: number): void {
    this.#settle()
    if (this.#restored) this.#views.lengthen()
    this.#views.fill(most)
  }

  /** Hands the tasks changed since the last call to the views. Returns them, for those who follow single tasks. */
  drain(): readonly TaskRecord[] {
    this.#settle()
    const touched = this.#touched
    if (touched.length === 0) return touched
    this.#touched = []
    touched.sort((one, other) => newestFirst(other, one))
    for (const task of touched) task.touched = false
    // What came back from earlier days has no order of arrival: views find it behind all others.
    const heard = this.#restored ? touched.filter((task) => task.activity > 0 || !this.#tables.holds(task)) : touched
    this.#views.update(heard, this.#restored)
    this.#restored = false
    for (const task of touched) if (!this.#tables.holds(task)) this.#letGo(task)
    return touched
  }

  /** Before anything is read that follows from the tasks. */
  #settle(): void {
    if (this.#unsettled === 0) return
    this.#unsettled = 0
    for (const table of this.#tables) for (const task of table.settle()) this.#touch(task)
  }

  #touch(task: TaskRecord): void {
    if (task.touched) return
    task.touched = true
    if (task.place < 0) task.place = this.#places.take()
    this.#touched.push(task)
  }

  /** The lists that together hold the tasks of the filter's connection, name and states. */
  #lists(filter: TaskSelection): TaskList[] {
    this.#settle()
    return this.#tables.lists(filter)
  }

  #letGo(task: TaskRecord): void {
    this.#places.giveBack(task.place)
    task.place = -1
  }
}

function newestFirst(one: TaskRecord, other: TaskRecord): number {
  return other.activity - one.activity
}
