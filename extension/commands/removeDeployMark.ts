import * as vscode from 'vscode'
import { messageText, pickText } from '../shownText.ts'
import type { Execute } from '../warren.ts'
import { perform } from './perform.ts'

const title = 'Remove Deploy Mark'

/** Takes one of the marks that scripts told of out of the charts. */
export const removeDeployMark: Execute = async (warren) => {
  const { client } = await warren.bridge.session()
  const marks = await client.request('listMarks', {})
  if (marks.length === 0) {
    void vscode.window.showInformationMessage('No deploy is marked. Scripts mark deploys with POST /api/marks.')
    return
  }
  const items = marks.toReversed().map((mark) => ({
    label: `$(rocket) ${pickText(mark.text)}`,
    description: new Date(mark.at * 1_000).toLocaleString(),
    mark,
  }))
  const picked = await vscode.window.showQuickPick(items, { title, placeHolder: 'Which mark?', matchOnDescription: true })
  if (!picked) return
  const { text, at } = picked.mark
  const removed = await perform(warren, 'removeMark', { text, at })
  if (removed) void vscode.window.showInformationMessage(messageText(`The mark “${text}” was removed.`))
}
