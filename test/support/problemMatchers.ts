import { readFileSync } from 'node:fs'
import * as v from 'valibot'

const Pattern = v.object({
  regexp: v.string(),
  file: v.optional(v.number()),
  line: v.optional(v.number()),
  message: v.optional(v.number()),
})
const Manifest = v.object({
  contributes: v.object({ problemMatchers: v.array(v.object({ name: v.string(), pattern: v.array(Pattern) })) }),
})
const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
const { problemMatchers } = v.parse(v.pipe(v.string(), v.parseJson(), Manifest), text).contributes

export interface Problem {
  readonly file: string
  readonly line: number
  readonly message: string
}

/** The problems that VS Code finds in these lines: a matcher's patterns stand for as many lines, one below the other. */
export function problemsIn(lines: readonly string[]): Problem[] {
  return lines.flatMap((_, at) => problemMatchers.flatMap(({ pattern }) => matchAt(lines, at, pattern) ?? []))
}

function matchAt(lines: readonly string[], at: number, patterns: readonly v.InferOutput<typeof Pattern>[]): Problem | undefined {
  const found = { file: '', line: 0, message: '' }
  for (const [index, { regexp, file, line, message }] of patterns.entries()) {
    const match = new RegExp(regexp).exec(lines[at + index] ?? '')
    if (!match) return undefined
    if (file !== undefined) found.file = match[file] ?? ''
    if (line !== undefined) found.line = Number(match[line])
    if (message !== undefined) found.message = match[message] ?? ''
  }
  return found
}
