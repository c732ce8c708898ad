/** Where in a display text a value stands: `text.slice(from, to)` is the value as Python showed it. */
interface Place {
  readonly from: number
  readonly to: number
}

/**
 * A value read from a display text of Python's. `cut` says that dots stand where something was left out; a container that is cut and
 * empty lay too deep to be shown at all. `other` is what has no plain form: dates, objects, bytes, texts with a backslash.
 */
export type PythonValue = Place &
  (
    | { readonly kind: 'tuple' | 'list' | 'set'; readonly items: readonly PythonValue[]; readonly cut: boolean }
    | { readonly kind: 'dict'; readonly entries: readonly PythonEntry[]; readonly cut: boolean }
    | { readonly kind: 'text'; readonly text: string; readonly cut: boolean }
    | { readonly kind: 'number' | 'word'; readonly cut: false }
    | { readonly kind: 'other'; readonly cut: boolean }
  )

export interface PythonEntry {
  readonly key: PythonValue
  /** Null where the text ends between key and value. */
  readonly value: PythonValue | null
}

const lengthLimit = 100_000
const depthLimit = 64
class Unreadable extends Error {}

/**
 * Reads a display text of Celery's (`saferepr`) or Python's (`repr`) into the values it shows, token by token. Null for a text of any
 * other form: nothing is guessed. Never throws.
 */
export function readPython(text: string): PythonValue | null {
  if (text.length > lengthLimit) return null
  try {
    return new PythonReader(text).whole()
  } catch (error) {
    if (error instanceof Unreadable) return null
    throw error
  }
}

/** JSON's own grammar of numbers, which Python's plain numbers fit: no `1.`, `007`, `0x10`, `1_000`, `nan` or `1j`. */
const plainNumber = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/
/** `nan`, `1j`, `1/3`, `226...`, `datetime.datetime`, `b`: whatever ends at a bracket, a quote, a comma or a space. */
const bare = /[^\s,:()[\]{}<>'"\\]+/y
const end = '...'
const closers: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}', '<': '>' }

class PythonReader {
  readonly #text: string
  #at = 0
  /** Dots were met: from here on only closing brackets follow, and the comma of a tuple of one may be missing. */
  #stopped = false

  constructor(text: string) {
    this.#text = text
  }

  whole(): PythonValue {
    const value = this.#value(0)
    if (this.#at !== this.#text.length) throw new Unreadable()
    return value
  }

  #value(depth: number): PythonValue {
    if (depth > depthLimit) throw new Unreadable()
    const from = this.#at
    switch (this.#text.charAt(from)) {
      case '(':
        return this.#tuple(depth)
      case '[':
        return this.#list(depth)
      case '{':
        return this.#braces(depth)
      case "'":
        return this.#quoted(from)
      default:
        return this.#scalar(from)
    }
  }

  #tuple(depth: number): PythonValue {
    const from = this.#at
    const { members, cut } = this.#members(')', () => this.#value(depth + 1))
    // `(1,)` is a tuple, `(1)` is not, unless the end of the text was left out.
    const isBare = members.length === 1 && this.#text[this.#at - 2] !== ','
    if (isBare && !this.#stopped) throw new Unreadable()
    return { kind: 'tuple', items: members, cut, from, to: this.#at }
  }

  #list(depth: number): PythonValue {
    const from = this.#at
    const { members, cut } = this.#members(']', () => this.#value(depth + 1))
    return { kind: 'list', items: members, cut, from, to: this.#at }
  }

  #braces(depth: number): PythonValue {
    const from = this.#at
    const { members, cut } = this.#members('}', () => this.#entry(depth))
    const place = { cut, from, to: this.#at }
    const named = members.filter(({ value }) => value !== null).length
    if (named === 0 && members.length > 0) return { kind: 'set', items: members.map(({ key }) => key), ...place }
    // Only the last entry may lack its value, and only where the text was cut.
    if (named < (cut ? members.length - 1 : members.length)) throw new Unreadable()
    return { kind: 'dict', entries: members, ...place }
  }

  #entry(depth: number): PythonEntry {
    const key = this.#value(depth + 1)
    const isNamed = this.#take(': ') && !this.#text.startsWith(', ...', this.#at)
    return { key, value: isNamed ? this.#value(depth + 1) : null }
  }

  /** What stands between two brackets, the first of which comes next. */
  #members<Member>(closer: string, read: () => Member): { readonly members: Member[]; readonly cut: boolean } {
    const members: Member[] = []
    this.#at++
    while (!this.#take(closer)) {
      if (this.#takeDots(closer)) return { members, cut: true }
      if (closer === ')' && members.length === 1 && this.#take(',)')) break
      if (members.length > 0) this.#expect(', ')
      members.push(read())
    }
    return { members, cut: false }
  }

  /** The dots that end a container early, with its bracket. */
  #takeDots(closer: string): boolean {
    const taken = ['...', ', ...', ', , ...'].some((dots) => this.#take(dots + closer))
    this.#stopped ||= taken
    return taken
  }

  #quoted(from: number): PythonValue {
    this.#skipQuoted()
    const text = this.#text.slice(from + 1, this.#at - 1)
    const cut = text.endsWith(end)
    this.#stopped ||= cut
    // Celery escapes quotes but not backslashes, so that behind one nobody knows what was meant.
    if (text.includes('\\')) return { kind: 'other', cut, from, to: this.#at }
    return { kind: 'text', text, cut, from, to: this.#at }
  }

  #scalar(from: number): PythonValue {
    const token = this.#bare()
    const place = { from, to: this.#at }
    if (plainNumber.test(token)) return { kind: 'number', cut: false, ...place }
    if (token === 'True' || token === 'False' || token === 'None') return { kind: 'word', cut: false, ...place }
    if ('\'"(<'.includes(this.#text[this.#at] ?? ' ')) this.#skip(0)
    else if (token === '') throw new Unreadable()
    const cut = token.endsWith(end)
    this.#stopped ||= cut
    return { kind: 'other', cut, from, to: this.#at }
  }

  #bare(): string {
    bare.lastIndex = this.#at
    const token = bare.exec(this.#text)?.[0] ?? ''
    this.#at += token.length
    return token
  }

  /** Passes a quoted text or a pair of brackets with all that stands inside: the rest of `b'ab'`, `UUID('…')` or `<Obj at 0x7f>`. */
  #skip(depth: number): void {
    const opener = this.#text[this.#at] ?? ''
    if (opener === "'" || opener === '"') return this.#skipQuoted()
    if (depth > depthLimit) throw new Unreadable()
    const closer = closers[opener] ?? ''
    this.#at++
    while (!this.#take(closer)) {
      const next = this.#text[this.#at]
      if (next === undefined || ')]}>'.includes(next)) throw new Unreadable()
      if ('\'"([{<'.includes(next)) this.#skip(depth + 1)
      else this.#at++
    }
  }

  #skipQuoted(): void {
    const quote = this.#text[this.#at]
    for (this.#at++; this.#text[this.#at] !== quote; this.#at++) {
      if (this.#at >= this.#text.length) throw new Unreadable()
      if (this.#text[this.#at] === '\\') this.#at++
    }
    this.#at++
  }

  #take(token: string): boolean {
    if (!this.#text.startsWith(token, this.#at)) return false
    this.#at += token.length
    return true
  }

  #expect(token: string): void {
    if (!this.#take(token)) throw new Unreadable()
  }
}
