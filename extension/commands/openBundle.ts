import { createReadStream } from 'node:fs'
import * as v from 'valibot'
import * as vscode from 'vscode'
import { postToBridge, textOf } from '../bridge/bridgeHttp.ts'
import { messageText } from '../shownText.ts'
import type { Execute } from '../warren.ts'

const Opened = v.pipe(v.string(), v.parseJson(), v.array(v.object({ status: v.object({ message: v.string() }) })))

/** Shows what a bundle holds, as read-only connections without a broker; they go with the bridge. */
export const openBundle: Execute = async (warren, argument) => {
  const file = argument instanceof vscode.Uri ? argument : await chooseFile()
  if (file === undefined) return
  const options = { location: vscode.ProgressLocation.Notification, title: 'Opening a bundle', cancellable: true }
  const opened = await vscode.window.withProgress(options, async (_progress, token) => {
    const stop = new AbortController()
    token.onCancellationRequested(() => stop.abort())
    try {
      const answer = await postToBridge(await warren.bridge.session(), 'api/bundle', createReadStream(file.fsPath), stop.signal)
      return v.parse(Opened, await textOf(answer))
    } catch (error) {
      if (stop.signal.aborted) return []
      throw error
    }
  })
  const [first] = opened
  if (!first) return
  warren.feed.open()
  void vscode.window.showInformationMessage(messageText(first.status.message))
}

async function chooseFile(): Promise<vscode.Uri | undefined> {
  const filters = { 'Bundles of Warren': ['gz', 'jsonl', 'json'], 'All files': ['*'] }
  const chosen = await vscode.window.showOpenDialog({
    title: 'Open Bundle',
    openLabel: 'Open Bundle',
    filters,
    canSelectMany: false,
  })
  return chosen?.[0]
}
