import { messageOf, printQuery, readQuery } from '../../broker-bridge/protocol/index.ts'
import type { ExtraColumn, HistoryPage, Params, Query } from '../../broker-bridge/protocol/index.ts'
import { mostRows } from '../feed/historyPicture.ts'
import type { FoundHistory } from '../feed/historyPicture.ts'
import { HistoryPages } from './historyPages.ts'
import type { PageWish } from './historyPages.ts'

const pageSize = 200

/** What is searched for. */
export interface HistoryAbout {
  /** Connections that keep a history, in their order. */
  readonly connections: readonly string[]
  /** With moments in place of ages. */
  readonly query: string
  /** Any where it is empty. */
  readonly states: readonly string[]
  readonly extra: readonly ExtraColumn[]
}

type Ask = (params: Params<'queryHistory'>) => Promise<HistoryPage>

/** A search in the history that goes on as far as the list is scrolled. What it found stays as it was until it is asked again. */
export class HistorySearch {
  readonly #ask: Ask
  readonly #changed: () => void
  #about: HistoryAbout | null = null
  #pages = new HistoryPages([])
  #wanted = 0
  #askedAt = 0
  #problem: string | null = null
  /** Differs for each search, so that late answers of another one are dropped. */
  #turn = 0
  #busy = false

  /** @param changed hears when `found` says something else */
  constructor(ask: Ask, changed: () => void) {
    this.#ask = ask
    this.#changed = changed
  }

  /** Null while nobody looks. */
  get found(): FoundHistory | null {
    if (this.#about === null) return null
    const { rows, known, done, reached } = this.#pages
    const state = { busy: this.#busy, done, reached, problem: this.#problem, askedAt: this.#askedAt }
    return { rows, known, ...state }
  }

  /** Searches for something else; nothing happens where it is the same. */
  look(about: HistoryAbout | null): void {
    if (JSON.stringify(about) === JSON.stringify(this.#about)) return
    this.#about = about
    this.again()
  }

  /** Searches anew. */
  again(): void {
    this.#turn++
    this.#busy = false
    this.#problem = null
    this.#askedAt = Date.now() / 1_000
    this.#pages = new HistoryPages(this.#about?.connections ?? [])
    this.#wanted = pageSize
    void this.#goOn()
    this.#changed()
  }

  /** The list shows rows up to this one. */
  want(row: number): void {
    this.#wanted = Math.min(mostRows, row)
    void this.#goOn()
  }

  async #goOn(): Promise<void> {
    if (this.#busy || this.#about === null) return
    const [turn, pages, about] = [this.#turn, this.#pages, this.#about]
    for (let { wish } = pages; wish && turn === this.#turn && pages.rows.length < this.#wanted; { wish } = pages) {
      this.#busy = true
      await this.#read(wish, { turn, pages, about })
    }
    if (turn !== this.#turn || !this.#busy) return
    this.#busy = false
    this.#changed()
  }

  async #read({ connection, before }: PageWish, { turn, pages, about }: Reading): Promise<void> {
    const query = historyQuery(about.query, about.states)
    try {
      const page = await this.#ask({ connection, before, query, limit: pageSize, extra: [...about.extra] })
      if (turn === this.#turn) pages.add(connection, page)
    } catch (error) {
      if (turn !== this.#turn) return
      this.#problem = messageOf(error)
      pages.giveUp(connection)
    }
    if (turn === this.#turn) this.#changed()
  }
}

interface Reading {
  readonly turn: number
  readonly pages: HistoryPages
  readonly about: HistoryAbout
}

/** One query for both the words and the states that are chosen beside them. */
export function historyQuery(text: string, states: readonly string[]): string {
  const reading = readQuery(text, 0)
  if (states.length === 0 || !reading.ok) return text
  const chosen: Query = {
    kind: 'or',
    parts: states.map((state): Query => ({ kind: 'text', field: 'state', pattern: { parts: [state.toLowerCase()] } })),
  }
  return printQuery(reading.query.kind === 'all' ? chosen : { kind: 'and', parts: [reading.query, chosen] })
}
