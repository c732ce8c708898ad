import { readQuery, RequestError } from './protocol/index.ts'
import type { ListedTasks, Query, TaskFilter, ViewParams, ViewRange, ViewSnapshot, ViewStates } from './protocol/index.ts'
import type { TaskSelection, ViewWindow } from './tasks/filter.ts'
import type { TaskStore } from './tasks/store.ts'
import type { TaskView } from './tasks/view.ts'

/**
 * A client's filter with its query read.
 * @param now epoch seconds, which ages count from
 * @throws RequestError `invalid` with the problem's sentence, and the `QueryProblem` as data
 */
export function readFilter({ query, ...filter }: TaskFilter, now: number): TaskSelection {
  return query === undefined ? filter : { ...filter, query: read(query, now) }
}

function read(text: string, now: number): Query {
  const reading = readQuery(text, now)
  if (reading.ok) return reading.query
  const { problem, at, length } = reading
  throw new RequestError('invalid', problem, { problem, at, length })
}

/** A view whose query arrives as text. Ages count from when the text first came, so that moving the window costs no new search. */
export class QueryView {
  readonly #store: TaskStore
  readonly #view: TaskView
  readonly #now: () => number
  readonly #begun: () => void
  #text: string | undefined
  #query: Query | undefined

  /** @param begun told whenever the view may have something to fill */
  constructor(store: TaskStore, params: ViewParams, now: () => number, begun: () => void = () => undefined) {
    this.#store = store
    this.#now = now
    this.#begun = begun
    this.#view = store.openView(this.#window(params))
    begun()
  }

  get revision(): number {
    return this.#view.revision
  }

  /** @throws RequestError `invalid`; the view then stays as it was */
  move(params: ViewParams): void {
    this.#view.move(this.#window(params))
    this.#begun()
  }

  snapshot(): ViewSnapshot {
    return this.#view.snapshot()
  }

  range(first: number, count: number): ViewRange {
    return this.#view.range(first, count)
  }

  statesOf({ connection, ids }: ListedTasks): ViewStates['states'] {
    return ids.map((id) => this.#store.record({ connection, id })?.state ?? null)
  }

  close(): void {
    this.#view.close()
  }

  #window({ filter: { query, ...filter }, ...window }: ViewParams): ViewWindow {
    if (query !== this.#text) {
      this.#query = query === undefined ? undefined : read(query, this.#now())
      this.#text = query
    }
    return { ...window, filter: { ...filter, query: this.#query } }
  }
}
