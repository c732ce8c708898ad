import { hidden } from '../protocol/addressText.ts'
import { redactText } from '../redact.ts'

/** What names of arguments, headers and fields say when their value is nobody's business. */
const secretWord =
  /pass(?:word|wd|phrase|code)|passwort|(?<![a-z])pwd|secret|token|authorization|credential|cookie|session[_-]?(?:id|key)|(?:api|access|private)[_-]?key/i
const secretWords = new RegExp(secretWord.source, 'gi')
/** Texts without any of these are as they should be; most are. */
const suspicious = new RegExp(`${secretWord.source}|://|\\b(?:basic|bearer)\\s`, 'i')
const nameCharacter = /[\w.-]/
const longestName = 100

/** The same value with secrets replaced by `***`: what stands under a telling name, and whatever looks like one within texts. */
export function masked(value: unknown): unknown {
  if (typeof value === 'string') return maskText(value)
  if (Array.isArray(value)) return value.map(masked)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [key, secretWord.test(key) && member !== null ? hidden : masked(member)]),
  )
}

/**
 * Masks within a text of any form (Python's display, JSON, a query string, a log line) the values that follow a telling name.
 * Where it is not clear how far a value goes, more is masked rather than less. Takes time in proportion to the text.
 */
export function maskText(text: string): string {
  return suspicious.test(text) ? redactText(maskNamed(text)) : text
}

function maskNamed(text: string): string {
  let result = ''
  let done = 0
  for (const match of text.matchAll(secretWords)) {
    if (match.index < done) continue
    const value = valueAfter(text, match.index, match.index + match[0].length)
    if (value === undefined) continue
    result += text.slice(done, value.from) + hidden
    done = value.to
  }
  return result + text.slice(done)
}

interface Span {
  readonly from: number
  readonly to: number
}

const quote = /\\*['"]/y
const separator = /\s*(?:=>?|:)\s*/y
/** Between the members of a pair: `('Authorization', '…')`. */
const comma = /\s*,\s*/y
const prefix = /[a-z]{0,2}(?=\\*['"])/iy
const authorizationScheme = /(?:basic|bearer|digest|negotiate|token)\s+/iy
const bare = /[^\s,;&'"()[\]{}<>]+/y

/** Where the value of the name around a telling word stands; undefined where the word is no name. */
function valueAfter(text: string, wordFrom: number, wordTo: number): Span | undefined {
  let to = wordTo
  while (to < text.length && to - wordTo < longestName && nameCharacter.test(text.charAt(to))) to++
  const closing = matchAt(quote, text, to)
  const afterName = to + closing.length
  const between =
    matchAt(separator, text, afterName) || (closing !== '' && isWhole(text, wordFrom) ? matchAt(comma, text, afterName) : '')
  if (between === '') return undefined
  const from = afterName + between.length
  return { from, to: Math.max(from, endOfValue(text, from)) }
}

/** Whether a quote opens right before the name. */
function isWhole(text: string, wordFrom: number): boolean {
  let from = wordFrom
  while (from > 0 && wordFrom - from < longestName && nameCharacter.test(text.charAt(from - 1))) from--
  return from > 0 && '\'"'.includes(text.charAt(from - 1))
}

function endOfValue(text: string, from: number): number {
  const begin = from + matchAt(prefix, text, from).length
  const opening = matchAt(quote, text, begin)
  if (opening !== '') return endOfQuoted(text, begin + opening.length, opening)
  if ('([{<'.includes(text.charAt(begin)) && begin < text.length) return endOfBrackets(text, begin)
  const word = begin + matchAt(authorizationScheme, text, begin).length
  const end = word + matchAt(bare, text, word).length
  // What follows the word belongs to it where it is a call or an object: `UUID('…')`.
  return '(['.includes(text.charAt(end)) && end < text.length ? endOfBrackets(text, end) : end
}

/** Behind the quote that closes the one before `from`; the text's end where none does. */
function endOfQuoted(text: string, from: number, opening: string): number {
  for (let at = text.indexOf(opening, from); at >= 0; at = text.indexOf(opening, at + 1)) {
    // Inside a text that is quoted itself the whole sequence closes, else a quote that nothing escapes.
    if (text.charAt(at - 1) !== '\\') return at + opening.length
  }
  return text.length
}

/** Behind the bracket that closes the one at `from`, whatever the brackets are; the text's end where none does. */
function endOfBrackets(text: string, from: number): number {
  let depth = 0
  for (let at = from; at < text.length; at++) {
    const character = text.charAt(at)
    if ('\'"'.includes(character)) at = endOfQuoted(text, at + 1, character) - 1
    else if ('([{<'.includes(character)) depth++
    else if (')]}>'.includes(character) && --depth === 0) return at + 1
  }
  return text.length
}

function matchAt(pattern: RegExp, text: string, at: number): string {
  pattern.lastIndex = at
  return pattern.exec(text)?.[0] ?? ''
}
