import type { Duplex } from 'node:stream'
import { domainToASCII } from 'node:url'
import { connect, credentials } from 'amqplib'
import type { ChannelModel, Options, RecoveringChannelModel } from 'amqplib'
import { hostText } from '../../protocol/address.ts'
import type { Address, Host } from '../../protocol/address.ts'
import type { ConnectionStatus, TlsMaterial } from '../../protocol/index.ts'
import { withDeadline } from './deadline.ts'
import { explainFailure, explainLoss, isSilence, isUndecodable, silence } from './failure.ts'
import { connectTimeoutOf, heartbeatOf } from './waits.ts'

/** A wrong password must not lock an account. */
const credentialTries = 3
const slowRetry = 30_000
/** Seconds after which a connection counts as one that works. */
const settled = 10
const goodbyeTimeout = 1_000

export interface LinkOptions {
  readonly address: Address
  readonly name: string
  readonly tls: TlsMaterial | undefined
  /** Runs after each connect, before the link counts as connected. */
  readonly setup: (model: ChannelModel) => Promise<void>
  readonly changed: () => void
  /** The connection is gone, also when it went during its setup. `silent`: it had been dead for a while before that was noticed. */
  readonly lost: (silent: boolean) => void
  /** A message that amqplib cannot decode ended the connection. */
  readonly unreadable: (reason: string) => void
}

/** One AMQP connection that heals itself: amqplib's own recovery, its events turned into one status. */
export class Link {
  readonly #options: LinkOptions
  #model: RecoveringChannelModel | undefined
  /** The connection of the moment; `#model` is what makes one after the other. */
  #opened: ChannelModel | undefined
  #status: ConnectionStatus
  #connectedAt = 0
  /** Connections in a row that did not live long: what ends them so soon would otherwise do it several times a second. */
  #shortLives = 0
  #wasConnected = false
  #refusedLogins = 0
  #hostIndex = 0
  #product: string | null = null
  #cluster: string | null = null
  #blocked: string | null = null
  #disposed = false

  constructor(options: LinkOptions) {
    this.#options = options
    this.#status = { kind: 'connecting', since: now(), message: `Connecting to ${this.#host()}.` }
  }

  get status(): ConnectionStatus {
    return this.#status
  }

  get product(): string | null {
    return this.#product
  }

  /** `cluster_name` of the server's properties; null before the first connect. */
  get cluster(): string | null {
    return this.#cluster
  }

  get blocked(): string | null {
    return this.#blocked
  }

  async start(): Promise<void> {
    const { address, name, tls } = this.#options
    const model = await connect(this.#target(), {
      noDelay: true,
      keepAlive: true,
      timeout: connectTimeoutOf(address),
      clientProperties: { connection_name: name },
      ...(address.scheme === 'amqps' ? tlsOptions(address, tls) : {}),
      ...(address.options.mechanism === 'external' ? { credentials: credentials.external() } : {}),
      recovery: {
        waitForConnect: false,
        setup: (opened: ChannelModel) => this.#setUp(opened),
        calculateDelay: (attempt) => this.#delay(attempt),
      },
    })
    if (this.#disposed) return void model.close()
    this.#model = model
    // Listeners come before the first attempt; without the one for `error`, Node would end the process.
    model.on('error', () => undefined)
    model.on('connect', () => this.#connected())
    model.on('disconnect', (error) => this.#lost(error))
    model.on('connect-failed', (error) => this.#failed(error))
    model.on('blocked', (reason) => this.#block(reason))
    model.on('unblocked', () => this.#block(null))
  }

  /** Says that nothing has been heard for too long, or that it has again. */
  setResponsive(responsive: boolean): void {
    if (!responsive && this.#status.kind === 'connected') {
      this.#set({ kind: 'unresponsive', since: now(), message: `${this.#host()} has not answered for several seconds.` })
    } else if (responsive && this.#status.kind === 'unresponsive') this.#setConnected()
  }

  async dispose(): Promise<void> {
    this.#disposed = true
    const goodbye = this.#model?.close()
    if (goodbye === undefined || (await withDeadline(goodbye, goodbyeTimeout)) !== 'late') return
    // A frozen broker never answers the goodbye.
    this.cut()
  }

  /** Ends a connection on which nothing is heard any more: the error makes amqplib let go of it and, unless disposed, connect anew. */
  cut(): void {
    const connection = this.#opened?.connection as { readonly stream?: Duplex } | undefined
    connection?.stream?.destroy(new Error(silence))
  }

  /** amqplib reads the address anew at each attempt, so the getters give it the next host of the list. */
  #target(): Options.Connect {
    const { address } = this.#options
    const host = () => this.#current()
    return {
      protocol: address.scheme,
      get hostname() {
        return inAscii(host().hostname)
      },
      get port() {
        return host().port
      },
      username: address.username,
      password: address.secret(),
      vhost: encodeURIComponent(address.virtualHost),
      heartbeat: heartbeatOf(address),
    }
  }

  #host(): string {
    return hostText(this.#current())
  }

  #current(): Host {
    const { hosts } = this.#options.address
    return hosts[this.#hostIndex % hosts.length] ?? hosts[0]
  }

  async #setUp(model: ChannelModel): Promise<void> {
    this.#opened = model
    let end: Error | undefined
    // amqplib listens only after the setup: an error meanwhile would end the process, and an end be overlooked for ever.
    model.on('error', () => undefined)
    model.once('close', (error?: Error) => (end = error ?? new Error('The broker closed the connection.')))
    const properties = model.connection.serverProperties as Readonly<Record<string, unknown>>
    this.#product = [properties['product'], properties['version']].filter((part) => typeof part === 'string').join(' ')
    const cluster = properties['cluster_name']
    this.#cluster = typeof cluster === 'string' ? cluster : null
    try {
      await this.#options.setup(model)
      if (end) throw end
    } catch (error) {
      this.#options.lost(false)
      throw error
    }
  }

  #connected(): void {
    this.#wasConnected = true
    this.#refusedLogins = 0
    this.#connectedAt = now()
    this.#setConnected()
  }

  #setConnected(): void {
    this.#set({ kind: 'connected', since: this.#connectedAt, message: `Connected to ${this.#host()}.` })
  }

  #lost(error: Error): void {
    const silent = isSilence(error) || this.#status.kind === 'unresponsive'
    this.#blocked = null
    this.#shortLives = now() - this.#connectedAt < settled ? this.#shortLives + 1 : 0
    this.#countUndecodable(error)
    this.#set({
      kind: 'reconnecting',
      since: now(),
      attempt: 1,
      message: `The connection to ${this.#host()} was lost (${explainLoss(error)}). Reconnecting.`,
    })
    this.#options.lost(silent)
  }

  #failed(error: Error): void {
    const { address } = this.#options
    this.#countUndecodable(error)
    const failure = explainFailure(error, {
      host: this.#host(),
      virtualHost: address.virtualHost,
      username: address.username,
      tls: address.scheme === 'amqps',
    })
    this.#hostIndex++
    if (failure.reason === 'credentials' && ++this.#refusedLogins >= credentialTries) return this.#giveUp(failure.message)
    const transient = failure.reason === 'unreachable' || failure.reason === 'not_amqp' || failure.reason === 'unknown'
    const message = `${failure.message} Warren keeps trying.`
    const since = this.#status.kind === 'reconnecting' || this.#status.kind === 'failed' ? this.#status.since : now()
    if (this.#wasConnected && transient) this.#set({ kind: 'reconnecting', since, attempt: this.#attempt() + 1, message })
    else this.#set({ kind: 'failed', since, reason: failure.reason, message })
  }

  #countUndecodable(error: Error): void {
    if (isUndecodable(error)) this.#options.unreadable('AMQP headers that cannot be decoded')
  }

  #giveUp(message: string): void {
    this.#set({
      kind: 'failed',
      since: now(),
      reason: 'credentials',
      message: `${message} Warren stopped after ${credentialTries} tries.`,
    })
    void this.#model?.close()
  }

  #attempt(): number {
    return this.#status.kind === 'reconnecting' ? this.#status.attempt : 0
  }

  /** Milliseconds until the next attempt: quick at first, slow where only a person can help. */
  #delay(attempt: number): number {
    const stuck =
      this.#status.kind === 'failed' && (this.#status.reason === 'virtual_host' || this.#status.reason === 'certificate')
    if (stuck) return Math.min(slowRetry, 2_000 * attempt)
    const quick = Math.min(3_000, 250 * 2 ** Math.min(attempt - 1, 6))
    const patient = this.#shortLives < 2 ? 0 : Math.min(slowRetry, 250 * 2 ** Math.min(this.#shortLives, 10))
    return Math.max(quick, patient) * (0.8 + Math.random() * 0.4)
  }

  #block(reason: string | null): void {
    this.#blocked = reason
    this.#options.changed()
  }

  #set(status: ConnectionStatus): void {
    this.#status = status
    if (!this.#disposed) this.#options.changed()
  }
}

/** What DNS and certificates call a host whose name holds other letters. */
function inAscii(hostname: string): string {
  return domainToASCII(hostname) || hostname
}

/** What the address itself asks for wins over the defaults: a user may switch checks off, Warren never does. */
export function tlsOptions(address: Address, tls: TlsMaterial | undefined): Record<string, unknown> {
  const { verify, checkHostname, serverName } = address.options.tls
  return {
    ...tls,
    rejectUnauthorized: verify,
    ...(checkHostname ? {} : { checkServerIdentity: () => undefined }),
    ...(serverName === null ? {} : { servername: serverName }),
  }
}

const now = () => Date.now() / 1000
