import * as v from 'valibot'
import * as vscode from 'vscode'
import { blindSettings, settingLine } from '../../broker-bridge/protocol/index.ts'
import type { BlindSetting } from '../../broker-bridge/protocol/index.ts'
import { changeFor, findSettingsFiles } from '../celerySettings/settingsFiles.ts'
import type { PythonFile, SettingsFile } from '../celerySettings/settingsFiles.ts'
import { messageText, pickText } from '../shownText.ts'
import type { Execute, Warren } from '../warren.ts'

const candidates = '**/{celeryconfig,celery,celery_app,celeryapp,settings,config,conf,base,production,local,app,tasks,worker}*.py'
const excluded = '**/{node_modules,.git,.venv,venv,env,site-packages,__pycache__,.tox}/**'
const mostFiles = 300
const largestFile = 300_000

/** Offers the line that turns a setting on, where the workspace keeps Celery's settings, as a change that the user reviews. */
export const fixCelerySettings: Execute = async (warren, argument) => {
  const settings = await chooseSettings(warren, argument)
  if (settings.length === 0) return
  const files = findSettingsFiles(await readPythonFiles())
  const file = await chooseFile(files, settings)
  if (file) await offer(file, settings)
  else if (files.length === 0)
    await offerToCopy(
      settings.map((setting) => settingLine(setting)),
      'Warren found no settings of Celery in this workspace.',
    )
}

async function chooseSettings({ replica }: Warren, argument: unknown): Promise<readonly BlindSetting[]> {
  const given = v.safeParse(v.picklist(blindSettings), argument)
  if (given.success) return [given.output]
  const spots = replica.pictures.connections.flatMap(({ blindSpots }) => blindSpots ?? [])
  const items = blindSettings.map((setting) => {
    const spot = spots.find((one) => one.setting === setting)
    return { label: setting, description: spot ? 'off' : '', detail: spot?.effect ?? '', picked: spot !== undefined, setting }
  })
  const title = 'Fix Celery Settings'
  const placeHolder = spots.length === 0 ? 'Warren knows of no setting that hides anything' : 'What shall be turned on?'
  const picked = await vscode.window.showQuickPick(items, { title, placeHolder, canPickMany: true })
  return picked?.map(({ setting }) => setting) ?? []
}

interface FoundFile extends PythonFile {
  readonly uri: vscode.Uri
}

async function readPythonFiles(): Promise<FoundFile[]> {
  const uris = await vscode.workspace.findFiles(candidates, excluded, mostFiles)
  return (await Promise.all(uris.map(readPythonFile))).flat()
}

async function readPythonFile(uri: vscode.Uri): Promise<FoundFile[]> {
  try {
    if ((await vscode.workspace.fs.stat(uri)).size > largestFile) return []
    const text = Buffer.from(await vscode.workspace.fs.readFile(uri)).toString('utf8')
    return [{ uri, text, path: vscode.workspace.asRelativePath(uri) }]
  } catch {
    // A file that went away meanwhile holds no settings.
    return []
  }
}

async function chooseFile(files: readonly SettingsFile[], settings: readonly BlindSetting[]): Promise<SettingsFile | undefined> {
  const items = files.map((file) => ({
    label: pickText(file.path),
    description: file.plain ? 'the line is added at its end, to be reviewed' : 'opened at its end, with the line copied',
    detail: pickText(settings.map((setting) => settingLine(setting, file.style)).join('   ')),
    file,
  }))
  if (items.length <= 1) return items[0]?.file
  const picked = await vscode.window.showQuickPick(items, {
    title: 'Fix Celery Settings',
    placeHolder: 'Where are the settings?',
  })
  return picked?.file
}

async function offer(file: SettingsFile, settings: readonly BlindSetting[]): Promise<void> {
  const [uri] = await vscode.workspace.findFiles(file.path, undefined, 1)
  if (!uri) return
  const document = await vscode.workspace.openTextDocument(uri)
  const { lines, mentioned } = changeFor({ text: document.getText(), style: file.style }, settings)
  const end = document.lineAt(document.lineCount - 1).range.end
  const [first] = mentioned
  await vscode.window.showTextDocument(document, {
    selection: new vscode.Range(...cursorAt(first ? new vscode.Position(first.line, 0) : end)),
  })
  if (first) void vscode.window.showInformationMessage(messageText(`${first.setting} is mentioned here already; set it to True.`))
  if (lines.length === 0) return
  if (file.plain) await addAtEnd(document, end, lines)
  else await offerToCopy(lines, 'This file is code, so Warren changes nothing in it. Put the line below where the app is made.')
}

function cursorAt(position: vscode.Position): [vscode.Position, vscode.Position] {
  return [position, position]
}

/** VS Code shows the change for review; nothing is written before the user applies it, and nothing is saved. */
async function addAtEnd(document: vscode.TextDocument, end: vscode.Position, lines: readonly string[]): Promise<void> {
  const edit = new vscode.WorkspaceEdit()
  const before = end.character === 0 ? '' : '\n'
  edit.insert(document.uri, end, `${before}${lines.join('\n')}\n`, {
    label: `Let Warren see: ${lines.join(', ')}`,
    description: 'It takes effect when workers, or the processes that send tasks, are restarted.',
    needsConfirmation: true,
  })
  void vscode.window.showInformationMessage('Tick the line in the preview and choose Apply to add it.')
  await vscode.workspace.applyEdit(edit, { isRefactoring: true })
}

async function offerToCopy(lines: readonly string[], why: string): Promise<void> {
  const copy = lines.length === 1 ? 'Copy Line' : 'Copy Lines'
  const chosen = await vscode.window.showInformationMessage(messageText(`${why} ${lines.join('  ')}`), copy)
  if (chosen === copy) await vscode.env.clipboard.writeText(`${lines.join('\n')}\n`)
}
