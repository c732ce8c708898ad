import * as vscode from 'vscode'
import { visibleLine } from '../../broker-bridge/protocol/index.ts'
import type { ActionEntry } from '../../broker-bridge/protocol/index.ts'
import { schemes } from '../contributions.ts'
import type { Bridge } from '../bridge/bridge.ts'
import { DisposableStore } from '../lifecycle.ts'
import type { Disposable } from '../lifecycle.ts'
import { clockText } from '../shownText.ts'
import type { Execute } from '../warren.ts'

/** Shows what was done through Warren, newest first. */
export const showActionLog: Execute = async () => {
  const uri = vscode.Uri.from({ scheme: schemes.actions, path: '/Warren Actions.log', query: String(Date.now()) })
  await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri), { preview: true })
}

/** Serves the log as a read-only document. */
export function registerActionLog(bridge: Bridge): Disposable {
  const store = new DisposableStore()
  const provideTextDocumentContent = async (): Promise<string> => {
    const { client } = await bridge.session()
    const { entries, file } = await client.request('listActions', { limit: 1_000 })
    const place = file === null ? '# Kept until this window closes: no folder to keep it in.' : `# Kept in ${file}`
    const lines = entries.map((entry) => lineOf(entry, Date.now() / 1_000))
    return [place, ...(lines.length === 0 ? ['# Nothing was done yet.'] : lines), ''].join('\n')
  }
  store.add(vscode.workspace.registerTextDocumentContentProvider(schemes.actions, { provideTextDocumentContent }))
  return store
}

function lineOf({ at, by, action, place, what, count, outcome, said }: ActionEntry, now: number): string {
  const many = count === null ? '' : `count ${count.toLocaleString('en-US')}`
  return visibleLine(
    [clockText(at, now), outcome, action, what, many, said, place, by === '' ? '' : `by ${by}`]
      .filter((part) => part !== '')
      .join('  ·  '),
    2_000,
  )
}
