import type { Workflow } from '../protocol/index.ts'
import type { Lives } from './life.ts'
import { Recency } from './recency.ts'
import type { Linked } from './recency.ts'
import type { TaskRecord } from './record.ts'
import { workflowOf } from './workflow.ts'

/** The tasks that name one other task as the first of their workflow. */
interface Family {
  readonly root: string
  readonly kin: Recency<Kin>
  size: number
  revision: number
}

/** A task's place in its family. */
export class Kin implements Linked<Kin> {
  readonly task: TaskRecord
  readonly family: Family
  newer: Kin | null = null
  older: Kin | null = null

  constructor(task: TaskRecord, family: Family) {
    this.task = task
    this.family = family
  }
}

/**
 * The tasks of one connection by the first task of their workflow. A task that is its own root, as most are, costs nothing here;
 * any other one costs a link in a chain. Bounded by the tasks themselves.
 */
export class Workflows {
  readonly #find: (id: string) => TaskRecord | undefined
  readonly #lives: Lives
  readonly #families = new Map<string, Family>()
  #revision = 0

  /** @param find the task of this id, if it is held */
  constructor(find: (id: string) => TaskRecord | undefined, lives: Lives) {
    this.#find = find
    this.#lives = lives
  }

  /** A task has changed. Constant cost. */
  note(task: TaskRecord): void {
    const root = task.root === task.id ? null : task.root
    if ((task.kin?.family.root ?? null) !== root) {
      this.#leave(task)
      if (root !== null) this.#join(task, root)
    }
    if (task.kin) task.kin.family.revision = ++this.#revision
  }

  /** A task is let go. Constant cost. */
  forget(task: TaskRecord): void {
    this.#leave(task)
    const own = this.#families.get(task.id)
    if (own) own.revision = ++this.#revision
  }

  /** Tasks of the same workflow as this one, itself included; where it is not held, those that name it as their first. */
  tasks(id: string): TaskRecord[] {
    const root = this.#find(id)?.root ?? id
    const tasks = Array.from(this.#families.get(root)?.kin ?? [], (kin) => kin.task)
    const first = this.#find(root)
    if (first) tasks.push(first)
    return tasks
  }

  /** Differs whenever `picture` would answer differently; undefined when the task is not held. Constant cost. */
  revision(id: string): string | undefined {
    const task = this.#find(id)
    if (!task) return undefined
    const root = task.root ?? id
    return `${this.#families.get(root)?.revision ?? 0} ${this.#find(root)?.revision ?? 0} ${task.revision}`
  }

  /** The graph around a task, or undefined when it is not held. Costs a look at each task of its workflow. */
  picture(id: string): Workflow | undefined {
    const task = this.#find(id)
    return task && workflowOf(task, this.tasks(id), this.#lives)
  }

  #join(task: TaskRecord, root: string): void {
    const family = this.#families.get(root) ?? { root, kin: new Recency<Kin>(), size: 0, revision: 0 }
    if (family.size++ === 0) this.#families.set(root, family)
    task.kin = new Kin(task, family)
    family.kin.toFront(task.kin)
  }

  #leave(task: TaskRecord): void {
    const { kin } = task
    if (kin === null) return
    task.kin = null
    kin.family.kin.remove(kin)
    kin.family.revision = ++this.#revision
    if (--kin.family.size === 0) this.#families.delete(kin.family.root)
  }
}
