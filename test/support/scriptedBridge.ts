import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import * as v from 'valibot'
import { WebSocketServer } from 'ws'
import type { WebSocket } from 'ws'
import { QueueViewParams, RequestError, ServerPeer, protocolVersion } from '../../broker-bridge/protocol/index.ts'
import type {
  Activity,
  ConnectionInfo,
  ConnectionTimelines,
  FailurePicture,
  Mark,
  Method,
  Operation,
  QueueList,
  Result,
  Statistics,
  TaskDetail,
  TaskKey,
  TaskNameSummary,
  TaskRow,
  Transport,
  ValidParams,
  ViewParams,
  ViewSnapshot,
  WorkerRow,
  Workflow,
} from '../../broker-bridge/protocol/index.ts'
import { transportOf } from './bridgeClient.ts'
import { freePorts } from './ports.ts'
import { queueSnapshot } from './scriptedQueues.ts'
import { connected, detailOf, quietActivity } from './scriptedTasks.ts'

/** What the scripted bridge says; a test changes it and calls `refresh`. Tasks are newest first. */
export interface Script {
  connections: readonly ConnectionInfo[]
  tasks: readonly TaskRow[]
  activity: Activity
  queues: readonly QueueList[]
  workers: readonly WorkerRow[]
  taskNames: readonly TaskNameSummary[]
  failures: FailurePicture
  timelines: readonly ConnectionTimelines[]
  statistics: Statistics
  marks: readonly Mark[]
  operations: readonly Operation[]
  details: Map<string, TaskDetail>
  /** By the id of the task they are asked for with. */
  workflows: Map<string, Workflow>
}

type Answers = { [M in Method]?: (params: ValidParams<M>) => Promise<Result<M>> | Result<M> }

interface Viewer {
  readonly peer: ServerPeer
  readonly transport: Transport
  view: ViewParams | undefined
  queueView?: QueueViewParams | undefined
  /** The tasks in the order they had when the view began to rest. */
  rested: readonly TaskRow[] | undefined
  watched: TaskKey | null
  workflow: TaskKey | null
  topics: readonly string[]
}

const topics = [
  'connections',
  'activity',
  'queues',
  'workers',
  'taskNames',
  'failures',
  'timelines',
  'statistics',
  'marks',
  'operations',
] as const
const types: Readonly<Record<string, string>> = { html: 'text/html', js: 'text/javascript', css: 'text/css', ttf: 'font/ttf' }
const page = new URL('../../dist/page/', import.meta.url)
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

/** A small bridge that speaks the protocol and knows only what a test tells it. Serves the built page. */
export class ScriptedBridge {
  readonly token = randomBytes(16).toString('hex')
  readonly script: Script = {
    connections: [connected()],
    tasks: [],
    activity: quietActivity(),
    queues: [],
    workers: [],
    taskNames: [],
    failures: { groups: [], total: 0, letGo: 0 },
    timelines: [],
    statistics: { names: [], letGo: 0 },
    marks: [],
    operations: [],
    details: new Map(),
    workflows: new Map(),
  }
  /** Answers to requests that this bridge does not know by itself, or instead of its own. */
  readonly answers: Answers = {}
  /** Every request received, in order, without `hello`'s token. */
  readonly requests: { readonly method: string; readonly params: unknown }[] = []
  /** Extra files, by path: for pages that stand in for VS Code. */
  readonly files = new Map<string, { readonly type: string; readonly body: string; readonly policy?: string }>()
  refusesSockets = false
  /** Answers in place of the script's tasks: for more of them than a test wants to make. */
  snapshotOf: ((params: ViewParams) => Omit<ViewSnapshot, 'view' | 'revision' | 'first'>) | undefined
  readonly #codes = new Set<string>()
  readonly #viewers = new Set<Viewer>()
  readonly #sockets = new Set<WebSocket>()
  #server: Server | undefined
  #port = 0
  #revision = 0

  static async start(change: Partial<Script> = {}): Promise<ScriptedBridge> {
    const bridge = new ScriptedBridge()
    Object.assign(bridge.script, change)
    await bridge.listen()
    return bridge
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}/`
  }

  /** What requests of one method asked for, in order. */
  paramsOf(method: Method): Record<string, unknown>[] {
    return this.requests.filter((request) => request.method === method).map(({ params }) => params as Record<string, unknown>)
  }

  /** A fresh address that signs a browser in, once. */
  link(): string {
    const code = randomBytes(8).toString('hex')
    this.#codes.add(code)
    return `${this.url}#code=${code}`
  }

  /** Listens on its port, again after `stop`. */
  async listen(): Promise<void> {
    const server = createServer((request, response) => void this.#serve(request, response))
    const sockets = new WebSocketServer({ noServer: true })
    server.on('upgrade', (request, socket, head) => {
      if (this.refusesSockets || request.url !== '/socket') {
        socket.destroy()
        return
      }
      sockets.handleUpgrade(request, socket, head, (opened) => {
        this.#sockets.add(opened)
        this.attach(transportOf(opened))
      })
    })
    if (this.#port === 0) [this.#port = 0] = await freePorts(1)
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(this.#port, '127.0.0.1', resolve)
    })
    this.#server = server
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.terminate()
    this.#sockets.clear()
    this.#server?.closeAllConnections()
    await new Promise((resolve) => this.#server?.close(resolve))
  }

  /** Serves one viewer over any transport: a socket, or a relay that a test plays. */
  attach(transport: Transport): void {
    const peer: ServerPeer = new ServerPeer(transport, (method, params) => this.#answer(viewer, method, params))
    const viewer: Viewer = { peer, transport, view: undefined, rested: undefined, watched: null, workflow: null, topics: [] }
    this.#viewers.add(viewer)
    transport.onClose = () => this.#viewers.delete(viewer)
  }

  /** Tells every viewer what the script now says. */
  refresh(): void {
    for (const viewer of this.#viewers) this.#tell(viewer)
  }

  /** Sends frames as they are, whether or not they are any. */
  sendRaw(frames: readonly string[]): void {
    for (const { transport } of this.#viewers) for (const frame of frames) transport.send(frame)
  }

  #tell(viewer: Viewer): void {
    const { script } = this
    for (const topic of topics) {
      if (viewer.topics.includes(topic)) viewer.peer.notify(topic, script[topic])
    }
    if (viewer.queueView) viewer.peer.notify('queueView', queueSnapshot(script.queues, viewer.queueView, ++this.#revision))
    if (viewer.view) viewer.peer.notify('view', this.#snapshot(viewer, viewer.view))
    const task = viewer.watched && this.#find(viewer.watched)
    if (task) viewer.peer.notify('task', task)
    const workflow = viewer.workflow && script.workflows.get(viewer.workflow.id)
    if (workflow) viewer.peer.notify('workflow', workflow)
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- so that what a script throws becomes a rejection
  async #answer(viewer: Viewer, method: string, params: unknown): Promise<unknown> {
    this.requests.push({ method, params: method === 'hello' ? {} : params })
    const own = this.answers[method as Method] as ((params: unknown) => unknown) | undefined
    if (own) return own(params)
    switch (method) {
      case 'hello':
        return this.#hello(params as ValidParams<'hello'>)
      case 'watch':
        viewer.topics = (params as ValidParams<'watch'>).topics
        return void setImmediate(() => this.#tell(viewer))
      case 'setView':
        return this.#setView(viewer, params as ViewParams)
      case 'setQueueView':
        viewer.queueView = v.parse(QueueViewParams, params)
        return void setImmediate(() => this.#tell(viewer))
      case 'closeQueueView':
        return void (viewer.queueView = undefined)
      case 'watchWorkflow':
        viewer.workflow = (params as ValidParams<'watchWorkflow'>).task
        return (viewer.workflow && this.script.workflows.get(viewer.workflow.id)) ?? null
      case 'viewRange':
        return this.#range(viewer, params as ValidParams<'viewRange'>)
      case 'viewStates': {
        const { connection, ids } = params as ValidParams<'viewStates'>
        return { states: ids.map((id) => this.#find({ connection, id })?.state ?? null) }
      }
      case 'closeView':
        return void (viewer.view = undefined)
      case 'watchTask':
        viewer.watched = (params as ValidParams<'watchTask'>).task
        return (viewer.watched && this.#find(viewer.watched)) ?? null
      default:
        throw new RequestError('unknown_method', `The scripted bridge was not told how to answer "${method}".`)
    }
  }

  #hello({ token, protocol }: ValidParams<'hello'>): Result<'hello'> {
    if (token !== this.token)
      throw new RequestError('unauthorized', 'This bridge does not know that token; it may have been started anew.')
    if (protocol !== protocolVersion) throw new RequestError('invalid', 'Another version of the protocol.')
    return { protocol, version: '0.0.0-scripted', connections: this.script.connections }
  }

  #setView(viewer: Viewer, params: ViewParams): null {
    const sameFilter = JSON.stringify(viewer.view?.filter) === JSON.stringify(params.filter)
    if (!params.resting) viewer.rested = undefined
    else if (!viewer.rested || !sameFilter) viewer.rested = this.#matching(params)
    viewer.view = params
    setImmediate(() => viewer.peer.notify('view', this.#snapshot(viewer, params)))
    return null
  }

  #matching({ filter }: ViewParams): readonly TaskRow[] {
    const { connection, states, query } = filter
    if (connection === undefined && states === undefined && query === undefined) return this.script.tasks
    const words = query?.toLowerCase().split(/\s+/) ?? []
    return this.script.tasks.filter((task) => {
      if (connection !== undefined && task.connection !== connection) return false
      if (states && !states.includes(task.state)) return false
      const searched = [task.id, task.name, task.args, task.worker, task.queue, task.exception].join(' ').toLowerCase()
      return words.every((word) => searched.includes(word))
    })
  }

  #snapshot(viewer: Viewer, params: ViewParams): ViewSnapshot {
    const { view, first } = params
    if (this.snapshotOf) return { view, first, revision: ++this.#revision, ...this.snapshotOf(params) }
    const matching = this.#matching(params)
    const placed = viewer.rested ?? matching
    const states: Record<string, number> = {}
    for (const { state } of matching) states[state] = (states[state] ?? 0) + 1
    const rows = placed.slice(first, first + params.count)
    return {
      ...{ view, first },
      revision: ++this.#revision,
      rows,
      matched: placed.length,
      total: this.script.tasks.length,
      states,
      newer: Math.max(0, matching.length - placed.length),
    }
  }

  #range(viewer: Viewer, { first, count }: ValidParams<'viewRange'>): Result<'viewRange'> {
    if (!viewer.view) throw new RequestError('not_found', 'There is no such view.')
    const placed = viewer.rested ?? this.#matching(viewer.view)
    const tasks = placed.slice(first, first + count).map(({ connection, id, state }) => ({ connection, id, state }))
    return { tasks, matched: placed.length }
  }

  #find(key: TaskKey): TaskDetail | undefined {
    const row = this.script.tasks.find((task) => task.id === key.id && task.connection === key.connection)
    return this.script.details.get(key.id) ?? (row && detailOf(row))
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (request.url ?? '/').split('?')[0]?.slice(1) ?? ''
    if (request.method === 'POST' && path === 'api/session') return this.#trade(request, response)
    const own = this.files.get(path)
    const name = path === '' ? 'index.html' : path
    const body = own ? own.body : await readFile(new URL(name, page)).catch(() => undefined)
    const type = own?.type ?? types[name.split('.').at(-1) ?? ''] ?? 'application/octet-stream'
    response.writeHead(body === undefined ? 404 : 200, {
      'content-type': type,
      'content-security-policy': own?.policy ?? policy,
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    })
    response.end(body)
  }

  async #trade(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const { code } = JSON.parse(Buffer.concat(chunks).toString()) as { code: string }
    const known = this.#codes.delete(code)
    response.writeHead(known ? 200 : 401, { 'content-type': 'application/json' })
    response.end(known ? JSON.stringify({ token: this.token }) : '{}')
  }
}
