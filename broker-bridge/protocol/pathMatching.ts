import { isLibraryFrame } from './traceback.ts'

/** A file of the workspace that a frame of a traceback may mean. */
export interface Candidate {
  /** Whole path with `/` between its parts. */
  readonly path: string
  /** Path below its workspace folder. */
  readonly relative: string
}

/** Where a container keeps what the workspace keeps elsewhere: `/srv/app` → `backend`, below a workspace folder. */
export type PathMappings = Readonly<Record<string, string>>

/**
 * The files a frame means: those that share the longest end of the path with it. Several mean a tie, none mean that the
 * workspace holds no such file. Works on names only and opens nothing.
 */
export function matchFrame<C extends Candidate>(frame: string, candidates: readonly C[], mappings: PathMappings = {}): C[] {
  const parts = pathParts(frame)
  if (parts === undefined) return []
  const exact = candidates.filter((candidate) => sameParts(pathParts(candidate.path) ?? [], parts))
  if (exact.length > 0 && isAbsolute(frame)) return exact
  const mapped = mappedParts(frame, mappings)
  if (mapped) return candidates.filter((candidate) => sameParts(pathParts(candidate.relative) ?? [], mapped))
  return longestSuffix(parts, candidates, isLibraryFrame(frame) ? packageParts(parts) : 1)
}

/** The last part of a frame's path, to look for in the workspace; undefined when no file can be meant. */
export function frameBasename(frame: string): string | undefined {
  return pathParts(frame)?.at(-1)
}

/**
 * Whether a file may be given away because a traceback, which is a hostile text, names it: Python's source, and nothing below a name
 * that begins with a dot, where settings and secrets lie.
 * @param relative below its workspace folder
 */
export function isPythonSource(relative: string): boolean {
  const parts = pathParts(relative)
  return parts?.every((part) => !part.startsWith('.')) === true && /\.py[ix]?$/i.test(relative)
}

export const onlyPython = 'Only Python’s source code is shown, and nothing below a name that begins with a dot.'

function longestSuffix<C extends Candidate>(parts: readonly string[], candidates: readonly C[], least: number): C[] {
  const scored = candidates.map((candidate) => ({ candidate, shared: sharedSuffix(parts, pathParts(candidate.path) ?? []) }))
  const best = Math.max(0, ...scored.map(({ shared }) => shared))
  return best < least ? [] : scored.filter(({ shared }) => shared === best).map(({ candidate }) => candidate)
}

/**
 * Of a path into installed packages everything after `site-packages` must agree: a project's own `trace.py` is not Celery's,
 * while a project that was installed into its container is found.
 */
function packageParts(parts: readonly string[]): number {
  const root = parts.findLastIndex((part) => /^(site-packages|dist-packages|python\d[^/]*)$/.test(part))
  return Math.max(2, parts.length - 1 - root)
}

function mappedParts(frame: string, mappings: PathMappings): readonly string[] | undefined {
  const parts = pathParts(frame)
  if (!parts) return undefined
  const rules = Object.entries(mappings)
    .map(([from, to]) => ({ from: pathParts(from), to: to === '' || to === '.' ? [] : pathParts(to) }))
    .filter((rule) => rule.from?.every((part, index) => part === parts[index]) === true && rule.to !== undefined)
    .sort((a, b) => (b.from?.length ?? 0) - (a.from?.length ?? 0))
  const rule = rules[0]
  return rule && [...(rule.to ?? []), ...parts.slice(rule.from?.length ?? 0)]
}

/** Parts of a path; undefined where it holds what no honest path holds: `..`, nothing, NUL, or a pseudo file such as `<string>`. */
function pathParts(path: string): string[] | undefined {
  if (path === '' || path.length > 4_000 || path.includes('\0') || path.startsWith('<')) return undefined
  const parts = path.split(/[/\\]+/).filter((part) => part !== '' && part !== '.')
  return parts.length === 0 || parts.includes('..') ? undefined : parts
}

function isAbsolute(path: string): boolean {
  return /^([/\\]|[a-z]:[/\\])/i.test(path)
}

function sameParts(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((part, index) => part === b[index])
}

function sharedSuffix(a: readonly string[], b: readonly string[]): number {
  let shared = 0
  while (shared < a.length && shared < b.length && a[a.length - 1 - shared] === b[b.length - 1 - shared]) shared += 1
  return shared
}
