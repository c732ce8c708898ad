import type { HistoryPage, TaskRow } from '../../broker-bridge/protocol/index.ts'

/** One connection's part of a search. */
interface Source {
  readonly connection: string
  /** Rows that wait for those of other connections. */
  readonly waiting: TaskRow[]
  /** Where to go on; undefined before the first page, null where nothing is left. */
  next: number | null | undefined
  taken: number
  /** Matches there are at least. */
  known: number
  countedAll: boolean
  reached: number | null
}

/** A page to ask for. */
export interface PageWish {
  readonly connection: string
  readonly before: number | null
}

/** Pages of several connections' histories, as one list, newest first. */
export class HistoryPages {
  readonly #sources: readonly Source[]
  readonly #rows: TaskRow[] = []

  constructor(connections: readonly string[]) {
    this.#sources = connections.map((connection) => ({
      ...{ connection, waiting: [], next: undefined },
      ...{ taken: 0, known: 0, countedAll: false, reached: null },
    }))
  }

  /** As far as their order is known. */
  get rows(): readonly TaskRow[] {
    return this.#rows
  }

  /** Whether there is nothing left to ask for. */
  get done(): boolean {
    return this.wish === null
  }

  /** Matches there are at least, and whether there are no more. */
  get known(): { readonly count: number; readonly all: boolean } {
    const count = this.#sources.reduce((sum, { known }) => sum + known, 0)
    return { count: Math.max(count, this.#rows.length), all: this.#sources.every(({ countedAll }) => countedAll) }
  }

  /** How far back all were looked through, in epoch seconds; null where that is not known, or all was. */
  get reached(): number | null {
    const open = this.#sources.filter(({ next }) => next !== null)
    const reached = open.map((source) => source.reached)
    return open.length === 0 || reached.includes(null) ? null : Math.max(...reached.filter((at) => at !== null))
  }

  /** What the list needs to go on; null where it is complete. */
  get wish(): PageWish | null {
    const source = this.#sources.find(({ waiting, next }) => waiting.length === 0 && next !== null)
    return source ? { connection: source.connection, before: source.next ?? null } : null
  }

  /** Takes in the page that `wish` named. */
  add(connection: string, page: HistoryPage): void {
    const source = this.#source(connection)
    if (!source) return
    source.known = source.taken + Math.max(page.counted, page.tasks.length)
    source.taken += page.tasks.length
    source.countedAll = page.countedAll
    source.next = page.next
    source.reached = page.reached
    source.waiting.push(...page.tasks)
    this.#merge()
  }

  /** Nothing more comes from this connection. */
  giveUp(connection: string): void {
    const source = this.#source(connection)
    if (!source) return
    source.next = null
    source.known = source.taken
    source.countedAll = true
    this.#merge()
  }

  #source(connection: string): Source | undefined {
    return this.#sources.find((source) => source.connection === connection)
  }

  /** The newest row of all is the next one, unless a connection may have a newer one that was not read yet. */
  #merge(): void {
    while (this.#sources.every(({ waiting, next }) => waiting.length > 0 || next === null)) {
      const source = newest(this.#sources)
      const row = source?.waiting.shift()
      if (!row) return
      this.#rows.push(row)
    }
  }
}

function newest(sources: readonly Source[]): Source | undefined {
  const at = ({ waiting }: Source): number => waiting[0]?.at ?? Number.NEGATIVE_INFINITY
  return sources.reduce<Source | undefined>((best, source) => (best && at(best) >= at(source) ? best : source), undefined)
}
