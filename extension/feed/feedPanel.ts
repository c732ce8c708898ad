import { randomBytes } from 'node:crypto'
import * as v from 'valibot'
import * as vscode from 'vscode'
import { SavedFilters, ToHost } from '../../broker-bridge/protocol/index.ts'
import type { FromHost, GetMessageParams, QueueKey, ShownTask, TaskFilter, TaskKey } from '../../broker-bridge/protocol/index.ts'
import type { Bridge, Session } from '../bridge/bridge.ts'
import { openTransport } from '../bridge/bridgeClient.ts'
import { commandIds, feedPanelType } from '../contributions.ts'
import { DisposableStore } from '../lifecycle.ts'
import { CommitMarks } from '../marksOfGit.ts'
import { feedHtml } from './html.ts'
import type { LocalWorkers } from '../localWorkers/localWorkers.ts'
import { TaskLogs } from './taskLogs.ts'
import { Relay } from './relay.ts'

/** Tasks of one connection that a query finds. */
export interface ShownRuns {
  readonly connection: string
  readonly query: string
}

export interface FeedParts {
  readonly bridge: Bridge
  readonly extensionUri: vscode.Uri
  readonly log: vscode.LogOutputChannel
  /** Where the user's saved filters are kept. */
  readonly memory: vscode.Memento
  readonly openSource: (file: string, line: number) => Promise<void>
  /** What this window's own workers log. */
  readonly workers: LocalWorkers
}

/** The one live feed of this window: a panel whose page talks to the bridge by itself. */
export class Feed implements vscode.WebviewPanelSerializer, vscode.Disposable {
  readonly #parts: FeedParts
  readonly #store = new DisposableStore()
  #panel: FeedPanel | undefined

  constructor(parts: FeedParts) {
    this.#parts = parts
    this.#store.add(vscode.window.registerWebviewPanelSerializer(feedPanelType, this))
  }

  /** What the list of the open feed shows the tasks of, or showed before it was hidden; undefined while there is no feed. */
  get shown(): TaskFilter | undefined {
    return this.#panel?.shown
  }

  /** Opens the feed or brings it to the front, with one task selected if given. */
  open(select?: ShownTask): void {
    if (this.#panel) return this.#panel.reveal(select)
    const column = vscode.window.activeTextEditor?.viewColumn ?? vscode.ViewColumn.Active
    this.#adopt(vscode.window.createWebviewPanel(feedPanelType, 'Warren: Live Feed', column), select)
  }

  /** Selects a task where the feed is open; it stays where it is, and so does whoever is writing. */
  select(task: ShownTask): void {
    this.#panel?.select(task)
  }

  /** Opens the feed or brings it to the front, with what the history has for a query. */
  searchHistory(query: string): void {
    this.open()
    this.#panel?.searchHistory(query)
  }

  /** Opens the feed or brings it to the front, with the tasks of one connection that a query finds. */
  showRuns(runs: ShownRuns): void {
    this.open()
    this.#panel?.showRuns(runs)
  }

  /** Opens the feed or brings it to the front, at the waiting messages of a queue. */
  showMessages(queue: QueueKey): void {
    this.open()
    this.#panel?.showMessages(queue)
  }

  /** VS Code brings the panel of an earlier window back. */
  deserializeWebviewPanel(panel: vscode.WebviewPanel): Promise<void> {
    if (this.#panel) panel.dispose()
    else this.#adopt(panel)
    return Promise.resolve()
  }

  dispose(): void {
    this.#panel?.dispose()
    this.#store.dispose()
  }

  #adopt(panel: vscode.WebviewPanel, select?: ShownTask): void {
    const adopted = new FeedPanel(panel, this.#parts, select)
    this.#panel = adopted
    panel.onDidDispose(() => {
      adopted.dispose()
      if (this.#panel === adopted) this.#panel = undefined
    })
  }
}

class FeedPanel implements vscode.Disposable {
  readonly #panel: vscode.WebviewPanel
  readonly #parts: FeedParts
  readonly #store = new DisposableStore()
  readonly #relay: Relay
  readonly #commits: CommitMarks
  readonly #logs: TaskLogs
  #select: ShownTask | undefined
  /** What the page is to search the history for, once it is there. */
  #historyQuery: string | undefined
  /** The tasks the page is to show, once it is there. */
  #runs: ShownRuns | undefined
  /** The queue whose messages the page is to show, once it is there. */
  #messages: QueueKey | undefined
  #pageIsReady = false
  /** The base address the page's policy allows. */
  #allowed: string | null = null
  /** Everything until the page tells otherwise. */
  shown: TaskFilter = {}

  constructor(panel: vscode.WebviewPanel, parts: FeedParts, select: ShownTask | undefined) {
    this.#panel = panel
    this.#parts = parts
    this.#select = select
    this.#relay = this.#store.add(
      new Relay(
        async () => openTransport((await parts.bridge.session()).process.port),
        (message) => this.#post(message),
      ),
    )
    this.#commits = this.#store.add(
      new CommitMarks(
        (commits) => this.#post({ type: 'commits', commits }),
        (error) => parts.log.warn(`Commits could not be read: ${String(error)}`),
      ),
    )
    this.#logs = this.#store.add(new TaskLogs(parts.workers, (task, lines) => this.#post({ type: 'taskLog', task, lines })))
    const icon = (theme: string): vscode.Uri => vscode.Uri.joinPath(parts.extensionUri, 'extension', 'media', `feed-${theme}.svg`)
    panel.iconPath = { light: icon('light'), dark: icon('dark') }
    panel.webview.options = {
      enableScripts: true,
      enableForms: false,
      localResourceRoots: [vscode.Uri.joinPath(parts.extensionUri, 'dist', 'page')],
    }
    this.#store.add(panel.webview.onDidReceiveMessage((message: unknown) => this.#receive(message)))
    this.#store.add(parts.bridge.onDidChangeStatus(() => this.#follow()))
    this.#follow()
    if (parts.bridge.status.kind !== 'ready') parts.bridge.session().catch((error: unknown) => parts.log.error(String(error)))
  }

  reveal(select: ShownTask | undefined): void {
    this.#panel.reveal(undefined, false)
    if (select !== undefined) this.select(select)
  }

  select(task: ShownTask): void {
    if (this.#pageIsReady) this.#post({ type: 'select', task })
    else this.#select = task
  }

  showMessages(queue: QueueKey): void {
    this.#messages = queue
    if (this.#pageIsReady) this.#tellMessages()
  }

  showRuns(runs: ShownRuns): void {
    this.#runs = runs
    if (this.#pageIsReady) this.#tellRuns()
  }

  searchHistory(query: string): void {
    this.#historyQuery = query
    if (this.#pageIsReady) this.#tellQuery()
  }

  dispose(): void {
    this.#store.dispose()
    this.#panel.dispose()
  }

  #follow(): void {
    const { status } = this.#parts.bridge
    if (status.kind === 'ready')
      return void this.#meet(status.session).catch((error: unknown) => this.#parts.log.error(String(error)))
    if (this.#allowed === null && !this.#pageIsReady) this.#draw(null)
    const message = 'message' in status ? status.message : 'Warren’s bridge is starting.'
    if (this.#pageIsReady) this.#post({ type: 'bridgeGone', message })
  }

  /** Lets the page reach a bridge. Its policy names one address, so another bridge means another page. */
  async #meet(session: Session): Promise<void> {
    const address = vscode.Uri.parse(`http://127.0.0.1:${session.process.port}/`)
    // Never kept: VS Code says the answer may not be cached.
    const external = (await vscode.env.asExternalUri(address)).toString(true)
    if (this.#parts.bridge.current !== session) return
    session.process.allowAuthorities([new URL(external).host])
    if (this.#allowed === external && this.#pageIsReady) this.#introduce(session, external)
    else if (this.#allowed !== external) this.#draw(external)
  }

  #introduce(session: Session, url: string): void {
    const select = this.#select
    this.#select = undefined
    this.#post({ type: 'bridge', url, token: session.process.token, ...(select === undefined ? {} : { select }) })
  }

  #draw(bridge: string | null): void {
    const { webview } = this.#panel
    const page = vscode.Uri.joinPath(this.#parts.extensionUri, 'dist', 'page')
    this.#allowed = bridge
    this.#pageIsReady = false
    this.shown = {}
    webview.html = feedHtml({
      cspSource: webview.cspSource,
      nonce: randomBytes(16).toString('base64'),
      script: webview.asWebviewUri(vscode.Uri.joinPath(page, 'webview.js')).toString(),
      styles: webview.asWebviewUri(vscode.Uri.joinPath(page, 'codicon.css')).toString(),
      bridge,
    })
  }

  #tellMessages(): void {
    if (this.#messages) this.#post({ type: 'showMessages', queue: this.#messages })
    this.#messages = undefined
  }

  #tellRuns(): void {
    if (this.#runs) this.#post({ type: 'showRuns', ...this.#runs })
    this.#runs = undefined
  }

  #tellQuery(): void {
    if (this.#historyQuery !== undefined) this.#post({ type: 'searchHistory', query: this.#historyQuery })
    this.#historyQuery = undefined
  }

  #post(message: FromHost): void {
    void this.#panel.webview.postMessage(message)
  }

  #receive(data: unknown): void {
    const message = v.safeParse(ToHost, data)
    if (message.success) this.#do(message.output)
    else this.#parts.log.warn('The feed’s page sent a message that is not known; it was dropped.')
  }

  #do(message: ToHost): void {
    switch (message.type) {
      case 'ready':
        this.#pageIsReady = true
        this.#tellQuery()
        this.#tellMessages()
        this.#tellRuns()
        this.#post({ type: 'savedFilters', saved: savedFilters(this.#parts.memory) })
        return this.#follow()
      case 'watchCommits':
        return this.#commits.watch(message.since)
      case 'watchLog':
        return this.#logs.watch(message.task)
      case 'saveFilters':
        return void this.#parts.memory.update(savedFiltersKey, message.saved)
      case 'openSource':
        return void this.#parts
          .openSource(message.file, message.line)
          .then(undefined, (error: unknown) => this.#parts.log.error(String(error)))
      case 'showTraceback':
        return run(commandIds.showTraceback, message.task)
      case 'openMessage': {
        const { connection, virtualHost, queue, mark } = message
        return run(commandIds.openMessage, { connection, queue, mark, ...(virtualHost === undefined ? {} : { virtualHost }) })
      }
      case 'retry':
        return run(commandIds.retryTask, message.task)
      case 'debug':
        return run(commandIds.debugTask, message.task)
      case 'enqueue':
        return run(commandIds.enqueueTask)
      case 'connect':
        return run(commandIds.connect)
      case 'useExchanges':
        return void vscode.commands.executeCommand(commandIds.useFoundExchanges, { connection: message.connection })
      case 'export':
        return void vscode.commands.executeCommand(commandIds.exportTasks, { ...message.filter, source: message.source })
      case 'shows':
        this.shown = message.filter
        return
      case 'fixSettings':
        return void vscode.commands.executeCommand(commandIds.fixCelerySettings, message.setting)
      case 'copy':
        return void vscode.env.clipboard.writeText(message.text)
      case 'relayOpen':
        return void this.#relay.open()
      case 'relaySend':
        return this.#relay.send(message.frame)
      case 'relayClose':
        return this.#relay.close()
    }
  }
}

const savedFiltersKey = 'savedFilters'

/** An older or newer Warren may have stored something else. */
function savedFilters(memory: vscode.Memento): SavedFilters {
  const stored = v.safeParse(SavedFilters, memory.get(savedFiltersKey))
  return stored.success ? stored.output : []
}

/** Of all commands the page may start these only, with the key of a task or a message at most. */
function run(command: string, ...args: (TaskKey | GetMessageParams)[]): void {
  void vscode.commands.executeCommand(command, ...args)
}
