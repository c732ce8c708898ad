/**
 * The environment of the bridge: the user's, without what belongs to VS Code itself, without other programs' secrets, and
 * without what changes how Node runs. On the desktop the program is Electron, which this makes behave as Node.
 */
export function bridgeEnvironment(environment: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const kept: Record<string, string> = {}
  for (const [name, value] of Object.entries(environment)) {
    if (value !== undefined && !isLeftOut(name)) kept[name] = value
  }
  kept['ELECTRON_RUN_AS_NODE'] = '1'
  return kept
}

function isLeftOut(name: string): boolean {
  const upper = name.toUpperCase()
  return upper.startsWith('VSCODE_') || upper.startsWith('NODE_OPTIONS') || upper === 'TOKEN' || upper.endsWith('_TOKEN')
}
