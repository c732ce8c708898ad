import type { TaskGlance } from '../core.ts'

/** Whether a task answers to a search. */
export type Matches = (task: TaskGlance) => boolean

type Token =
  | { readonly kind: '(' | ')' | 'AND' | 'OR' | 'end'; readonly text: string; readonly at: number }
  | { readonly kind: 'term'; readonly text: string; readonly at: number }

class SearchError extends Error {
  constructor(message: string, at?: number) {
    super(at === undefined ? `${message}.` : `${message} at position ${at}.`)
  }
}

const longest = 2_048
const mostTokens = 128
const deepest = 5
const shortestTerm = 3

/**
 * Reads a search as Flower 2.1 does: words that must all occur, `AND`, `OR`, brackets, "phrases", and `name:`, `state:`,
 * `worker:`, `args:`, `kwargs:`, `result:` before a word. `kwargs:key=value` asks for one argument. An empty one matches all.
 */
export function parseSearch(text: string): { readonly matches: Matches | null } | { readonly error: string } {
  const query = text.trim()
  if (query === '') return { matches: null }
  if (query.length > longest) return { error: `Query exceeds ${longest} characters.` }
  try {
    return { matches: new Parser(tokenize(query)).parse() }
  } catch (error) {
    if (error instanceof SearchError) return { error: error.message }
    throw error
  }
}

const lexer = /\s+|([()])|((?:"(?:\\["\\]|[^"])*"|\\["\\]|[^\s()"])+)|"/gy

function tokenize(query: string): Token[] {
  const tokens: Token[] = []
  for (const match of query.matchAll(lexer)) {
    const [whole, bracket, word] = match
    if (bracket !== undefined) tokens.push({ kind: bracket === '(' ? '(' : ')', text: bracket, at: match.index })
    else if (word !== undefined) tokens.push(wordToken(word, match.index))
    else if (whole === '"') throw new SearchError('Unterminated quoted phrase', match.index)
    if (tokens.length > mostTokens) throw new SearchError(`Query exceeds ${mostTokens} tokens`)
  }
  return [...tokens, { kind: 'end', text: '', at: query.length }]
}

function wordToken(word: string, at: number): Token {
  if (word === 'AND' || word === 'OR') return { kind: word, text: word, at }
  if (word === 'NOT') throw new SearchError('NOT is not supported', at)
  const text = word.replace(/\\(["\\])|"/g, '$1')
  if (text === '') throw new SearchError('Empty search term', at)
  return { kind: 'term', text, at }
}

class Parser {
  readonly #tokens: readonly Token[]
  #index = 0

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens
  }

  parse(): Matches {
    const matches = this.#or(0)
    const { kind, text, at } = this.#peek()
    if (kind !== 'end') throw new SearchError(`Unexpected '${text}'`, at)
    return matches
  }

  #peek(): Token {
    return this.#tokens[this.#index] ?? { kind: 'end', text: '', at: 0 }
  }

  #or(depth: number): Matches {
    const choices = [this.#and(depth)]
    while (this.#peek().kind === 'OR') {
      this.#operator()
      choices.push(this.#and(depth))
    }
    return (task) => choices.some((matches) => matches(task))
  }

  #and(depth: number): Matches {
    const conditions = [this.#one(depth)]
    while (!['end', ')', 'OR'].includes(this.#peek().kind)) {
      if (this.#peek().kind === 'AND') this.#operator()
      conditions.push(this.#one(depth))
    }
    return (task) => conditions.every((matches) => matches(task))
  }

  #operator(): void {
    const { text, at } = this.#peek()
    this.#index++
    if (!['term', '('].includes(this.#peek().kind)) throw new SearchError(`${text} must be followed by a search term`, at)
  }

  #one(depth: number): Matches {
    const { kind, text, at } = this.#peek()
    if (kind !== 'term' && kind !== '(') throw new SearchError('Expected a search term', at)
    this.#index++
    if (kind === 'term') return term(text, at)
    if (depth >= deepest) throw new SearchError(`Query nesting exceeds ${deepest} levels`, at)
    if (this.#peek().kind === ')') throw new SearchError('Empty group', at)
    const matches = this.#or(depth + 1)
    if (this.#peek().kind !== ')') throw new SearchError('Missing closing parenthesis', at)
    this.#index++
    return matches
  }
}

type Field = 'name' | 'state' | 'worker' | 'args' | 'kwargs' | 'result'

function isField(text: string): text is Field {
  return ['name', 'state', 'worker', 'args', 'kwargs', 'result'].includes(text)
}

function term(text: string, at: number): Matches {
  const colon = text.indexOf(':')
  const prefix = text.slice(0, Math.max(0, colon)).toLowerCase()
  const field = isField(prefix) ? prefix : undefined
  const value = (field === undefined ? text : text.slice(colon + 1)).toLowerCase()
  if (field === undefined && value.startsWith('-')) throw new SearchError("Negation with '-' is not supported", at)
  if (value === '') throw new SearchError('Search qualifier requires a value', at)
  if (field === 'state') return (task) => task.state.toLowerCase() === value
  if (field === 'kwargs' && value.includes('=')) return keywordArgument(value)
  if (value.trim().length < shortestTerm) {
    throw new SearchError(`Substring search terms must contain at least ${shortestTerm} characters`, at)
  }
  if (field !== undefined) return (task) => (task[field] ?? '').toLowerCase().includes(value)
  return (task) =>
    [task.id, task.name, task.state, task.worker, task.args, task.kwargs, task.result].some((part) =>
      part?.toLowerCase().includes(value),
    )
}

/** `key=value` within the display text of the arguments, which is not parsed: `'key': value` or `'key': 'value'`. */
function keywordArgument(pair: string): Matches {
  const [key = '', ...rest] = pair.split('=')
  const value = rest.join('=').trim()
  const forms = ["'", '"'].flatMap((quote) =>
    [value, `'${value}'`, `"${value}"`].flatMap((shown) =>
      [',', '}'].map((end) => `${quote}${key.trim()}${quote}: ${shown}${end}`),
    ),
  )
  return (task) => {
    const shown = (task.kwargs ?? '').toLowerCase()
    return forms.some((form) => shown.includes(form))
  }
}
