import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { isAbsolute } from 'node:path'
import * as vscode from 'vscode'
import { interpreterCandidates } from './candidates.ts'
import type { Candidate } from './candidates.ts'

/** What of the Python extension's interface is asked for; anything may be missing in another version of it. */
interface PythonExtension {
  readonly environments?: {
    getActiveEnvironmentPath?(resource: vscode.Uri): { readonly path?: string } | undefined
    resolveEnvironment?(path: unknown): Promise<{ readonly executable?: { readonly uri?: vscode.Uri } } | undefined>
  }
}

/** Milliseconds a Python may take to say whether it has a module. */
const patience = 20_000

/** The Python that runs the workspace's code: the one chosen in the Python extension, else one the workspace brings, else the system's. */
export async function findInterpreter(folder: vscode.WorkspaceFolder): Promise<Candidate> {
  const chosen = await chosenInExtension(folder.uri)
  if (chosen !== undefined) return { path: chosen, from: 'the Python extension' }
  const setting: unknown = vscode.workspace.getConfiguration('python', folder.uri).get('defaultInterpreterPath')
  const candidates = interpreterCandidates(folder.uri.fsPath, setting, process.platform)
  const found = candidates.find(({ path }) => !isAbsolute(path) || existsSync(path))
  return found ?? { path: 'python3', from: 'the PATH' }
}

async function chosenInExtension(resource: vscode.Uri): Promise<string | undefined> {
  const extension = vscode.extensions.getExtension<PythonExtension>('ms-python.python')
  if (!extension) return undefined
  try {
    const { environments } = await extension.activate()
    const active = environments?.getActiveEnvironmentPath?.(resource)
    const resolved = active && (await environments?.resolveEnvironment?.(active))
    return resolved?.executable?.uri?.fsPath ?? active?.path
  } catch {
    // Without its answer Warren looks for itself.
    return undefined
  }
}

/** Whether this Python can import a module; a Python that is not there cannot. */
export function canImport(interpreter: string, module: string, cwd: string): Promise<boolean> {
  return new Promise((resolve) => {
    execFile(interpreter, ['-c', `import ${module}`], { cwd, timeout: patience }, (error) => resolve(error === null))
  })
}
