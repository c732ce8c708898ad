import * as vscode from 'vscode'
import type { Execute } from '../warren.ts'
import { chooseTask } from './chooseTask.ts'
import { closeDocument } from './sendRetry.ts'

/** Opens what a retry would send as a document, to be changed before it is sent. */
export const retryWithEdits: Execute = async (warren, argument) => {
  const key = await chooseTask(warren, argument, {
    title: 'Retry with Edits',
    placeholder: 'Type a name, an id, arguments or an error',
    states: ['FAILURE', 'SUCCESS', 'REVOKED', 'REJECTED'],
    none: 'No task has ended yet.',
  })
  if (!key) return
  const { client } = await warren.bridge.session()
  await warren.retries.open(await client.request('planRetry', key))
}

/** Closes a retry's document; nothing is sent. */
export const cancelRetry: Execute = async (warren, argument) => {
  const uri = argument instanceof vscode.Uri ? argument : vscode.window.activeTextEditor?.document.uri
  if (uri && warren.retries.planOf(uri)) await closeDocument(await vscode.workspace.openTextDocument(uri))
}
