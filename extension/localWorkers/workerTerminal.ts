import * as vscode from 'vscode'
import { messageOf } from '../../broker-bridge/protocol/index.ts'
import { terminalLine } from './workerOutput.ts'
import { WorkerProcess } from './workerProcess.ts'
import type { WorkerLaunch } from './workerProcess.ts'

/** What a worker is started with, found anew for each start. */
export type FindLaunch = () => Promise<Omit<WorkerLaunch, 'onLine' | 'onEnd'>>

export interface TerminalParts {
  /** As people call it. */
  readonly name: string
  readonly find: FindLaunch
  readonly onLine: (line: string) => void
  readonly onEnd: () => void
  /** What to watch for changes; null where a change is of no interest. */
  readonly files: vscode.GlobPattern | null
}

/** Changes that come within so many milliseconds are one: editors and git write many files. */
const pause = 400
/** Milliseconds a worker whose terminal was closed gets to end its tasks. */
const patience = 10_000
const unwatched = /(?:^|[\\/])(?:node_modules|\.git|\.venv|venv|site-packages|__pycache__|\.tox)[\\/]/

/** A worker in a terminal: its log, its restarts, and its end. Lines of Warren's own begin with its name. */
export class WorkerTerminal implements vscode.Pseudoterminal {
  readonly #parts: TerminalParts
  readonly #written = new vscode.EventEmitter<string>()
  readonly #closed = new vscode.EventEmitter<number>()
  readonly onDidWrite = this.#written.event
  readonly onDidClose = this.#closed.event
  #process: WorkerProcess | null = null
  #watcher: vscode.Disposable | null = null
  #timer: NodeJS.Timeout | undefined
  /** What comes after its end. */
  #then: 'nothing' | 'start' | 'close' = 'nothing'
  #stops = 0
  #isOpen = false

  constructor(parts: TerminalParts) {
    this.#parts = parts
  }

  get name(): string {
    return this.#parts.name
  }

  open(): void {
    this.#isOpen = true
    this.#watch()
    void this.#start()
  }

  /** The terminal was closed. */
  close(): void {
    this.#isOpen = false
    this.stop()
    const process = this.#process
    if (process) setTimeout(() => process.kill(), patience).unref()
    this.#release()
  }

  handleInput(data: string): void {
    if (data === '\x03') this.stop()
  }

  /** Lets it finish its tasks; the second time it leaves them, the third time it is killed. */
  stop(): void {
    this.#then = 'close'
    clearTimeout(this.#timer)
    if (!this.#process) return this.#close(0)
    this.#stops += 1
    if (this.#stops === 1) {
      this.#say('the worker finishes its tasks and stops. Press Ctrl+C to stop it without that.')
      this.#process.signal('SIGTERM')
    } else if (this.#stops === 2) this.#process.signal('SIGQUIT')
    else this.#process.kill()
  }

  #watch(): void {
    if (this.#parts.files === null) return
    const watcher = vscode.workspace.createFileSystemWatcher(this.#parts.files)
    const changed = (uri: vscode.Uri): void => {
      const path = vscode.workspace.asRelativePath(uri, false)
      if (unwatched.test(path)) return
      clearTimeout(this.#timer)
      this.#timer = setTimeout(() => this.#restart(path), pause)
    }
    const listeners = [watcher.onDidChange(changed), watcher.onDidCreate(changed), watcher.onDidDelete(changed)]
    this.#watcher = vscode.Disposable.from(watcher, ...listeners)
  }

  #restart(path: string): void {
    if (this.#then === 'close') return
    if (!this.#process) return void this.#start()
    if (this.#then === 'start') return
    this.#say(`${path} changed: the worker finishes its tasks and starts again.`)
    this.#then = 'start'
    this.#process.signal('SIGTERM')
  }

  async #start(): Promise<void> {
    this.#then = 'nothing'
    try {
      const launch = await this.#parts.find()
      if (!this.#isOpen) return
      this.#say(`starting the worker ${this.name} with ${launch.interpreter} in ${launch.folder}.`)
      this.#process = new WorkerProcess({ ...launch, onLine: (line) => this.#take(line), onEnd: (how) => this.#ended(how) })
    } catch (error) {
      this.#ended(messageOf(error))
    }
  }

  #take(line: string): void {
    this.#written.fire(`${terminalLine(line)}\r\n`)
    this.#parts.onLine(line)
  }

  #ended(how: number | string): void {
    this.#process = null
    if (this.#then === 'start') return void this.#start()
    this.#say(typeof how === 'number' ? `the worker has ended with code ${how}.` : `the worker has ended: ${how}.`)
    const failed = how !== 0 && this.#then === 'nothing'
    if (failed && this.#watcher) this.#say('it starts again as soon as a file of Python changes.')
    else this.#close(typeof how === 'number' ? how : 1)
  }

  #say(text: string): void {
    this.#written.fire(`${terminalLine(`Warren: ${text}`)}\r\n`)
  }

  #close(code: number): void {
    this.#release()
    this.#closed.fire(code)
  }

  #release(): void {
    clearTimeout(this.#timer)
    this.#watcher?.dispose()
    this.#watcher = null
    if (!this.#process) this.#parts.onEnd()
  }
}
