import * as vscode from 'vscode'
import { readTaskDefinitions } from './taskDefinitions.ts'
import type { TaskDefinition } from './taskDefinitions.ts'

const excluded = '**/{node_modules,.git,.venv,venv,env,site-packages,__pycache__,.tox,build,dist}/**'
const mostFiles = 3_000
const largestFile = 300_000
const atOnce = 50

/** Tasks that the workspace's own code defines; files open in an editor as they are there. */
export async function findTaskDefinitions(): Promise<TaskDefinition[]> {
  const uris = await vscode.workspace.findFiles('**/*.py', excluded, mostFiles)
  const open = new Map(vscode.workspace.textDocuments.map((document) => [document.uri.toString(), document]))
  const found: TaskDefinition[] = []
  for (let first = 0; first < uris.length; first += atOnce) {
    const texts = await Promise.all(
      uris
        .slice(first, first + atOnce)
        .map(async (uri) => ({ uri, text: open.get(uri.toString())?.getText() ?? (await textOf(uri)) })),
    )
    for (const { uri, text } of texts) found.push(...readTaskDefinitions(vscode.workspace.asRelativePath(uri, false), text))
  }
  return found
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
