import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as vscode from 'vscode'
import { ownDebugger, settingIds } from '../contributions.ts'
import { folderEnvironment } from '../interpreter/environment.ts'
import { canImport, findInterpreter } from '../interpreter/interpreter.ts'
import { DisposableStore } from '../lifecycle.ts'
import { findTaskCode } from '../pythonTasks/workspaceCode.ts'
import { messageText } from '../shownText.ts'
import { launchConfiguration, runText } from './launchConfiguration.ts'
import type { DebuggerType, SentTasks, TaskRun } from './launchConfiguration.ts'

/** VS Code's extension for debugging Python. It brings a debugpy of its own. */
const pythonDebugger = 'ms-python.debugpy'

/** Runs tasks of the workspace under a debugger, in a process of their own that is kept away from the broker. */
export class TaskDebugger implements vscode.Disposable {
  readonly #program: string
  readonly #store = new DisposableStore()
  readonly #folders = new Set<string>()

  /** @param extensionFolder absolute, where the program that runs a task is */
  constructor(extensionFolder: string) {
    this.#program = join(extensionFolder, 'extension', 'programs', 'debug_task.py')
    this.#store.add(vscode.debug.registerDebugAdapterDescriptorFactory(ownDebugger, { createDebugAdapterDescriptor: ownAdapter }))
    this.#store.add(vscode.debug.onDidTerminateDebugSession(({ configuration }) => void this.#forget(configuration['args'])))
  }

  /** Starts the debugger. Where something is missing the user is told what, and nothing is started. */
  async debug(run: TaskRun): Promise<void> {
    const code = await findTaskCode(run.name)
    if (!code) return tellNoCode(run.name)
    const interpreter = (await findInterpreter(code.workspace)).path
    const type = await debuggerFor(interpreter, code.folder)
    if (!type) return tellNoDebugger(interpreter)
    const environment = await folderEnvironment(code.workspace.uri.fsPath)
    const runFile = await this.#write(runText(run, code, sentTasks(), environment))
    const parts = { type, name: run.name, interpreter, program: this.#program, runFile, folder: code.folder, environment }
    const started = await vscode.debug.startDebugging(code.workspace, launchConfiguration(parts))
    if (!started) await this.#forget([runFile])
  }

  dispose(): void {
    this.#store.dispose()
    for (const folder of this.#folders) void rm(folder, { recursive: true, force: true })
  }

  /** The program deletes the file when it has read it; this is for one that never came so far. */
  async #forget(args: unknown): Promise<void> {
    const named = [...this.#folders].find((folder) => Array.isArray(args) && args[0] === join(folder, fileName))
    if (named === undefined) return
    this.#folders.delete(named)
    await rm(named, { recursive: true, force: true })
  }

  /** A file that only this user can read, in a folder that only this user can enter. */
  async #write(text: string): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), 'warren-debug-'))
    this.#folders.add(folder)
    const file = join(folder, fileName)
    await writeFile(file, text, { mode: 0o600, flag: 'wx' })
    return file
  }
}

const fileName = 'run.json'

/** The debugpy of the interpreter, for who has not VS Code's extension. */
function ownAdapter({ configuration }: vscode.DebugSession): vscode.DebugAdapterDescriptor {
  const python: unknown = configuration['python']
  const program: unknown = Array.isArray(python) ? python[0] : python
  return new vscode.DebugAdapterExecutable(typeof program === 'string' ? program : 'python3', ['-m', 'debugpy.adapter'])
}

async function debuggerFor(interpreter: string, folder: string): Promise<DebuggerType | undefined> {
  if (vscode.extensions.getExtension(pythonDebugger)) return 'debugpy'
  return (await canImport(interpreter, 'debugpy', folder)) ? ownDebugger : undefined
}

function sentTasks(): SentTasks {
  return vscode.workspace.getConfiguration().get(settingIds.debugSentTasks) === 'run' ? 'run' : 'show'
}

async function tellNoDebugger(interpreter: string): Promise<void> {
  const install = 'Install Python Debugger'
  const message = `There is no debugger for Python here: install the extension “Python Debugger” (${pythonDebugger}), or debugpy for ${interpreter} (“${interpreter} -m pip install debugpy”). Nothing was started.`
  if ((await vscode.window.showErrorMessage(messageText(message), install)) !== install) return
  await vscode.commands.executeCommand('workbench.extensions.search', `@id:${pythonDebugger}`)
}

async function tellNoCode(name: string): Promise<void> {
  const open = 'Open Settings'
  const message = `No file of this workspace defines the task ${name}, and none makes a Celery application: open the folder with its code, or name the application in the setting “${settingIds.celeryApp}”.`
  if ((await vscode.window.showErrorMessage(messageText(message), open)) === open)
    await vscode.commands.executeCommand('workbench.action.openSettings', settingIds.celeryApp)
}
