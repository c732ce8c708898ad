import * as vscode from 'vscode'
import { readRetry, retryMembers } from '../documents/retryText.ts'
import { messageText } from '../shownText.ts'
import type { Execute } from '../warren.ts'
import { perform } from './perform.ts'
import { showEnqueued } from './showEnqueued.ts'

/** Sends what a person completed in the active document, exactly as they wrote it; the bridge asks about what they left. */
export const sendRetry: Execute = async (warren, argument) => {
  const uri = argument instanceof vscode.Uri ? argument : vscode.window.activeTextEditor?.document.uri
  const plan = uri && warren.retries.planOf(uri)
  if (!plan) return void vscode.window.showInformationMessage('Open a retry with “Retry Task” first.')
  const document = await vscode.workspace.openTextDocument(uri)
  const reading = readRetry(document.getText())
  if (!reading.ok) return void vscode.window.showErrorMessage(messageText(`The retry was not sent. ${reading.problem}`))
  const { connection, id } = plan
  const sent = await perform(warren, 'retry', { connection, id, ...retryMembers(plan, reading.retry) })
  if (!sent) return
  await closeDocument(document)
  showEnqueued(warren, sent, 'The retry')
}

/** What was sent needs no answer to "save your changes?". */
export async function closeDocument(document: vscode.TextDocument): Promise<void> {
  await document.save()
  const tabs = vscode.window.tabGroups.all.flatMap(({ tabs: all }) => all)
  const tab = tabs.find(({ input }) => input instanceof vscode.TabInputText && input.uri.toString() === document.uri.toString())
  if (tab) await vscode.window.tabGroups.close(tab)
}
