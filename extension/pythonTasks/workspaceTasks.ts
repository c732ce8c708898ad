import * as vscode from 'vscode'
import type { PythonFile } from './celeryApps.ts'
import { readTaskDefinitions } from './taskDefinitions.ts'
import type { TaskDefinition } from './taskDefinitions.ts'

const excluded = '**/{node_modules,.git,.venv,venv,env,site-packages,__pycache__,.tox,build,dist}/**'
const mostFiles = 3_000
const largestFile = 300_000
const atOnce = 50

/** Tasks that the workspace's own code defines; files open in an editor as they are there. */
export async function findTaskDefinitions(): Promise<TaskDefinition[]> {
  return (await readPythonFiles('**/*.py')).flatMap(({ path, text }) => readTaskDefinitions(path, text))
}

/** Files of Python of the workspace or one of its folders; files open in an editor as they are there, those too large as empty. */
export async function readPythonFiles(pattern: vscode.GlobPattern): Promise<PythonFile[]> {
  const uris = await vscode.workspace.findFiles(pattern, excluded, mostFiles)
  const open = new Map(vscode.workspace.textDocuments.map((document) => [document.uri.toString(), document]))
  const read: PythonFile[] = []
  for (let first = 0; first < uris.length; first += atOnce) {
    const some = uris.slice(first, first + atOnce).map(async (uri) => ({
      path: vscode.workspace.asRelativePath(uri, false),
      text: open.get(uri.toString())?.getText() ?? (await textOf(uri)),
    }))
    read.push(...(await Promise.all(some)))
  }
  return read
}

async function textOf(uri: vscode.Uri): Promise<string> {
  try {
    if ((await vscode.workspace.fs.stat(uri)).size > largestFile) return ''
    return Buffer.from(await vscode.workspace.fs.readFile(uri)).toString('utf8')
  } catch {
    // A file that went away meanwhile defines nothing.
    return ''
  }
}
