import { RequestError } from '../protocol/index.ts'
import type { ConnectParams } from '../protocol/index.ts'
import type { TaskStore } from '../tasks/store.ts'
import { Connection } from './connection.ts'
import type { ConnectionTopic } from './connection.ts'
import { openSource } from './index.ts'
import type { SourceOptions } from './index.ts'

/** Who follows what becomes of connections. */
export interface ConnectionsListener {
  changed(topic: ConnectionTopic): void
  /** A connection begins, before anything came from it. */
  opened(params: ConnectParams): void
  /** A connection is over and its tasks are about to be forgotten. */
  closing(id: string): void
}

/** The connections of one bridge, by their ids. */
export class Connections implements Iterable<Connection> {
  readonly #store: TaskStore
  readonly #options: SourceOptions
  readonly #listener: ConnectionsListener
  readonly #byId = new Map<string, Connection>()
  readonly #queueWatchers = new Set<Map<Connection, () => void>>()

  constructor(store: TaskStore, options: SourceOptions, listener: ConnectionsListener) {
    this.#store = store
    this.#options = options
    this.#listener = listener
  }

  [Symbol.iterator](): Iterator<Connection> {
    return this.#byId.values()
  }

  /** @throws RequestError `not_found` */
  get(id: string): Connection {
    const connection = this.#byId.get(id)
    if (!connection) throw new RequestError('not_found', `There is no connection “${id}”. Connect first.`)
    return connection
  }

  /** @throws RequestError `not_found`, `not_connected` */
  connected(id: string): Connection {
    const connection = this.get(id)
    if (!connection.connected) throw new RequestError('not_connected', connection.info.status.message)
    return connection
  }

  /** One connection, or all. @throws RequestError `not_found` */
  some(id: string | undefined): Connection[] {
    return id === undefined ? [...this] : [this.get(id)]
  }

  /**
   * Replaces a connection of the same id; to the same address it carries on what that one knew.
   * @throws RequestError `invalid`
   */
  async open(params: ConnectParams): Promise<Connection> {
    const { broker, system } = openSource(params, this.#options)
    const before = this.#byId.get(params.id)
    const past = before?.params.address === params.address ? before.leave() : undefined
    const connection = new Connection(params, broker, system, this.#store, (topic) => this.#listener.changed(topic), past)
    this.#byId.set(params.id, connection)
    connection.start()
    for (const watched of this.#queueWatchers) {
      if (before) watched.delete(before)
      watched.set(connection, connection.queues.watch())
    }
    // Another broker under the same id has other tasks.
    if (before && !past) this.#store.drop(params.id)
    this.#listener.opened(params)
    await before?.dispose()
    this.#listener.changed('connections')
    return connection
  }

  /**
   * Connects again with the names of exchanges under which workers were found. Broker, user and rights stay what they were, so that
   * this is no way around connections that are fixed.
   * @throws RequestError `not_found`
   */
  useFoundExchanges(id: string): Promise<Connection> {
    const { params, info } = this.get(id)
    if (info.otherNames) return this.open({ ...params, ...info.otherNames })
    throw new RequestError('not_found', 'No exchanges under other names were found: events come, or no worker has one.')
  }

  /** Takes in connections that somebody else made and filled. */
  adopt(connections: readonly Connection[]): void {
    for (const connection of connections) this.#byId.set(connection.params.id, connection)
    for (const topic of ['connections', 'workers', 'queues'] as const) this.#listener.changed(topic)
  }

  /** @throws RequestError `not_found` */
  async close(id: string): Promise<void> {
    const connection = this.get(id)
    this.#byId.delete(id)
    for (const watched of this.#queueWatchers) watched.delete(connection)
    // At once: by the time the broker has said goodbye, somebody may have connected anew under this id.
    this.#listener.closing(id)
    this.#store.drop(id)
    await connection.dispose()
    for (const topic of ['connections', 'workers', 'queues'] as const) this.#listener.changed(topic)
  }

  /** Somebody looks at the queues of all connections, also of later ones; the answer says that they stopped. */
  watchQueues(): () => void {
    const watched = new Map([...this].map((connection) => [connection, connection.queues.watch()]))
    this.#queueWatchers.add(watched)
    return () => {
      this.#queueWatchers.delete(watched)
      for (const stop of watched.values()) stop()
      watched.clear()
    }
  }

  async dispose(): Promise<void> {
    await Promise.all([...this].map((connection) => connection.dispose()))
    this.#byId.clear()
  }
}
