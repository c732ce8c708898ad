import * as vscode from 'vscode'
import { findSettingsFiles } from './settingsFiles.ts'
import type { PythonFile, SettingsFile } from './settingsFiles.ts'

const candidates = '**/{celeryconfig,celery,celery_app,celeryapp,settings,config,conf,base,production,local,app,tasks,worker}*.py'
const excluded = '**/{node_modules,.git,.venv,venv,env,site-packages,__pycache__,.tox}/**'
const mostFiles = 300
const largestFile = 300_000

/** A file of settings and where it lies. */
export interface FoundFile {
  readonly uri: vscode.Uri
  readonly file: SettingsFile
}

/** Looks through the workspace for files that hold Celery's settings, the likeliest first; those open in an editor as they are there. */
export async function findInWorkspace(): Promise<FoundFile[]> {
  const uris = await vscode.workspace.findFiles(candidates, excluded, mostFiles)
  const read = (await Promise.all(uris.map(readPythonFile))).flat()
  return findSettingsFiles(read).flatMap((file) => {
    const uri = read.find(({ path }) => path === file.path)?.uri
    return uri ? [{ uri, file }] : []
  })
}

async function readPythonFile(uri: vscode.Uri): Promise<(PythonFile & { readonly uri: vscode.Uri })[]> {
  const path = vscode.workspace.asRelativePath(uri)
  const open = vscode.workspace.textDocuments.find((document) => document.uri.toString() === uri.toString())
  if (open) return [{ uri, path, text: open.getText() }]
  try {
    if ((await vscode.workspace.fs.stat(uri)).size > largestFile) return []
    return [{ uri, path, text: Buffer.from(await vscode.workspace.fs.readFile(uri)).toString('utf8') }]
  } catch {
    // A file that went away meanwhile holds no settings.
    return []
  }
}
