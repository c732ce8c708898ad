import type { QueueSnapshot } from '../../broker-bridge/protocol/index.ts'
import type { Bridge, Session } from '../bridge/bridge.ts'
import { DisposableStore, Emitter } from '../lifecycle.ts'
import type { Disposable } from '../lifecycle.ts'

/** Queues shown below a connection at first, and how many more each time; a window holds no more than the protocol's 500. */
const page = 50
const most = 500

const viewOf = (connection: string): string => `tree:${connection}`

/** The tree's windows on the queues, one for each connection, open only while somebody looks. */
export class QueueViews implements Disposable {
  readonly #bridge: Bridge
  readonly #connections: () => readonly string[]
  readonly #store = new DisposableStore()
  readonly #changed: Emitter<undefined>
  readonly #snapshots = new Map<string, QueueSnapshot>()
  readonly #counts = new Map<string, number>()
  readonly #onError: (error: unknown) => void
  /** Connections whose window is open, with the size that was asked for. */
  readonly #open = new Map<string, number>()
  #looking = false

  /** @param connections ids of those that are wanted now */
  constructor(bridge: Bridge, connections: () => readonly string[], onError: (error: unknown) => void) {
    this.#bridge = bridge
    this.#connections = connections
    this.#onError = onError
    this.#changed = this.#store.add(new Emitter<undefined>(onError))
    this.#store.add(
      bridge.onDidChangeStatus((status) => {
        if (status.kind === 'ready') this.#attach(status.session)
      }),
    )
  }

  get onDidChange(): Emitter<undefined>['event'] {
    return this.#changed.event
  }

  /** What is known of each connection's queues. */
  get snapshots(): ReadonlyMap<string, QueueSnapshot> {
    return this.#snapshots
  }

  /** Somebody looks at the tree, or no longer. */
  look(looking: boolean): void {
    this.#looking = looking
    this.follow()
  }

  showMore(connection: string): void {
    this.#counts.set(connection, Math.min(most, this.#countOf(connection) + 2 * page))
    this.follow()
  }

  /** Connections came or went: windows follow. */
  follow(): void {
    const wanted = this.#looking ? this.#connections() : []
    const client = this.#bridge.current?.client
    if (!client) return
    for (const id of this.#open.keys()) {
      if (wanted.includes(id)) continue
      this.#open.delete(id)
      client.request('closeQueueView', { view: viewOf(id) }).catch(this.#onError)
    }
    for (const id of wanted) {
      const count = this.#countOf(id)
      if (this.#open.get(id) === count) continue
      this.#open.set(id, count)
      client.request('setQueueView', { view: viewOf(id), connection: id, count }).catch(this.#onError)
    }
  }

  dispose(): void {
    this.#store.dispose()
  }

  #countOf(connection: string): number {
    return this.#counts.get(connection) ?? page
  }

  /** A fresh bridge knows of no window. */
  #attach({ client, store }: Session): void {
    this.#open.clear()
    store.defer(
      client.on('queueView', (snapshot) => {
        if (!snapshot.view.startsWith('tree:')) return
        this.#snapshots.set(snapshot.view.slice('tree:'.length), snapshot)
        this.#changed.fire(undefined)
      }),
    )
    this.follow()
  }
}
