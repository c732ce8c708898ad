import * as vscode from 'vscode'
import { commandIds } from '../contributions.ts'
import type { BookEntry } from '../connections/connectionBook.ts'
import { pickText } from '../shownText.ts'
import { connectionState } from '../views/connectionState.ts'
import { TreeLine } from '../views/treeLines.ts'
import type { Warren } from '../warren.ts'

/** The connection a tree's line belongs to; undefined when the command did not come from a tree. */
export function connectionOf(argument: unknown): string | undefined {
  const target = argument instanceof TreeLine ? argument.target : undefined
  switch (target?.kind) {
    case 'connection':
    case 'queue':
    case 'taskName':
    case 'worker':
    case 'failure':
    case 'periodic':
      return target.connection
    case 'task':
      return target.key.connection
    case 'more':
    case undefined:
      return undefined
  }
}

/** The connection to act on: the line's own, the only one, or one the user picks. Without any it says so and offers to connect. */
export async function chooseConnection(warren: Warren, argument: unknown, title: string): Promise<string | undefined> {
  const given = connectionOf(argument)
  if (given !== undefined) return given
  const active = warren.book.activeEntries()
  if (active.length === 0) return offerToConnect()
  if (active.length === 1) return active[0]?.saved.id
  return pickConnection(active, title)
}

/** True when some connection is wanted in this window; otherwise says so and offers to connect. */
export async function requireConnection(warren: Warren): Promise<boolean> {
  if (warren.book.activeEntries().length > 0) return true
  await offerToConnect()
  return false
}

async function offerToConnect(): Promise<undefined> {
  const connect = 'Connect to Broker…'
  const chosen = await vscode.window.showInformationMessage('Warren is not connected to a broker.', connect)
  if (chosen === connect) await vscode.commands.executeCommand(commandIds.connect)
  return undefined
}

/** Lets the user pick one of several connections. */
export async function pickConnection(entries: readonly BookEntry[], title: string): Promise<string | undefined> {
  const items = entries.map((entry) => ({
    label: pickText(entry.saved.name),
    description: pickText(entry.saved.address),
    detail: connectionState(entry).title,
    id: entry.saved.id,
  }))
  const picked = await vscode.window.showQuickPick(items, { title, placeHolder: 'Which connection?', matchOnDescription: true })
  return picked?.id
}
