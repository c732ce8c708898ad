import * as vscode from 'vscode'

/**
 * A setting that only the user's own settings decide. VS Code keeps workspaces out of such settings by their scope; this does not
 * even look at what a workspace says.
 */
export function ownSetting(id: string): unknown {
  const said = vscode.workspace.getConfiguration().inspect(id)
  return said?.globalValue ?? said?.defaultValue
}
