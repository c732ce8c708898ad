import type { Comparison, Query } from './query.ts'
import { isArgumentField, isNumberField, isTextField, isTimeField, longFields, nearestField, stateWords } from './queryFields.ts'
import { queryLimit } from './queryLimits.ts'
import { anywhere, toPattern } from './queryPattern.ts'
import { isTerm, readTokens } from './queryTokens.ts'
import type { Piece, QueryProblem, Term, Token } from './queryTokens.ts'
import { readNumber, readTime } from './queryValues.ts'

export type QueryReading = { readonly ok: true; readonly query: Query } | ({ readonly ok: false } & QueryProblem)

const termLimit = 50
const depthLimit = 20

/**
 * Reads a query, such as `state:failed name:shop.* (runtime:>2s OR NOT queue:mail) "some words"`. An empty one matches every task.
 * Pure, and no text makes it throw. The language is described in docs/queries.md.
 * @param now epoch seconds, which ages like `received:<10m` count from
 */
export function readQuery(text: string, now: number): QueryReading {
  if (text.length > queryLimit)
    return {
      ok: false,
      problem: `A query has at most ${queryLimit} characters.`,
      at: queryLimit,
      length: text.length - queryLimit,
    }
  const { tokens, problem } = readTokens(text)
  if (problem) return { ok: false, ...problem }
  try {
    return { ok: true, query: new Reader(tokens, text.length, now).whole() }
  } catch (error) {
    if (error instanceof Refusal) return { ok: false, ...error.reason }
    throw error
  }
}

class Refusal extends Error {
  readonly reason: QueryProblem

  constructor(problem: string, { at, end }: { readonly at: number; readonly end: number }) {
    super(problem)
    this.reason = { problem, at, length: end - at }
  }
}

class Reader {
  readonly #tokens: readonly (Token | Term)[]
  readonly #end: { readonly at: number; readonly end: number }
  readonly #now: number
  #index = 0
  #terms = 0

  constructor(tokens: readonly (Token | Term)[], length: number, now: number) {
    this.#tokens = tokens
    this.#end = { at: length, end: length }
    this.#now = now
  }

  whole(): Query {
    if (this.#tokens.length === 0) return { kind: 'all' }
    const query = this.#or(0)
    const rest = this.#next
    if (rest) throw new Refusal('This parenthesis closes nothing.', rest)
    return query
  }

  get #next(): Token | Term | undefined {
    return this.#tokens[this.#index]
  }

  #or(depth: number): Query {
    const parts = [this.#and(depth)]
    while (this.#take('or')) parts.push(this.#and(depth))
    return joined('or', parts)
  }

  #and(depth: number): Query {
    const parts = [this.#one(depth)]
    while (this.#take('and') || (this.#next && this.#next.kind !== 'or' && this.#next.kind !== ')')) parts.push(this.#one(depth))
    return joined('and', parts)
  }

  #one(depth: number): Query {
    const token = this.#next
    if (token === undefined) throw new Refusal('Something is missing at the end.', this.#end)
    if (depth > depthLimit) throw new Refusal('This is nested too deeply.', token)
    this.#index++
    if (token.kind === 'not') return { kind: 'not', part: this.#one(depth + 1) }
    if (token.kind === '(') return this.#group(token, depth)
    if (isTerm(token)) return this.#bounded(token, depth)
    throw new Refusal(token.kind === ')' ? 'Something is missing before this parenthesis.' : missing(token.kind), token)
  }

  #group(opening: Token, depth: number): Query {
    const query = this.#or(depth + 1)
    if (!this.#take(')')) throw new Refusal('This parenthesis is not closed.', opening)
    return query
  }

  #take(kind: Token['kind']): boolean {
    if (this.#next?.kind !== kind) return false
    this.#index++
    return true
  }

  #bounded(term: Term, depth: number): Query {
    const query = this.#term(term)
    this.#terms += 'parts' in query ? query.parts.length : 1
    if (this.#terms > termLimit) throw new Refusal(`A query has at most ${termLimit} conditions.`, term)
    if ('parts' in query && depth >= depthLimit) throw new Refusal('This is nested too deeply.', term)
    return query
  }

  #term(term: Term): Query {
    if (term.field === null) return word(term)
    const [head = '', ...path] = term.field.toLowerCase().split('.')
    const [comparison, pieces] = splitComparison(term.value)
    const text = pieces.map((piece) => piece.text).join('')
    if (!isArgumentField(head) && (path.length > 0 || !isKnown(head))) throw unknownField(term)
    if (text === '') throw new Refusal(`${term.field} needs a value after the colon.`, term)
    if (isNumberField(head)) return readable(readNumber(head, comparison ?? '=', text), term)
    if (isTimeField(head)) return readable(readTime(head, comparison ?? '=', text, this.#now), term)
    if (comparison !== null && comparison !== '=')
      throw new Refusal(`${head} is compared as text; put ${comparison} into "quotes" if it belongs to it.`, term)
    if (head === 'state' && comparison === null) return states(pieces)
    const exact = toPattern(pieces)
    const pattern = longFields.has(head) && path.length === 0 && comparison === null ? anywhere(exact) : exact
    if (isTextField(head)) return { kind: 'text', field: head, pattern }
    if (path.includes('')) throw new Refusal('A name is missing between the dots.', fieldOf(term))
    return { kind: 'argument', source: head === 'args' ? 'args' : 'kwargs', path, pattern }
  }
}

function isKnown(head: string): boolean {
  return isTextField(head) || isNumberField(head) || isTimeField(head)
}

/** `AND`, or the like, with nothing where a condition belongs. */
function missing(kind: string): string {
  return `Something is missing before ${kind.toUpperCase()}; put it into "quotes" to look for the word.`
}

function joined(kind: 'and' | 'or', parts: readonly Query[]): Query {
  const flat = parts.flatMap((part) => (part.kind === kind ? part.parts : [part]))
  return flat.length === 1 && flat[0] ? flat[0] : { kind, parts: flat }
}

function word(term: Term): Query {
  const text = term.value
    .map((piece) => piece.text)
    .join('')
    .toLowerCase()
  if (text === '') throw new Refusal('There is nothing between these quotes.', term)
  return { kind: 'word', text }
}

function splitComparison(value: readonly Piece[]): [Comparison | null, readonly Piece[]] {
  const [first, ...rest] = value
  const found = first?.quoted === false ? /^(?:<=|>=|<|>|=)/.exec(first.text)?.[0] : undefined
  if (!first || found === undefined) return [null, value]
  return [found as Comparison, [{ ...first, text: first.text.slice(found.length) }, ...rest]]
}

/** A word for several states becomes a choice between them; in quotes every word is a state's own name. */
function states(pieces: readonly Piece[]): Query {
  const pattern = toPattern(pieces)
  const [part = ''] = pattern.parts
  const names =
    pattern.parts.length === 1 && pieces.every(({ quoted }) => !quoted) && Object.hasOwn(stateWords, part)
      ? stateWords[part]
      : undefined
  const patterns = names?.map((name) => ({ parts: [name] })) ?? [pattern]
  return joined(
    'or',
    patterns.map((each): Query => ({ kind: 'text', field: 'state', pattern: each })),
  )
}

function readable(reading: Query | { readonly problem: string }, term: Term): Query {
  if ('problem' in reading) throw new Refusal(reading.problem, { at: term.valueAt, end: term.end })
  return reading
}

function fieldOf(term: Term): { readonly at: number; readonly end: number } {
  return { at: term.at, end: term.valueAt - 1 }
}

function unknownField(term: Term): Refusal {
  const nearest = nearestField(term.field ?? '')
  const hint = nearest === undefined ? 'Put a text with a colon in it into "quotes".' : `Did you mean ${nearest}?`
  return new Refusal(`There is no field ${term.field ?? ''}. ${hint}`, fieldOf(term))
}
