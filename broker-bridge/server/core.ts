import type {
  Activity,
  Caller,
  ConnectionInfo,
  ConnectionTimelines,
  FailurePicture,
  ListedTasks,
  Mark,
  Method,
  Operation,
  QueueList,
  QueueRow,
  QueueSnapshot,
  QueueViewParams,
  Result,
  Statistics,
  TaskDetail,
  TaskFilter,
  TaskKey,
  TaskNameSummary,
  Topic,
  ValidParams,
  ViewParams,
  ViewRange,
  ViewSnapshot,
  ViewStates,
  WorkerRow,
  Workflow,
} from '../protocol/index.ts'

/** The requests that are about brokers and tasks; the others (`hello`, `watch`, `setView`, …) are the viewer's own. */
export type CoreMethod = Exclude<
  Method,
  | 'hello'
  | 'watch'
  | 'setView'
  | 'closeView'
  | 'viewRange'
  | 'viewStates'
  | 'setQueueView'
  | 'closeQueueView'
  | 'watchTask'
  | 'watchWorkflow'
>

/** What a topic's picture is. */
export interface TopicPictures {
  connections: readonly ConnectionInfo[]
  queues: readonly QueueList[]
  workers: readonly WorkerRow[]
  taskNames: readonly TaskNameSummary[]
  activity: Activity
  failures: FailurePicture
  timelines: readonly ConnectionTimelines[]
  statistics: Statistics
  marks: readonly Mark[]
  operations: readonly Operation[]
}

/**
 * What may have changed: a topic, the tasks as a whole (views, watched tasks), or nothing more exact. Cheap to fire; listeners
 * only take note and look at a pace of their own.
 */
export type Change = Topic | 'tasks'

/** What can be read of a task without building anything: to search and sort by. Tells of the task as it is when it is read. */
export type TaskGlance = Pick<
  TaskDetail,
  'connection' | 'id' | 'name' | 'state' | 'worker' | 'args' | 'kwargs' | 'result' | 'receivedAt' | 'startedAt'
>

/** One viewer's window on the task list, kept up to date by the core. */
export interface LiveView {
  /** Goes up whenever `snapshot` would answer differently. */
  readonly revision: number
  /** Changes filter, window or rest; the view's name stays. */
  move(params: ValidParams<'setView'>): void
  /** The picture as of now; its `view` is the name and its `revision` the revision above. */
  snapshot(): ViewSnapshot
  /** The tasks of these rows. */
  range(first: number, count: number): ViewRange
  /** Of any tasks, whether or not they match. */
  statesOf(tasks: ListedTasks): ViewStates['states']
  close(): void
}

/** One viewer's window on the queues. While it is open, brokers are asked for what is in it. */
export interface LiveQueueView {
  move(params: QueueViewParams): void
  snapshot(): QueueSnapshot
  close(): void
}

/** Everything the server and its viewers need of the bridge. The server does no work of its own on brokers or tasks. */
export interface Core {
  /** The bridge's own version, for `hello`. */
  readonly version: string

  /**
   * Answers one request, already validated. The one guarded door: read-only, confirmation and idempotency are decided behind it.
   * @param caller who asks, for the log of actions; Warren itself where nobody is named
   * @throws RequestError
   */
  call<M extends CoreMethod>(method: M, params: ValidParams<M>, caller?: Caller): Promise<Result<M>>

  /** The whole picture of a topic as of now. */
  picture<T extends Topic>(topic: T): TopicPictures[T]

  /** Says that somebody looks at a topic, so that it is worth asking the broker for. The answer says that they stopped. */
  watchTopic(topic: Topic): () => void

  openView(params: ViewParams): LiveView

  openQueueView(params: QueueViewParams): LiveQueueView

  /**
   * Matching tasks, newest activity first, found one by one as they are asked for: who needs a few pays for a few. To be read
   * in one go, since tasks move while others run; the glances themselves may be kept.
   */
  selectTasks(filter: TaskFilter): Iterable<TaskGlance>

  /** The task as of now, or undefined when it is not held (any more). */
  findTask(task: TaskKey): TaskDetail | undefined

  /**
   * A number that differs whenever `findTask` would answer differently, and undefined when it is not held: watched tasks are
   * looked at up to ten times a second, and are only built and sent when this changed.
   */
  taskRevision(task: TaskKey): number | undefined

  /** The workflow around a task, or undefined when the task is not held. Costs a look at each task of the workflow. */
  findWorkflow(task: TaskKey): Workflow | undefined

  /** Differs whenever `findWorkflow` would answer differently; costs nothing. */
  workflowRevision(task: TaskKey): string | undefined

  /**
   * What workers say of themselves on `inspect`, by worker name: `stats`, `active_queues`, `registered`, `scheduled`, `active`,
   * `reserved`, `revoked`, `conf` as the worker answered them. For Flower's API, which shows them as they are; without this
   * member it shows what the worker rows hold.
   * @param options `refresh` asks the workers again (`worker`: only that one), else the last answers are given
   */
  inspectReports?(options: {
    readonly connection: string | undefined
    readonly worker: string | undefined
    readonly refresh: boolean
  }): Promise<ReadonlyMap<string, Readonly<Record<string, unknown>>>>

  /**
   * What Prometheus asks for, in its text format; absent where nothing is counted.
   * @param queues those that workers consume, as of now
   * @throws RequestError `not_found`
   */
  metrics?(connection: string, queues: readonly QueueRow[]): Promise<{ readonly type: string; readonly text: string }>

  /** Tells of every change until the answer is called. */
  onChange(listener: (change: Change) => void): () => void
}
