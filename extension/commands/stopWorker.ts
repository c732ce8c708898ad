import * as vscode from 'vscode'
import { pickText } from '../shownText.ts'
import type { Execute } from '../warren.ts'

/** Stops a worker that this window runs. It finishes its tasks first. */
export const stopWorker: Execute = async ({ workers }) => {
  const { running } = workers
  if (running.length === 0) {
    void vscode.window.showInformationMessage('This window runs no worker. “Warren: Start Worker” starts one.')
    return
  }
  const items = running.map((worker) => ({ label: pickText(worker.name), worker }))
  const chosen =
    running.length === 1
      ? items[0]
      : await vscode.window.showQuickPick(items, {
          title: 'Stop Worker',
          placeHolder: 'Which worker? It finishes its tasks first.',
        })
  chosen?.worker.stop()
}
