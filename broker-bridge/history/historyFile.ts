import type { DatabaseSync } from 'node:sqlite'
import type { ExtraColumn, HistoryPage, TaskRow } from '../protocol/index.ts'
import { valueOf } from '../tasks/columns.ts'
import { Lives } from '../tasks/life.ts'
import { toDetail, toRow } from '../tasks/picture.ts'
import type { TaskRecord } from '../tasks/record.ts'
import { fromStored, readStored, toStored } from '../tasks/stored.ts'
import { leaseTime } from './lease.ts'
import type { FileStatus, HistoryCalls, HistoryPlace, StoredPage, WholePage } from './messages.ts'
import { isCorruption, numberOf, openHistory, toProblem } from './opening.ts'
import { Retention } from './retention.ts'
import { countLimit, Search } from './search.ts'
import { TaskWriter } from './writer.ts'

const childLimit = 200

interface Open {
  readonly db: DatabaseSync
  readonly writer: TaskWriter
  readonly retention: Retention
  readonly search: Search
}

/** The history in its file. Everything here may take long: it belongs into a thread of its own. */
export class HistoryFile {
  readonly #place: HistoryPlace
  readonly #clock: () => number
  #open: Open | undefined
  #notice: string | null = null

  /** @param clock milliseconds since 1970 */
  constructor(place: HistoryPlace, clock: () => number = Date.now) {
    this.#place = place
    this.#clock = clock
  }

  /** @throws HistoryProblem */
  open(): FileStatus {
    return this.#use((open) => this.#status(open))
  }

  /** @throws HistoryProblem */
  write({ broker, jsons }: HistoryCalls['write']['params']): boolean {
    return this.#use((open) =>
      this.#transact(open, () => {
        const number = this.#lease(open, broker)
        if (number === undefined) return false
        open.writer.write(number, jsons)
        return true
      }),
    )
  }

  /** @throws HistoryProblem */
  read({ broker, before, limit }: HistoryCalls['read']['params']): StoredPage {
    return this.#use(({ db }) => {
      const rows = db
        .prepare(
          `SELECT task.place, json FROM task NOT INDEXED JOIN record USING (place)
           WHERE broker = (SELECT number FROM broker WHERE key = ?) AND task.place < ? ORDER BY task.place DESC LIMIT ?`,
        )
        .all(broker, before ?? Number.MAX_SAFE_INTEGER, limit)
      const next = rows.length < limit ? null : Number(rows.at(-1)?.['place'])
      return { jsons: rows.map(({ json }) => String(json)), next }
    })
  }

  /** @throws HistoryProblem */
  find({ broker, connection, query, before, limit, extra = [] }: HistoryCalls['find']['params']): HistoryPage {
    return this.#use(({ db, search }) => {
      const number = brokerNumber(db, broker)
      if (number === undefined) return { tasks: [], next: null, counted: 0, countedAll: true, reached: null }
      const { tasks, lives, ...rest } = search.page({ broker: number, query, before: before ?? undefined, limit })
      return { ...rest, tasks: tasks.map((task) => rowOf(task, { connection, lives, extra })) }
    })
  }

  /** @throws HistoryProblem */
  findWhole({ broker, connection, query, before }: HistoryCalls['findWhole']['params']): WholePage {
    return this.#use(({ db, search }) => {
      const number = brokerNumber(db, broker)
      if (number === undefined) return { tasks: [], next: null }
      // As many as are counted anyway.
      const page = search.page({ broker: number, query, before: before ?? undefined, limit: countLimit })
      const tasks = page.tasks.map((task) => ({
        detail: { ...toDetail(task, page.lives, childrenOf(db, number, task.id)), connection, fromHistory: true },
        json: JSON.stringify(toStored(task, page.lives)),
      }))
      return { tasks, next: page.next }
    })
  }

  /** @throws HistoryProblem */
  get({ broker, connection, id }: HistoryCalls['get']['params']): HistoryCalls['get']['result'] {
    return this.#use(({ db }) => {
      const number = brokerNumber(db, broker)
      if (number === undefined) return null
      const row = db.prepare('SELECT json FROM task JOIN record USING (place) WHERE broker = ? AND id = ?').get(number, id)
      const stored = typeof row?.['json'] === 'string' ? readStored(row['json']) : undefined
      if (!stored) return null
      const lives = new Lives()
      const task = fromStored(connection, stored, lives)
      return { ...toDetail(task, lives, childrenOf(db, number, id)), fromHistory: true }
    })
  }

  /** Plans what has to go; `tidyStep` does it. @throws HistoryProblem */
  tidy(): FileStatus & { readonly more: boolean } {
    return this.#use((open) => {
      const status = this.#status(open)
      return { ...status, more: open.retention.plan(this.#clock(), status.tasks) }
    })
  }

  /** Does a little of what was planned. @returns false when it is done @throws HistoryProblem */
  tidyStep(): boolean {
    return this.#use((open) => {
      const { retention } = open
      if (this.#transact(open, () => retention.step(this.#clock()))) return true
      if (this.#transact(open, () => retention.merge())) return true
      return retention.shrink()
    })
  }

  close(): void {
    const open = this.#open
    this.#open = undefined
    if (!open) return
    try {
      open.db.prepare('UPDATE broker SET owner = NULL WHERE owner = ?').run(this.#place.owner)
      open.retention.sweepLabels()
    } finally {
      open.db.close()
    }
  }

  /** Does something with the open file; opens it first where it is not, and anew where it is damaged. */
  #use<T>(work: (open: Open) => T): T {
    try {
      return work((this.#open ??= this.#begin()))
    } catch (error) {
      if (this.#open) this.#letGo()
      if (!isCorruption(error)) throw toProblem(error)
    }
    try {
      return work((this.#open = this.#begin()))
    } catch (error) {
      throw toProblem(error)
    }
  }

  #begin(): Open {
    const date = new Date(this.#clock()).toISOString().slice(0, 19).replaceAll(':', '-')
    const { db, notice } = openHistory(this.#place.file, date)
    this.#notice = notice ?? this.#notice
    const writer = new TaskWriter(db)
    return { db, writer, retention: new Retention(db, writer, this.#place), search: new Search(db, () => performance.now()) }
  }

  #letGo(): void {
    try {
      this.#open?.db.close()
    } catch {
      // A damaged file may refuse even this.
    }
    this.#open = undefined
  }

  #status({ db }: Open): FileStatus {
    // The highest and lowest rowid would not do: places are times.
    const tasks = Number(db.prepare('SELECT count(*) AS count FROM task').get()?.['count'])
    return { bytes: numberOf(db, 'page_count') * numberOf(db, 'page_size'), tasks, notice: this.#notice }
  }

  #transact<T>({ db, writer }: Open, work: () => T): T {
    db.exec('BEGIN IMMEDIATE')
    try {
      const result = work()
      db.exec('COMMIT')
      return result
    } catch (error) {
      writer.forgetLabels()
      if (db.isTransaction) db.exec('ROLLBACK')
      throw error
    }
  }

  /** Number of the broker, if this bridge is, or can now become, the one that writes its tasks. */
  #lease({ db }: Open, key: string): number | undefined {
    const now = this.#clock()
    db.prepare('INSERT INTO broker (key) VALUES (?) ON CONFLICT DO NOTHING').run(key)
    const taken = db
      .prepare(
        'UPDATE broker SET owner = $owner, until = $until WHERE key = $key AND (owner IS NULL OR owner = $owner OR until < $now)',
      )
      .run({ owner: this.#place.owner, until: now + leaseTime, key, now })
    return Number(taken.changes) === 0 ? undefined : brokerNumber(db, key)
  }
}

function brokerNumber(db: DatabaseSync, key: string): number | undefined {
  const number = db.prepare('SELECT number FROM broker WHERE key = ?').get(key)?.['number']
  return typeof number === 'number' ? number : undefined
}

function childrenOf(db: DatabaseSync, broker: number, id: string): string[] {
  return db
    .prepare('SELECT id FROM task WHERE broker = ? AND parent IS NOT NULL AND parent = ? ORDER BY place LIMIT ?')
    .all(broker, id.toLowerCase(), childLimit)
    .map(({ id: child }) => String(child))
}

interface RowParts {
  readonly connection: string
  readonly lives: Lives
  readonly extra: readonly ExtraColumn[]
}

function rowOf(task: TaskRecord, { connection, lives, extra }: RowParts): TaskRow {
  const row = { ...toRow(task, lives), connection, fromHistory: true }
  if (extra.length === 0) return row
  return { ...row, extra: Object.fromEntries(extra.map((column) => [column, valueOf(task, column, lives)])) }
}
