/** Why a text is no query: a sentence for people, and the place it is about, in UTF-16 units. */
export interface QueryProblem {
  readonly problem: string
  readonly at: number
  readonly length: number
}

/** A run of characters of a value: between quotes every character stands for itself, elsewhere `*` stands for any. */
export interface Piece {
  readonly text: string
  readonly quoted: boolean
}

export interface Token {
  readonly kind: '(' | ')' | 'and' | 'or' | 'not' | 'term'
  readonly at: number
  /** Behind its last character. */
  readonly end: number
}

/** A word, or a field with a value. */
export interface Term extends Token {
  readonly kind: 'term'
  /** As written; null for a word. */
  readonly field: string | null
  /** Where the value begins. */
  readonly valueAt: number
  readonly value: readonly Piece[]
}

export interface Tokens {
  readonly tokens: readonly (Token | Term)[]
  /** The first thing that is wrong; the tokens are still the best reading, for who completes a text that is being written. */
  readonly problem: QueryProblem | null
}

const space = /\s+/y
const bare = /[^\s()"]+/y
/** Between quotes, with `\"` and `\\` for the two characters themselves. */
const quoted = /"((?:\\["\\]|[^"])*)("?)/y
/** `://` begins no value: it belongs to an address. */
const fieldName = /^[a-z_][^:]*(?=:(?!\/\/))/i
const operators = new Map<string, 'and' | 'or' | 'not'>([
  ['AND', 'and'],
  ['OR', 'or'],
  ['NOT', 'not'],
])

/** Cuts a query into words, fields with values, operators and parentheses. Never throws. */
export function readTokens(text: string): Tokens {
  const lexer = new Lexer(text)
  lexer.run()
  return lexer
}

class Lexer implements Tokens {
  readonly tokens: (Token | Term)[] = []
  problem: QueryProblem | null = null
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  run(): void {
    while (this.#at < this.#text.length) {
      if (this.#match(space) !== undefined) continue
      const next = this.#text[this.#at]
      if (next === '(' || next === ')') this.#parenthesis(next)
      else if (next === '-' && /[^\s)]/.test(this.#text[this.#at + 1] ?? '')) this.#push('not', this.#at++)
      else this.#term()
    }
  }

  #parenthesis(kind: '(' | ')'): void {
    const before = this.tokens.at(-1)
    if (kind === '(' && before?.kind === 'term' && before.end === this.#at)
      this.#complain('Put a text with a parenthesis in it into "quotes".', this.#at, 1)
    this.#push(kind, this.#at++)
  }

  #term(): void {
    const at = this.#at
    const pieces: Piece[] = []
    for (let piece = this.#piece(); piece !== undefined; piece = this.#piece()) pieces.push(piece)
    const [first] = pieces
    const operator = first?.quoted === false && pieces.length === 1 ? operators.get(first.text) : undefined
    if (operator !== undefined) return this.#push(operator, at)
    const field = (first?.quoted === false ? fieldName.exec(first.text)?.[0] : undefined) ?? null
    const skipped = field === null ? 0 : field.length + 1
    const value = field === null || !first ? pieces : [{ ...first, text: first.text.slice(skipped) }, ...pieces.slice(1)]
    this.tokens.push({ kind: 'term', at, end: this.#at, field, valueAt: at + skipped, value } satisfies Term)
  }

  #piece(): Piece | undefined {
    const at = this.#at
    const text = this.#match(bare)
    if (text !== undefined) return { text: text[0], quoted: false }
    const phrase = this.#match(quoted)
    if (phrase === undefined) return undefined
    if (phrase[2] === '') this.#complain('This quote is not closed.', at, this.#text.length - at)
    return { text: phrase[1]?.replace(/\\(["\\])/g, '$1') ?? '', quoted: true }
  }

  #push(kind: Exclude<Token['kind'], 'term'>, at: number): void {
    this.tokens.push({ kind, at, end: Math.max(this.#at, at + 1) })
  }

  #complain(problem: string, at: number, length: number): void {
    this.problem ??= { problem, at, length }
  }

  #match(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at
    const found = pattern.exec(this.#text) ?? undefined
    if (found) this.#at += found[0].length
    return found
  }
}

export function isTerm(token: Token | Term): token is Term {
  return token.kind === 'term'
}

/** Any text as a value whose characters stand for themselves. */
export function quote(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`
}
