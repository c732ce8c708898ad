import { readPython } from './pythonText.ts'
import type { PythonEntry, PythonValue } from './pythonText.ts'
import { cutMark } from './text.ts'

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
  if (text.includes('...') || text.endsWith(cutMark)) return refuse('was shortened')
  const value = readPython(text)
  if (value === null) return refuse('has a value that is no plain number, text, list or dictionary')
  if (kind === 'args' ? value.kind !== 'tuple' && value.kind !== 'list' : value.kind !== 'dict') {
    return refuse(kind === 'args' ? 'is not a tuple or list' : 'is not a dictionary')
  }
  try {
    return { ok: true, json: jsonOf(value, text) }
  } catch (error) {
    if (error instanceof Refusal) return refuse(error.message)
    throw error
  }
}

class Refusal extends Error {}

function refuse(reason: string): ReprReading {
  return { ok: false, reason }
}

const words: Readonly<Record<string, string>> = { True: 'true', False: 'false', None: 'null' }

function jsonOf(value: PythonValue, source: string): string {
  switch (value.kind) {
    case 'tuple':
    case 'list':
      return `[${value.items.map((item) => jsonOf(item, source)).join(', ')}]`
    case 'dict':
      return jsonObject(value.entries, source)
    case 'text':
      return jsonText(value.text)
    case 'word':
      return words[source.slice(value.from, value.to)] ?? 'null'
    case 'number':
      return jsonNumber(source.slice(value.from, value.to))
    case 'set':
      throw new Refusal('has a set')
    case 'other':
      throw new Refusal('has a value that is no plain number, text, list or dictionary')
  }
}

function jsonObject(entries: readonly PythonEntry[], source: string): string {
  const keys = new Set<string>()
  const members = entries.map(({ key, value }) => {
    if (key.kind !== 'text' || value === null) throw new Refusal('has a dictionary with keys that are not text')
    if (keys.has(key.text)) throw new Refusal('names a key twice')
    keys.add(key.text)
    return `${jsonText(key.text)}: ${jsonOf(value, source)}`
  })
  return `{${members.join(', ')}}`
}

/** A double quote would leave open where the text ends, a line break what it meant. */
const doubtfulText = /["\n\r\u0085\u2028\u2029]|\p{Surrogate}/u

function jsonText(text: string): string {
  if (doubtfulText.test(text)) throw new Refusal('has a text with a quote, a backslash or a line break')
  return JSON.stringify(text)
}

function jsonNumber(text: string): string {
  if (!Number.isFinite(Number(text))) throw new Refusal('has a number too large to send')
  return text
}
