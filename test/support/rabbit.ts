import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { until, type Launched } from './childProcess.ts'
import { watchFolder } from './leftovers.ts'
import { freePorts } from './ports.ts'
import { makeCertificates, type Certificates } from './rabbit/certificates.ts'
import { memoryLimit, writeFiles, type RabbitOptions, type RabbitPorts } from './rabbit/files.ts'
import { rabbitHome } from './rabbit/home.ts'
import { runTool, startEpmd, startServer, type NodePlace } from './rabbit/node.ts'

export type { RabbitOptions, RabbitPorts } from './rabbit/files.ts'

/**
 * A private RabbitMQ that is thrown away: its own ports on 127.0.0.1, its own port mapper, everything in one temporary folder.
 * Works for root and any other user. It is gone with its process at the latest.
 */
export class PrivateRabbit {
  readonly ports: RabbitPorts
  /** Holds everything of this broker; `log/rabbit.log` in it is the server's log. */
  readonly folder: string
  /** `amqp://guest:guest@127.0.0.1:PORT/` */
  readonly amqpUrl: string
  /** The HTTP API without user and password (both `guest`); null without the plug-in. */
  readonly managementUrl: string | null
  /** Null without `tls`, like the three paths of PEM files and `managementTlsUrl`. */
  readonly amqpsUrl: string | null
  readonly managementTlsUrl: string | null
  readonly ca: string | null
  readonly clientCert: string | null
  readonly clientKey: string | null
  readonly #place: NodePlace
  readonly #watched: { forget: () => void }
  #epmd: Launched | null = null
  #server: Launched | null = null

  constructor(place: NodePlace, options: RabbitOptions, tls: Certificates | null) {
    const { ports } = place
    const management = options.management !== false
    this.#place = place
    this.#watched = watchFolder(place.folder)
    this.folder = place.folder
    this.ports = ports
    this.amqpUrl = `amqp://guest:guest@127.0.0.1:${ports.amqp}/`
    this.managementUrl = management ? `http://127.0.0.1:${ports.management}` : null
    this.amqpsUrl = tls ? `amqps://guest:guest@localhost:${ports.amqps}/` : null
    this.managementTlsUrl = tls && management ? `https://localhost:${ports.managementTls}` : null
    this.ca = tls?.ca ?? null
    this.clientCert = tls?.clientCert ?? null
    this.clientKey = tls?.clientKey ?? null
  }

  /** The server's process id; throws while it is stopped. */
  get pid(): number {
    return this.#running().pid
  }

  /** Starts the server, or starts it again with its data and ports. Takes four to seven seconds. */
  async start(): Promise<void> {
    if (this.#server?.running() === true) return
    if (this.#epmd?.running() !== true) this.#epmd = await startEpmd(this.#place)
    this.#server = await startServer(this.#place)
  }

  /** A clean shutdown: clients see 320 CONNECTION_FORCED. Takes about eight seconds. */
  async stop(): Promise<void> {
    this.resume()
    await this.#running().stop(20_000)
  }

  /**
   * A crash (SIGKILL): clients see ECONNRESET. The data stay, and `start` continues with them; but what was declared in the last
   * moments may not have reached the disk, see `flush`.
   */
  async kill(): Promise<void> {
    await this.#running().kill()
  }

  /** Brings everything declared so far to the disk, so that it survives a `kill`. */
  async flush(): Promise<void> {
    await this.ctl('eval', 'mnesia:sync_log().')
  }

  /** A crash followed by a start. */
  async restart(): Promise<void> {
    await this.kill()
    await this.start()
  }

  /** Stops and starts the application inside the running Erlang machine: every client sees 320. Takes six to seven seconds. */
  async restartApp(): Promise<void> {
    await this.ctl('stop_app')
    await this.ctl('start_app')
  }

  /** Freezes the server: its sockets stay open and nothing answers. */
  pause(): void {
    this.#running().signal('SIGSTOP')
  }

  /** Ends `pause`. */
  resume(): void {
    this.#running().signal('SIGCONT')
  }

  /** Raises or clears the memory alarm, and waits until it is in effect: connections that publish are blocked. */
  async alarm(state: 'on' | 'off'): Promise<void> {
    await this.ctl('set_vm_memory_high_watermark', 'absolute', state === 'on' ? '1' : memoryLimit)
    await until(`the memory alarm is ${state}`, 60_000, async () => {
      const alarms = await this.ctl('eval', 'rabbit_alarm:get_alarms().')
      return alarms.includes('memory') === (state === 'on')
    })
  }

  /** Runs `rabbitmqctl --quiet` and returns what it printed. */
  ctl(...args: string[]): Promise<string> {
    return runTool(this.#place, 'rabbitmqctl', ['--quiet', ...args])
  }

  /** Calls the HTTP API as guest, such as `management('queues/%2F')`; a body makes it a PUT unless `method` says otherwise. */
  async management(path: string, body?: unknown, method = body === undefined ? 'GET' : 'PUT'): Promise<unknown> {
    const headers = { authorization: `Basic ${btoa('guest:guest')}`, 'content-type': 'application/json' }
    const request = { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) }
    const response = await fetch(`${this.managementUrl ?? 'http://no-management-plugin'}/api/${path}`, request)
    const text = await response.text()
    if (!response.ok) throw new Error(`${method} ${path} was answered with ${response.status}: ${text}`)
    return text === '' ? null : JSON.parse(text)
  }

  /** Kills the server and deletes everything. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server?.kill()
    await this.#epmd?.kill()
    await rm(this.folder, { recursive: true, force: true, maxRetries: 5 })
    this.#watched.forget()
  }

  #running(): Launched {
    if (this.#server?.running() !== true) throw new Error('This private RabbitMQ is not running.')
    return this.#server
  }
}

/** Starts a private RabbitMQ with the management plug-in. `await using rabbit = await startRabbit()` ends it as well. */
export async function startRabbit(options: RabbitOptions = {}): Promise<PrivateRabbit> {
  const home = options.home ?? rabbitHome()
  if (home === null)
    throw new Error('No RabbitMQ server is installed. Install it, or set RABBITMQ_HOME to the folder that holds its sbin/.')
  const first = await prepare(home, options)
  try {
    await first.start()
    return first
  } catch (error) {
    await first[Symbol.asyncDispose]()
    // Between our look and the server's start somebody else can have taken a port. That deserves a second try, nothing else does.
    if (!(error instanceof Error) || !error.message.includes('eaddrinuse')) throw error
  }
  const second = await prepare(home, options)
  await second.start()
  return second
}

async function prepare(home: string, options: RabbitOptions): Promise<PrivateRabbit> {
  const folder = await mkdtemp(join(tmpdir(), 'warren-rabbit-'))
  const [amqp = 0, amqps = 0, management = 0, managementTls = 0, distribution = 0, epmd = 0, stream = 0] = await freePorts(7)
  const ports = { amqp, amqps, management, managementTls, distribution, epmd, stream }
  const tls = options.tls === true ? await makeCertificates(join(folder, 'tls')) : null
  await writeFiles(folder, options, ports, tls)
  return new PrivateRabbit({ home, folder, ports, name: `warren-${randomUUID()}@localhost` }, options, tls)
}
