import * as vscode from 'vscode'
import { terminalLine } from './workerOutput.ts'
import { WorkerRun } from './workerRun.ts'
import type { FindLaunch, RunParts } from './workerRun.ts'

export interface TerminalParts {
  /** As people call it. */
  readonly name: string
  readonly find: FindLaunch
  readonly onLine: (line: string) => void
  readonly onEnd: () => void
  /** What to watch for changes; null where a change is of no interest. */
  readonly files: vscode.GlobPattern | null
}

const unwatched = /(?:^|[\\/])(?:node_modules|\.git|\.venv|venv|site-packages|__pycache__|\.tox)[\\/]/

/** A worker in a terminal: its log and what is pressed there. Lines of Warren's own begin with its name. */
export class WorkerTerminal implements vscode.Pseudoterminal {
  readonly #run: WorkerRun
  readonly #written = new vscode.EventEmitter<string>()
  readonly #closed = new vscode.EventEmitter<number>()
  readonly onDidWrite = this.#written.event
  readonly onDidClose = this.#closed.event
  readonly name: string

  constructor({ name, find, onLine, onEnd, files }: TerminalParts) {
    this.name = name
    this.#run = new WorkerRun({
      ...{ name, find, watch: files === null ? null : watchOf(files) },
      onLine: (line) => {
        this.#written.fire(`${terminalLine(line)}\r\n`)
        onLine(line)
      },
      say: (text) => this.#written.fire(ownLine(text)),
      onOver: (code) => {
        onEnd()
        this.#closed.fire(code)
      },
    })
  }

  open(): void {
    this.#run.start()
  }

  close(): void {
    this.#run.leave()
  }

  handleInput(data: string): void {
    if (data === '\x03') this.#run.interrupt()
  }

  /** Lets it finish its tasks and end, however often it is asked for. */
  stop(): void {
    this.#run.stop()
  }

  /** This window goes: the worker finishes its tasks, however long they take, and ends. */
  letGo(): void {
    this.#run.letGo()
  }
}

/** A terminal that says why there is no worker, and ends. What a terminal's making throws nobody gets to see. */
export function refusalTerminal(sentence: string): vscode.Pseudoterminal {
  const written = new vscode.EventEmitter<string>()
  const closed = new vscode.EventEmitter<number>()
  const open = (): void => {
    written.fire(ownLine(sentence))
    closed.fire(1)
  }
  return { onDidWrite: written.event, onDidClose: closed.event, open, close: () => undefined }
}

function ownLine(text: string): string {
  return `${terminalLine(`Warren: ${text}`)}\r\n`
}

function watchOf(files: vscode.GlobPattern): NonNullable<RunParts['watch']> {
  return (changed) => {
    const watcher = vscode.workspace.createFileSystemWatcher(files)
    const tell = (uri: vscode.Uri): void => {
      const path = vscode.workspace.asRelativePath(uri, false)
      if (!unwatched.test(path)) changed(path)
    }
    return vscode.Disposable.from(watcher, watcher.onDidChange(tell), watcher.onDidCreate(tell), watcher.onDidDelete(tell))
  }
}
