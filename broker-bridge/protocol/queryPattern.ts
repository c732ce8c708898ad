import type { Pattern } from './query.ts'
import type { Piece } from './queryTokens.ts'

/** Joins the pieces of a value; a star outside of quotes stands for any characters, several for no more than one. */
export function toPattern(pieces: readonly Piece[]): Pattern {
  const parts = ['']
  for (const { text, quoted } of pieces) {
    const [first = '', ...rest] = quoted ? [text] : text.split(/\*+/)
    parts.push(`${parts.pop() ?? ''}${first}`, ...rest)
  }
  // `*""*` and `**` say the same.
  return { parts: parts.filter((part, index) => part !== '' || index === 0 || index === parts.length - 1).map(lower) }
}

function lower(text: string): string {
  return text.toLowerCase()
}

/** The pattern that finds what may stand anywhere in a text. */
export function anywhere({ parts }: Pattern): Pattern {
  return parts.length > 1 ? { parts } : { parts: ['', ...parts, ''] }
}

/** Whether a text in lower case is what the pattern says. Linear in the length of the text. */
export function fits(text: string, { parts }: Pattern): boolean {
  const [first = '', ...rest] = parts
  const last = rest.pop()
  if (last === undefined) return text === first
  if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last)) return false
  const end = text.length - last.length
  let from = first.length
  for (const part of rest) {
    const found = text.indexOf(part, from)
    if (found === -1 || found + part.length > end) return false
    from = found + part.length
  }
  return true
}

/** The dotted name that an exception's text begins with: `TimeoutError('late')`, `shop.errors.Late: …`. */
const typeName = /^[\p{L}_][\p{L}\p{N}_.]*(?=[(:\s]|$)/u

/**
 * The texts an exception answers to, any of which a pattern may fit: all of it, and its type with and without module. So
 * `exception:TimeoutError` finds `TimeoutError('late')` and `asyncio.TimeoutError: late`.
 */
export function exceptionForms(exception: string): readonly string[] {
  const type = typeName.exec(exception)?.[0]
  if (type === undefined) return [exception]
  const short = type.slice(type.lastIndexOf('.') + 1)
  return [...new Set([exception, type, short])]
}
