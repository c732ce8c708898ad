import type { TaskNameSummary, TaskState } from '../protocol/index.ts'
import { Recency } from './recency.ts'
import type { Link } from './recency.ts'
import type { TaskRecord } from './record.ts'
import type { TaskList, TaskWalk } from './walk.ts'

/** Shown for tasks no event has named. */
export const unnamed = ''

/** What is kept of one task name: its tasks by state, and when something about them changed. */
interface Summary {
  readonly name: string
  readonly kinds: Map<TaskState, Kind>
  total: number
  revision: number
  failedRevision: number
}

/** The tasks of one name in one state, newest activity first. Nothing has to be looked for or counted to list them. */
export class Kind implements TaskList {
  readonly summary: Summary
  readonly state: TaskState
  readonly #chain = new Recency<Link<TaskRecord>>()
  #size = 0

  constructor(summary: Summary, state: TaskState) {
    this.summary = summary
    this.state = state
  }

  get size(): number {
    return this.#size
  }

  /** Puts a task in front, whether or not it was here. */
  toFront(task: TaskRecord): void {
    if (task.kind !== this) {
      this.#size++
      this.summary.total++
      task.kind = this
    }
    this.#chain.toFront(task.link)
  }

  /** Puts a task that is in no list behind all others. */
  toBack(task: TaskRecord): void {
    this.#size++
    this.summary.total++
    task.kind = this
    this.#chain.toBack(task.link)
  }

  remove(task: TaskRecord): void {
    this.#size--
    this.summary.total--
    task.kind = null
    this.#chain.remove(task.link)
  }

  walk(isWanted?: (task: TaskRecord) => boolean): TaskWalk {
    const chain = this.#chain
    const walk = isWanted ? chain.walkLast(({ item }) => isWanted(item)) : chain.walk()
    return {
      get task() {
        return walk.next?.item ?? null
      },
      step: () => void (walk.next = walk.next?.older ?? null),
      end: () => chain.endWalk(walk),
    }
  }

  *[Symbol.iterator](): Iterator<TaskRecord> {
    for (const link of this.#chain) yield link.item
  }
}

/** The tasks of one connection by name and state, kept up to date with every change at constant cost. */
export class Summaries {
  readonly #byName = new Map<string, Summary>()
  #revision = 0

  /** Puts a record where it belongs after it changed, in front of all others there. */
  enter(task: TaskRecord): void {
    const kind = this.#kindOf(task)
    const before = task.kind
    if (before !== kind) before?.remove(task)
    kind.toFront(task)
    if (before !== null && before !== kind) this.#changed(before)
    this.#entered(task, kind)
  }

  /** Puts a record that is new here behind all others. */
  enterLast(task: TaskRecord): void {
    const kind = this.#kindOf(task)
    kind.toBack(task)
    this.#entered(task, kind)
  }

  /** Takes a record out for good. */
  leave(task: TaskRecord): void {
    const { kind } = task
    if (kind === null) return
    kind.remove(task)
    this.#changed(kind)
  }

  /** The lists that together hold the tasks of a name and of some states; undefined stands for all of them. */
  kinds(name: string | undefined, states: ReadonlySet<TaskState> | undefined): Kind[] {
    const named = name === undefined ? [...this.#byName.values()] : [this.#byName.get(name)]
    return named.flatMap((summary) => [...(summary?.kinds.values() ?? [])].filter(({ state }) => states?.has(state) ?? true))
  }

  toList(connection: string): TaskNameSummary[] {
    return [...this.#byName.values()].map(({ name, kinds, total, revision, failedRevision }) => ({
      connection,
      name,
      total,
      failed: kinds.get('FAILURE')?.size ?? 0,
      running: kinds.get('STARTED')?.size ?? 0,
      revision,
      failedRevision,
    }))
  }

  #kindOf({ name, state, kind }: TaskRecord): Kind {
    const summary = kind?.summary.name === (name ?? unnamed) ? kind.summary : this.#summary(name ?? unnamed)
    const known = summary.kinds.get(state)
    if (known) return known
    const added = new Kind(summary, state)
    summary.kinds.set(state, added)
    return added
  }

  #summary(name: string): Summary {
    const known = this.#byName.get(name)
    if (known) return known
    const added = { name, kinds: new Map<TaskState, Kind>(), total: 0, revision: 0, failedRevision: 0 }
    this.#byName.set(name, added)
    return added
  }

  #entered(task: TaskRecord, kind: Kind): void {
    this.#changed(kind)
    // One text for all tasks of this name.
    if (task.name !== null) task.name = kind.summary.name
  }

  /** One count for all names, so that a name that was gone and came back does not repeat a revision. */
  #changed({ summary, state }: Kind): void {
    summary.revision = ++this.#revision
    if (state === 'FAILURE') summary.failedRevision = summary.revision
    if (summary.total === 0) this.#byName.delete(summary.name)
  }
}
