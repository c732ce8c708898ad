import type {
  ConnectionInfo,
  ConnectionTimelines,
  FailurePicture,
  Operation,
  QueueList,
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
  WorkerRow,
  Workflow,
} from '../../broker-bridge/protocol/index.ts'
import type {
  Change,
  Core,
  CoreMethod,
  LiveQueueView,
  LiveView,
  TaskGlance,
  TopicPictures,
} from '../../broker-bridge/server/core.ts'

const yes = { available: true } as const

export function connectionInfo(id: string): ConnectionInfo {
  return {
    id,
    name: id,
    address: 'amqp://guest@localhost:5672/',
    readOnly: false,
    status: { kind: 'connected', since: 0, message: 'Connected.' },
    broker: null,
    capabilities: { events: yes, control: yes, management: yes },
    blocked: null,
    gaps: [],
    silentWorkers: { certain: [], likely: [], keptOn: false },
    malformed: {},
  }
}

/** A task with the given members; the rest is what a bare SUCCESS has. */
export function task(id: string, members: Partial<TaskDetail> = {}): TaskDetail {
  return {
    connection: 'c',
    id,
    name: 'tasks.add',
    state: 'SUCCESS',
    at: 1,
    worker: 'celery@w1',
    queue: null,
    runtime: null,
    args: '(2, 2)',
    kwargs: '{}',
    retries: 0,
    exception: null,
    progress: null,
    retryOf: null,
    result: null,
    traceback: null,
    root: null,
    parent: null,
    children: [],
    retriedAs: [],
    eta: null,
    expires: null,
    exchange: null,
    routingKey: null,
    timeline: [],
    attempts: [],
    custom: null,
    sentAt: null,
    receivedAt: null,
    startedAt: null,
    endedAt: null,
    ...members,
  }
}

export function workerRow(name: string, members: Partial<WorkerRow> = {}): WorkerRow {
  return {
    connection: 'c',
    name,
    online: true,
    lastSeen: 7,
    active: null,
    processed: null,
    pool: null,
    concurrency: null,
    queues: [],
    software: null,
    pid: null,
    load: null,
    sendsEvents: null,
    ...members,
  }
}

/** A bridge without brokers: tests set what it holds and what it answers, and read what it was asked. */
export class FakeCore implements Core {
  readonly version = '1.2.3'
  connections: ConnectionInfo[] = [connectionInfo('c')]
  queues: QueueList[] = []
  workers: WorkerRow[] = []
  taskNames: TaskNameSummary[] = []
  failures: FailurePicture = { groups: [], total: 0, letGo: 0 }
  timelines: readonly ConnectionTimelines[] = []
  statistics: Statistics = { names: [], letGo: 0 }
  /** Newest activity first. */
  tasks: TaskDetail[] = []
  /** By the id of a task. */
  readonly workflows = new Map<string, Workflow>()
  revision = 1
  readonly calls: { readonly method: CoreMethod; readonly params: unknown }[] = []
  /** What a method answers, or throws. */
  readonly answers = new Map<CoreMethod, (params: never) => unknown>()
  /** Topics that somebody watches, each as often as it is watched. */
  readonly watched: Topic[] = []
  openViews = 0
  snapshots = 0
  readonly #listeners = new Set<(change: Change) => void>()

  get listeners(): number {
    return this.#listeners.size
  }

  change(...changes: Change[]): void {
    this.revision++
    for (const change of changes) for (const listener of this.#listeners) listener(change)
  }

  async call<M extends CoreMethod>(method: M, params: ValidParams<M>): Promise<Result<M>> {
    this.calls.push({ method, params })
    const answer = this.answers.get(method)
    if (answer) return (await answer(params as never)) as Result<M>
    return null as Result<M>
  }

  *selectTasks(filter: TaskFilter): Iterable<TaskGlance> {
    for (const candidate of this.tasks) if (fits(candidate, filter)) yield candidate
  }

  readonly marks: TopicPictures['marks'] = []
  readonly operations: readonly Operation[] = []

  picture<T extends Topic>(topic: T): TopicPictures[T]
  picture(topic: Topic): TopicPictures[Topic] {
    if (topic !== 'activity') return this[topic]
    return { at: this.revision, eventsPerSecond: 0, events: 0, tasks: 0, states: {}, recentFailures: 0, newFailures: 0, letGo: 0 }
  }

  watchTopic(topic: Topic): () => void {
    this.watched.push(topic)
    return () => {
      this.watched.splice(this.watched.indexOf(topic), 1)
    }
  }

  openView(params: ViewParams): LiveView {
    this.openViews++
    const revision = (): number => this.revision
    let now = params
    return {
      get revision() {
        return revision()
      },
      move: (next) => void (now = next),
      snapshot: () => {
        this.snapshots++
        const rows = this.tasks.slice(now.first, now.first + now.count)
        return {
          view: now.view,
          revision: this.revision,
          first: now.first,
          rows,
          matched: rows.length,
          total: rows.length,
          states: {},
          newer: 0,
        }
      },
      range: (first, count) => ({ tasks: this.tasks.slice(first, first + count), matched: this.tasks.length }),
      statesOf: ({ connection, ids }) => ids.map((id) => this.findTask({ connection, id })?.state ?? null),
      close: () => {
        this.openViews--
      },
    }
  }

  openQueueView(params: QueueViewParams): LiveQueueView {
    let now = params
    const stop = this.watchTopic('queues')
    return {
      move: (next) => void (now = next),
      snapshot: (): QueueSnapshot => ({
        view: now.view,
        revision: this.revision,
        first: now.first,
        rows: [],
        matched: 0,
        plumbing: 0,
        warned: 0,
        origins: [],
      }),
      close: stop,
    }
  }

  findTask({ connection, id }: TaskKey): TaskDetail | undefined {
    return this.tasks.find((candidate) => candidate.connection === connection && candidate.id === id)
  }

  taskRevision(key: TaskKey): number | undefined {
    return this.findTask(key) && this.revision
  }

  findWorkflow({ id }: TaskKey): Workflow | undefined {
    return this.workflows.get(id)
  }

  workflowRevision(key: TaskKey): string | undefined {
    return this.findWorkflow(key) && String(this.revision)
  }

  onChange(listener: (change: Change) => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }
}

function fits(candidate: TaskDetail, { connection, name, worker, states }: TaskFilter): boolean {
  return (
    (connection ?? candidate.connection) === candidate.connection &&
    (name ?? candidate.name) === candidate.name &&
    (worker ?? candidate.worker) === candidate.worker &&
    (states === undefined || states.includes(candidate.state))
  )
}
