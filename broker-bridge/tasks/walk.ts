import type { TaskRecord } from './record.ts'

/** Some tasks, newest activity first. */
export interface TaskList extends Iterable<TaskRecord> {
  readonly size: number
  /**
   * Begins at the newest task, or, where only the last are wanted, at the newest of these: this costs a look at each of them. A task
   * that changes moves in front of the walk.
   */
  walk(isWanted?: (task: TaskRecord) => boolean): TaskWalk
}

/** A way through one list, on which others may change it. */
export interface TaskWalk {
  /** Where it stands; null at the end. */
  readonly task: TaskRecord | null
  step(): void
  /** The list forgets it. */
  end(): void
}

/**
 * A way through several lists, newest activity first, that is gone in slices: each task that was not changed meanwhile is met once.
 * Those that were are told of by the store, since they are newer than all that is still to come.
 */
export class JoinedWalk {
  readonly #walks = new Map<TaskList, TaskWalk>()
  readonly #findLists: () => readonly TaskList[]
  /** Activity below which all is still to come. */
  #reached: number

  /** @param newest activity that no task is beyond as yet */
  constructor(newest: number, findLists: () => readonly TaskList[]) {
    this.#reached = newest + 1
    this.#findLists = findLists
    for (const list of findLists()) this.#walks.set(list, list.walk())
  }

  /** True while there is more to come. */
  get goesOn(): boolean {
    for (const { task } of this.#walks.values()) if (task !== null) return true
    return false
  }

  next(): TaskRecord | null {
    let first: TaskWalk | null = null
    let task: TaskRecord | null = null
    for (const walk of this.#walks.values()) {
      if (walk.task === null || (task !== null && walk.task.activity < task.activity)) continue
      first = walk
      task = walk.task
    }
    first?.step()
    if (task === null) this.end()
    else this.#reached = task.activity
    return task
  }

  /** Takes in tasks that were added behind all others; costs a look at these. */
  lengthen(): void {
    for (const list of this.#findLists()) {
      const walk = this.#walks.get(list)
      if (walk !== undefined && walk.task !== null) continue
      walk?.end()
      this.#walks.set(
        list,
        list.walk(({ activity }) => activity < this.#reached),
      )
    }
  }

  end(): void {
    for (const walk of this.#walks.values()) walk.end()
    this.#walks.clear()
  }
}

/** How many tasks lists hold together. */
export function sizeOf(lists: readonly TaskList[]): number {
  return lists.reduce((sum, { size }) => sum + size, 0)
}
