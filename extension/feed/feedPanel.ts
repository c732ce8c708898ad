import { randomBytes } from 'node:crypto'
import * as v from 'valibot'
import * as vscode from 'vscode'
import { SavedFilters, ToHost } from '../../broker-bridge/protocol/index.ts'
import type { FromHost, QueueKey, ShownTask } from '../../broker-bridge/protocol/index.ts'
import type { Bridge, Session } from '../bridge/bridge.ts'
import { openTransport } from '../bridge/bridgeClient.ts'
import { DisposableStore } from '../lifecycle.ts'
import { CommitMarks } from '../marksOfGit.ts'
import { feedHtml } from './html.ts'
import { runWish } from './pageWishes.ts'
import type { LocalWorkers } from '../localWorkers/localWorkers.ts'
import { TaskLogs } from './taskLogs.ts'
import { Relay } from './relay.ts'

/** Tasks of one connection that a query finds. */
export interface ShownRuns {
  readonly connection: string
  readonly query: string
}

/** What the list of the feed shows the tasks of. */
export type Shown = Pick<Extract<ToHost, { type: 'shows' }>, 'filter' | 'source'>
/** As the page takes it for granted. */
const nothingChosen: Shown = { filter: {}, source: 'memory' }

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

const awaitedInOrder = ['searchHistory', 'showMessages', 'showRuns'] as const
/** What VS Code has the page show. */
type Showing = Extract<FromHost, { type: (typeof awaitedInOrder)[number] }>

/** The panel of the feed, and what its page and VS Code tell each other. */
export class FeedPanel implements vscode.Disposable {
  readonly #panel: vscode.WebviewPanel
  readonly #parts: FeedParts
  readonly #store = new DisposableStore()
  readonly #relay: Relay
  readonly #commits: CommitMarks
  readonly #logs: TaskLogs
  #select: ShownTask | undefined
  /** What the page is to show once it is there, in this order. */
  readonly #awaited = new Map<Showing['type'], Showing | undefined>(awaitedInOrder.map((type) => [type, undefined]))
  #pageIsReady = false
  /** The base address the page's policy allows. */
  #allowed: string | null = null
  /** Everything until the page tells otherwise. */
  shown: Shown = nothingChosen

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
    this.#show({ type: 'showMessages', queue })
  }

  showRuns(runs: ShownRuns): void {
    this.#show({ type: 'showRuns', ...runs })
  }

  searchHistory(query: string): void {
    this.#show({ type: 'searchHistory', query })
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
    this.shown = nothingChosen
    webview.html = feedHtml({
      cspSource: webview.cspSource,
      nonce: randomBytes(16).toString('base64'),
      script: webview.asWebviewUri(vscode.Uri.joinPath(page, 'webview.js')).toString(),
      styles: webview.asWebviewUri(vscode.Uri.joinPath(page, 'codicon.css')).toString(),
      bridge,
    })
  }

  #show(message: Showing): void {
    this.#awaited.set(message.type, message)
    if (this.#pageIsReady) this.#tellAwaited()
  }

  #tellAwaited(): void {
    for (const [type, message] of this.#awaited) {
      if (message) this.#post(message)
      this.#awaited.set(type, undefined)
    }
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
        this.#tellAwaited()
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
      case 'shows':
        this.shown = message
        return
      case 'copy':
        return void vscode.env.clipboard.writeText(message.text)
      case 'relayOpen':
        return void this.#relay.open()
      case 'relaySend':
        return this.#relay.send(message.frame)
      case 'relayClose':
        return this.#relay.close()
      case 'showTraceback':
      case 'openMessage':
      case 'retry':
      case 'debug':
      case 'enqueue':
      case 'connect':
      case 'useExchanges':
      case 'export':
      case 'fixSettings':
        return runWish(message)
    }
  }
}

const savedFiltersKey = 'savedFilters'

/** An older or newer Warren may have stored something else. */
function savedFilters(memory: vscode.Memento): SavedFilters {
  const stored = v.safeParse(SavedFilters, memory.get(savedFiltersKey))
  return stored.success ? stored.output : []
}
