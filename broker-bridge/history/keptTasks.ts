import type { ExportedTask } from '../export/exporter.ts'
import { RequestError, readQuery } from '../protocol/index.ts'
import type { HistoryPage, HistoryStatus, Query, QueryHistoryParams, TaskDetail, TaskFilter, TaskKey } from '../protocol/index.ts'
import { readFilter } from '../queryView.ts'
import type { TaskRecord } from '../tasks/record.ts'
import type { TaskStore } from '../tasks/store.ts'
import { readStored } from '../tasks/stored.ts'
import { History } from './history.ts'
import type { HistoryOptions } from './history.ts'

/** Tasks of earlier days that a connection begins with: enough to look at. The others are a search away. */
const restored = 20_000

/** Joins the store with the history: what changes is kept, and what was kept comes back. Does nothing where history is off. */
export class KeptTasks {
  readonly #store: TaskStore
  readonly #history: History<TaskRecord> | undefined
  /** The broker of each connection that is open. */
  readonly #brokers = new Map<string, string>()

  /** @param changed hears when a connection's `status` may say something else */
  constructor(store: TaskStore, options: HistoryOptions | null, changed: () => void) {
    this.#store = store
    if (options) this.#history = new History(options, (task) => JSON.stringify(store.toStored(task)), changed)
  }

  /**
   * A connection begins: what was kept of its broker's tasks comes back.
   * @param broker the same text after every restart, without a secret
   * @returns whether anything was kept
   */
  async open(connection: string, broker: string): Promise<boolean> {
    this.#brokers.set(connection, broker)
    let count = 0
    await this.#history?.readBack(broker, (jsons) => {
      if (this.#brokers.get(connection) !== broker) return false
      count += jsons.length
      const tasks = jsons.flatMap((json) => readStored(json) ?? [])
      return this.#store.restore(connection, tasks) && count < restored
    })
    return count > 0
  }

  /** A connection ends; its tasks may go. */
  close(connection: string): void {
    this.#brokers.delete(connection)
  }

  /** Takes in what changed. */
  collect(tasks: readonly TaskRecord[]): void {
    if (!this.#history) return
    for (const [connection, broker] of this.#brokers) {
      const changed = tasks.filter((task) => task.connection === connection && !task.fromHistory && this.#holds(task))
      if (changed.length > 0) this.#history.collect(broker, changed)
    }
  }

  status(connection: string): HistoryStatus | null {
    return this.#history?.status(this.#brokers.get(connection) ?? '') ?? null
  }

  /** @throws RequestError `invalid`, `refused` */
  async query({ connection, query: text, ...window }: QueryHistoryParams): Promise<HistoryPage> {
    const broker = this.#brokers.get(connection)
    if (!this.#history || broker === undefined) throw new RequestError('refused', 'No history is kept; it is turned off.')
    const reading = readQuery(text, Date.now() / 1_000)
    if (!reading.ok) throw new RequestError('invalid', reading.problem)
    const page = await this.#history.find({ broker, connection, query: reading.query, ...window })
    return { ...page, tasks: page.tasks.map((row) => (this.#isHeard(row) ? { ...row, fromHistory: false } : row)) }
  }

  /**
   * All kept tasks of a filter, connection by connection, newest first.
   * @throws RequestError `invalid`, `refused`
   */
  export(filter: TaskFilter): AsyncIterable<ExportedTask> {
    const history = this.#history
    const brokers = [...this.#brokers].filter(([connection]) => (filter.connection ?? connection) === connection)
    if (!history || brokers.length === 0) throw new RequestError('refused', 'No history is kept; it is turned off.')
    return exported(history, brokers, wholeQuery(filter, Date.now() / 1_000))
  }

  /** A task that is not in the store. */
  async task({ connection, id }: TaskKey): Promise<TaskDetail | undefined> {
    const broker = this.#brokers.get(connection)
    return broker === undefined ? undefined : this.#history?.task(broker, connection, id)
  }

  async dispose(): Promise<void> {
    await this.#history?.dispose()
  }

  /** Whether the memory knows more of it than was kept. */
  #isHeard(key: TaskKey): boolean {
    return this.#store.record(key)?.fromHistory === false
  }

  /** One that was let go had been written when it changed. */
  #holds(task: TaskRecord): boolean {
    return this.#store.record(task) === task
  }
}

async function* exported(
  history: History<TaskRecord>,
  brokers: readonly (readonly [connection: string, broker: string])[],
  query: Query,
): AsyncGenerator<ExportedTask> {
  for (const [connection, broker] of brokers) {
    for await (const { detail, json } of history.findWhole({ broker, connection, query })) {
      yield { connection, detail: () => detail, stored: () => readStored(json) }
    }
  }
}

/** A filter as one query: the history knows no other. @throws RequestError `invalid` */
function wholeQuery(filter: TaskFilter, now: number): Query {
  const { query = { kind: 'all' }, states = [], name, worker } = readFilter(filter, now)
  const parts: Query[] = [query]
  if (states.length > 0) parts.push({ kind: 'or', parts: states.map((state) => exactly('state', state)) })
  if (name !== undefined) parts.push(exactly('name', name))
  if (worker !== undefined) parts.push(exactly('worker', worker))
  return parts.length === 1 ? query : { kind: 'and', parts }
}

function exactly(field: 'state' | 'name' | 'worker', text: string): Query {
  return { kind: 'text', field, pattern: { parts: [text.toLowerCase()] } }
}
