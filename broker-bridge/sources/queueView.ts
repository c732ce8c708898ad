import type { ListQueuesParams, QueueOrigin, QueuePage, QueueSnapshot, QueueViewParams } from '../protocol/index.ts'
import type { Connection } from './connection.ts'
import { arrange } from './queueOrder.ts'
import type { QueueWish } from './queueOrder.ts'

/** One viewer's window on the queues: what is in it is what brokers are asked for, and what is sent. */
export class QueueView {
  readonly #connections: () => Iterable<Connection>
  readonly #watched = new Map<Connection, () => void>()
  #params: QueueViewParams
  /** Names in the window as it was last drawn, by connection. */
  #inSight = new Map<Connection, readonly string[]>()
  #revision = 0

  /** @param connections all there are, also later ones */
  constructor(connections: () => Iterable<Connection>, params: QueueViewParams) {
    this.#connections = connections
    this.#params = params
    this.#follow()
  }

  /** Looks at another part, or in another order. */
  move(params: QueueViewParams): void {
    this.#params = params
    this.#follow()
    // Drawn for its side effect: brokers are asked for what is in sight now.
    this.snapshot()
    for (const connection of this.#watched.keys()) connection.queues.hurry()
  }

  snapshot(): QueueSnapshot {
    this.#follow()
    const { view, first, count } = this.#params
    const connections = [...this.#watched.keys()]
    const page = pageOf(connections, this.#params, first, count)
    this.#inSight = new Map(
      connections.map((connection) => [
        connection,
        page.rows.filter((row) => row.connection === connection.params.id).map(({ name }) => name),
      ]),
    )
    return { view, revision: ++this.#revision, first, ...page }
  }

  close(): void {
    for (const stop of this.#watched.values()) stop()
    this.#watched.clear()
  }

  /** Connections come and go while somebody looks. */
  #follow(): void {
    const wanted = new Set([...this.#connections()].filter((one) => isMeant(one, this.#params.connection)))
    for (const [connection, stop] of this.#watched) {
      if (wanted.has(connection)) continue
      stop()
      this.#watched.delete(connection)
    }
    for (const connection of wanted) {
      if (this.#watched.has(connection)) continue
      this.#watched.set(
        connection,
        connection.queues.watch(() => this.#inSight.get(connection) ?? []),
      )
    }
  }
}

/** The queues as of now, without asking anybody. */
export function listQueues(connections: Iterable<Connection>, params: ListQueuesParams): QueuePage {
  const meant = [...connections].filter((one) => isMeant(one, params.connection))
  return pageOf(meant, params, params.offset, params.limit)
}

function isMeant({ params }: Connection, id: string | undefined): boolean {
  return id === undefined || params.id === id
}

function pageOf(connections: readonly Connection[], wish: QueueWish, first: number, count: number): QueuePage {
  const { rows, ...counts } = arrange(
    connections.flatMap(({ queues }) => queues.lines),
    wish,
  )
  return { rows: rows.slice(first, first + count), ...counts, origins: connections.map(originOf) }
}

function originOf({ params, virtualHost, queues }: Connection): QueueOrigin {
  const { list, total } = queues
  return { connection: params.id, virtualHost, total, listed: list.queues.length, limits: list.limits, at: list.at }
}
