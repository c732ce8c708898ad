import { realpath } from 'node:fs/promises'
import { relative, isAbsolute, sep } from 'node:path'
import * as vscode from 'vscode'
import { settingsSection } from '../contributions.ts'
import { frameBasename, matchFrame } from '../../broker-bridge/protocol/pathMatching.ts'
import type { Candidate, PathMappings } from '../../broker-bridge/protocol/pathMatching.ts'

/** A workspace file a frame may mean. */
export interface SourceFile extends Candidate {
  readonly uri: vscode.Uri
  /** Path below its workspace folder once links are followed. */
  readonly real: string
}

const mostFiles = 500

/** The workspace's files that a traceback's path means; several where they tie, none where the workspace holds no such file. */
export async function findSources(frame: string): Promise<SourceFile[]> {
  const basename = frameBasename(frame)
  if (basename === undefined) return []
  const uris = await vscode.workspace.findFiles(`**/${escapeGlob(basename)}`, '**/{node_modules,.git,__pycache__}/**', mostFiles)
  const candidates = uris.flatMap((uri) => {
    const folder = vscode.workspace.getWorkspaceFolder(uri)
    return folder ? [{ uri, path: uri.path, relative: uri.path.slice(folder.uri.path.replace(/\/$/, '').length + 1) }] : []
  })
  const matches = matchFrame(frame, candidates, pathMappings())
  const found = await Promise.all(matches.map(async (match) => ({ ...match, real: await realBelow(match.uri, match.relative) })))
  return found.filter((file): file is SourceFile => file.real !== null)
}

/** In a glob these characters mean more than themselves; a set with one member means just that member. */
function escapeGlob(name: string): string {
  return name.replace(/[*?{}[\]!,]/g, (character) => (character === '!' || character === ',' ? character : `[${character}]`))
}

function pathMappings(): PathMappings {
  const value: unknown = vscode.workspace.getConfiguration(settingsSection).get('tracebackPathMappings')
  if (typeof value !== 'object' || value === null) return {}
  return Object.fromEntries(Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'))
}

/** A link inside the workspace may lead out of it; what lies outside is never opened because a traceback says so: null. */
async function realBelow(uri: vscode.Uri, below: string): Promise<string | null> {
  if (uri.scheme !== 'file') return below
  const folder = vscode.workspace.getWorkspaceFolder(uri)
  if (!folder) return null
  try {
    const [file, root] = await Promise.all([realpath(uri.fsPath), realpath(folder.uri.fsPath)])
    const path = relative(root, file)
    const isInside = path !== '' && path !== '..' && !path.startsWith(`..${sep}`) && !isAbsolute(path)
    return isInside ? path.split(sep).join('/') : null
  } catch {
    return null
  }
}
