import * as vscode from 'vscode'
import { excerpt, fitting } from '../../broker-bridge/protocol/index.ts'
import { frameBasename, isPythonSource, onlyPython } from '../../broker-bridge/protocol/pathMatching.ts'
import type { CodePlace, SourceExcerpt } from '../../broker-bridge/protocol/index.ts'
import { findSources } from '../documents/sourceFiles.ts'

const largestFile = 2 * 2 ** 20

/** The workspace's code around places that a traceback names, found as `Show Traceback` finds them, of Python's source only. Never throws. */
export async function workspaceSources(places: readonly CodePlace[]): Promise<SourceExcerpt[]> {
  return fitting(await Promise.all(places.map(sourceOf)))
}

async function sourceOf(place: CodePlace): Promise<SourceExcerpt> {
  const without = (problem: string): SourceExcerpt => ({ ...place, path: null, code: [], problem })
  if (!isPythonSource(frameBasename(place.file) ?? '')) return without(onlyPython)
  try {
    const files = (await findSources(place.file)).filter(({ relative, real }) => [relative, real].every(isPythonSource))
    const [first] = files
    if (first === undefined) return without('No file of the workspace matches this path.')
    const names = files.slice(0, 5).map(({ relative }) => relative)
    if (files.length > 1) return without(`Several files of the workspace match: ${names.join(', ')}.`)
    return excerpt(place, first.relative, await read(first.uri))
  } catch {
    return without('The file that matches cannot be read.')
  }
}

async function read(uri: vscode.Uri): Promise<string> {
  const { size } = await vscode.workspace.fs.stat(uri)
  if (size > largestFile) throw new Error('too large to be shown')
  return new TextDecoder().decode(await vscode.workspace.fs.readFile(uri))
}
