import { join } from 'node:path'
import * as vscode from 'vscode'
import { settingIds } from '../contributions.ts'
import { codeOf, djangoSettingsOf, findCeleryApps } from './celeryApps.ts'
import type { CeleryApp } from './celeryApps.ts'
import { definitionOf, readTaskDefinitions } from './taskDefinitions.ts'
import { readPythonFiles } from './workspaceTasks.ts'

/** Where a task's code is in the workspace. */
export interface FoundCode {
  readonly workspace: vscode.WorkspaceFolder
  /** Absolute; modules are imported from here. */
  readonly folder: string
  readonly app: string | null
  readonly module: string | null
  readonly djangoSettings: string | null
}

/** An application, and the workspace folder it lies in. */
export interface FoundApp extends CeleryApp {
  readonly workspace: vscode.WorkspaceFolder
}

/** The code of a task; undefined where the workspace has neither the task nor a Celery application. @param name as registered */
export async function findTaskCode(name: string): Promise<FoundCode | undefined> {
  let withoutTask: FoundCode | undefined
  for (const workspace of vscode.workspace.workspaceFolders ?? []) {
    const files = await readPythonFiles(new vscode.RelativePattern(workspace, '**/*.py'))
    const definition = definitionOf(
      name,
      files.flatMap(({ path, text }) => readTaskDefinitions(path, text)),
    )
    const apps = findCeleryApps(files)
    const named = namedApp(workspace)
    const code = codeOf(name, definition, files, apps, named)
    if (!code) continue
    const { folder, module } = code
    const djangoSettings = djangoSettingsOf(
      files,
      folder,
      apps.find(({ app }) => app === code.app),
    )
    const app = named ?? code.app
    const found = { workspace, folder: join(workspace.uri.fsPath, folder), app, module, djangoSettings }
    if (definition) return found
    withoutTask ??= found
  }
  return withoutTask
}

/** The Celery applications of the workspace: the one that the setting names, or those that files make. */
export async function findApps(): Promise<FoundApp[]> {
  const found: FoundApp[] = []
  for (const workspace of vscode.workspace.workspaceFolders ?? []) {
    const named = namedApp(workspace)
    const files = await readPythonFiles(new vscode.RelativePattern(workspace, '**/*.py'))
    const apps = findCeleryApps(files)
    const chosen = named === null ? apps : [{ path: '', folder: apps[0]?.folder ?? '', app: named }]
    found.push(...chosen.map((app) => ({ ...app, workspace })))
  }
  return found
}

/** What the user says `celery -A` gets; null where Warren finds it. */
function namedApp(workspace: vscode.WorkspaceFolder): string | null {
  const value: unknown = vscode.workspace.getConfiguration(undefined, workspace.uri).get(settingIds.celeryApp)
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : null
}
