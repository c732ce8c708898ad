import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'
import { Lives } from '../tasks/life.ts'
import type { TaskRecord } from '../tasks/record.ts'
import { fromStored, join, readStored, toStored } from '../tasks/stored.ts'
import type { StoredTask } from '../tasks/stored.ts'
import { columnsOf, labelColumns, wordsOf } from './columns.ts'
import { placesPerMillisecond } from './sql.ts'

/** Milliseconds since 1970 that a place can hold beside its number: until the year 2248. */
const latest = Math.floor(Number.MAX_SAFE_INTEGER / placesPerMillisecond) - 1

interface Statements {
  readonly find: StatementSync
  readonly last: StatementSync
  readonly insertTask: StatementSync
  readonly insertRecord: StatementSync
  readonly insertWords: StatementSync
  readonly delete: readonly StatementSync[]
  readonly findLabel: StatementSync
  readonly insertLabel: StatementSync
}

const columns = [
  'place',
  'broker',
  'id',
  ...labelColumns,
  'lower_id',
  'root',
  'parent',
  'at',
  'sent',
  'received',
  'started',
  'ended',
  'runtime',
  'retries',
  'errors',
]

/** Writes tasks into an open file, one row each. Whoever calls it holds the transaction. */
export class TaskWriter {
  readonly #statements: Statements
  readonly #labels = new Map<string, number>()

  constructor(db: DatabaseSync) {
    this.#statements = {
      find: db.prepare('SELECT place, json FROM task JOIN record USING (place) WHERE broker = ? AND id = ?'),
      last: db.prepare('SELECT max(place) AS place FROM task WHERE place >= ? AND place < ?'),
      insertTask: db.prepare(`INSERT INTO task (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`),
      insertRecord: db.prepare('INSERT INTO record (place, json) VALUES (?, ?)'),
      insertWords: db.prepare('INSERT INTO search (rowid, text) VALUES (?, ?)'),
      delete: ['task WHERE place', 'record WHERE place', 'search WHERE rowid'].map((place) =>
        db.prepare(`DELETE FROM ${place} = ?`),
      ),
      findLabel: db.prepare('SELECT number FROM label WHERE text = ?'),
      insertLabel: db.prepare('INSERT INTO label (text) VALUES (?)'),
    }
  }

  /**
   * Writes tasks as `toStored` made them. What is known of them already stays: a task that a store had let go comes back with its
   * newest events only.
   * @param jsons what cannot be read is left out
   */
  write(broker: number, jsons: readonly string[]): void {
    const lives = new Lives()
    for (const json of jsons) {
      const stored = readStored(json)
      if (stored) this.#writeOne(broker, stored, json, lives)
    }
  }

  /** Takes a task out. */
  remove(place: number): void {
    for (const statement of this.#statements.delete) statement.run(place)
  }

  /** To be called when a transaction was undone, which may have undone labels. */
  forgetLabels(): void {
    this.#labels.clear()
  }

  #writeOne(broker: number, stored: StoredTask, json: string, lives: Lives): void {
    const task = fromStored('', stored, lives)
    const found = this.#statements.find.get(broker, stored.id)
    const before = typeof found?.['json'] === 'string' ? readStored(found['json']) : undefined
    const isNews = before !== undefined && !holdsAll(stored, before)
    if (isNews) join(task, fromStored('', before, lives), lives)
    const known = found === undefined ? undefined : Number(found['place'])
    if (known !== undefined) this.remove(known)
    this.#insert(broker, task, isNews ? JSON.stringify(toStored(task, lives)) : json, lives, known)
  }

  #insert(broker: number, task: TaskRecord, json: string, lives: Lives, known: number | undefined): void {
    const place = this.#placeFor(task.at, known)
    const { labels, ...rest } = columnsOf(task, lives)
    const { lower_id, root, parent, at, sent, received, started, ended, runtime, retries, errors } = rest
    const values: SQLInputValue[] = [place, broker, task.id, ...labelColumns.map((column) => this.#label(labels[column]))]
    values.push(lower_id, root, parent, at, sent, received, started, ended, runtime, retries, errors)
    this.#statements.insertTask.run(...values)
    this.#statements.insertRecord.run(place, json)
    this.#statements.insertWords.run(place, wordsOf(task))
  }

  /** A free place for a task of that time: its own, if it still fits, or the next behind those of the same millisecond. */
  #placeFor(at: number, known: number | undefined): number {
    let first = Math.min(latest, Math.max(0, Math.floor(at * 1_000) || 0)) * placesPerMillisecond
    if (known !== undefined && known >= first && known < first + placesPerMillisecond) return known
    for (;;) {
      const last = this.#statements.last.get(first, first + placesPerMillisecond)?.['place']
      if (typeof last !== 'number') return first
      if (last + 1 < first + placesPerMillisecond) return last + 1
      first += placesPerMillisecond
    }
  }

  #label(text: string | null): number | null {
    if (text === null) return null
    const known = this.#labels.get(text)
    if (known !== undefined) return known
    const found = this.#statements.findLabel.get(text)?.['number'] ?? this.#statements.insertLabel.run(text).lastInsertRowid
    if (this.#labels.size >= labelMemory) this.#labels.clear()
    this.#labels.set(text, Number(found))
    return Number(found)
  }
}

const labelMemory = 10_000

/** Whether a task says at least what it said before: nearly always, since it goes on growing in the store. */
function holdsAll(now: StoredTask, before: StoredTask): boolean {
  const moments = new Set(now.moments.map(String))
  return before.moments.every((moment) => moments.has(String(moment))) && (now.base === undefined) === (before.base === undefined)
}
