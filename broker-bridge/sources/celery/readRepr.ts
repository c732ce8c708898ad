import { depthLimit } from './json.ts'
import { cutMark } from './limits.ts'

/** Why arguments cannot be taken from an event's text, as the rest of a sentence that begins with "it". */
export type ReprReading = { readonly ok: true; readonly json: string } | { readonly ok: false; readonly reason: string }

/**
 * Turns an event's text of arguments into JSON, only where every token is plain: numbers, True, False, None, strings without
 * backslash, quote or line break, and lists, tuples and dictionaries (with text keys) of these. Celery writes such texts with
 * `saferepr`, which escapes nothing and shortens a lot; anything that could have been something else is refused.
 *
 * Even what is accepted may have lost a type: a tuple becomes an array, and a named tuple or an enumeration of texts cannot be told
 * from its plain relative. Whoever sends it again must say so.
 * @param kind `args`: a tuple or list; `kwargs`: a dictionary
 */
export function readRepr(text: string, kind: 'args' | 'kwargs'): ReprReading {
  if (text.includes('...') || text.endsWith(cutMark)) return { ok: false, reason: 'was shortened' }
  if (text.length > lengthLimit) return { ok: false, reason: 'is too long' }
  const first = text[0] ?? ''
  if (kind === 'args' ? first !== '(' && first !== '[' : first !== '{') {
    return { ok: false, reason: kind === 'args' ? 'is not a tuple or list' : 'is not a dictionary' }
  }
  try {
    const reader = new ReprReader(text)
    return { ok: true, json: reader.whole() }
  } catch (error) {
    return { ok: false, reason: error instanceof Refusal ? error.message : 'is not plain' }
  }
}

const lengthLimit = 100_000
class Refusal extends Error {}

/** JSON's own grammar of numbers, which Python's plain numbers fit: no `1.`, `007`, `0x10`, `1_000`, `nan` or `1j`. */
const numberToken = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
/** Between single quotes; a double quote or a backslash would leave open where the text ends or what it meant. */
const stringToken = /'([^'"\\\n\r\u0085\u2028\u2029]*)'/y
const wordToken = /True|False|None/y
const words: Readonly<Record<string, string>> = { True: 'true', False: 'false', None: 'null' }
const loneSurrogate = /\p{Surrogate}/u

class ReprReader {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  whole(): string {
    const json = this.#value(0)
    if (this.#at !== this.#text.length) throw new Refusal('is not plain at its end')
    return json
  }

  #value(depth: number): string {
    if (depth > depthLimit) throw new Refusal('is nested too deeply')
    const next = this.#text[this.#at]
    if (next === '(') return this.#tuple(depth)
    if (next === '[') return this.#list(depth)
    if (next === '{') return this.#dictionary(depth)
    if (next === "'") return this.#string()
    return this.#word() ?? this.#number()
  }

  #tuple(depth: number): string {
    this.#at++
    const items: string[] = []
    while (!this.#take(')')) {
      if (items.length > 0) this.#expect(', ')
      items.push(this.#value(depth + 1))
      // `(1,)` is a tuple, `(1)` is not.
      if (items.length === 1 && this.#take(',)')) break
      if (items.length === 1 && this.#text[this.#at] === ')') throw new Refusal('has brackets that make no tuple')
    }
    return `[${items.join(', ')}]`
  }

  #list(depth: number): string {
    this.#at++
    const items: string[] = []
    while (!this.#take(']')) {
      if (items.length > 0) this.#expect(', ')
      items.push(this.#value(depth + 1))
    }
    return `[${items.join(', ')}]`
  }

  #dictionary(depth: number): string {
    this.#at++
    const keys = new Set<string>()
    const entries: string[] = []
    while (!this.#take('}')) {
      if (entries.length > 0) this.#expect(', ')
      if (this.#text[this.#at] !== "'") throw new Refusal('has a set, or a dictionary with keys that are not text')
      const key = this.#string()
      if (keys.has(key)) throw new Refusal('names a key twice')
      keys.add(key)
      if (!this.#take(': ')) throw new Refusal('has a set')
      entries.push(`${key}: ${this.#value(depth + 1)}`)
    }
    return `{${entries.join(', ')}}`
  }

  #string(): string {
    const found = this.#match(stringToken)
    if (found === undefined || loneSurrogate.test(found))
      throw new Refusal('has a text with a quote, a backslash or a line break')
    return JSON.stringify(found.slice(1, -1))
  }

  #word(): string | undefined {
    const found = this.#match(wordToken)
    return found === undefined ? undefined : words[found]
  }

  #number(): string {
    const found = this.#match(numberToken)
    if (found === undefined) throw new Refusal('has a value that is no plain number, text, list or dictionary')
    if (!Number.isFinite(Number(found))) throw new Refusal('has a number too large to send')
    return found
  }

  #match(token: RegExp): string | undefined {
    token.lastIndex = this.#at
    const found = token.exec(this.#text)?.[0]
    if (found !== undefined) this.#at += found.length
    return found
  }

  #take(token: string): boolean {
    if (!this.#text.startsWith(token, this.#at)) return false
    this.#at += token.length
    return true
  }

  #expect(token: string): void {
    if (!this.#take(token)) throw new Refusal('has a value that is no plain number, text, list or dictionary')
  }
}
