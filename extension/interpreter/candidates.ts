import { basename, isAbsolute, join } from 'node:path'

/** A Python that may be the workspace's, and who says so. */
export interface Candidate {
  readonly path: string
  readonly from: string
}

/**
 * Where a workspace's Python may be, the likeliest first. The last one is the system's, to be found on the PATH.
 * @param setting `python.defaultInterpreterPath`, whatever stands in it
 */
export function interpreterCandidates(folder: string, setting: unknown, platform: NodeJS.Platform): Candidate[] {
  const windows = platform === 'win32'
  const program = windows ? join('Scripts', 'python.exe') : join('bin', 'python')
  return [
    ...fromSetting(folder, setting),
    ...['.venv', 'venv'].map((name) => ({ path: join(folder, name, program), from: `the folder ${name}` })),
    { path: windows ? 'python' : 'python3', from: 'the PATH' },
  ]
}

/** `python` alone is the setting's own default and says nothing. */
function fromSetting(folder: string, setting: unknown): Candidate[] {
  if (typeof setting !== 'string' || setting.trim() === '' || setting === 'python') return []
  // Functions, because `$&` in a folder's name would mean something in a text that replaces.
  const path = setting
    .replace(/\$\{workspaceFolder(Basename)?\}/g, (_found, base: string | undefined) => (base ? basename(folder) : folder))
    .replace(/^~(?=\/|$)/, () => process.env['HOME'] ?? '~')
  if (path.includes('${')) return []
  const looksLikePath = path.includes('/') || path.includes('\\')
  return [{ path: isAbsolute(path) || !looksLikePath ? path : join(folder, path), from: 'python.defaultInterpreterPath' }]
}
