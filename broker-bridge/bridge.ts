import { bundlePrefix, RequestError } from './protocol/index.ts'
import type {
  ConnectionInfo,
  ConnectParams,
  ExportParams,
  Result,
  TaskDetail,
  TaskFilter,
  TaskKey,
  Topic,
  ValidParams,
  ViewParams,
  Workflow,
} from './protocol/index.ts'
import { Door } from './actions/door.ts'
import { EnableEvents } from './actions/enableEvents.ts'
import { RunPeriodic, SetPeriodic } from './actions/periodic.ts'
import { Enqueue } from './actions/enqueue.ts'
import { Retry } from './actions/retry.ts'
import { RetryWorkflow } from './actions/retryWorkflow.ts'
import { SentTasks } from './actions/sentTasks.ts'
import type { ExportCore } from './export/api.ts'
import { Exporter } from './export/exporter.ts'
import { openBundle } from './export/openBundle.ts'
import { brokerKey, FailureInbox } from './failureInbox.ts'
import { QueryView, readFilter } from './queryView.ts'
import type { HistoryOptions } from './history/history.ts'
import { KeptTasks } from './history/keptTasks.ts'
import { Lookups } from './lookups/lookups.ts'
import type { Change, Core, CoreMethod, LiveView, TaskGlance, TopicPictures } from './server/core.ts'
import { Connection } from './sources/connection.ts'
import { openSource } from './sources/index.ts'
import type { SourceOptions } from './sources/index.ts'
import type { Answers } from './sources/taskSystem.ts'
import { TaskStore } from './tasks/store.ts'

/** Milliseconds between two looks at what changed: a frame's pace is set by each viewer, this only bounds the work behind it. */
const drainEvery = 50

export interface BridgeOptions extends SourceOptions {
  readonly version: string
  /** Most tasks kept per connection. */
  readonly maxTasks: number
  /** True where the connections were given at the start: then no viewer may add, change or end one. */
  readonly fixedConnections?: boolean
  /** Folder for what has to outlive this process; null keeps nothing. */
  readonly dataFolder?: string | null
  readonly log?: (line: string) => void
  /** Where and how much of the tasks is kept; null keeps nothing. */
  readonly history?: HistoryOptions | null
  /** What runs in the thread that opens databases of others: lookups/worker.ts, or its bundle; null opens none. */
  readonly lookups?: string | URL | null
}

type Handlers = { readonly [M in CoreMethod]: (params: ValidParams<M>) => Promise<Result<M>> | Result<M> }

/** Puts the parts together: connections feed the store, viewers look at it, actions pass the door. */
export class Bridge implements Core, ExportCore {
  readonly version: string
  readonly #options: BridgeOptions
  readonly #store: TaskStore
  readonly #connections = new Map<string, Connection>()
  readonly #listeners = new Set<(change: Change) => void>()
  readonly #door = new Door((id) => this.connection(id).params.readOnly)
  readonly #sent = new SentTasks()
  readonly #enqueue = new Enqueue(this, this.#sent)
  readonly #enableEvents = new EnableEvents(this)
  readonly #retry: Retry
  readonly #retryWorkflow: RetryWorkflow
  readonly #lookups: Lookups
  readonly #setPeriodic: SetPeriodic
  readonly #runPeriodic: RunPeriodic
  readonly #queueWatchers = new Set<Map<Connection, () => void>>()
  readonly #timer: NodeJS.Timeout
  readonly #kept: KeptTasks
  readonly #failures: FailureInbox
  readonly #exporter: Exporter
  #bundles = 0
  #pulse = 0

  constructor(options: BridgeOptions) {
    this.version = options.version
    this.#options = options
    this.#store = new TaskStore(options.maxTasks)
    this.#retry = new Retry(this, this.#store, this.#sent)
    this.#retryWorkflow = new RetryWorkflow(this.#store, this.#retry)
    this.#lookups = new Lookups(this.#store, options.lookups ?? null)
    this.#setPeriodic = new SetPeriodic(this, this.#lookups)
    this.#runPeriodic = new RunPeriodic(this, this.#lookups, this.#enqueue)
    this.#failures = new FailureInbox(this.#store, options.dataFolder ?? null, options.log ?? (() => undefined))
    this.#kept = new KeptTasks(this.#store, options.history ?? null, () => this.#fire('connections'))
    this.#exporter = new Exporter(this.#store, {
      version: options.version,
      connections: () => this.picture('connections'),
      workers: () => this.picture('workers'),
      queues: () => this.picture('queues'),
    })
    this.#timer = setInterval(() => this.#drain(), drainEvery)
  }

  readonly #handlers: Handlers = {
    connect: (params) => this.#mayConnect().connect(params),
    disconnect: ({ connection }) => this.#mayConnect().#disconnect(connection),
    refresh: ({ connection }) => this.#refresh(connection),
    getTask: (key) => this.#getTask(key),
    listTasks: ({ filter, offset, limit }) => this.#store.list(readFilter(filter, seconds()), offset, limit),
    queryHistory: (params) => this.#kept.query(params),
    listRegisteredTasks: ({ connection }) => this.#connected(connection).registeredTasks(),
    listQueueNames: ({ connection }) => this.#queueNames(this.connection(connection)),
    markFailures: (params) => this.#failures.mark(params),
    planRetry: (key) => this.#retry.plan(key),
    enqueue: (params) => this.#door.pass(this.#enqueue, params),
    retry: (params) => this.#door.pass(this.#retry, params),
    retryWorkflow: (params) => this.#door.pass(this.#retryWorkflow, params),
    enableEvents: (params) => this.#door.pass(this.#enableEvents, params),
    askBackend: (params) => this.#lookups.ask(this.connection(params.connection), params),
    listSchedules: ({ connection }) => this.#lookups.schedules(this.connection(connection), seconds()),
    setPeriodic: (params) => this.#door.pass(this.#setPeriodic, params),
    runPeriodic: (params) => this.#door.pass(this.#runPeriodic, params),
  }

  async call<M extends CoreMethod>(method: M, params: ValidParams<M>): Promise<Result<M>> {
    return this.#handlers[method](params)
  }

  /**
   * Replaces a connection of the same id; to the same address it carries on what that one knew.
   * @throws RequestError `invalid`
   */
  async connect(params: ConnectParams): Promise<ConnectionInfo> {
    const { broker, system } = openSource(params, this.#options)
    const before = this.#connections.get(params.id)
    const past = before?.params.address === params.address ? before.leave() : undefined
    const connection = new Connection(params, broker, system, this.#store, (topic) => this.#fire(topic), past)
    this.#connections.set(params.id, connection)
    connection.start()
    for (const watched of this.#queueWatchers) {
      if (before) watched.delete(before)
      this.#watchQueuesOf(connection, watched)
    }
    // Another broker under the same id has other tasks.
    if (before && !past) this.#store.drop(params.id)
    this.#failures.open(params)
    this.#kept.open(params.id, brokerKey(params.address))
    await before?.dispose()
    this.#fire('connections')
    return connection.info
  }

  /** @throws RequestError `not_found` */
  connection(id: string): Connection {
    const connection = this.#connections.get(id)
    if (!connection) throw new RequestError('not_found', `There is no connection “${id}”. Connect first.`)
    return connection
  }

  picture<T extends Topic>(topic: T): TopicPictures[T]
  picture(topic: Topic): TopicPictures[Topic] {
    const connections = [...this.#connections.values()]
    switch (topic) {
      case 'connections':
        return connections.map(({ info }) => ({ ...info, history: this.#kept.status(info.id) }))
      case 'queues':
        return connections.map((connection) => connection.queues)
      case 'workers':
        return connections.flatMap((connection) => connection.workerRows)
      case 'taskNames':
        return this.#store.summaries()
      case 'failures':
        return this.#failures.picture()
      case 'activity':
        return this.#store.activity(seconds())
      case 'timelines':
        return this.#store.statistics.timelines(seconds())
      case 'statistics':
        return this.#store.statistics.picture(seconds())
    }
  }

  watchTopic(topic: Topic): () => void {
    if (topic !== 'queues') return () => undefined
    const watched = new Map<Connection, () => void>()
    this.#queueWatchers.add(watched)
    for (const connection of this.#connections.values()) this.#watchQueuesOf(connection, watched)
    return () => {
      this.#queueWatchers.delete(watched)
      for (const stop of watched.values()) stop()
      watched.clear()
    }
  }

  openView(params: ViewParams): LiveView {
    return new QueryView(this.#store, params, seconds)
  }

  selectTasks(filter: TaskFilter): Iterable<TaskGlance> {
    return this.#store.glances(readFilter(filter, seconds()))
  }

  findTask(task: TaskKey): TaskDetail | undefined {
    return this.#store.detail(task)
  }

  taskRevision(task: TaskKey): number | undefined {
    return this.#store.record(task)?.revision
  }

  findWorkflow({ connection, id }: TaskKey): Workflow | undefined {
    return this.#store.workflows(connection)?.picture(id)
  }

  workflowRevision({ connection, id }: TaskKey): string | undefined {
    return this.#store.workflows(connection)?.revision(id)
  }

  async inspectReports(options: {
    readonly connection: string | undefined
    readonly refresh: boolean
  }): Promise<Map<string, Answers>> {
    const { connection, refresh } = options
    const asked = connection === undefined ? [...this.#connections.values()] : [this.connection(connection)]
    const reports = await Promise.all(asked.filter((one) => one.connected).map((one) => one.reports(refresh).catch(() => nobody)))
    return new Map(reports.flatMap((report) => [...report]))
  }

  async exportTasks(params: ExportParams): Promise<AsyncIterable<string | Uint8Array>> {
    // Nobody may be looking at queues and workers right now; a bundle shows them all the same.
    if (params.format === 'bundle') await this.#refresh(params.filter.connection)
    return this.#exporter.file(params)
  }

  takeBundle(bytes: AsyncIterable<Uint8Array>): Promise<readonly ConnectionInfo[]> {
    return this.#mayConnect().openBundle(bytes)
  }

  /**
   * Shows what a bundle holds, as connections without a broker.
   * @throws RequestError `invalid` where it is none
   */
  async openBundle(bytes: AsyncIterable<Uint8Array>): Promise<readonly ConnectionInfo[]> {
    const place = { store: this.#store, name: `${bundlePrefix}${++this.#bundles}`, changed: (topic: Topic) => this.#fire(topic) }
    const { connections } = await openBundle(bytes, place)
    for (const connection of connections) this.#connections.set(connection.params.id, connection)
    for (const topic of ['connections', 'workers', 'queues'] as const) this.#fire(topic)
    return connections.map(({ info }) => info)
  }

  onChange(listener: (change: Change) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  async dispose(): Promise<void> {
    clearInterval(this.#timer)
    this.#failures.dispose()
    this.#kept.collect(this.#store.drain())
    await Promise.all([this.#kept.dispose(), ...[...this.#connections.values()].map((connection) => connection.dispose())])
    this.#connections.clear()
  }

  /** A monitor started read-only stays so: nobody who merely looks at it can connect in another way. */
  #mayConnect(): this {
    if (this.#options.fixedConnections !== true) return this
    throw new RequestError(
      'refused',
      'This monitor was started for its one connection; start another monitor for another broker.',
    )
  }

  #watchQueuesOf(connection: Connection, watched: Map<Connection, () => void>): void {
    watched.set(connection, connection.watchQueues())
  }

  async #disconnect(id: string): Promise<null> {
    const connection = this.connection(id)
    this.#connections.delete(id)
    for (const watched of this.#queueWatchers) watched.delete(connection)
    // At once: by the time the broker has said goodbye, somebody may have connected anew under this id.
    this.#drain()
    this.#kept.close(id)
    this.#store.drop(id)
    await connection.dispose()
    this.#fire('connections')
    this.#fire('workers')
    this.#fire('queues')
    return null
  }

  async #refresh(id: string | undefined): Promise<null> {
    const connections = id === undefined ? [...this.#connections.values()] : [this.connection(id)]
    await Promise.allSettled(connections.map((connection) => connection.refresh()))
    return null
  }

  async #getTask(key: TaskKey): Promise<TaskDetail> {
    const task = this.#store.detail(key) ?? (await this.#kept.task(key))
    if (!task) throw new RequestError('not_found', `Task ${key.id} is not held here: it is unknown, or was let go to make room.`)
    return task
  }

  #connected(id: string): Connection {
    const connection = this.connection(id)
    if (!connection.connected) throw new RequestError('not_connected', connection.info.status.message)
    return connection
  }

  #queueNames(connection: Connection): Result<'listQueueNames'> {
    const consumed = connection.workers.allQueues()
    const listed = connection.queues.queues.filter((queue) => !queue.plumbing).map((queue) => queue.name)
    const standard = connection.defaultQueue
    return {
      queues: [...new Set([...consumed, ...listed])],
      default: consumed.includes(standard) || consumed.length === 0 ? standard : (consumed[0] ?? null),
    }
  }

  #drain(): void {
    const failuresChanged = this.#failures.hasChanged
    if (failuresChanged) this.#fire('failures')
    const tasks = this.#store.drain()
    const changed = tasks.length > 0
    this.#kept.collect(tasks)
    if (changed) {
      this.#fire('tasks')
      this.#fire('taskNames')
      this.#fire('timelines')
      this.#fire('statistics')
    }
    // The rate falls also when nothing happens, so the pulse goes on for a while after the last change.
    this.#pulse = changed || failuresChanged ? pulseRounds : Math.max(0, this.#pulse - 1)
    if (this.#pulse > 0) this.#fire('activity')
  }

  #fire(change: Change): void {
    for (const listener of this.#listeners) listener(change)
  }
}

/** No worker could be asked. */
const nobody: ReadonlyMap<string, Answers> = new Map()

/** Three seconds: longer than the stretch over which rates are taken. */
const pulseRounds = 3_000 / drainEvery

/** Now, in epoch seconds. */
const seconds = (): number => Date.now() / 1000
