import * as vscode from 'vscode'
import { settingIds } from '../contributions.ts'
import { ownSetting } from '../ownSetting.ts'

/** Whether the user lets language models do something on brokers; they are asked each time all the same. */
export function actionsAllowed(): boolean {
  return ownSetting(settingIds.aiAllowActions) === true
}

/** Tells when the user changed their mind. */
export function onActionsAllowedChange(listener: () => void): vscode.Disposable {
  return vscode.workspace.onDidChangeConfiguration((change) => {
    if (change.affectsConfiguration(settingIds.aiAllowActions)) listener()
  })
}
