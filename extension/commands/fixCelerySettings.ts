import * as v from 'valibot'
import * as vscode from 'vscode'
import { blindSettings, settingLine } from '../../broker-bridge/protocol/index.ts'
import type { BlindSetting } from '../../broker-bridge/protocol/index.ts'
import { changesFor, changesShown } from '../celerySettings/settingsChange.ts'
import type { SettingChange } from '../celerySettings/settingsChange.ts'
import { findInWorkspace } from '../celerySettings/workspaceFiles.ts'
import type { FoundFile } from '../celerySettings/workspaceFiles.ts'
import { messageText, pickText } from '../shownText.ts'
import type { Execute, Warren } from '../warren.ts'

const title = 'Fix Celery Settings'

/** Offers the change that turns a setting on, where the workspace keeps Celery's settings; the user reviews it. */
export const fixCelerySettings: Execute = async (warren, argument) => {
  const settings = await chooseSettings(warren, argument)
  if (settings.length === 0) return
  const files = await findInWorkspace()
  if (files.length === 0) return offerToCopy(settings)
  const found = await chooseFile(files, settings)
  if (found) await offer(found, settings)
}

async function chooseSettings({ replica }: Warren, argument: unknown): Promise<readonly BlindSetting[]> {
  const given = v.safeParse(v.picklist(blindSettings), argument)
  if (given.success) return [given.output]
  const spots = replica.pictures.connections.flatMap(({ blindSpots }) => blindSpots ?? [])
  const items = blindSettings.map((setting) => {
    const spot = spots.find((one) => one.setting === setting)
    return { label: setting, description: spot ? 'off' : '', detail: spot?.effect ?? '', picked: spot !== undefined, setting }
  })
  const placeHolder = spots.length === 0 ? 'Warren knows of no setting that hides anything' : 'What shall be turned on?'
  const picked = await vscode.window.showQuickPick(items, { title, placeHolder, canPickMany: true })
  return picked?.map(({ setting }) => setting) ?? []
}

async function chooseFile(files: readonly FoundFile[], settings: readonly BlindSetting[]): Promise<FoundFile | undefined> {
  const items = files.map((found) => ({
    label: pickText(found.file.path),
    description: found.file.plain ? 'settings' : 'makes the application',
    detail: pickText(changesFor(found.file, settings).map(changeText).join('   '), 300),
    found,
  }))
  if (items.length <= 1) return items[0]?.found
  return (await vscode.window.showQuickPick(items, { title, placeHolder: 'Where are the settings?' }))?.found
}

function changeText(change: SettingChange): string {
  switch (change.kind) {
    case 'on':
      return `${change.setting} is on`
    case 'look':
      return `${change.setting}: to be looked at`
    case 'add':
    case 'change':
      return change.line
  }
}

async function offer({ uri, file }: FoundFile, settings: readonly BlindSetting[]): Promise<void> {
  const document = await vscode.workspace.openTextDocument(uri)
  const changes = changesShown(file, document.getText(), settings)
  const [first] = changes.flatMap((change) => (change.kind === 'on' ? [] : [change]))
  const at = document.positionAt(first?.at.from ?? 0)
  await vscode.window.showTextDocument(document, { selection: new vscode.Range(at, at) })
  const said = changes.flatMap(remark)
  if (said.length > 0) void vscode.window.showInformationMessage(messageText(said.join(' ')))
  await review(document, changes)
}

function remark(change: SettingChange): string[] {
  if (change.kind === 'on') return [`${change.setting} is on in this file; it takes effect when workers are restarted.`]
  return change.kind === 'look'
    ? [`Warren cannot tell how ${change.setting} is set here: make it True where the line is shown.`]
    : []
}

/** VS Code shows the change for review; nothing is written before the user applies it, and nothing is saved. */
async function review(document: vscode.TextDocument, changes: readonly SettingChange[]): Promise<void> {
  const edit = new vscode.WorkspaceEdit()
  const made = changes.flatMap((change) => (change.kind === 'add' || change.kind === 'change' ? [change] : []))
  if (made.length === 0) return
  for (const change of made) {
    const range = new vscode.Range(document.positionAt(change.edit.from), document.positionAt(change.edit.to))
    edit.replace(document.uri, range, change.edit.text, {
      label: `Let Warren see: ${change.line}`,
      description: 'It takes effect when workers, or the processes that send tasks, are restarted.',
      needsConfirmation: true,
    })
  }
  void vscode.window.showInformationMessage('Tick the change in the preview and choose Apply.')
  await vscode.workspace.applyEdit(edit, { isRefactoring: true })
}

async function offerToCopy(settings: readonly BlindSetting[]): Promise<void> {
  const lines = settings.map((setting) => settingLine(setting))
  const copy = lines.length === 1 ? 'Copy Line' : 'Copy Lines'
  const message = `Warren found no settings of Celery in this workspace. ${lines.join('  ')}`
  const chosen = await vscode.window.showInformationMessage(messageText(message), copy)
  if (chosen === copy) await vscode.env.clipboard.writeText(`${lines.join('\n')}\n`)
}
