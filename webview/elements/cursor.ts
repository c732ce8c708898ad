import type { TaskKey, TaskRow, ViewSnapshot } from '../../broker-bridge/protocol/index.ts'
import { sameKey } from '../feed/viewState.ts'

/**
 * The keyboard's place in the list. It belongs to a task, not to a line: when the order changes it goes along. On a line whose
 * task is not here yet it waits for the task.
 */
export class Cursor {
  #index = -1
  #key: TaskKey | null = null

  /** Line from 0; -1 when nothing is under the cursor. */
  get index(): number {
    return this.#index
  }

  /** Null while the line's task is not here. */
  get key(): TaskKey | null {
    return this.#key
  }

  moveTo(index: number, row: TaskKey | undefined): void {
    this.#index = index
    this.#key = row ? { connection: row.connection, id: row.id } : null
  }

  clear(): void {
    this.#index = -1
    this.#key = null
  }

  /**
   * Goes along with a new picture.
   * @returns the row that a waiting cursor has just met
   */
  follow(snapshot: ViewSnapshot): TaskRow | undefined {
    if (this.#index < 0) return undefined
    if (this.#key) {
      const offset = snapshot.rows.findIndex((row) => sameKey(row, this.#key))
      if (offset >= 0) this.#index = snapshot.first + offset
      return undefined
    }
    const row = snapshot.rows[this.#index - snapshot.first]
    if (row) this.moveTo(this.#index, row)
    return row
  }

  /** Where a key leads, or undefined for keys that do not move the cursor. */
  target(key: string, count: number, page: number): number | undefined {
    if (count === 0) return undefined
    const step = steps(page)[key]
    if (step === undefined) return undefined
    const from = this.#index < 0 ? -1 : this.#index
    return Math.min(count - 1, Math.max(0, step === 'start' ? 0 : step === 'end' ? count - 1 : from + step))
  }
}

function steps(page: number): Readonly<Record<string, number | 'start' | 'end'>> {
  return { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1, PageDown: page, PageUp: -page, Home: 'start', End: 'end' }
}
