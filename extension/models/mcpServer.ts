import { delimiter } from 'node:path'
import * as vscode from 'vscode'
import { mcpProviderId, settingIds } from '../contributions.ts'
import { DisposableStore } from '../lifecycle.ts'
import type { Disposable } from '../lifecycle.ts'
import type { Warren } from '../warren.ts'
import { actionsAllowed, onActionsAllowedChange } from './allowActions.ts'

/**
 * Offers Warren to VS Code as a server of the Model Context Protocol. It joins this window's bridge, so that it opens no connection of
 * its own; address and secret are put in only when it is started, because VS Code keeps what it was offered.
 * @param program the bridge's bundle
 */
export function registerMcpServer({ bridge }: Warren, program: string, version: string): Disposable {
  const store = new DisposableStore()
  const lm = vscode.lm as Partial<typeof vscode.lm> | undefined
  if (typeof lm?.registerMcpServerDefinitionProvider !== 'function') return store
  const changed = store.add(new vscode.EventEmitter<void>())
  store.add(onActionsAllowedChange(() => changed.fire()))
  store.add(vscode.workspace.onDidChangeWorkspaceFolders(() => changed.fire()))
  const provider: vscode.McpServerDefinitionProvider<vscode.McpStdioServerDefinition> = {
    onDidChangeMcpServerDefinitions: changed.event,
    provideMcpServerDefinitions: () => [
      new vscode.McpStdioServerDefinition(
        'Warren',
        process.execPath,
        [program, ...serverArguments()],
        serverEnvironment(),
        version,
      ),
    ],
    resolveMcpServerDefinition: async (server) => {
      const { process: running } = await bridge.session()
      server.env = { ...server.env, WARREN_URL: `http://127.0.0.1:${running.port}/`, WARREN_TOKEN: running.token }
      return server
    },
  }
  store.add(vscode.lm.registerMcpServerDefinitionProvider(mcpProviderId, provider))
  return store
}

function serverArguments(): string[] {
  const folders = (vscode.workspace.workspaceFolders ?? [])
    .filter(({ uri }) => uri.scheme === 'file')
    .map(({ uri }) => uri.fsPath)
  return [
    '--mcp',
    '--attach',
    ...(folders.length === 0 ? [] : ['--workspace', folders.join(delimiter)]),
    ...(actionsAllowed() ? ['--allow-actions'] : []),
  ]
}

/** On the desktop the program is Electron, which this makes behave as Node. */
function serverEnvironment(): Record<string, string | null> {
  const mappings: unknown = vscode.workspace.getConfiguration().get(settingIds.tracebackPathMappings)
  return { ELECTRON_RUN_AS_NODE: '1', NODE_OPTIONS: null, WARREN_PATH_MAPPINGS: JSON.stringify(mappings ?? {}) }
}
