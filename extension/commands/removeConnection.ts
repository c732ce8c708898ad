import * as vscode from 'vscode'
import { messageText } from '../shownText.ts'
import type { Execute } from '../warren.ts'
import { connectionOf, pickConnection } from './chooseConnection.ts'

/** Forgets a saved connection and its password, after asking. */
export const removeConnection: Execute = async ({ book }, argument) => {
  const entries = book.entries()
  if (entries.length === 0) return void vscode.window.showInformationMessage('No connection is saved yet.')
  const id = connectionOf(argument) ?? (await pickConnection(entries, 'Remove Connection'))
  const saved = id === undefined ? undefined : book.saved.find(id)
  if (!saved) return
  const question = `Remove the connection “${messageText(saved.name, 200)}” and its password?`
  const detail = 'The broker itself is not touched.'
  if ((await vscode.window.showWarningMessage(question, { modal: true, detail }, 'Remove')) === 'Remove')
    await book.remove(saved.id)
}
