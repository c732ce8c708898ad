import type {
  Client,
  KnownValues,
  QueryProblem,
  Result,
  TaskFilter,
  ViewSnapshot,
  Workflow,
} from '../../broker-bridge/protocol/index.ts'
import { knownValues } from '../feed/knownValues.ts'
import { extrasOf } from '../feed/columns.ts'
import { connectionsWithHistory } from '../feed/historyPicture.ts'
import { isAboutOthers } from '../feed/selection.ts'
import { restoreViewState, sameKey, taskFilter } from '../feed/viewState.ts'
import type { ViewState } from '../feed/viewState.ts'
import type { Host } from '../host.ts'
import type { RowWindow } from '../look/events.ts'
import { CommitWatch } from './commitWatch.ts'
import { FeedWatch } from './feedWatch.ts'
import { HistorySearch } from './historySearch.ts'
import { LivingQuery } from './livingQuery.ts'
import { Pictures } from './pictures.ts'
import { QueueWatch } from './queueWatch.ts'
import { SearchNames } from './searchNames.ts'
import type { Link, Session } from './session.ts'
import { TaskSelection } from './taskSelection.ts'
import { TaskWatch } from './taskWatch.ts'
import type { Followed } from './taskWatch.ts'
import { showsMarks, TopicWatch, visibleTopics } from './topicWatch.ts'
import { WorkflowWatch } from './workflowWatch.ts'

/** The page's replica of what it looks at: the latest picture of everything, and how the user looks at it. */
export class PageModel extends Pictures {
  readonly host: Host
  readonly session: Session
  readonly #feed: FeedWatch
  readonly #query = new LivingQuery()
  readonly #task: TaskWatch
  readonly #workflow: WorkflowWatch
  readonly #topics: TopicWatch
  readonly #commits: CommitWatch
  readonly queueWatch: QueueWatch
  readonly selection: TaskSelection
  /** What was kept, while the list shows it. */
  readonly history: HistorySearch
  readonly #search = new SearchNames()

  view: ViewState
  /** Epoch seconds, one tick a second. */
  now = Date.now() / 1000

  constructor(host: Host, session: Session) {
    super()
    this.host = host
    this.session = session
    this.view = restoreViewState(host.readState())
    this.#query.take(this.view.query, this.now)
    this.#feed = new FeedWatch(session, this.changed)
    this.#topics = new TopicWatch(session)
    this.#commits = new CommitWatch(host)
    this.#task = new TaskWatch(session, this.changed)
    this.#workflow = new WorkflowWatch((params) => session.request('watchWorkflow', params), this.changed)
    this.history = new HistorySearch((params) => session.request('queryHistory', params), this.changed)
    this.queueWatch = new QueueWatch(session, this.changed)
    this.selection = new TaskSelection(session, this.changed)
    session.onLink = this.changed
    session.onClient = (client, hello) => this.#attach(client, hello)
    setInterval(() => this.#tick(), 1_000)
    document.addEventListener('visibilitychange', () => this.#look())
  }

  get snapshot(): ViewSnapshot | null {
    return this.#feed.snapshot
  }

  /** Why the bridge refused the last view, for example a text that is too long. */
  get refusal(): string | null {
    return this.#feed.refusal
  }

  /** What is known of the chosen task. */
  get followed(): Followed {
    return this.#task.followed
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
    return this.#search.searching ? knownValues(this, this.#search.names) : null
  }

  get link(): Link {
    return this.session.link
  }

  /** Changes how the user looks at the feed, keeps it for a reload and tells the bridge what follows from it. */
  setView(change: Partial<ViewState>): void {
    const before = this.view
    this.view = { ...before, ...change }
    if (isAboutOthers(before, this.view)) this.selection.clear()
    if ('query' in change) this.#query.take(this.view.query, Date.now() / 1000)
    this.host.writeState(this.view)
    this.#feed.refusal = null
    if (!sameKey(before.selected, this.view.selected)) this.#follow()
    else if ('workflow' in change) this.#followWorkflow()
    if (['query', 'states', 'connection', 'sort'].some((part) => part in change)) this.#feed.toTop()
    this.#look()
    this.changed()
  }

  /** Searches the history anew: ages count from now, and what was kept since is found. */
  searchAgain(): void {
    this.#query.take(this.view.query, Date.now() / 1000)
    this.#lookBack()
    this.history.again()
  }

  setWindow(window: RowWindow): void {
    if (this.view.source === 'history') return this.history.want(window.first + window.count)
    this.#feed.move(window)
    this.#look()
  }

  /** While somebody searches, the page knows what there is to search for. */
  setSearching(searching: boolean): void {
    this.#search.search(searching)
    this.#watch()
    this.changed()
  }

  #attach(client: Client, hello: Result<'hello'>): void {
    this.connections = hello.connections
    this.listen(client)
    client.on('connections', () => this.#lookBack())
    client.on('view', (snapshot) => this.#takeView(snapshot))
    client.on('queueView', (snapshot) => this.queueWatch.take(snapshot))
    client.on('taskNames', (names) => this.#takeNames(names.map(({ name }) => name)))
    client.on('task', (task) => this.#task.take(task))
    client.on('workflow', (workflow) => this.#workflow.take(workflow))
    this.#topics.forget()
    this.#feed.repeat()
    this.queueWatch.repeat()
    this.#look()
    // What was asked for while the bridge was away was not answered.
    if (this.history.found?.problem != null) this.history.again()
    this.#follow()
  }

  #takeView(snapshot: ViewSnapshot): void {
    this.#feed.take(snapshot)
    this.#watch()
  }

  /** One picture is enough: it would otherwise come again with every event. */
  #takeNames(names: readonly string[]): void {
    this.#search.take(names)
    this.#watch()
    this.changed()
  }

  /** Brings the bridge's idea of what this page looks at up to date; a page nobody sees asks for nothing. */
  #look(): void {
    this.#watch()
    this.queueWatch.show(!document.hidden && this.view.tab === 'queues')
    this.#lookBack()
    this.#commits.show(showsMarks(this.view) && !document.hidden)
    if (document.hidden || this.view.source === 'history') this.#feed.close()
    else this.#feed.look(this.view, this.filter)
  }

  #lookBack(): void {
    const { source, states, connection, columns } = this.view
    if (source !== 'history') return this.history.look(null)
    if (this.link.kind !== 'open') return
    const connections = connectionsWithHistory(this.connections, connection).map(({ id }) => id)
    this.history.look({ connections, query: this.#query.resolved, states, extra: extrasOf(columns) })
  }

  #watch(): void {
    if (document.hidden) return this.#topics.watch(['connections'])
    const { searching, areWanted } = this.#search
    this.#topics.watch(visibleTopics(this.view, { empty: this.snapshot?.total === 0, searching, needsNames: areWanted }))
  }

  #follow(): void {
    this.#followWorkflow()
    void this.#task.follow(this.view.selected)
  }

  #followWorkflow(): void {
    void this.#workflow.follow(this.view.workflow ? this.view.selected : null)
  }

  #tick(): void {
    if (document.hidden) return
    this.now = Date.now() / 1000
    this.changed()
    // Rows that rest keep their places, and what the history found stays as it was.
    if (this.#feed.rests || this.view.source === 'history' || !this.#query.age(this.now)) return
    this.#look()
  }
}
