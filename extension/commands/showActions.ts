import * as vscode from 'vscode'
import { commandIds } from '../contributions.ts'
import type { Execute } from '../warren.ts'

/** What the status bar item opens: the next steps that make sense now. */
export const showActions: Execute = async (warren) => {
  const connected = warren.book.activeEntries().length > 0
  const stopped = warren.bridge.status.kind === 'stopped'
  const items = [
    ...(stopped ? [{ label: '$(debug-restart) Restart Bridge', command: commandIds.restartBridge }] : []),
    ...(connected ? whenConnected : []),
    { label: '$(plug) Connect to Broker…', command: commandIds.connect },
    ...(connected ? [{ label: '$(debug-disconnect) Disconnect…', command: commandIds.disconnect }] : []),
    { label: '$(output) Show Log', command: commandIds.showLog },
  ]
  const picked = await vscode.window.showQuickPick(items, { title: 'Warren' })
  if (picked) await vscode.commands.executeCommand(picked.command)
}

const whenConnected = [
  { label: '$(pulse) Open Live Feed', command: commandIds.openFeed },
  { label: '$(history) Search History…', command: commandIds.searchHistory },
  { label: '$(error) Show Traceback…', command: commandIds.showTraceback },
  { label: '$(play) Enqueue Task…', command: commandIds.enqueueTask },
  { label: '$(refresh) Refresh', command: commandIds.refresh },
]
