import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'
import type { Query } from '../protocol/index.ts'
import { Lives } from '../tasks/life.ts'
import { toTest } from '../tasks/query.ts'
import type { TaskTest } from '../tasks/query.ts'
import type { TaskRecord } from '../tasks/record.ts'
import { fromStored, readStored } from '../tasks/stored.ts'
import { placesPerMillisecond, toSql } from './sql.ts'
import type { Candidates, Compiled } from './sql.ts'

/** Matches are counted up to here; more are "more than". */
export const countLimit = 1_000
/** An index that names more tasks than this is not worth asking: a look at them in the order of time comes to matches sooner. */
const listLimit = 20_000
/** Places looked at in one go. */
const step = 1_000
/** Milliseconds after which a search gives what it has: those who wait for a page can ask for the rest. */
const patience = 150

export interface SearchParams {
  /** Number of the broker in the file. */
  readonly broker: number
  readonly query: Query
  /** Only tasks before this place; undefined begins with the newest. */
  readonly before: number | undefined
  readonly limit: number
}

export interface Found {
  readonly tasks: readonly TaskRecord[]
  /** What reads the tasks' lives. */
  readonly lives: Lives
  /** Number of matches from here on, as far as they were counted. */
  readonly counted: number
  /** Whether there are no more than were counted. */
  readonly countedAll: boolean
  /** Where to go on, null where nothing is left. A page may be short and yet not the last. */
  readonly next: number | null
  /** How far back it was looked, in epoch seconds; null where nothing is left. */
  readonly reached: number | null
}

type Row = Readonly<Record<string, unknown>>

/** Reads pages of matching tasks, newest first, in bounded time. */
export class Search {
  readonly #db: DatabaseSync
  readonly #clock: () => number

  /** @param clock milliseconds, rising */
  constructor(db: DatabaseSync, clock: () => number) {
    this.#db = db
    this.#clock = clock
  }

  page(params: SearchParams): Found {
    return new PageSearch(this.#db, this.#clock, params).run()
  }
}

interface Counted {
  readonly candidates: Candidates
  readonly count: number
}

class PageSearch {
  readonly #db: DatabaseSync
  readonly #clock: () => number
  readonly #params: SearchParams
  readonly #compiled: Compiled
  readonly #lives = new Lives()
  readonly #test: TaskTest | undefined
  readonly #list: readonly number[] | undefined
  readonly #tasks: TaskRecord[] = []
  readonly #deadline: number
  readonly #record: StatementSync
  #counted = 0
  #next: number | null = null

  constructor(db: DatabaseSync, clock: () => number, params: SearchParams) {
    this.#db = db
    this.#clock = clock
    this.#params = params
    this.#record = db.prepare('SELECT json FROM record WHERE place = ?')
    this.#compiled = toSql(params.query)
    this.#test = this.#compiled.exact ? undefined : toTest(params.query, this.#lives)
    this.#list = this.#shortestList()
    // Only now: however long the index took, some tasks are looked at.
    this.#deadline = clock() + patience
  }

  run(): Found {
    let before = this.#params.before ?? Number.MAX_SAFE_INTEGER
    let done = false
    while (!done && this.#counted <= countLimit && (before === this.#params.before || this.#clock() < this.#deadline)) {
      const places = this.#places(before)
      done = places.length === 0
      for (const place of places) {
        before = place
        this.#look(place)
        if (this.#test && this.#clock() > this.#deadline) break
      }
    }
    const counted = Math.min(this.#counted, countLimit)
    if (!done && this.#tasks.length < this.#params.limit) this.#next = before
    const reached = this.#next === null ? null : this.#next / placesPerMillisecond / 1_000
    const countedAll = done && this.#counted <= countLimit
    return { tasks: this.#tasks, lives: this.#lives, counted, countedAll, next: this.#next, reached }
  }

  /** Takes in one candidate. */
  #look(place: number): void {
    const isShown = this.#tasks.length < this.#params.limit
    const task = isShown || this.#test ? this.#read(place) : undefined
    if (this.#test && !(task && this.#test(task))) return
    this.#counted++
    if (!isShown) this.#next ??= this.#lastShown
    else if (task) {
      this.#tasks.push(task)
      this.#lastShown = place
    }
  }

  #lastShown = 0

  #read(place: number): TaskRecord | undefined {
    const row = this.#record.get(place)
    const stored = typeof row?.['json'] === 'string' ? readStored(row['json']) : undefined
    return stored && fromStored('', stored, this.#lives)
  }

  /** The next candidates before a place, newest first, that fit as far as their columns tell. */
  #places(before: number): number[] {
    return this.#list ? this.#listed(this.#list, before) : this.#inOrder(before)
  }

  #inOrder(before: number): number[] {
    const { sql, values, from } = this.#compiled
    const where = `task.broker = $broker AND task.place < ? AND task.place >= ? AND ${sql}`
    return this.#numbers(
      `SELECT place FROM task NOT INDEXED WHERE ${where} ORDER BY place DESC LIMIT ${step}`,
      before,
      from,
      ...values,
    )
  }

  #listed(list: readonly number[], before: number): number[] {
    const { sql, values } = this.#compiled
    const where = `task.broker = $broker AND task.place IN (SELECT value FROM json_each(?)) AND ${sql}`
    for (let first = firstBelow(list, before); first < list.length; first += step) {
      const some = JSON.stringify(list.slice(first, first + step))
      const found = this.#numbers(`SELECT place FROM task NOT INDEXED WHERE ${where} ORDER BY place DESC`, some, ...values)
      if (found.length > 0) return found
    }
    return []
  }

  /** What the most telling index names, newest first; undefined where every index names too many. */
  #shortestList(): readonly number[] | undefined {
    const { candidates } = this.#compiled
    let best: Counted | undefined = candidates.length === 1 && candidates[0] ? { candidates: candidates[0], count: 0 } : undefined
    for (const each of candidates.length > 1 ? candidates : []) {
      const count = this.#count(each)
      if (!best || count < best.count) best = { candidates: each, count }
      // The index of texts comes last and is the slowest.
      if (best.count < step) break
    }
    if (!best || best.count > listLimit) return undefined
    const list = this.#numbers(`SELECT place FROM (${best.candidates.sql}) LIMIT ${listLimit + 1}`, ...best.candidates.values)
    return list.length > listLimit ? undefined : [...new Set(list)].sort((one, other) => other - one)
  }

  #count({ sql, values }: Candidates): number {
    return this.#numbers(`SELECT count(*) AS place FROM (SELECT 1 FROM (${sql}) LIMIT ${listLimit + 1})`, ...values)[0] ?? 0
  }

  #numbers(sql: string, ...values: readonly SQLInputValue[]): number[] {
    const statement = this.#db.prepare(sql)
    const rows: Row[] = sql.includes('$broker')
      ? statement.all({ broker: this.#params.broker }, ...values)
      : statement.all(...values)
    return rows.map(({ place }) => Number(place))
  }
}

/** Index of the first place below the given one, in a list that falls. */
function firstBelow(list: readonly number[], before: number): number {
  let [low, high] = [0, list.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((list[middle] ?? 0) < before) high = middle
    else low = middle + 1
  }
  return low
}
