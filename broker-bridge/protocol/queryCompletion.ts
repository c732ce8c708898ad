import { knownStates } from './tasks.ts'
import { isNumberField, isTimeField, queryFields, stateWords } from './queryFields.ts'
import { isTerm, quote, readTokens } from './queryTokens.ts'
import type { Piece, Term } from './queryTokens.ts'

/** Values that some task is known to have. */
export interface KnownValues {
  readonly names: readonly string[]
  readonly workers: readonly string[]
  readonly queues: readonly string[]
  readonly states: readonly string[]
  /** Types of exceptions. */
  readonly exceptions: readonly string[]
}

/** One proposal: `insert` takes the place of the text from `from` up to `to`. */
export interface Completion {
  readonly label: string
  /** What it means; empty where the label says it. */
  readonly detail: string
  readonly insert: string
  readonly from: number
  readonly to: number
}

const completionLimit = 12

/** What may be meant at the caret: fields, then values of the field that was begun. Never throws. */
export function completeQuery(text: string, caret: number, known: KnownValues): Completion[] {
  const term = readTokens(text).tokens.find((token) => isTerm(token) && token.at < caret && caret <= token.end)
  if (!term || !isTerm(term)) return proposals(fieldChoices(), { written: '', from: caret, to: caret })
  if (term.field === null || caret < term.valueAt) return completeField(text, caret, term)
  const choices = valueChoices(term.field.toLowerCase(), known)
  const closing = text.slice(term.end).startsWith(' ') ? '' : ' '
  return proposals(
    choices.map((choice) => ({ ...choice, insert: choice.insert + closing })),
    { written: writtenValue(term.value, text.slice(term.valueAt, caret)), from: term.valueAt, to: term.end },
  )
}

interface Choice {
  readonly label: string
  readonly detail: string
  readonly insert: string
}

interface Place {
  readonly written: string
  readonly from: number
  readonly to: number
}

function completeField(text: string, caret: number, term: Term): Completion[] {
  // A phrase is no field that was begun.
  if (term.value[0]?.quoted === true && term.field === null) return []
  const to = term.field === null ? term.end : term.valueAt
  return proposals(fieldChoices(), { written: text.slice(term.at, caret).toLowerCase(), from: term.at, to })
}

function fieldChoices(): Choice[] {
  return Object.entries(queryFields).map(([field, detail]) => {
    const label = `${field}:`
    return { label, detail, insert: label }
  })
}

/** What was written of a value up to the caret, without its quotes. */
function writtenValue(value: readonly Piece[], upToCaret: string): string {
  const begun = value.some(({ quoted }) => quoted) ? upToCaret.replaceAll('"', '') : upToCaret
  return begun.toLowerCase()
}

function valueChoices(field: string, known: KnownValues): Choice[] {
  if (field === 'state') return stateChoices(known.states)
  if (isTimeField(field)) return timeChoices(field === 'eta' || field === 'expires')
  if (isNumberField(field)) return (field === 'runtime' ? ['>1s', '>10s', '>1m', '<100ms'] : ['>0', '=0']).map(plain)
  const values: Readonly<Record<string, readonly string[]>> = {
    name: [...prefixes(known.names), ...known.names],
    worker: known.workers,
    queue: known.queues,
    exception: known.exceptions,
    is: ['orphan'],
  }
  return (Object.hasOwn(values, field) ? (values[field] ?? []) : []).map(asWritten)
}

function stateChoices(states: readonly string[]): Choice[] {
  const words = Object.entries(stateWords).map(([word, meant]) => ({
    label: word,
    detail: meant.join(' or ').toUpperCase(),
    insert: word,
  }))
  return [...words, ...[...new Set([...knownStates, ...states])].map(asWritten)]
}

function timeChoices(ahead: boolean): Choice[] {
  const ages = { '1m': 'a minute', '10m': 'ten minutes', '1h': 'an hour', '1d': 'a day' }
  return Object.entries(ages).map(([age, words]) => ({
    label: `<${age}`,
    detail: ahead ? `within ${words}` : `less than ${words} ago`,
    insert: `<${age}`,
  }))
}

/** `shop.*` for every module that holds more than one of the names. */
function prefixes(names: readonly string[]): string[] {
  const counts = new Map<string, number>()
  for (const name of names) {
    const prefix = name.slice(0, name.lastIndexOf('.') + 1)
    if (prefix !== '') counts.set(prefix, (counts.get(prefix) ?? 0) + 1)
  }
  return [...counts].filter(([, count]) => count > 1).map(([prefix]) => `${prefix}*`)
}

function plain(value: string): Choice {
  return { label: value, detail: '', insert: value }
}

/** A value in quotes where its characters would mean something else. */
function asWritten(value: string): Choice {
  return { label: value, detail: '', insert: /^[\p{L}\p{N}_.@/-]+\*?$/u.test(value) ? value : quote(value) }
}

/** Those that begin with what was written, then those that hold it elsewhere. */
function proposals(choices: readonly Choice[], { written, from, to }: Place): Completion[] {
  const places = choices.map((choice) => ({ choice, at: choice.label.toLowerCase().indexOf(written) }))
  const first = places.filter(({ at }) => at === 0)
  const later = places.filter(({ at }) => at > 0)
  return [...first, ...later].slice(0, completionLimit).map(({ choice }) => ({ ...choice, from, to }))
}
