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
import { RunFiles } from './runFiles.ts'

/** VS Code's extension for debugging Python. It brings a debugpy of its own. */
const pythonDebugger = 'ms-python.debugpy'

/** Runs tasks of the workspace under a debugger, in a process of their own that is kept away from the broker. */
export class TaskDebugger implements vscode.Disposable {
  readonly #program: string
  readonly #store = new DisposableStore()
  readonly #files: RunFiles

  /** @param extensionFolder absolute, where the program that runs a task is */
  constructor(extensionFolder: string) {
    this.#program = join(extensionFolder, 'extension', 'programs', 'debug_task.py')
    this.#files = this.#store.add(new RunFiles())
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
    const parts = { type, name: run.name, interpreter, program: this.#program, folder: code.folder, environment }
    await this.#files.use(runText(run, code, sentTasks(), environment), (runFile) =>
      vscode.debug.startDebugging(code.workspace, launchConfiguration({ ...parts, runFile })),
    )
  }

  dispose(): void {
    this.#store.dispose()
  }

  async #forget(args: unknown): Promise<void> {
    if (Array.isArray(args)) await this.#files.forget(args[0])
  }
}

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
