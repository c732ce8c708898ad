import type {
  Activity,
  ConnectionInfo,
  FailurePicture,
  QueueList,
  TaskNameSummary,
  Topic,
  WorkerRow,
} from '../broker-bridge/protocol/index.ts'
import type { Session } from './bridge/bridge.ts'
import { Emitter } from './lifecycle.ts'
import type { Disposable } from './lifecycle.ts'

/** The last picture of each topic. */
export interface Pictures {
  connections: readonly ConnectionInfo[]
  queues: readonly QueueList[]
  workers: readonly WorkerRow[]
  taskNames: readonly TaskNameSummary[]
  activity: Activity | undefined
  failures: FailurePicture | undefined
}

const nothing: Pictures = {
  connections: [],
  queues: [],
  workers: [],
  taskNames: [],
  activity: undefined,
  failures: undefined,
}

/** The extension's replica of what the bridge knows: whole pictures, replaced as they come, asked for only while somebody looks. */
export class Replica implements Disposable {
  readonly #changed: Emitter<Topic>
  readonly #wanted = new Map<string, readonly Topic[]>()
  readonly #onError: (error: unknown) => void
  #pictures: Pictures = nothing
  #session: Session | undefined

  constructor(onError: (error: unknown) => void) {
    this.#onError = onError
    this.#changed = new Emitter(onError)
  }

  get pictures(): Readonly<Pictures> {
    return this.#pictures
  }

  get onDidChange(): Emitter<Topic>['event'] {
    return this.#changed.event
  }

  /** Says which topics one viewer looks at; an empty list when it looks away. */
  want(viewer: string, topics: readonly Topic[]): void {
    this.#wanted.set(viewer, topics)
    this.#watch()
  }

  /** Follows a new session; its listeners end with it. */
  attach(session: Session): void {
    this.#session = session
    const { client, store } = session
    this.#put('connections', session.hello.connections)
    store.defer(client.on('connections', (data) => this.#put('connections', data)))
    store.defer(client.on('queues', (data) => this.#put('queues', data)))
    store.defer(client.on('workers', (data) => this.#put('workers', data)))
    store.defer(client.on('taskNames', (data) => this.#put('taskNames', data)))
    store.defer(client.on('activity', (data) => this.#put('activity', data)))
    store.defer(client.on('failures', (data) => this.#put('failures', data)))
    store.defer(() => this.#lose())
    this.#watch()
  }

  /** Puts in one connection's state at once, as an answer told it, before the next picture says so too. */
  note(info: ConnectionInfo): void {
    const others = this.#pictures.connections.filter((other) => other.id !== info.id)
    this.#put('connections', [...others, info])
  }

  dispose(): void {
    this.#changed.dispose()
  }

  /** What the bridge said about connections is no longer true; tasks and queues stay as last seen. */
  #lose(): void {
    this.#session = undefined
    this.#put('connections', [])
  }

  #put<T extends keyof Pictures>(topic: T, data: Pictures[T]): void {
    this.#pictures = { ...this.#pictures, [topic]: data }
    this.#changed.fire(topic)
  }

  #watch(): void {
    const session = this.#session
    if (!session) return
    const topics = [...new Set([...this.#wanted.values()].flat())].sort()
    session.client.request('watch', { topics }).catch((error: unknown) => {
      // A session that ended meanwhile is no trouble: the next one is asked again.
      if (this.#session === session) this.#onError(error)
    })
  }
}
