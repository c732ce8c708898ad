import type { TaskStore } from './tasks/store.ts'

/** Milliseconds that views are filled for before others have their turn. */
const turn = 8
/** Tasks between two looks at the clock. */
const step = 250

/** Gives views their turns: what was just opened is filled between the events, never before them. */
export class Filling {
  readonly #store: TaskStore
  readonly #filled: () => void
  #next: NodeJS.Immediate | undefined

  /** @param filled told after each turn */
  constructor(store: TaskStore, filled: () => void) {
    this.#store = store
    this.#filled = filled
  }

  /** To be called when a view may have something to fill. */
  start(): void {
    if (this.#next === undefined && this.#store.isFilling) this.#next = setImmediate(() => this.#turn())
  }

  dispose(): void {
    clearImmediate(this.#next)
  }

  #turn(): void {
    const start = performance.now()
    this.#next = undefined
    while (this.#store.isFilling && performance.now() - start < turn) this.#store.fill(step)
    this.start()
    this.#filled()
  }
}
