import { bundlePrefix } from '../../broker-bridge/protocol/index.ts'
import type { ConnectionInfo, FailureReason, Params } from '../../broker-bridge/protocol/index.ts'
import type { Bridge, Session } from '../bridge/bridge.ts'
import { LastWatched } from '../bridge/lastWatched.ts'
import { Emitter } from '../lifecycle.ts'
import type { Disposable } from '../lifecycle.ts'
import type { Replica } from '../replica.ts'
import type { ConnectionSecret, PlainStorage, SavedConnection, SavedConnections } from './savedConnections.ts'
import { readTlsFiles } from './tlsFiles.ts'

const activeKey = 'activeConnections'

/** Why a connection could not even be handed to the bridge. */
export interface ConnectionProblem {
  readonly reason: FailureReason | 'bridge'
  readonly message: string
}

/** One saved connection and everything known about how it is. */
export interface BookEntry {
  readonly saved: SavedConnection
  /** True when the user wants it connected in this workspace. */
  readonly active: boolean
  readonly info: ConnectionInfo | undefined
  readonly problem: ConnectionProblem | undefined
}

export interface BookParts {
  readonly saved: SavedConnections
  /** Which connections are wanted differs from workspace to workspace. */
  readonly workspace: PlainStorage
  readonly bridge: Bridge
  readonly replica: Replica
  readonly onError: (error: unknown) => void
}

/** Which connections the user wants open, and the bridge's being told so, again after each start of the bridge. */
export class ConnectionBook implements Disposable {
  readonly saved: SavedConnections
  readonly #parts: BookParts
  readonly #problems = new Map<string, ConnectionProblem>()
  readonly #watched = new LastWatched()
  readonly #changed: Emitter<undefined>
  readonly #following: { dispose(): void }

  constructor(parts: BookParts) {
    this.saved = parts.saved
    this.#parts = parts
    this.#changed = new Emitter(parts.onError)
    this.#following = parts.replica.onDidChange((topic) => {
      if (topic !== 'connections') return
      this.#watched.note(parts.replica.pictures.connections)
      void this.#keepEventsOn().catch(parts.onError)
    })
  }

  get onDidChange(): Emitter<undefined>['event'] {
    return this.#changed.event
  }

  entries(): BookEntry[] {
    const active = this.#active()
    const saved = this.saved.list().map((one) => ({
      saved: one,
      active: active.has(one.id),
      info: active.has(one.id) ? this.info(one.id) : undefined,
      problem: this.#problems.get(one.id),
    }))
    return [...saved, ...this.#bundles()]
  }

  /** Opened bundles are connections that nobody saved: they are there as long as the bridge shows them. */
  #bundles(): BookEntry[] {
    const bundles = this.#parts.replica.pictures.connections.filter(({ id }) => id.startsWith(bundlePrefix))
    return bundles.map((info) => ({ saved: asSaved(info), active: true, info, problem: undefined }))
  }

  info(id: string): ConnectionInfo | undefined {
    return this.#parts.replica.pictures.connections.find((connection) => connection.id === id)
  }

  /** The connections wanted now, in their saved order. */
  activeEntries(): BookEntry[] {
    return this.entries().filter((entry) => entry.active)
  }

  /** Saves a connection and opens it. */
  async add(connection: SavedConnection, secret: ConnectionSecret): Promise<void> {
    await this.saved.save(connection, secret)
    await this.open(connection.id)
  }

  /** Wants a connection and tells the bridge; what goes wrong becomes the connection's state and is not thrown. */
  async open(id: string): Promise<void> {
    await this.#setActive(id, true)
    await this.#tell(id)
  }

  async close(id: string): Promise<void> {
    await this.#setActive(id, false)
    this.#problems.delete(id)
    this.#changed.fire(undefined)
    await this.#parts.bridge.current?.client.request('disconnect', { connection: id }).catch(this.#parts.onError)
    this.#watched.forget(id)
  }

  async remove(id: string): Promise<void> {
    await this.close(id)
    await this.saved.remove(id)
    this.#changed.fire(undefined)
  }

  /** Tells a bridge that has just started about every connection that is wanted. */
  attach(session: Session): void {
    session.store.defer(() => this.#watched.lose(session.transport.alive))
    const held = new Set(session.hello.connections.map((connection) => connection.id))
    // A bridge that was only out of reach for a moment still holds its connections.
    for (const { saved } of this.activeEntries()) if (!held.has(saved.id)) void this.#hand(session, saved)
  }

  dispose(): void {
    this.#following.dispose()
    this.#changed.dispose()
  }

  /** Wherever the user turned events on, in the tree or in the feed, the next bridge shall know of it. */
  async #keepEventsOn(): Promise<void> {
    for (const { id, silentWorkers } of this.#parts.replica.pictures.connections) {
      const saved = silentWorkers.keptOn ? this.saved.find(id) : undefined
      if (saved && !saved.keepEventsOn) await this.saved.save({ ...saved, keepEventsOn: true })
    }
  }

  async #tell(id: string): Promise<void> {
    const { bridge } = this.#parts
    const saved = this.saved.find(id)
    if (!saved) return
    try {
      // A bridge that starts now is told by `attach`.
      const running = bridge.current
      const session = running ?? (await bridge.session())
      if (running) await this.#hand(session, saved)
    } catch (error) {
      this.#note(id, { reason: 'bridge', message: sentence(error) })
    }
  }

  async #hand(session: Session, saved: SavedConnection): Promise<void> {
    try {
      const params = await this.#connectParams(saved)
      // Closed meanwhile: the bridge was told so before it knew of the connection, and nobody would close it a second time.
      if (!params || !this.#active().has(saved.id)) return
      this.#note(saved.id, undefined)
      this.#parts.replica.note(await session.client.request('connect', params))
    } catch (error) {
      this.#note(saved.id, { reason: 'unknown', message: sentence(error) })
    }
  }

  async #connectParams(saved: SavedConnection): Promise<Params<'connect'> | undefined> {
    const secret = await this.saved.secret(saved.id)
    if (!secret) {
      const message = 'The password of this connection is not stored on this machine. Enter it to connect.'
      this.#note(saved.id, { reason: 'credentials', message })
      return undefined
    }
    const tls = await readTlsFiles(saved.files, secret.passphrase)
    const lastWatched = this.#watched.hand(saved.id, secret.address)
    return {
      id: saved.id,
      name: saved.name,
      address: secret.address,
      readOnly: saved.readOnly,
      environment: saved.environment,
      keepEventsOn: saved.keepEventsOn,
      ...(secret.management === null ? {} : { management: secret.management }),
      ...(saved.resultBackend === undefined ? {} : { resultBackend: secret.resultBackend ?? saved.resultBackend }),
      ...(tls === undefined ? {} : { tls }),
      ...(lastWatched === undefined ? {} : { lastWatched }),
    }
  }

  #note(id: string, problem: ConnectionProblem | undefined): void {
    if (problem) this.#problems.set(id, problem)
    else this.#problems.delete(id)
    this.#changed.fire(undefined)
  }

  #active(): Set<string> {
    const stored = this.#parts.workspace.get(activeKey)
    return new Set(Array.isArray(stored) ? stored.filter((id) => typeof id === 'string') : [])
  }

  async #setActive(id: string, wanted: boolean): Promise<void> {
    const active = this.#active()
    if (wanted) active.add(id)
    else active.delete(id)
    await this.#parts.workspace.update(activeKey, [...active])
    this.#changed.fire(undefined)
  }
}

function asSaved({ id, name, address }: ConnectionInfo): SavedConnection {
  const files = { ca: null, cert: null, key: null }
  return { id, name, address, management: null, readOnly: true, environment: 'development', keepEventsOn: false, files }
}

function sentence(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
