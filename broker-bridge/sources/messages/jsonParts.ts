import { parse, stringify } from 'lossless-json'

/**
 * The members of a JSON array or object as JSON texts, each number with the digits it was written with. Python's bare `NaN` and
 * `Infinity` stay as they are. Null where the text is neither. Never throws.
 */
export function jsonMembers(text: string): { readonly list: string[] } | { readonly table: Map<string, string> } | null {
  const parts = split(text)
  if (!parts) return null
  if (parts.open === '[') return { list: parts.members.map(tidy) }
  const table = new Map<string, string>()
  for (const member of parts.members) {
    const colon = endOfString(member, member.indexOf('"')) + 1
    const name = readName(member.slice(0, colon))
    const value = member.slice(member.indexOf(':', colon) + 1)
    if (name === null) return null
    table.set(name, tidy(value))
  }
  return { table }
}

/** The members of a JSON array as they are written, spaces included. Null where the text is none. Never throws. */
export function rawMembers(text: string): readonly string[] | null {
  const parts = split(text)
  return parts?.open === '[' ? parts.members : null
}

/** Without escapes that only ASCII needs; as it is where that cannot be done exactly. */
function tidy(text: string): string {
  try {
    return stringify(parse(text)) ?? text.trim()
  } catch {
    return text.trim()
  }
}

function readName(text: string): string | null {
  try {
    const name: unknown = JSON.parse(text)
    return typeof name === 'string' ? name : null
  } catch {
    return null
  }
}

/** Looks at brackets and strings only, one character after the other, so that no nesting exhausts the stack. */
function split(text: string): { readonly open: string; readonly members: string[] } | null {
  const whole = text.trim().replace(/^\ufeff/, '')
  const open = whole.charAt(0)
  if (!(open === '[' && whole.endsWith(']')) && !(open === '{' && whole.endsWith('}'))) return null
  const members: string[] = []
  let [depth, start] = [0, 1]
  for (let at = 1; at < whole.length - 1; at++) {
    const character = whole.charAt(at)
    if (character === '"') at = endOfString(whole, at)
    else if (character === '[' || character === '{') depth++
    else if (character === ']' || character === '}') depth--
    else if (character === ',' && depth === 0) {
      members.push(whole.slice(start, at))
      start = at + 1
    }
    if (depth < 0) return null
  }
  const last = whole.slice(start, -1)
  if (last.trim() !== '' || members.length > 0) members.push(last)
  return depth === 0 ? { open, members } : null
}

function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    if (text.charAt(at) === '\\') at++
    else if (text.charAt(at) === '"') return at
  }
  return text.length
}
