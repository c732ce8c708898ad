import { readQuery } from '../../broker-bridge/protocol/index.ts'
import type { Query } from '../../broker-bridge/protocol/index.ts'

/** Epoch seconds; null where that side is open. */
export interface TimeRange {
  readonly from: number | null
  readonly to: number | null
}

const tokens = /"(?:[^"\\]|\\.)*"|[()]|\s+|[^\s()"]+/g
const timeTerm = /^at:[<>]=?\S+$/i

/** The query with the range of time it asks for replaced by this one, or taken out. What is part of an alternative stays. */
export function withTimeRange(query: string, range: { readonly from: number; readonly to: number } | null): string {
  const rest = withoutTimeTerms(query)
  if (range === null) return rest
  const terms = `at:>${localMoment(range.from)} at:<${localMoment(range.to)}`
  const reading = rest === '' ? null : readQuery(rest, 0)
  // AND binds closer than OR.
  const whole = reading?.ok && reading.query.kind === 'or' && !rest.startsWith('(') ? `(${rest})` : rest
  return whole === '' ? terms : `${whole} ${terms}`
}

/** The range of time that a query asks for, or null. @param now epoch seconds, which ages count from */
export function timeRangeOf(query: string, now: number): TimeRange | null {
  const reading = readQuery(query, now)
  if (!reading.ok) return null
  const parts = reading.query.kind === 'and' ? reading.query.parts : [reading.query]
  const [from, to] = [bound(parts, '>'), bound(parts, '<')]
  return from === null && to === null ? null : { from, to }
}

function bound(parts: readonly Query[], side: string): number | null {
  const part = parts.findLast((each) => each.kind === 'time' && each.field === 'at' && each.comparison.startsWith(side))
  return part?.kind === 'time' ? part.value : null
}

function withoutTimeTerms(query: string): string {
  const words = (query.match(tokens) ?? []).filter((token) => token.trim() !== '')
  let depth = 0
  const kept = words.filter((word, place) => {
    depth += word === '(' ? 1 : word === ')' ? -1 : 0
    const beside = [words[place - 1], words[place + 1]]
    const bound = beside.includes('OR') || beside[0] === 'NOT' || beside[0] === '-'
    return depth > 0 || bound || !timeTerm.test(word)
  })
  // As it was written, where nothing was taken out.
  return kept.length === words.length ? query.trim() : joined(kept)
}

function joined(words: readonly string[]): string {
  return words
    .filter((word, place) => word !== 'AND' || (place > 0 && place < words.length - 1 && words[place + 1] !== 'AND'))
    .join(' ')
    .replaceAll('( ', '(')
    .replaceAll(' )', ')')
    .replaceAll('- (', '-(')
    .replace(/(\S:) "/g, '$1"')
}

/** `2026-11-21T03:11:07` in this computer's zone, as a query takes it. */
function localMoment(at: number): string {
  const date = new Date(at * 1_000)
  const two = (number: number): string => String(number).padStart(2, '0')
  const day = `${String(date.getFullYear()).padStart(4, '0')}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
  return `${day}T${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`
}
