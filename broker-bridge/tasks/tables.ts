import { Counts } from './counts.ts'
import { statesOf } from './filter.ts'
import type { TaskSelection } from './filter.ts'
import type { Lives } from './life.ts'
import type { TaskRecord } from './record.ts'
import { TaskTable } from './table.ts'
import type { TaskList } from './walk.ts'

/** The tables of all connections. */
export class Tables implements Iterable<TaskTable> {
  readonly #lives: Lives
  readonly #limit: number
  readonly #byConnection = new Map<string, TaskTable>()

  /** @param limit most tasks kept per connection */
  constructor(lives: Lives, limit: number) {
    this.#lives = lives
    this.#limit = limit
  }

  [Symbol.iterator](): Iterator<TaskTable> {
    return this.#byConnection.values()
  }

  get(connection: string): TaskTable | undefined {
    return this.#byConnection.get(connection)
  }

  /** A new one where there is none. */
  of(connection: string): TaskTable {
    const known = this.#byConnection.get(connection)
    if (known) return known
    const table = new TaskTable(connection, this.#lives, this.#limit)
    this.#byConnection.set(connection, table)
    return table
  }

  drop(connection: string): void {
    this.#byConnection.delete(connection)
  }

  /** False for a task that was let go. */
  holds(task: TaskRecord): boolean {
    return this.#byConnection.get(task.connection)?.get(task.id) === task
  }

  /** How many tasks a connection has; those of all connections where none is named. */
  size(connection?: string): number {
    if (connection !== undefined) return this.#byConnection.get(connection)?.size ?? 0
    return [...this].reduce((sum, table) => sum + table.size, 0)
  }

  /** The lists that together hold the tasks of the filter's connection, name and states. */
  lists(filter: TaskSelection): TaskList[] {
    const { connection, name } = filter
    const tables = connection === undefined ? [...this] : [this.#byConnection.get(connection)]
    return tables.flatMap((table) => table?.lists(name, statesOf(filter)) ?? [])
  }

  /** @param now epoch seconds */
  totals(now: number): {
    readonly tasks: number
    readonly states: Record<string, number>
    readonly recentFailures: number
    readonly letGo: number
  } {
    const states = new Counts()
    let letGo = 0
    let recentFailures = 0
    for (const table of this) {
      for (const [state, count] of Object.entries(table.states.toRecord())) states.add(state, count)
      letGo += table.letGo
      recentFailures += table.failures.count(now)
    }
    return { tasks: this.size(), states: states.toRecord(), recentFailures, letGo }
  }
}
