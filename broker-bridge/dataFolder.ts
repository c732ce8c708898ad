import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'

/**
 * Folder for what has to outlive this process. As a child of VS Code the bridge is started in the extension's own storage; from a
 * terminal it is the user's, as the XDG specification says where.
 */
export function dataFolder({ stdio }: { readonly stdio: boolean }, env: Readonly<Record<string, string | undefined>>): string {
  if (stdio) return process.cwd()
  const given = env['XDG_DATA_HOME'] ?? ''
  return join(isAbsolute(given) ? given : join(homedir(), '.local', 'share'), 'warren')
}
