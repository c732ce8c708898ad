import { bundlePrefix, effects, RequestError } from './protocol/index.ts'
import type {
  Caller,
  ConnectionInfo,
  ConnectParams,
  ExportParams,
  LeftTracing,
  Mark,
  QueueViewParams,
  QueueRow,
  Result,
  TaskDetail,
  TaskFilter,
  TaskKey,
  Topic,
  ValidParams,
  ViewParams,
  Workflow,
} from './protocol/index.ts'
import { ActionLog } from './actions/actionLog.ts'
import { Tools } from './ai/tools.ts'
import { Actions } from './actions/actions.ts'
import { Operations } from './actions/operations.ts'
import { Claims } from './claims/claims.ts'
import type { ClaimOptions } from './claims/claims.ts'
import { messageHandlers } from './actions/messageActions.ts'
import { RemoveMark } from './actions/removeMark.ts'
import { brokerHandlers } from './brokerHandlers.ts'
import type { ExportCore } from './export/api.ts'
import { Exporter } from './export/exporter.ts'
import { openBundle } from './export/openBundle.ts'
import { brokerKey, FailureInbox } from './failureInbox.ts'
import { Filling } from './filling.ts'
import { Metrics } from './metrics/metrics.ts'
import { QueryView, readFilter } from './queryView.ts'
import type { HistoryOptions } from './history/history.ts'
import { KeptTasks } from './history/keptTasks.ts'
import { Marks } from './marks.ts'
import { Lookups } from './lookups/lookups.ts'
import { Payloads } from './payloads/payloads.ts'
import type { PayloadOptions } from './payloads/payloads.ts'
import { recordedPayload } from './actions/recordedMessage.ts'
import { withBackendStates } from './lookups/backendStates.ts'
import { StuckTasks } from './lookups/stuckTasks.ts'
import type { MarkCore } from './server/marks.ts'
import type { Change, Core, CoreMethod, LiveQueueView, LiveView, TaskGlance, TopicPictures } from './server/core.ts'
import type { Connection } from './sources/connection.ts'
import { Connections } from './sources/connections.ts'
import type { SourceOptions } from './sources/index.ts'
import { QueueView } from './sources/queueView.ts'
import type { Answers } from './sources/taskSystem.ts'
import { RecordingFile } from './recordingFile.ts'
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
  /** What keeps payloads, beside the history; null keeps none. */
  readonly payloads?: Omit<PayloadOptions, 'history'> | null
  /** Where bridges of one user tell each other what they retry; null where none shall know. */
  readonly claims?: ClaimOptions | null
  /** Seconds without an event after which result backends are asked about a task that should be running. */
  readonly stuckAfter?: number
}

type Handlers = { readonly [M in CoreMethod]: (params: ValidParams<M>, caller?: Caller) => Promise<Result<M>> | Result<M> }

/** Puts the parts together: connections feed the store, viewers look at it, actions pass the door. */
export class Bridge implements Core, ExportCore, MarkCore {
  readonly version: string
  readonly #options: BridgeOptions
  readonly #store: TaskStore
  readonly #connections: Connections
  readonly #listeners = new Set<(change: Change) => void>()
  readonly #handlers: Handlers
  readonly #lookups: Lookups
  readonly #stuck: StuckTasks
  readonly #actionLog: ActionLog
  readonly #metrics = new Metrics()
  readonly #operations = new Operations(() => this.#fire('operations'))
  readonly #timer: NodeJS.Timeout
  readonly #filling: Filling
  readonly #kept: KeptTasks
  readonly #payloads: Payloads
  readonly #claims: Claims
  readonly #failures: FailureInbox
  readonly #marks: Marks
  readonly #markRemoval: RemoveMark
  readonly #exporter: Exporter
  readonly #recordings: RecordingFile
  #bundles = 0
  #pulse = 0

  constructor(options: BridgeOptions) {
    this.version = options.version
    this.#options = options
    this.#store = new TaskStore(options.maxTasks)
    this.#store.onEvent = (task, event, lives) => this.#metrics.note(task, event, lives)
    this.#connections = new Connections(this.#store, options, {
      changed: (topic) => this.#fire(topic),
      opened: (params) => this.#opened(params),
      closing: (id) => this.#closing(id),
    })
    this.#lookups = new Lookups(this.#store, options.lookups ?? null)
    this.#stuck = new StuckTasks({
      store: this.#store,
      lookups: this.#lookups,
      connections: this.#connections,
      changed: () => this.#fire('tasks'),
      log: options.log ?? (() => undefined),
      after: options.stuckAfter,
    })
    this.#failures = new FailureInbox(this.#store, options.dataFolder ?? null, options.log ?? (() => undefined))
    this.#marks = new Marks(options.dataFolder ?? null, options.log ?? (() => undefined))
    this.#kept = new KeptTasks(this.#store, options.history ?? null, () => this.#fire('connections'))
    const { history, payloads } = options
    this.#payloads = new Payloads(history && payloads ? { history: history.file, ...payloads } : null, () =>
      this.#fire('connections'),
    )
    this.#claims = new Claims(options.claims ?? null, options.log ?? (() => undefined))
    this.#actionLog = new ActionLog(options.dataFolder ?? null, options.log ?? (() => undefined))
    this.#markRemoval = new RemoveMark({
      marks: this.#marks,
      note: (deed, place) => this.#actionLog.note(deed, place),
      changed: () => this.#fire('marks'),
    })
    const parts = {
      connections: this.#connections,
      store: this.#store,
      lookups: this.#lookups,
      actionLog: this.#actionLog,
      payloads: this.#payloads,
      claims: this.#claims,
    }
    this.#handlers = this.#handlersOf(
      new Actions({ ...parts, operations: this.#operations, findKept: (key) => this.#kept.task(key) }),
    )
    this.#recordings = new RecordingFile(options.history?.file ?? null, options.log ?? (() => undefined))
    this.#exporter = new Exporter(this.#store, {
      version: options.version,
      connections: () => this.picture('connections'),
      workers: () => this.picture('workers'),
      queues: () => this.picture('queues'),
      kept: (filter) => this.#kept.export(filter),
    })
    this.#filling = new Filling(this.#store, () => this.#fire('tasks'))
    this.#timer = setInterval(() => this.#drain(), drainEvery)
  }

  #handlersOf(actions: Actions): Handlers {
    const tools = new Tools(this, this.#connections, actions)
    return {
      askTool: (params) => tools.ask(params),
      actWithTool: (params, caller) => tools.act(params, caller),
      ...actions.handlers,
      ...brokerHandlers(this.#connections),
      ...messageHandlers(this.#connections, this.#operations, actions.door),
      connect: (params) => this.#mayConnect().connect(params),
      disconnect: ({ connection }) =>
        this.#mayConnect()
          .#connections.close(connection)
          .then(() => null),
      refresh: ({ connection }) => this.#refresh(connection),
      getTask: (key) => this.#getTask(key),
      listTasks: ({ filter, offset, limit }) => this.#store.list(readFilter(filter, seconds()), offset, limit),
      queryHistory: (params) => this.#kept.query(params),
      markFailures: (params) => this.#failures.mark(params),
      recordedPayload: (params) => recordedPayload(this.connection(params.connection), (key) => this.#payloads.find(key), params),
      listLeftTracing: () => this.leftTracing,
      forgetLeftTracing: ({ broker }) => this.#payloads.forgetLeft(broker),
      listActions: ({ limit }) => this.#actionLog.list(limit),
      listMarks: () => this.marks,
      removeMark: (params, caller) => this.#markRemoval.pass(params, caller),
      planRetry: (key) => actions.retry.plan(key),
      planRetryMany: (params) => actions.retryMany.plan(params),
      getRetryReport: ({ operation }) => actions.retryMany.report(operation),
      askBackend: (params) => this.#lookups.ask(this.connection(params.connection), params),
      listSchedules: ({ connection }) => this.#lookups.schedules(this.connection(connection), seconds()),
    }
  }

  async call<M extends CoreMethod>(method: M, params: ValidParams<M>, caller?: Caller): Promise<Result<M>> {
    // What acts is refused, and noted, at the door.
    if (caller?.readOnly === true && (effects[method] === 'traces' || effects[method] === 'own'))
      throw new RequestError('read_only', `This access is read-only, so “${method}” was refused. Nothing was changed.`)
    return this.#handlers[method](params, caller)
  }

  /** @throws RequestError `invalid` */
  async connect(params: ConnectParams): Promise<ConnectionInfo> {
    return (await this.#connections.open(params)).info
  }

  /** @throws RequestError `not_found` */
  connection(id: string): Connection {
    return this.#connections.get(id)
  }

  picture<T extends Topic>(topic: T): TopicPictures[T]
  picture(topic: Topic): TopicPictures[Topic] {
    const connections = [...this.#connections]
    switch (topic) {
      case 'connections':
        return connections.map(({ info }) => ({
          ...info,
          history: this.#kept.status(info.id),
          payloads: this.#payloads.info(info),
        }))
      case 'queues':
        return connections.map((connection) => connection.queues.list)
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
      case 'marks':
        return this.#marks.all
      case 'operations':
        return this.#operations.picture()
    }
  }

  watchTopic(topic: Topic): () => void {
    if (topic === 'marks') this.#marks.look()
    return topic === 'queues' ? this.#connections.watchQueues() : () => undefined
  }

  openView(params: ViewParams): LiveView {
    return withBackendStates(new QueryView(this.#store, params, seconds, () => this.#filling.start()), this.#stuck)
  }

  openQueueView(params: QueueViewParams): LiveQueueView {
    return new QueueView(() => this.#connections, params)
  }

  selectTasks(filter: TaskFilter): Iterable<TaskGlance> {
    return this.#store.glances(readFilter(filter, seconds()))
  }

  findTask(task: TaskKey): TaskDetail | undefined {
    const detail = this.#store.detail(task)
    return detail && this.#stuck.beside(detail)
  }

  taskRevision(task: TaskKey): number | undefined {
    const revision = this.#store.record(task)?.revision
    return revision === undefined ? undefined : revision + this.#stuck.revision(task)
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
    const asked = this.#connections.some(connection)
    const reports = await Promise.all(
      asked.filter((one) => one.connected).map((one) => one.attendance.reports(refresh).catch(() => nobody)),
    )
    return new Map(reports.flatMap((report) => [...report]))
  }

  metrics(id: string, queues: readonly QueueRow[]): Promise<{ readonly type: string; readonly text: string }> {
    const { workerRows: workers, defaultQueue } = this.connection(id)
    return this.#metrics.scrape(id, { workers, queues, defaultQueue }, seconds())
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
    this.#connections.adopt(connections)
    return connections.map(({ info }) => info)
  }

  /** Tracing that an earlier Warren on this computer left on, on brokers that are not open here. */
  get leftTracing(): readonly LeftTracing[] {
    return this.#payloads.left
  }

  get marks(): readonly Mark[] {
    this.#marks.look()
    return this.#marks.all
  }

  mark(mark: Mark): void {
    this.#marks.add(mark)
    this.#fire('marks')
  }

  unmark(mark: Pick<Mark, 'text' | 'at'>): Promise<unknown> {
    return this.#markRemoval.passNamed(mark)
  }

  onChange(listener: (change: Change) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  async dispose(): Promise<void> {
    clearInterval(this.#timer)
    this.#filling.dispose()
    this.#operations.cancelAll()
    this.#stuck.dispose()
    this.#failures.dispose()
    this.#kept.collect(this.#store.drain())
    await Promise.all([this.#kept.dispose(), this.#payloads.dispose(), this.#connections.dispose()])
    await this.#claims.dispose()
  }

  /** A monitor started read-only stays so: nobody who merely looks at it can connect in another way. */
  #mayConnect(): this {
    if (this.#options.fixedConnections !== true) return this
    throw new RequestError(
      'refused',
      'This monitor was started for its one connection; start another monitor for another broker.',
    )
  }

  #opened(params: ConnectParams): void {
    this.#failures.open(params)
    this.#payloads.open(this.connection(params.id))
    void this.#recall(params)
  }

  /** Tasks of earlier days come back first: a recording is replayed from where they end. */
  async #recall({ id, address }: ConnectParams): Promise<void> {
    const broker = brokerKey(address)
    const isKept = await this.#kept.open(id, broker)
    const connection = [...this.#connections].find(({ params }) => params.id === id && params.address === address)
    connection?.recording.begin(this.#recordings.memory(broker, isKept, () => this.#kept.status(id)))
  }

  #closing(id: string): void {
    this.#payloads.close(id)
    this.#operations.cancelAll(id)
    this.#drain()
    this.#kept.close(id)
    this.#metrics.drop(id)
  }

  async #refresh(id: string | undefined): Promise<null> {
    await Promise.allSettled(this.#connections.some(id).map((connection) => connection.refresh()))
    return null
  }

  async #getTask(key: TaskKey): Promise<TaskDetail> {
    const task = this.findTask(key) ?? (await this.#kept.task(key))
    if (!task) throw new RequestError('not_found', `Task ${key.id} is not held here: it is unknown, or was let go to make room.`)
    return task
  }

  #drain(): void {
    const failuresChanged = this.#failures.hasChanged
    if (failuresChanged) this.#fire('failures')
    const tasks = this.#store.drain()
    this.#filling.start()
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
