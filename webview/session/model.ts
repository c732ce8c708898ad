import { messageOf } from '../../broker-bridge/protocol/index.ts'
import type {
  Activity,
  Client,
  ConnectionInfo,
  ConnectionTimelines,
  FailurePicture,
  KnownValues,
  Mark,
  Operation,
  QueryProblem,
  Result,
  Statistics,
  TaskDetail,
  TaskFilter,
  TaskKey,
  Topic,
  ViewSnapshot,
  WorkerRow,
  Workflow,
} from '../../broker-bridge/protocol/index.ts'
import { knownValues } from '../feed/knownValues.ts'
import { extrasOf } from '../feed/columns.ts'
import { connectionsWithHistory } from '../feed/historyPicture.ts'
import { restoreViewState, sameKey, taskFilter } from '../feed/viewState.ts'
import type { ViewState } from '../feed/viewState.ts'
import type { Host } from '../host.ts'
import type { RowWindow } from '../look/events.ts'
import { HistorySearch } from './historySearch.ts'
import { LivingQuery } from './livingQuery.ts'
import { QueueWatch } from './queueWatch.ts'
import { RemoteView } from './remoteView.ts'
import type { Link, Session } from './session.ts'
import { WorkflowWatch } from './workflowWatch.ts'

const viewName = 'feed'
/** Seconds that a chart shows at most. */
const longestChart = 86_400

/** What is known of the task in the detail pane. `missing` holds for a task that the bridge does not hold (any more). */
export type Followed =
  | { readonly kind: 'none' }
  | { readonly kind: 'loading'; readonly key: TaskKey }
  | { readonly kind: 'held'; readonly key: TaskKey; readonly task: TaskDetail }
  | { readonly kind: 'missing'; readonly key: TaskKey; readonly message: string }

/** The page's replica of what it looks at: the latest picture of everything, and how the user looks at it. Fires `change`. */
export class PageModel extends EventTarget {
  readonly host: Host
  readonly session: Session
  readonly #remote: RemoteView
  readonly #query = new LivingQuery()
  readonly #workflow: WorkflowWatch
  readonly queueWatch: QueueWatch
  /** What was kept, while the list shows it. */
  readonly history: HistorySearch
  /** Names of tasks as they were when the search began; null until they were told. */
  #names: readonly string[] | null = null
  #searching = false
  #wantsCommits = false
  #window: RowWindow = { first: 0, count: 80, resting: false }
  #topics = ''
  #scheduled = false

  view: ViewState
  connections: readonly ConnectionInfo[] = []
  activity: Activity | null = null
  snapshot: ViewSnapshot | null = null
  followed: Followed = { kind: 'none' }
  workers: readonly WorkerRow[] | null = null
  failures: FailurePicture | null = null
  timelines: readonly ConnectionTimelines[] = []
  statistics: Statistics | null = null
  /** Deploys that scripts told of, and in VS Code the commits of the workspace. */
  marks: readonly Mark[] = []
  commits: readonly Mark[] = []
  operations: readonly Operation[] = []
  /** What workers that VS Code started logged of the chosen task. */
  logLines: readonly string[] = []
  /** Why the bridge refused the last view, for example a text that is too long. */
  refusal: string | null = null
  /** Epoch seconds, one tick a second. */
  now = Date.now() / 1000

  constructor(host: Host, session: Session) {
    super()
    this.host = host
    this.session = session
    this.view = restoreViewState(host.readState())
    this.#query.take(this.view.query, this.now)
    this.#remote = new RemoteView((params) => session.request('setView', params))
    this.#remote.onRefused = (error) => this.#change({ refusal: messageOf(error) })
    this.#workflow = new WorkflowWatch(
      (params) => session.request('watchWorkflow', params),
      () => this.#changed(),
    )
    this.history = new HistorySearch(
      (params) => session.request('queryHistory', params),
      () => this.#changed(),
    )
    this.queueWatch = new QueueWatch(session, () => this.#changed())
    session.onLink = () => this.#changed()
    session.onClient = (client, hello) => this.#attach(client, hello)
    setInterval(() => this.#tick(), 1_000)
    document.addEventListener('visibilitychange', () => this.#look())
  }

  /** Of the chosen task; null while it is folded away, or not known. */
  get workflow(): Workflow | null {
    return this.#workflow.workflow
  }

  /** What is wrong with the query as it is written; the list still shows what the last good one found. */
  get queryProblem(): QueryProblem | null {
    return this.#query.problem
  }

  /** What the list shows the tasks of, as the bridge takes it. */
  get filter(): TaskFilter {
    return taskFilter({ ...this.view, query: this.#query.resolved })
  }

  /** What a search can be completed with; null while nobody searches. */
  get known(): KnownValues | null {
    return this.#searching ? knownValues(this, this.#names ?? []) : null
  }

  get link(): Link {
    return this.session.link
  }

  /** Changes how the user looks at the feed, keeps it for a reload and tells the bridge what follows from it. */
  setView(change: Partial<ViewState>): void {
    const selected = this.view.selected
    this.view = { ...this.view, ...change }
    if ('query' in change) this.#query.take(this.view.query, Date.now() / 1000)
    this.host.writeState(this.view)
    this.refusal = null
    if (!sameKey(selected, this.view.selected)) void this.#follow()
    else if ('workflow' in change) void this.#followWorkflow()
    if (['query', 'states', 'connection', 'sort'].some((part) => part in change)) this.#window = { ...this.#window, first: 0 }
    this.#look()
    this.#changed()
  }

  /** Searches the history anew: ages count from now, and what was kept since is found. */
  searchAgain(): void {
    this.#query.take(this.view.query, Date.now() / 1000)
    this.#lookBack()
    this.history.again()
  }

  takeLog(logLines: readonly string[]): void {
    this.#change({ logLines })
  }

  takeCommits(commits: readonly Mark[]): void {
    this.#change({ commits })
  }

  setWindow(window: RowWindow): void {
    if (this.view.source === 'history') return this.history.want(window.first + window.count)
    this.#window = window
    this.#look()
  }

  /** While somebody searches, the page knows what there is to search for. */
  setSearching(searching: boolean): void {
    if (searching) this.#names = null
    this.#searching = searching
    this.#watch()
    this.#changed()
  }

  connectionOf(id: string): ConnectionInfo | undefined {
    return this.connections.find((connection) => connection.id === id)
  }

  #attach(client: Client, hello: Result<'hello'>): void {
    this.connections = hello.connections
    client.on('connections', (connections) => this.#takeConnections(connections))
    client.on('activity', (activity) => this.#change({ activity }))
    client.on('view', (snapshot) => this.#takeView(snapshot))
    client.on('queueView', (snapshot) => this.queueWatch.take(snapshot))
    client.on('workers', (workers) => this.#change({ workers }))
    client.on('taskNames', (names) => this.#takeNames(names.map(({ name }) => name)))
    client.on('failures', (failures) => this.#change({ failures }))
    client.on('timelines', (timelines) => this.#change({ timelines }))
    client.on('statistics', (statistics) => this.#change({ statistics }))
    client.on('marks', (marks) => this.#change({ marks }))
    client.on('operations', (operations) => this.#change({ operations }))
    client.on('task', (task) => this.#takeTask(task))
    client.on('workflow', (workflow) => this.#workflow.take(workflow))
    this.#topics = ''
    this.#remote.repeat()
    this.queueWatch.repeat()
    this.#look()
    // What was asked for while the bridge was away was not answered.
    if (this.history.found?.problem != null) this.history.again()
    void this.#follow()
  }

  #takeConnections(connections: readonly ConnectionInfo[]): void {
    this.#change({ connections })
    this.#lookBack()
  }

  #takeView(snapshot: ViewSnapshot): void {
    if (snapshot.view !== viewName) return
    this.#change({ snapshot })
    this.#watch()
  }

  /** One picture is enough: it would otherwise come again with every event. */
  #takeNames(names: readonly string[]): void {
    this.#names = [...new Set(names.filter((name) => name !== ''))].sort()
    this.#watch()
    this.#changed()
  }

  #takeTask(task: TaskDetail): void {
    const key = { connection: task.connection, id: task.id }
    if (sameKey(key, this.view.selected)) this.#change({ followed: { kind: 'held', key, task } })
  }

  /** Brings the bridge's idea of what this page looks at up to date; a page nobody sees asks for nothing. */
  #look(): void {
    this.#watch()
    this.queueWatch.show(!document.hidden && this.view.tab === 'queues')
    this.#lookBack()
    this.#watchCommits()
    if (document.hidden || this.view.source === 'history') {
      if (this.#remote.wanted) void this.session.request('closeView', { view: viewName }).catch(ignoreLostBridge)
      return this.#remote.forget()
    }
    const { sort, columns } = this.view
    const extra = extrasOf(columns)
    this.#remote.want({
      ...{ view: viewName, filter: this.filter, ...this.#window },
      ...(sort === null ? {} : { sort }),
      ...(extra.length === 0 ? {} : { extra }),
    })
  }

  get #showsMarks(): boolean {
    const { tab, chart } = this.view
    return (tab === 'tasks' && chart !== null) || tab === 'statistics'
  }

  /** Git is asked only while somebody looks at what marks stand in. */
  #watchCommits(): void {
    if (this.host.kind !== 'vscode') return
    const shown = this.#showsMarks && !document.hidden
    if (shown === this.#wantsCommits) return
    this.#wantsCommits = shown
    this.host.post({ type: 'watchCommits', since: shown ? Date.now() / 1000 - longestChart : null })
  }

  #lookBack(): void {
    const { source, states, connection, columns } = this.view
    if (source !== 'history') return this.history.look(null)
    if (this.link.kind !== 'open') return
    const connections = connectionsWithHistory(this.connections, connection).map(({ id }) => id)
    this.history.look({ connections, query: this.#query.resolved, states, extra: extrasOf(columns) })
  }

  #watch(): void {
    if (this.link.kind !== 'open' && this.#topics !== '') return
    const topics = document.hidden ? (['connections'] as const) : this.#visibleTopics()
    if (topics.join() === this.#topics) return
    this.#topics = topics.join()
    this.session.request('watch', { topics: [...topics] }).catch(() => (this.#topics = ''))
  }

  #visibleTopics(): Topic[] {
    const { tab } = this.view
    // An empty feed has to say whether there are workers at all.
    const needsWorkers = this.#searching || tab === 'workers' || this.snapshot?.total === 0
    return [
      'connections',
      'activity',
      ...(tab === 'tasks' && this.view.chart !== null ? ['timelines' as const] : []),
      ...(this.#showsMarks ? ['marks' as const] : []),

      ...(tab === 'statistics' ? ['statistics' as const] : []),
      ...(tab === 'failures' ? ['failures' as const] : []),
      ...(tab === 'queues' || tab === 'tasks' || tab === 'failures' ? ['operations' as const] : []),
      ...(this.#searching && this.#names === null ? ['taskNames' as const] : []),
      ...(needsWorkers ? ['workers' as const] : []),
    ]
  }

  async #follow(): Promise<void> {
    const key = this.view.selected
    void this.#followWorkflow()
    this.#change({ followed: key ? this.#stillLoading(key) : { kind: 'none' } })
    try {
      const task = await this.session.request('watchTask', { task: key })
      if (!key || !sameKey(key, this.view.selected)) return
      if (task) return this.#change({ followed: { kind: 'held', key, task } })
      const kept = await this.session.request('getTask', key).catch(() => null)
      if (kept && sameKey(key, this.view.selected) && this.followed.kind !== 'held')
        return this.#change({ followed: { kind: 'held', key, task: kept } })
      this.#miss(key, 'Warren does not hold this task: it was let go, or it ran before Warren was watching.')
    } catch (error) {
      if (key && this.link.kind === 'open') this.#miss(key, messageOf(error))
    }
  }

  #followWorkflow(): Promise<void> {
    return this.#workflow.follow(this.view.workflow ? this.view.selected : null)
  }

  #stillLoading(key: TaskKey): Followed {
    return this.followed.kind === 'held' && sameKey(this.followed.key, key) ? this.followed : { kind: 'loading', key }
  }

  #miss(key: TaskKey, message: string): void {
    if (sameKey(key, this.view.selected)) this.#change({ followed: { kind: 'missing', key, message } })
  }

  #tick(): void {
    if (document.hidden) return
    this.#change({ now: Date.now() / 1000 })
    // Rows that rest keep their places, and what the history found stays as it was.
    if (this.#window.resting || this.view.source === 'history' || !this.#query.age(this.now)) return
    this.#look()
  }

  #change(
    change: Partial<
      Pick<
        PageModel,
        | 'connections'
        | 'activity'
        | 'snapshot'
        | 'followed'
        | 'workers'
        | 'failures'
        | 'timelines'
        | 'statistics'
        | 'marks'
        | 'commits'
        | 'operations'
        | 'logLines'
        | 'refusal'
        | 'now'
      >
    >,
  ): void {
    Object.assign(this, change)
    this.#changed()
  }

  /** Pictures may come faster than frames; the page renders once per frame at most. */
  #changed(): void {
    if (this.#scheduled) return
    this.#scheduled = true
    const fire = (): void => {
      this.#scheduled = false
      this.dispatchEvent(new Event('change'))
    }
    if (document.hidden) setTimeout(fire, 250)
    else requestAnimationFrame(fire)
  }
}

function ignoreLostBridge(): void {
  // A bridge that is away holds no view to close.
}
