import { RequestError } from '../../broker-bridge/protocol/index.ts'
import type { Client, Result } from '../../broker-bridge/protocol/index.ts'
import { DisposableStore, Emitter } from '../lifecycle.ts'
import type { Disposable } from '../lifecycle.ts'
import { connectClient } from './bridgeClient.ts'
import type { BridgeTransport, Greeted } from './bridgeClient.ts'
import type { BridgeProcess } from './bridgeProcess.ts'
import { Crashes } from './crashes.ts'

/** What the bridge is doing; every place that shows it switches over all kinds. */
export type BridgeStatus =
  | { readonly kind: 'idle' }
  | { readonly kind: 'starting' }
  | { readonly kind: 'ready'; readonly session: Session }
  | { readonly kind: 'waiting'; readonly message: string }
  | { readonly kind: 'stopped'; readonly message: string }

/** One connection to one running bridge. What lives as long belongs into `store`. */
export interface Session {
  readonly client: Client
  readonly hello: Result<'hello'>
  readonly process: BridgeProcess
  readonly transport: BridgeTransport
  readonly store: DisposableStore
}

export interface BridgeOptions {
  readonly launch: () => Promise<BridgeProcess>
  readonly clientName: string
  readonly onLog: (line: string) => void
}

const reconnects = 3
const reconnectDelay = 300
/** Milliseconds after which a connection counts as good, and its loss as a new trouble. */
const steadyTime = 10_000
const sessionTimeout = 20_000

/** Starts the bridge when it is first needed, keeps it running, and says when it cannot. */
export class Bridge implements Disposable {
  readonly #options: BridgeOptions
  readonly #crashes = new Crashes()
  readonly #changed: Emitter<BridgeStatus>
  #status: BridgeStatus = { kind: 'idle' }
  #disposed = false
  #wake: (() => void) | undefined

  constructor(options: BridgeOptions) {
    this.#options = options
    this.#changed = new Emitter((error) => options.onLog(`A listener failed: ${String(error)}`))
  }

  get status(): BridgeStatus {
    return this.#status
  }

  get onDidChangeStatus(): Emitter<BridgeStatus>['event'] {
    return this.#changed.event
  }

  /** The session if there is one now; starts nothing. */
  get current(): Session | undefined {
    return this.#status.kind === 'ready' ? this.#status.session : undefined
  }

  /**
   * The session, starting the bridge if none runs.
   * @throws RequestError `closed` when the bridge cannot be started or does not come back in time
   */
  session(): Promise<Session> {
    if (this.#status.kind === 'idle') this.#start()
    return this.#whenReady()
  }

  /** Starts again after the bridge was given up, or ends the running one and starts a new one. */
  restart(): void {
    this.#crashes.forget()
    const running = this.current
    if (running) running.process.stop()
    else if (this.#status.kind === 'waiting') this.#wake?.()
    else if (this.#status.kind !== 'starting') this.#start()
  }

  dispose(): void {
    this.#disposed = true
    this.current?.process.stop()
    this.#endSession()
    this.#wake?.()
    this.#changed.dispose()
  }

  #start(): void {
    this.#set({ kind: 'starting' })
    void this.#run()
  }

  async #run(): Promise<void> {
    for (;;) {
      const reason = await this.#once()
      if (this.#disposed) return
      this.#options.onLog(reason)
      const delay = this.#crashes.next(Date.now())
      if (delay === undefined) return this.#set({ kind: 'stopped', message: `Warren's bridge keeps ending. ${reason}` })
      this.#set({ kind: 'waiting', message: reason })
      await this.#sleep(delay)
      if (this.#isDisposed()) return
      this.#set({ kind: 'starting' })
    }
  }

  /** One process from start to end; answers why it ended. */
  async #once(): Promise<string> {
    let process: BridgeProcess | undefined
    try {
      process = await this.#options.launch()
      if (this.#isDisposed()) return 'Warren ended.'
      return await this.#serve(process)
    } catch (error) {
      return error instanceof Error ? error.message : String(error)
    } finally {
      this.#endSession()
      process?.stop()
    }
  }

  /** Stays connected to one process until it ends, or until it lives but cannot be reached. */
  async #serve(process: BridgeProcess): Promise<string> {
    for (let attempt = 0; attempt < reconnects; attempt += 1) {
      const began = Date.now()
      try {
        const greeted = await connectClient(process.port, process.token, this.#options.clientName)
        const end = await Promise.race([process.exited, this.#openSession(greeted, process)])
        if (end !== undefined) return end
      } catch (error) {
        this.#options.onLog(error instanceof Error ? error.message : String(error))
      }
      this.#endSession()
      if (this.#isDisposed()) return 'Warren ended.'
      this.#set({ kind: 'starting' })
      const gone = await Promise.race([process.exited, this.#sleep(reconnectDelay)])
      if (gone !== undefined) return gone
      if (Date.now() - began > steadyTime) attempt = 0
    }
    process.kill()
    return "Warren's bridge no longer answers and was ended."
  }

  /** Resolves when the socket is lost, while the process may live on. */
  #openSession({ client, hello, transport }: Greeted, process: BridgeProcess): Promise<undefined> {
    const store = new DisposableStore()
    store.defer(() => client.close())
    const lost = new Promise<undefined>((resolve) => (client.onClose = () => resolve(undefined)))
    this.#set({ kind: 'ready', session: { client, hello, process, transport, store } })
    return lost
  }

  #endSession(): void {
    try {
      this.current?.store.dispose()
    } catch (error) {
      this.#options.onLog(`Something could not be given back: ${String(error)}`)
    }
  }

  #whenReady(): Promise<Session> {
    return new Promise((resolve, reject) => {
      const store = new DisposableStore()
      const refuse = (message: string): void => {
        store.dispose()
        reject(new RequestError('closed', message))
      }
      const look = (status: BridgeStatus): void => {
        if (status.kind === 'stopped') refuse(status.message)
        if (status.kind !== 'ready') return
        store.dispose()
        resolve(status.session)
      }
      const timer = setTimeout(() => refuse("Warren's bridge is not running. Its log may tell why."), sessionTimeout)
      store.defer(() => clearTimeout(timer))
      store.add(this.#changed.event(look))
      look(this.#status)
    })
  }

  /** A promise that also ends early when somebody asks for a restart or Warren ends. */
  #sleep(milliseconds: number): Promise<undefined> {
    return new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(timer)
        resolve(undefined)
      }
      const timer = setTimeout(end, milliseconds)
      this.#wake = end
    })
  }

  /** Asked again after every await: the answer may have changed. */
  #isDisposed(): boolean {
    return this.#disposed
  }

  #set(status: BridgeStatus): void {
    if (this.#disposed) return
    this.#status = status
    this.#changed.fire(status)
  }
}
