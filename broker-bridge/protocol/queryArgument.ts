import { readPython } from './pythonText.ts'
import type { PythonValue } from './pythonText.ts'
import type { Query } from './query.ts'
import { fits } from './queryPattern.ts'

type ArgumentQuery = Extract<Query, { readonly kind: 'argument' }>

/** Compiles a comparison with an argument into a question about Celery's two display texts. What cannot be read never matches. */
export function argumentTest(query: ArgumentQuery): (args: string | null, kwargs: string | null) => boolean {
  const { path, pattern } = query
  const [first] = path
  const named = query.source === 'kwargs' || (first !== undefined && !isIndex(first))
  const holds = first === undefined ? (text: string) => fits(text.toLowerCase(), pattern) : pathTest(query)
  return (args, kwargs) => {
    const text = named ? kwargs : args
    return text !== null && holds(text)
  }
}

function pathTest({ path, pattern }: ArgumentQuery): (text: string) => boolean {
  // Every name and every part of the value stands in the text as it is: most texts need not be read.
  const needed = [...path.filter((name) => !isIndex(name)), ...pattern.parts]
  return (text) => {
    const lower = text.toLowerCase()
    if (!needed.every((part) => lower.includes(part))) return false
    const value = readPython(text)
    const found = value && valueAt(value, path, text)
    if (!found) return false
    return isAnything(pattern.parts) || scalars(found, text).some((scalar) => fits(scalar.toLowerCase(), pattern))
  }
}

function isIndex(name: string): boolean {
  return /^\d+$/.test(name)
}

function isAnything(parts: readonly string[]): boolean {
  return parts.length > 1 && parts.every((part) => part === '')
}

function valueAt(outermost: PythonValue, path: readonly string[], source: string): PythonValue | null {
  let value: PythonValue | null = outermost
  for (const name of path) value = value && memberOf(value, name, source)
  return value
}

function memberOf(value: PythonValue, name: string, source: string): PythonValue | null {
  if (value.kind === 'tuple' || value.kind === 'list') return isIndex(name) ? (value.items[Number(name)] ?? null) : null
  if (value.kind !== 'dict') return null
  return value.entries.find(({ key }) => textOf(key, source)?.toLowerCase() === name)?.value ?? null
}

/** What is compared: a text or number as it is, `True`, `False`, `None`; of a list any of its items. */
function scalars(value: PythonValue, source: string): string[] {
  const values = value.kind === 'list' || value.kind === 'tuple' || value.kind === 'set' ? value.items : [value]
  return values.flatMap((item) => textOf(item, source) ?? [])
}

/** Null for what was shortened, and for what holds other values. */
function textOf(value: PythonValue, source: string): string | null {
  if (value.cut || 'items' in value || 'entries' in value) return null
  return value.kind === 'text' ? value.text : source.slice(value.from, value.to)
}
