import { valueOf } from './columns.ts'
import { toPredicate } from './filter.ts'
import type { TaskSelection, ViewWindow } from './filter.ts'
import type { Lives } from './life.ts'
import { toRow } from './picture.ts'
import type { TaskRecord } from './record.ts'
import type { Tables } from './tables.ts'
import { TaskView } from './view.ts'
import type { ViewSource } from './view.ts'
import { JoinedWalk, sizeOf } from './walk.ts'
import type { TaskList } from './walk.ts'

/** What views are drawn from. */
export interface ViewedTasks {
  readonly lives: Lives
  readonly tables: Tables
  /** Tasks that a view looks at as it is opened. */
  readonly firstSlice: number
  /** Activity that no task is beyond as yet. */
  readonly newest: () => number
  /** The lists that together hold the tasks of the filter's connection, name and states, with nothing left to catch up with. */
  readonly lists: (filter: TaskSelection) => TaskList[]
}

/** The views that somebody looks at: filled in slices, and told of what changes. */
export class OpenViews {
  readonly #views = new Set<TaskView>()
  readonly #source: ViewSource

  constructor(tasks: ViewedTasks) {
    this.#source = this.#sourceOf(tasks)
  }

  open(params: ViewWindow): TaskView {
    const view = new TaskView(params, this.#source)
    this.#views.add(view)
    return view
  }

  /** True while `fill` has something to do. */
  get isFilling(): boolean {
    for (const view of this.#views) if (view.isFilling) return true
    return false
  }

  /** Tasks came that are older than all others. */
  lengthen(): void {
    for (const view of this.#views) view.lengthen()
  }

  /** Lets views that are still being filled look at so many further tasks, in equal parts. */
  fill(most: number): void {
    const views = [...this.#views].filter(({ isFilling }) => isFilling)
    for (const view of views) view.fill(Math.ceil(most / views.length))
  }

  /** @param changed oldest change first @param restored whether tasks came that are older than all others */
  update(changed: readonly TaskRecord[], restored: boolean): void {
    for (const view of this.#views) {
      view.update(changed)
      if (restored) view.refill()
    }
  }

  #sourceOf({ lives, tables, firstSlice, newest, lists }: ViewedTasks): ViewSource {
    return {
      firstSlice,
      walk: (filter) => new JoinedWalk(newest(), () => lists(filter)),
      reach: ({ connection, name }) => sizeOf(lists({ connection, name })),
      test: (filter) => toPredicate(filter, lives),
      holds: (task) => tables.holds(task),
      size: (connection) => tables.size(connection),
      row: (task) => toRow(task, lives),
      value: (task, column) => valueOf(task, column, lives),
      close: (view) => void this.#views.delete(view),
    }
  }
}
