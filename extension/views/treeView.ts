import * as vscode from 'vscode'
import type { ViewId } from '../contributions.ts'
import { DisposableStore } from '../lifecycle.ts'
import type { Disposable } from '../lifecycle.ts'
import { HeldChildren } from './heldChildren.ts'
import type { ViewNode } from './node.ts'
import { treeChange } from './treeChanges.ts'
import { TreeLines } from './treeLines.ts'
import type { TreeLine } from './treeLines.ts'

export interface TreeContent {
  /** The first level as it is now. */
  readonly roots: () => readonly ViewNode[]
  /** Children of a line that did not bring its own. */
  readonly children?: (node: ViewNode) => Promise<readonly ViewNode[]>
  /** Whether several lines can be selected, for commands that act on all of them. */
  readonly selectMany?: true
  /** Told whenever the view comes into sight or goes out of it. */
  readonly onVisible?: (visible: boolean) => void
}

const calm = 1_000

/** One tree view: draws `ViewNode`s, decides nothing, and draws again at most once a second. */
export class LineTree implements vscode.TreeDataProvider<TreeLine>, Disposable {
  readonly view: vscode.TreeView<TreeLine>
  readonly #id: ViewId
  readonly #content: TreeContent
  readonly #store = new DisposableStore()
  readonly #changed = new vscode.EventEmitter<TreeLine | undefined>()
  readonly #lines = new TreeLines()
  readonly #children: HeldChildren
  #roots: readonly ViewNode[] = []
  #timer: NodeJS.Timeout | undefined
  #drawnAt = 0
  readonly onDidChangeTreeData = this.#changed.event

  constructor(id: ViewId, content: TreeContent) {
    this.#id = id
    this.#content = content
    this.#children = new HeldChildren(async (node) => (await content.children?.(node)) ?? [])
    this.view = vscode.window.createTreeView<TreeLine>(id, {
      treeDataProvider: this,
      showCollapseAll: true,
      canSelectMany: content.selectMany === true,
    })
    this.#store.add(this.#changed)
    this.#store.add(this.view)
    this.#store.defer(() => clearTimeout(this.#timer))
    // What nobody sees is not kept up.
    this.#store.add(this.view.onDidCollapseElement(({ element }) => this.#children.forget(element.node.id)))
    this.#store.add(this.view.onDidChangeVisibility(({ visible }) => this.#look(visible)))
    if (this.view.visible) this.#look(true)
  }

  /** Something may have changed: look within a second. */
  update(): void {
    if (this.#timer !== undefined || !this.view.visible) return
    const wait = Math.max(0, this.#drawnAt + calm - Date.now())
    this.#timer = setTimeout(() => this.#draw(), wait)
  }

  /** Asks again for the children of one line, or for everything. */
  redraw(id?: string): void {
    this.#children.forget(id)
    this.#drawLine(id)
  }

  /** Shows the view with this line of the first level selected and open; with another one in focus where it is not there. */
  async reveal(id: string): Promise<void> {
    await vscode.commands.executeCommand(`${this.#id}.focus`)
    this.#roots = this.#content.roots()
    const line = this.#lines.below(undefined, this.#roots).find(({ node }) => node.id === id)
    if (line) await this.view.reveal(line, { select: true, focus: true, expand: true })
  }

  getParent(line: TreeLine): TreeLine | undefined {
    return this.#lines.parentOf(line.node.id)
  }

  getTreeItem(line: TreeLine): vscode.TreeItem {
    return treeItem(line)
  }

  async getChildren(line?: TreeLine): Promise<TreeLine[]> {
    if (line === undefined) {
      this.#roots = this.#content.roots()
      return this.#lines.below(undefined, this.#roots)
    }
    const { id, children } = line.node
    return this.#lines.below(id, children ?? (await this.#children.of(line.node)))
  }

  dispose(): void {
    this.#store.dispose()
  }

  #look(visible: boolean): void {
    this.#content.onVisible?.(visible)
    if (visible) this.update()
  }

  #draw(): void {
    this.#timer = undefined
    this.#drawnAt = Date.now()
    const roots = this.#content.roots()
    const change = treeChange(this.#roots, roots)
    this.#roots = roots
    for (const node of roots) this.#lines.refresh(node)
    void this.#children
      .follow((id) => this.#lines.get(id)?.node)
      .then(() => {
        if (change.kind === 'all') this.#drawLine(undefined)
        else for (const id of change.ids) this.#drawLine(id)
      })
  }

  #drawLine(id: string | undefined): void {
    if (id === undefined) return this.#changed.fire(undefined)
    // A line VS Code never asked for has nothing to be drawn again, and an event without a line would mean all of them.
    const line = this.#lines.get(id)
    if (line) this.#changed.fire(line)
  }
}

function treeItem(line: TreeLine): vscode.TreeItem {
  const { node } = line
  const item = new vscode.TreeItem(node.label, collapsible(node.expand))
  item.id = node.id
  item.contextValue = node.contextValue
  item.accessibilityInformation = { label: node.accessibility }
  if (node.description !== undefined) item.description = node.description
  item.tooltip = node.tooltip ?? node.label
  if (node.icon) item.iconPath = themeIcon(node.icon)
  if (node.command !== undefined) item.command = { command: node.command, title: node.label, arguments: [line] }
  return item
}

function themeIcon({ id, color }: NonNullable<ViewNode['icon']>): vscode.ThemeIcon {
  return color === undefined ? new vscode.ThemeIcon(id) : new vscode.ThemeIcon(id, new vscode.ThemeColor(color))
}

function collapsible(expand: ViewNode['expand']): vscode.TreeItemCollapsibleState {
  switch (expand) {
    case 'none':
      return vscode.TreeItemCollapsibleState.None
    case 'collapsed':
      return vscode.TreeItemCollapsibleState.Collapsed
    case 'expanded':
      return vscode.TreeItemCollapsibleState.Expanded
  }
}
