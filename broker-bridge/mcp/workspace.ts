import { constants } from 'node:fs'
import { open, readdir, realpath } from 'node:fs/promises'
import { isAbsolute, join, relative, sep } from 'node:path'
import { excerpt, fitting } from '../protocol/index.ts'
import type { CodePlace, SourceExcerpt } from '../protocol/index.ts'
import { frameBasename, isPythonSource, matchFrame, onlyPython } from '../protocol/pathMatching.ts'
import type { Candidate, PathMappings } from '../protocol/pathMatching.ts'

/** Gives the source code around places that tracebacks name, as far as the workspace holds them. Never throws. */
export type SourceReader = (places: readonly CodePlace[]) => Promise<SourceExcerpt[]>

interface Found extends Candidate {
  readonly root: string
}

const leftOut = new Set(['node_modules', '__pycache__', 'venv'])
/** Entries of folders that are looked at for one answer. */
const mostEntries = 200_000
const largestFile = 2 * 2 ** 20

/**
 * Reads Python's source below the given folders and nothing else: a place names a file only by the end of its path, and what leads
 * out of the folder by a link is not read.
 */
export function workspaceSources(folders: readonly string[], mappings: PathMappings = {}): SourceReader {
  return async (places) => {
    if (folders.length === 0)
      return places.map((place) => without(place, 'No workspace was named; start with --workspace FOLDER.'))
    const wanted = new Set(places.flatMap(({ file }) => frameBasename(file) ?? []).filter(isPythonSource))
    const candidates = (await Promise.all(folders.map((folder) => filesNamed(folder, wanted)))).flat()
    return fitting(await Promise.all(places.map((place) => sourceOf(place, matchFrame(place.file, candidates, mappings)))))
  }
}

async function sourceOf(place: CodePlace, matches: readonly Found[]): Promise<SourceExcerpt> {
  const [first, ...others] = matches
  if (!isPythonSource(frameBasename(place.file) ?? '')) return without(place, onlyPython)
  if (first === undefined) return without(place, 'No file of the workspace matches this path.')
  if (others.length > 0)
    return without(
      place,
      `Several files of the workspace match: ${matches
        .slice(0, 5)
        .map((match) => match.relative)
        .join(', ')}.`,
    )
  try {
    return excerpt(place, first.relative, await readInside(first))
  } catch {
    return without(place, 'The file that matches cannot be read, is no Python source, or lies outside of the workspace.')
  }
}

const without = (place: CodePlace, problem: string): SourceExcerpt => ({ ...place, path: null, code: [], problem })

async function filesNamed(folder: string, names: ReadonlySet<string>): Promise<Found[]> {
  const root = await realpath(folder).catch(() => null)
  if (root === null) return []
  const found: Found[] = []
  const folders = [root]
  let left = mostEntries
  for (let next = folders.pop(); next !== undefined && left > 0; next = folders.pop()) {
    for (const entry of await readdir(next, { withFileTypes: true }).catch(() => [])) {
      left -= 1
      const path = join(next, entry.name)
      // A link to a folder is not followed: it may lead out, or round in circles.
      if (entry.isDirectory() && !entry.name.startsWith('.') && !leftOut.has(entry.name)) folders.push(path)
      else if (!entry.isDirectory() && names.has(entry.name))
        found.push({ root, path: slashes(path), relative: slashes(relative(root, path)) })
    }
  }
  return found
}

const slashes = (path: string): string => path.split(sep).join('/')

/** @throws where the file lies outside, is no plain file, or is too large */
async function readInside({ root, path }: Found): Promise<string> {
  const real = await realpath(path)
  const below = relative(root, real)
  if (below === '' || below === '..' || below.startsWith(`..${sep}`) || isAbsolute(below)) throw new Error('outside')
  // A link with the name of a source file may lead to another file of the workspace.
  if (!isPythonSource(slashes(below))) throw new Error('no source')
  // Not followed once more: between the two calls somebody may put a link into its place.
  const file = await open(real, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  try {
    const about = await file.stat()
    if (!about.isFile() || about.size > largestFile) throw new Error('no file to be shown')
    return await file.readFile('utf8')
  } finally {
    await file.close()
  }
}
