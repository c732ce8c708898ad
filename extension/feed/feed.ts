import * as vscode from 'vscode'
import type { QueueKey, ShownTask } from '../../broker-bridge/protocol/index.ts'
import { feedPanelType } from '../contributions.ts'
import { DisposableStore } from '../lifecycle.ts'
import { FeedPanel } from './feedPanel.ts'
import type { FeedParts, Shown, ShownRuns } from './feedPanel.ts'

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
  get shown(): Shown | undefined {
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
