import * as vscode from 'vscode'
import type { RetryPlan } from '../../broker-bridge/protocol/index.ts'
import { commandIds, schemes } from '../contributions.ts'
import { DisposableStore } from '../lifecycle.ts'
import { retryProblems } from './retryProblems.ts'
import { firstGap, retryText } from './retryText.ts'
import { documentName } from './tracebackText.ts'

interface HeldFile {
  text: Uint8Array
  changed: number
  readonly plan: RetryPlan
}

/** Retries being completed: documents in memory, so that neither a file nor a question about saving is left behind. */
export class RetryDocuments implements vscode.FileSystemProvider, vscode.Disposable {
  readonly #files = new Map<string, HeldFile>()
  readonly #changed = new vscode.EventEmitter<vscode.FileChangeEvent[]>()
  readonly #store = new DisposableStore()
  readonly #problems = this.#store.add(vscode.languages.createDiagnosticCollection('warren-retry'))
  readonly onDidChangeFile = this.#changed.event

  constructor() {
    this.#store.add(this.#changed)
    this.#store.add(vscode.workspace.registerFileSystemProvider(schemes.retry, this, { isCaseSensitive: true }))
    this.#store.add(vscode.languages.registerCodeLensProvider({ scheme: schemes.retry }, { provideCodeLenses }))
    this.#store.add(vscode.workspace.onDidChangeTextDocument(({ document }) => this.#tell(document)))
    this.#store.add(vscode.workspace.onDidOpenTextDocument((document) => this.#tell(document)))
    this.#store.add(
      vscode.workspace.onDidCloseTextDocument(({ uri }) => {
        if (uri.scheme !== schemes.retry) return
        this.#files.delete(uri.path)
        this.#problems.delete(uri)
      }),
    )
  }

  /** Opens a document for a retry whose arguments have to be completed. */
  async open(plan: RetryPlan): Promise<void> {
    const path = `/Retry ${documentName(plan.name, plan.id)}.jsonc`
    const text = retryText(plan)
    this.#files.set(path, { text: Buffer.from(text), changed: Date.now(), plan })
    const document = await vscode.workspace.openTextDocument(vscode.Uri.from({ scheme: schemes.retry, path }))
    const cursor = document.positionAt(firstGap(text))
    await vscode.window.showTextDocument(document, { preview: false, selection: new vscode.Range(cursor, cursor) })
  }

  /** The plan that a document completes, as it was written there; undefined for any other document. */
  planOf(uri: vscode.Uri): RetryPlan | undefined {
    return uri.scheme === schemes.retry ? this.#files.get(uri.path)?.plan : undefined
  }

  stat(uri: vscode.Uri): vscode.FileStat {
    const file = this.#file(uri)
    return { type: vscode.FileType.File, ctime: 0, mtime: file.changed, size: file.text.byteLength }
  }

  readFile(uri: vscode.Uri): Uint8Array {
    return this.#file(uri).text
  }

  writeFile(uri: vscode.Uri, content: Uint8Array): void {
    const file = this.#file(uri)
    file.text = content
    file.changed = Date.now()
    this.#changed.fire([{ type: vscode.FileChangeType.Changed, uri }])
  }

  watch(): vscode.Disposable {
    return new vscode.Disposable(() => undefined)
  }

  readDirectory(): [string, vscode.FileType][] {
    return []
  }

  createDirectory(uri: vscode.Uri): void {
    throw vscode.FileSystemError.NoPermissions(uri)
  }

  delete(uri: vscode.Uri): void {
    this.#files.delete(uri.path)
  }

  rename(uri: vscode.Uri): void {
    throw vscode.FileSystemError.NoPermissions(uri)
  }

  dispose(): void {
    this.#store.dispose()
  }

  /** What is wrong in a document, each with its place, as one writes. */
  #tell(document: vscode.TextDocument): void {
    if (document.uri.scheme !== schemes.retry) return
    const found = retryProblems(document.getText()).map(({ offset, length, message }) => {
      const range = new vscode.Range(document.positionAt(offset), document.positionAt(offset + length))
      return new vscode.Diagnostic(range, message)
    })
    this.#problems.set(document.uri, found)
  }

  #file(uri: vscode.Uri): HeldFile {
    const file = this.#files.get(uri.path)
    if (!file) throw vscode.FileSystemError.FileNotFound(uri)
    return file
  }
}

function provideCodeLenses(document: vscode.TextDocument): vscode.CodeLens[] {
  const line = Math.max(0, document.getText().split('\n').indexOf('{'))
  return [
    new vscode.CodeLens(new vscode.Range(line, 0, line, 0), {
      command: commandIds.sendRetry,
      title: '$(debug-restart) Send Retry',
      arguments: [document.uri],
    }),
    new vscode.CodeLens(new vscode.Range(line, 0, line, 0), {
      command: commandIds.cancelRetry,
      title: 'Cancel',
      tooltip: 'Close this; nothing is sent',
      arguments: [document.uri],
    }),
    new vscode.CodeLens(new vscode.Range(line, 0, line, 0), {
      command: commandIds.debugTask,
      title: '$(debug-alt) Debug Locally',
      arguments: [document.uri],
    }),
  ]
}
