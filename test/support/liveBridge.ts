import assert from 'node:assert/strict'
import { Bridge } from '../../broker-bridge/bridge.ts'
import { RequestError } from '../../broker-bridge/protocol/index.ts'
import type {
  Client,
  Confirmation,
  ConnectionInfo,
  ConnectionStatus,
  ConnectParams,
  ErrorCode,
  Method,
  Params,
  Result,
  TaskDetail,
} from '../../broker-bridge/protocol/index.ts'
import { flowerApi } from '../../broker-bridge/server/flower.ts'
import { startServer } from '../../broker-bridge/server/server.ts'
import type { BridgeServer } from '../../broker-bridge/server/server.ts'
import { Viewer } from '../../broker-bridge/server/viewer.ts'
import { enter, fakePage } from './bridgeServer.ts'
import { patience, until } from './until.ts'

/** A whole bridge in this process: real connections, real server, and one client over a real WebSocket. */
export class LiveBridge implements AsyncDisposable {
  readonly bridge: Bridge
  readonly server: BridgeServer
  readonly client: Client
  /** Every line the server or a viewer logged. */
  readonly log: string[]
  /** Every status each connection had, without those that only repeat the one before. */
  readonly statuses = new Map<string, ConnectionStatus[]>()

  constructor(bridge: Bridge, server: BridgeServer, client: Client, log: string[]) {
    this.bridge = bridge
    this.server = server
    this.client = client
    this.log = log
    bridge.onChange((change) => {
      if (change === 'connections') for (const info of bridge.picture('connections')) this.#note(info)
    })
  }

  #note({ id, status }: ConnectionInfo): void {
    const known = this.statuses.get(id) ?? []
    const last = known.at(-1)
    if (last?.kind !== status.kind || last.message !== status.message) this.statuses.set(id, [...known, status])
  }

  /** Connects and waits until the connection is as asked: connected and reading events, unless said otherwise. */
  async connect(
    params: Partial<ConnectParams> & { address: string },
    holds: (info: ConnectionInfo) => unknown = isReading,
  ): Promise<ConnectionInfo> {
    const whole = { id: 'c', name: 'test', ...params }
    await this.client.request('connect', whole)
    return this.until(whole.id, 'connected and reading events', holds)
  }

  info(id = 'c'): ConnectionInfo {
    const info = this.bridge.picture('connections').find((one) => one.id === id)
    assert.ok(info, `there is a connection ${id}`)
    return info
  }

  /** Waits until something holds of a connection. */
  async until(id: string, what: string, holds: (info: ConnectionInfo) => unknown): Promise<ConnectionInfo> {
    await eventually(
      what,
      () => Boolean(holds(this.info(id))),
      () => JSON.stringify(this.info(id)),
    )
    return this.info(id)
  }

  /** Waits, through the protocol, until something holds of a task. */
  async task(id: string, what: string, holds: (task: TaskDetail) => unknown, connection = 'c'): Promise<TaskDetail> {
    let task: TaskDetail | undefined
    await eventually(
      `task ${id}: ${what}`,
      async () => {
        task = await this.client.request('getTask', { connection, id }).catch(() => undefined)
        return task !== undefined && Boolean(holds(task))
      },
      () => JSON.stringify(task),
    )
    assert.ok(task)
    return task
  }

  /** Waits until workers are known with what they consume. */
  async workers(...names: readonly string[]): Promise<void> {
    const known = () => this.bridge.picture('workers').filter((worker) => worker.online && worker.queues.length > 0)
    await eventually(`workers ${names.join(', ')} are known`, () =>
      names.every((name) => known().some((one) => one.name === name)),
    )
  }

  request<M extends Method>(method: M, params: Params<M>): Promise<Result<M>> {
    return this.client.request(method, params, patience)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.client.close()
    await this.server.close()
    await this.bridge.dispose()
  }
}

export const isReading = (info: ConnectionInfo): boolean => info.status.kind === 'connected' && info.capabilities.events.available

export interface LiveOptions {
  readonly eventQueueBytes?: number
  readonly maxTasks?: number
  readonly name?: string
  /** What runs in the thread that opens databases; none are opened without it. */
  readonly lookups?: URL
  /** Seconds until result backends are asked about tasks that seem stuck. */
  readonly stuckAfter?: number
}

export async function startLiveBridge(options: LiveOptions = {}): Promise<LiveBridge> {
  const bridge = new Bridge({ version: 'test', maxTasks: 10_000, eventQueueBytes: 2 ** 26, name: 'Warren test', ...options })
  const log: string[] = []
  const server = await startServer({
    page: fakePage,
    port: 0,
    api: flowerApi(bridge),
    onViewer: (transport) => {
      new Viewer(bridge, transport, (line) => log.push(line))
    },
    log: (line) => log.push(line),
  })
  const { client } = await enter(server)
  return new LiveBridge(bridge, server, client, log)
}

/** Waits until something holds, and says what was there when it never does. */
export const eventually = (what: string, holds: () => boolean | Promise<boolean>, seen?: () => string): Promise<void> =>
  until(holds, what, seen)

/** The refusal of a request; fails when it is done after all. */
export async function refusal(request: Promise<unknown>, code: ErrorCode): Promise<RequestError> {
  const error = await request.then(
    (result) => assert.fail(`It was done: ${JSON.stringify(result)}`),
    (thrown: unknown) => thrown,
  )
  assert.ok(error instanceof RequestError, String(error))
  assert.equal(error.code, code, error.message)
  return error
}

/** What the bridge asks back before it acts. */
export async function confirmation(request: Promise<unknown>): Promise<Confirmation> {
  return (await refusal(request, 'confirmation_needed')).data as Confirmation
}

let keys = 0
/** A mark for one press of a button. */
export const freshKey = (): string => `test-key-${++keys}`
