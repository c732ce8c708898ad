import * as vscode from 'vscode'

/** Whether code of the workspace may be run; where it may not, the user is told what to do. */
export async function mayRunCode(what: string): Promise<boolean> {
  if (vscode.workspace.isTrusted) return true
  const manage = 'Manage Workspace Trust'
  const message = `${what} runs code of this workspace, and you have not trusted it yet. Nothing was started.`
  if ((await vscode.window.showWarningMessage(message, manage)) === manage)
    await vscode.commands.executeCommand('workbench.trust.manage')
  return false
}
