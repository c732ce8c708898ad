import type { DatabaseSync } from 'node:sqlite'
import { numberOf } from './opening.ts'
import { placesPerMillisecond } from './sql.ts'
import type { TaskWriter } from './writer.ts'

export interface Bounds {
  readonly days: number
  readonly megabytes: number
}

/** Tasks taken out in one transaction: a few milliseconds' work. */
const step = 200
const dayMilliseconds = 86_400_000
/** Labels that nobody uses any more are looked for only where there are this many. */
const labelLimit = 20_000

/** Keeps a history within its bounds in many small steps, so that nobody waits long for the file. */
export class Retention {
  readonly #db: DatabaseSync
  readonly #writer: TaskWriter
  readonly #bounds: Bounds
  /** Tasks still to be taken out because the file is too large. */
  #surplus = 0

  constructor(db: DatabaseSync, writer: TaskWriter, bounds: Bounds) {
    this.#db = db
    this.#writer = writer
    this.#bounds = bounds
  }

  /** Decides how much has to go. @returns true where there is something to be done by `step` */
  plan(now: number, tasks: number): boolean {
    const limit = this.#bounds.megabytes * 2 ** 20
    const bytes = this.#used()
    // A little more than necessary, so that the next task does not begin it anew.
    this.#surplus = bytes > limit ? Math.min(tasks, Math.ceil((tasks * (bytes - limit * 0.95)) / bytes)) : 0
    return this.#surplus > 0 || this.#expired(now, 1).length > 0
  }

  /** Takes out some of the oldest tasks. @returns false when the bounds hold */
  step(now: number): boolean {
    const places = this.#surplus > 0 ? this.#oldest(Math.min(step, this.#surplus)) : this.#expired(now, step)
    this.#surplus = places.length === 0 ? 0 : this.#surplus - Math.min(this.#surplus, places.length)
    for (const place of places) this.#writer.remove(place)
    return places.length > 0
  }

  /** Gives freed room back to the disk. @returns false when there is none left */
  shrink(): boolean {
    const free = numberOf(this.#db, 'freelist_count')
    if (free === 0) return false
    this.#db.exec('PRAGMA incremental_vacuum(256)')
    return numberOf(this.#db, 'freelist_count') < free
  }

  /** Lets the text index forget tasks that were taken out. @returns false when it has */
  merge(): boolean {
    const before = this.#changes()
    this.#db.exec("INSERT INTO search (search, rank) VALUES ('merge', 200)")
    return this.#changes() - before > 1
  }

  /** Drops labels no task has any more, where hostile or ever changing names made many of them. */
  sweepLabels(): void {
    const labels = this.#db.prepare('SELECT max(number) - min(number) AS count FROM label').get()?.['count']
    if (Number(labels ?? 0) < labelLimit) return
    const used = ['name', 'state', 'worker', 'queue', 'exchange', 'routing_key'].map(
      (column) => `SELECT ${column} FROM task WHERE ${column} IS NOT NULL`,
    )
    this.#db.exec(`DELETE FROM label WHERE number NOT IN (${used.join(' UNION ')})`)
    this.#writer.forgetLabels()
  }

  #used(): number {
    return (numberOf(this.#db, 'page_count') - numberOf(this.#db, 'freelist_count')) * numberOf(this.#db, 'page_size')
  }

  #oldest(limit: number): number[] {
    return this.#places('SELECT place FROM task ORDER BY place LIMIT ?', limit)
  }

  #expired(now: number, limit: number): number[] {
    const before = Math.max(0, Math.floor(now - this.#bounds.days * dayMilliseconds)) * placesPerMillisecond
    return this.#places('SELECT place FROM task WHERE place < ? ORDER BY place LIMIT ?', before, limit)
  }

  #places(sql: string, ...values: number[]): number[] {
    return this.#db
      .prepare(sql)
      .all(...values)
      .map(({ place }) => Number(place))
  }

  #changes(): number {
    return Number(this.#db.prepare('SELECT total_changes() AS changes').get()?.['changes'])
  }
}
