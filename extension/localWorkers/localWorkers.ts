import { join } from 'node:path'
import * as vscode from 'vscode'
import { problemMatchers, settingIds, workerTaskType } from '../contributions.ts'
import { folderEnvironment } from '../interpreter/environment.ts'
import { findInterpreter } from '../interpreter/interpreter.ts'
import { DisposableStore } from '../lifecycle.ts'
import { findApps } from '../pythonTasks/workspaceCode.ts'
import { freeName, readDefinition, runsOneAtATime, workerArguments } from './workerDefinition.ts'
import type { WorkerDefinition } from './workerDefinition.ts'
import { WorkerLog } from './workerLog.ts'
import { plainLine } from './workerOutput.ts'
import type { FindLaunch } from './workerRun.ts'
import { refusalTerminal, WorkerTerminal } from './workerTerminal.ts'

/** The workers that this window runs, as tasks of VS Code, and what they logged. */
export class LocalWorkers implements vscode.TaskProvider, vscode.Disposable {
  readonly #program: string
  readonly #store = new DisposableStore()
  /** Several may have one name, where tasks.json says so. */
  readonly #running = new Set<WorkerTerminal>()
  readonly #log = new WorkerLog()
  readonly #logged = new vscode.EventEmitter<undefined>()
  /** There are further lines. */
  readonly onDidLog = this.#logged.event

  /** @param extensionFolder absolute, where the program that runs a worker is */
  constructor(extensionFolder: string) {
    this.#program = join(extensionFolder, 'extension', 'programs', 'run_worker.py')
    this.#store.add(this.#logged)
    this.#store.add(vscode.tasks.registerTaskProvider(workerTaskType, this))
  }

  get running(): readonly WorkerTerminal[] {
    return [...this.#running]
  }

  /** What the workers of this window logged of a task, the oldest line first. */
  linesOf(task: string): string[] {
    return this.#log.linesOf(task)
  }

  /** One worker for each application of the workspace, for “Run Task…”. */
  async provideTasks(): Promise<vscode.Task[]> {
    if (!vscode.workspace.isTrusted) return []
    return (await findApps()).map(({ app, folder, workspace }) =>
      this.task({ type: workerTaskType, app, ...(folder === '' ? {} : { folder }) }, workspace),
    )
  }

  resolveTask({ definition, scope }: vscode.Task): vscode.Task | undefined {
    const workspace = typeof scope === 'object' ? scope : vscode.workspace.workspaceFolders?.[0]
    return workspace && this.task(definition, workspace)
  }

  /** The task that starts a worker. @param definition as it stands in tasks.json, whatever that is */
  task(definition: vscode.TaskDefinition, workspace: vscode.WorkspaceFolder): vscode.Task {
    const app: unknown = definition['app']
    const run = new vscode.CustomExecution((resolved) => Promise.resolve(this.#open(resolved, workspace)))
    const name = `worker ${typeof app === 'string' ? app : ''}`.trim()
    const task = new vscode.Task(definition, workspace, name, 'Warren', run, [...problemMatchers.map((matcher) => `$${matcher}`)])
    task.isBackground = true
    task.presentationOptions = { panel: vscode.TaskPanelKind.Dedicated, reveal: vscode.TaskRevealKind.Always }
    return task
  }

  dispose(): void {
    for (const worker of this.running) worker.letGo()
    this.#store.dispose()
  }

  #open(written: vscode.TaskDefinition, workspace: vscode.WorkspaceFolder): vscode.Pseudoterminal {
    const definition = readDefinition(written)
    if (typeof definition === 'string') return refusalTerminal(definition)
    const name = freeName(definition.name, new Set(this.running.map((worker) => worker.name)))
    const { restartOnSave = startsAgain(workspace), pool } = definition
    const read = this.#log.reader(runsOneAtATime(pool, process.platform))
    const worker = new WorkerTerminal({
      name,
      find: this.#finder(definition, name, workspace),
      onLine: (line) => {
        read(plainLine(line))
        this.#logged.fire(undefined)
      },
      onEnd: () => void this.#running.delete(worker),
      files: restartOnSave ? new vscode.RelativePattern(workspace, '**/*.py') : null,
    })
    this.#running.add(worker)
    return worker
  }

  #finder(definition: WorkerDefinition, name: string, workspace: vscode.WorkspaceFolder): FindLaunch {
    return async () => {
      const root = workspace.uri.fsPath
      const [{ path }, own] = await Promise.all([findInterpreter(workspace), folderEnvironment(root)])
      return {
        interpreter: path,
        args: ['-u', this.#program, ...workerArguments(definition, name)],
        folder: join(root, definition.folder),
        environment: { ...process.env, ...own },
      }
    }
  }
}

function startsAgain(workspace: vscode.WorkspaceFolder): boolean {
  return vscode.workspace.getConfiguration(undefined, workspace.uri).get(settingIds.workerRestartOnSave) === true
}
