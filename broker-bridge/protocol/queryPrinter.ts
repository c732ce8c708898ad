import type { Pattern, Query } from './query.ts'
import { longFields, stateWords } from './queryFields.ts'
import { quote } from './queryTokens.ts'

/** Writes a query as text. Reading it again gives the same query, at any time and in any zone: ages have become moments. */
export function printQuery(query: Query): string {
  switch (query.kind) {
    case 'all':
      return ''
    case 'and':
      return query.parts.map((part) => (part.kind === 'or' ? `(${printQuery(part)})` : printQuery(part))).join(' ')
    case 'or':
      return query.parts.map(printQuery).join(' OR ')
    case 'not':
      return query.part.kind === 'and' || query.part.kind === 'or' ? `-(${printQuery(query.part)})` : `-${printQuery(query.part)}`
    case 'word':
      return /^[\p{L}\p{N}_.@/*][\p{L}\p{N}_.@/*-]*$/u.test(query.text) ? query.text : quote(query.text)
    case 'text':
      return `${query.field}:${printPattern(query.field, query.pattern)}`
    case 'number':
      return `${query.field}:${query.comparison}${query.value}`
    case 'time':
      return `${query.field}:${query.comparison}${printTime(query.value, query.comparison === '=')}`
    case 'argument': {
      const field = [query.source, ...query.path].join('.')
      return `${field}:${printPattern(field, query.pattern)}`
    }
  }
}

function printPattern(field: string, { parts }: Pattern): string {
  const text = parts.map(printPart).join('*')
  const [first = ''] = parts
  // A single part would be taken for something that may stand anywhere, or for a word that means other states.
  const exact = parts.length === 1 && (longFields.has(field) || (field === 'state' && Object.hasOwn(stateWords, first)))
  return exact ? `=${text}` : text
}

function printPart(part: string): string {
  return part === '' || /^[\p{L}\p{N}_.@-]+$/u.test(part) ? part : quote(part)
}

/** Milliseconds are always written where equality is meant: a time without them stands for all of its second. */
function printTime(value: number, exact: boolean): string {
  const text = new Date(value * 1_000).toISOString()
  return exact ? text : text.replace('.000Z', 'Z')
}
