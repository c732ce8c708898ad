import type { TaskState } from '../protocol/index.ts'
import type { TaskEvent } from '../sources/events.ts'
import { Counts } from './counts.ts'
import type { Lives } from './life.ts'
import { Orphans } from './orphans.ts'
import type { WorkerLife } from './orphans.ts'
import { Recency } from './recency.ts'
import { merge, textOf, TaskRecord } from './record.ts'
import { SlidingCount } from './sliding.ts'
import { join } from './stored.ts'
import { Summaries } from './summaries.ts'
import type { TaskList, TaskWalk } from './walk.ts'
import { Workflows } from './workflows.ts'

const childLimit = 200
/**
 * Characters of text held per connection: an outage with long tracebacks must not fill the memory before the count is full. Who
 * wants more tasks held than the usual 100,000 has room for their texts too, up to a quarter of what V8 holds.
 */
const [leastText, textOfTask, mostText] = [128 * 2 ** 20, 1_342, 2 ** 30]
const failureSeconds = 600

/** The tasks of one connection, bounded in number. */
export class TaskTable implements TaskList {
  readonly connection: string
  readonly states = new Counts()
  readonly summaries = new Summaries()
  /** Tasks that failed within the last ten minutes. */
  readonly failures = new SlidingCount(failureSeconds, 600)
  readonly workflows: Workflows
  readonly #orphans: Orphans
  readonly #lives: Lives
  readonly #limit: number
  readonly #textLimit: number
  readonly #tasks = new Map<string, TaskRecord>()
  readonly #recency = new Recency<TaskRecord>()
  readonly #children = new Map<string, string[]>()
  #text = 0
  #letGo = 0
  /** Activity up to which everything is settled. */
  #settled = 0

  constructor(connection: string, lives: Lives, limit: number) {
    this.connection = connection
    this.#lives = lives
    this.#limit = limit
    this.#textLimit = Math.min(Math.max(leastText, limit * textOfTask), mostText)
    this.#orphans = new Orphans(lives)
    this.workflows = new Workflows((id) => this.#tasks.get(id), lives)
  }

  /** More tasks, or more text, than shall be held. */
  get isOverfull(): boolean {
    return this.#tasks.size > this.#limit || this.#text > this.#textLimit
  }

  get size(): number {
    return this.#tasks.size
  }

  /** How many tasks were forgotten because there were too many. */
  get letGo(): number {
    return this.#letGo
  }

  get(id: string): TaskRecord | undefined {
    return this.#tasks.get(id)
  }

  /** Newest activity first. */
  [Symbol.iterator](): Iterator<TaskRecord> {
    return this.#recency[Symbol.iterator]()
  }

  walk(isWanted?: (task: TaskRecord) => boolean): TaskWalk {
    const chain = this.#recency
    const walk = isWanted ? chain.walkLast(isWanted) : chain.walk()
    return {
      get task() {
        return walk.next
      },
      step: () => void (walk.next = walk.next?.older ?? null),
      end: () => chain.endWalk(walk),
    }
  }

  /** Lists that together hold the tasks of a name and of some states, each newest activity first; undefined stands for all. */
  lists(name: string | undefined, states: ReadonlySet<TaskState> | undefined): readonly TaskList[] {
    return name === undefined && states === undefined ? [this] : this.summaries.kinds(name, states)
  }

  children(id: string): readonly string[] {
    return this.#children.get(id) ?? []
  }

  /**
   * Merges one event. Lists, counts and workflows hear of it with the next `settle`: most tasks change several times until then.
   * @param activity number of this change, rising
   * @returns the record, or undefined when the event was already known
   */
  apply(event: TaskEvent, activity: number): TaskRecord | undefined {
    const task = this.#tasks.get(event.id) ?? this.#add(event.id)
    const { parent } = task
    if (!merge(task, event, this.#lives)) return undefined
    this.#recency.toFront(task)
    task.activity = activity
    task.revision++
    if (task.parent !== parent) this.#adopt(task, parent)
    return task
  }

  /** Brings everything up to date that follows from the tasks, and keeps the bounds. @returns the tasks that were let go for them */
  settle(): TaskRecord[] {
    const changed: TaskRecord[] = []
    for (const task of this.#recency) {
      if (task.activity <= this.#settled) break
      changed.push(task)
    }
    for (let place = changed.length - 1; place >= 0; place--) this.#enter(changed[place] as TaskRecord)
    this.#settled = changed[0]?.activity ?? this.#settled
    return this.#trim()
  }

  /** Puts in a task of an earlier day, behind all others. It must not be known here. @param activity lower than all others' */
  restore(task: TaskRecord, activity: number): void {
    this.#tasks.set(task.id, task)
    task.activity = activity
    task.fromHistory = true
    this.#recency.toBack(task)
    this.summaries.enterLast(task)
    this.states.add(task.state, 1)
    this.#follow(task)
    if (task.parent !== null) this.#adopt(task, null)
  }

  /** Adds to a task that is known here what was kept of it. */
  recall(task: TaskRecord, kept: TaskRecord, activity: number): void {
    const { parent } = task
    join(task, kept, this.#lives)
    this.#recency.toFront(task)
    task.activity = activity
    task.revision++
    if (task.parent !== parent) this.#adopt(task, parent)
  }

  /** Takes in what became of a worker. @returns the tasks that are orphans now, or no longer */
  learn(life: WorkerLife): TaskRecord[] {
    const tasks = this.#orphans.learn(life)
    for (const task of tasks) {
      task.revision++
      this.summaries.enter(task)
      this.#recency.toFront(task)
      this.workflows.note(task)
    }
    return tasks
  }

  /** Lets the longest inactive tasks go until the bounds hold. */
  #trim(): TaskRecord[] {
    const gone: TaskRecord[] = []
    for (let task = this.#recency.oldest; task !== null && this.isOverfull; task = this.#recency.oldest) {
      gone.push(this.#forget(task))
    }
    this.#letGo += gone.length
    return gone
  }

  #enter(task: TaskRecord): void {
    const before = task.kind?.state
    if (before !== task.state) {
      if (before !== undefined) this.states.add(before, -1)
      this.states.add(task.state, 1)
    }
    this.summaries.enter(task)
    task.fromHistory = false
    this.#follow(task)
  }

  #follow(task: TaskRecord): void {
    const text = textOf(task)
    this.#text += text - task.text
    task.text = text
    this.#orphans.note(task)
    this.workflows.note(task)
  }

  #add(id: string): TaskRecord {
    const task = new TaskRecord(this.connection, id)
    this.#tasks.set(id, task)
    return task
  }

  #forget(task: TaskRecord): TaskRecord {
    this.#tasks.delete(task.id)
    this.#recency.remove(task)
    this.#text -= task.text
    this.#children.delete(task.id)
    this.workflows.forget(task)
    this.#orphans.forget(task)
    if (task.parent !== null) this.#disown(task, task.parent)
    this.states.add(task.state, -1)
    this.summaries.leave(task)
    return task
  }

  #adopt(task: TaskRecord, before: string | null): void {
    if (before !== null) this.#disown(task, before)
    if (task.parent === null) return
    const parent = this.#tasks.get(task.parent)
    if (parent) parent.revision++
    const siblings = this.#children.get(task.parent) ?? []
    if (siblings.length < childLimit) this.#children.set(task.parent, [...siblings, task.id])
  }

  #disown(task: TaskRecord, parent: string): void {
    const siblings = this.#children.get(parent)?.filter((id) => id !== task.id) ?? []
    if (siblings.length > 0) this.#children.set(parent, siblings)
    else this.#children.delete(parent)
  }
}
