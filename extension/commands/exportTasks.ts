import { createWriteStream } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import * as vscode from 'vscode'
import { exportEndings, exportFileName } from '../../broker-bridge/protocol/index.ts'
import type { ExportFormat, TaskFilter } from '../../broker-bridge/protocol/index.ts'
import { postToBridge } from '../bridge/bridgeHttp.ts'
import { countText, messageText } from '../shownText.ts'
import type { Execute, Warren } from '../warren.ts'
import { requireConnection } from './chooseConnection.ts'
import { chooseScope } from './exportScope.ts'

const formats: readonly { readonly format: ExportFormat; readonly label: string; readonly detail: string }[] = [
  { format: 'csv', label: 'CSV', detail: 'A table for spreadsheets; texts that look like formulas are made harmless.' },
  { format: 'jsonl', label: 'JSON lines', detail: 'One task per line with all its fields, for programs.' },
  { format: 'bundle', label: 'Bundle', detail: 'One file that Warren opens again without a broker.' },
]

/** Writes tasks to a file: those of the feed's filter when the feed asks, of one connection from its line, else those chosen. */
export const exportTasks: Execute = async (warren, argument) => {
  if (!(await requireConnection(warren))) return
  const title = 'Export Tasks'
  const scope = await chooseScope(warren, argument, title)
  if (scope === undefined) return
  const what = scope.count === null ? 'What the history finds' : countText(scope.count, 'task')
  const placeHolder = `${what}: in which form? Secrets are masked.`
  const format = (await vscode.window.showQuickPick(formats, { title, placeHolder }))?.format
  if (format === undefined) return
  const target = await vscode.window.showSaveDialog({
    title,
    defaultUri: vscode.Uri.joinPath(folderOf(), exportFileName(format, Date.now() / 1000)),
    filters: { [title]: [exportEndings[format]] },
  })
  if (target === undefined) return
  if (await save(warren, { format, filter: scope.filter, source: scope.source }, target)) await offerToOpen(target, format)
}

function folderOf(): vscode.Uri {
  return vscode.workspace.workspaceFolders?.[0]?.uri ?? vscode.Uri.file(process.env['HOME'] ?? '/')
}

interface Wanted {
  readonly format: ExportFormat
  readonly filter: TaskFilter
  readonly source: 'memory' | 'history'
}

/** False when the user stopped it; then no file is left. */
async function save(warren: Warren, wanted: Wanted, target: vscode.Uri): Promise<boolean> {
  const options = { location: vscode.ProgressLocation.Notification, title: 'Exporting tasks', cancellable: true }
  return vscode.window.withProgress(options, async (progress, token) => {
    const stop = new AbortController()
    token.onCancellationRequested(() => stop.abort())
    const part = `${target.fsPath}.part`
    try {
      const answer = await postToBridge(await warren.bridge.session(), 'api/export', JSON.stringify(wanted), stop.signal)
      await pipeline(
        answer,
        counted((bytes) => progress.report({ message: sizeText(bytes) })),
        createWriteStream(part),
        { signal: stop.signal },
      )
      await rename(part, target.fsPath)
      return true
    } catch (error) {
      await rm(part, { force: true })
      if (stop.signal.aborted) return false
      throw error
    }
  })
}

/** Passes everything on and tells, about five times a second, how much it was. */
function counted(tell: (bytes: number) => void): Transform {
  let bytes = 0
  let told = 0
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length
      const now = Date.now()
      if (now - told > 200) tell(bytes)
      if (now - told > 200) told = now
      done(null, chunk)
    },
  })
}

function sizeText(bytes: number): string {
  return `${(bytes / 1_000_000).toFixed(1)} MB written`
}

async function offerToOpen(target: vscode.Uri, format: ExportFormat): Promise<void> {
  const [open, reveal] = ['Open', 'Show in Folder']
  const choices = format === 'bundle' ? [reveal] : [open, reveal]
  const chosen = await vscode.window.showInformationMessage(messageText(`Exported to ${target.fsPath}.`), ...choices)
  if (chosen === open) await vscode.commands.executeCommand('vscode.open', target)
  if (chosen === reveal) await vscode.commands.executeCommand('revealFileInOS', target)
}
