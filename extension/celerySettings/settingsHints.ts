import * as vscode from 'vscode'
import { settingIds } from '../contributions.ts'
import { DisposableStore } from '../lifecycle.ts'
import type { Disposable } from '../lifecycle.ts'
import type { Replica } from '../replica.ts'
import { knownOff } from './knownOff.ts'
import type { KnownOff } from './knownOff.ts'
import { changesFor, changesShown } from './settingsChange.ts'
import type { SettingChange } from './settingsChange.ts'
import { findInWorkspace } from './workspaceFiles.ts'
import type { FoundFile } from './workspaceFiles.ts'

const source = 'Warren'
/** Milliseconds after the last change before files are read again. */
const calm = 400

type Made = Extract<SettingChange, { kind: 'add' | 'change' }>

/**
 * Says in the files of settings what connected workers have off, and offers the change as a quick fix. Looks at no file while
 * nothing is off.
 */
export class SettingsHints implements vscode.CodeActionProvider, Disposable {
  readonly #replica: Replica
  readonly #onError: (error: unknown) => void
  readonly #store = new DisposableStore()
  readonly #hints = this.#store.add(vscode.languages.createDiagnosticCollection('warren-celery-settings'))
  /** The changes that are offered, by the file's address. */
  readonly #offered = new Map<string, { readonly version: number; readonly changes: readonly Made[] }>()
  #off: readonly KnownOff[] = []
  #told = '[]'
  #timer: NodeJS.Timeout | undefined
  #round = 0

  constructor(replica: Replica, onError: (error: unknown) => void) {
    this.#replica = replica
    this.#onError = onError
    const { workspace } = vscode
    const watcher = this.#store.add(workspace.createFileSystemWatcher('**/*.py'))
    for (const changed of [watcher.onDidChange, watcher.onDidCreate, watcher.onDidDelete])
      this.#store.add(changed(() => this.#soon()))
    this.#store.add(workspace.onDidChangeTextDocument(({ document }) => document.languageId === 'python' && this.#soon()))
    this.#store.add(
      workspace.onDidChangeConfiguration((change) => change.affectsConfiguration(settingIds.settingsHints) && this.#follow()),
    )
    this.#store.add(replica.onDidChange((topic) => topic === 'connections' && this.#follow()))
    this.#store.add(
      vscode.languages.registerCodeActionsProvider({ language: 'python' }, this, {
        providedCodeActionKinds: [vscode.CodeActionKind.QuickFix],
      }),
    )
    this.#store.defer(() => clearTimeout(this.#timer))
  }

  provideCodeActions(
    document: vscode.TextDocument,
    _range: vscode.Range,
    context: vscode.CodeActionContext,
  ): vscode.CodeAction[] {
    const offered = this.#offered.get(document.uri.toString())
    // Places of a text that has changed since would be wrong; the next look is not far.
    if (offered?.version !== document.version) return []
    const hints = context.diagnostics.filter((hint) => hint.source === source)
    const single = hints.flatMap((hint) => {
      const change = offered.changes.find(({ setting }) => setting === hint.code)
      return change ? [fix(document, [change], titleOf(change), hint)] : []
    })
    const all = `Turn on all ${offered.changes.length} settings that Warren needs`
    return single.length > 0 && offered.changes.length > 1 ? [...single, fix(document, offered.changes, all)] : single
  }

  dispose(): void {
    this.#store.dispose()
  }

  /** Takes in what workers said; the same as before is no news. */
  #follow(): void {
    const wanted = vscode.workspace.getConfiguration().get<unknown>(settingIds.settingsHints) !== false
    this.#off = wanted ? knownOff(this.#replica.pictures.connections) : []
    const text = JSON.stringify(this.#off)
    if (text === this.#told) return
    this.#told = text
    if (this.#off.length === 0) this.#clear()
    else this.#soon()
  }

  #clear(): void {
    this.#round++
    this.#offered.clear()
    this.#hints.clear()
  }

  #soon(): void {
    if (this.#off.length === 0) return
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => void this.#look().catch(this.#onError), calm)
  }

  async #look(): Promise<void> {
    const round = ++this.#round
    const found = await findInWorkspace()
    if (round !== this.#round) return
    this.#offered.clear()
    const drawn = await Promise.all(found.map((file) => this.#hintsOf(file)))
    if (round !== this.#round) return
    this.#hints.clear()
    for (const [uri, hints] of drawn) this.#hints.set(uri, hints)
  }

  async #hintsOf({ uri, file }: FoundFile): Promise<[vscode.Uri, vscode.Diagnostic[]]> {
    const settings = this.#off.map(({ setting }) => setting)
    if (changesFor(file, settings).every(({ kind }) => kind === 'on')) return [uri, []]
    const document = await vscode.workspace.openTextDocument(uri)
    const changes = changesShown(file, document.getText(), settings)
    const made = changes.flatMap((change) => (change.kind === 'add' || change.kind === 'change' ? [change] : []))
    this.#offered.set(uri.toString(), { version: document.version, changes: made })
    return [uri, changes.flatMap((change) => this.#hint(document, change) ?? [])]
  }

  #hint(document: vscode.TextDocument, change: SettingChange): vscode.Diagnostic | undefined {
    const off = this.#off.find(({ setting }) => setting === change.setting)
    if (change.kind === 'on' || !off) return undefined
    const hint = new vscode.Diagnostic(
      rangeOf(document, change.at),
      `${change.setting} is off on ${off.where}. ${off.effect}`,
      vscode.DiagnosticSeverity.Information,
    )
    hint.source = source
    hint.code = change.setting
    return hint
  }
}

/** On one line: a hint about a whole statement would underline all of it. */
function rangeOf(document: vscode.TextDocument, { from, to }: { readonly from: number; readonly to: number }): vscode.Range {
  const start = document.positionAt(from)
  const end = document.positionAt(to)
  return end.line === start.line ? new vscode.Range(start, end) : document.lineAt(start).range.with({ start })
}

function titleOf({ kind, line }: Made): string {
  return kind === 'add' ? `Add “${line}”` : `Change to “${line}”`
}

function fix(
  document: vscode.TextDocument,
  changes: readonly Made[],
  title: string,
  hint?: vscode.Diagnostic,
): vscode.CodeAction {
  const action = new vscode.CodeAction(title, vscode.CodeActionKind.QuickFix)
  if (hint) action.diagnostics = [hint]
  action.isPreferred = hint !== undefined
  action.edit = new vscode.WorkspaceEdit()
  for (const { edit } of changes)
    action.edit.replace(document.uri, new vscode.Range(document.positionAt(edit.from), document.positionAt(edit.to)), edit.text)
  return action
}
