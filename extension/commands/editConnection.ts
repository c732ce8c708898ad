import * as vscode from 'vscode'
import { editFlow } from '../connections/connectFlow.ts'
import type { Execute } from '../warren.ts'
import { connectionOf, pickConnection } from './chooseConnection.ts'

/** Changes a saved connection and, if it is in use, connects anew. */
export const editConnection: Execute = async ({ book }, argument) => {
  const entries = book.entries()
  if (entries.length === 0) return void vscode.window.showInformationMessage('No connection is saved yet.')
  const id = connectionOf(argument) ?? (await pickConnection(entries, 'Edit Connection'))
  if (id !== undefined) await editFlow(book, id)
}
