import type { Comparison, NumberField, Query, TimeField } from './query.ts'

/** What a value means, or why it means nothing. */
export type ValueReading = Query | { readonly problem: string }

const seconds: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, h: 3_600, d: 86_400 }
const number = /^(\d+(?:\.\d+)?(?:e[+-]?\d+)?)(ms|s|m|h|d)?$/i

/** Seconds of `2s`, `1.5h`; of a number without unit where that is allowed. */
function readDuration(text: string, unit?: 's'): number | undefined {
  const [, digits, written = unit] = number.exec(text) ?? []
  const factor = written === undefined ? undefined : seconds[written.toLowerCase()]
  if (digits === undefined || factor === undefined) return undefined
  // 3 × 0.001 is not 0.003.
  return factor < 1 ? Number(digits) / 1_000 : Number(digits) * factor
}

/** A number to compare with: `runtime` in seconds or with a unit, `retries` plain. */
export function readNumber(field: NumberField, comparison: Comparison, text: string): ValueReading {
  const plain = number.exec(text)
  const value = field === 'runtime' ? readDuration(text, 's') : plain && plain[2] === undefined ? Number(plain[1]) : undefined
  if (value !== undefined && Number.isFinite(value)) return { kind: 'number', field, comparison, value }
  return {
    problem:
      field === 'runtime'
        ? 'A runtime is a number with ms, s, m, h or d, as in runtime:>2s.'
        : `${field} takes a number, as in ${field}:>0.`,
  }
}

const moment = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(\.\d{1,3})?)?(?:Z|[+-]\d\d:\d\d)?)?$/i
const dayLength = '2026-11-20'.length
const mirrored: Readonly<Record<Comparison, Comparison>> = { '<': '>', '<=': '>=', '=': '=', '>=': '<=', '>': '<' }
const [earliest, latest] = [-62_135_596_800, 253_402_300_799]

/**
 * A moment to compare with: an age (`<10m`: less than ten minutes ago; ahead of now for `eta` and `expires`), or a date, with or
 * without time, in this computer's zone unless it names one. Without comparison a date means all of that day, minute or second.
 * @param now epoch seconds
 */
export function readTime(field: TimeField, comparison: Comparison, text: string, now: number): ValueReading {
  const age = readDuration(text)
  if (age !== undefined) return readAge(field, comparison, age, now)
  const value = moment.test(text)
    ? Date.parse(text.length === dayLength ? `${text}T00:00` : text.toUpperCase()) / 1_000
    : Number.NaN
  if (!(value >= earliest && value <= latest)) return { problem: `${field} takes an age or a date: ${examples(field)}.` }
  if (comparison !== '=' || text.includes('.')) return { kind: 'time', field, comparison, value }
  return {
    kind: 'and',
    parts: [
      { kind: 'time', field, comparison: '>=', value },
      { kind: 'time', field, comparison: '<', value: endOf(text, value) },
    ],
  }
}

function readAge(field: TimeField, comparison: Comparison, age: number, now: number): ValueReading {
  const ahead = field === 'eta' || field === 'expires'
  if (comparison === '=') return { problem: `Say ${field}:<10m for less than ten minutes ${ahead ? 'from now' : 'ago'}.` }
  const value = Math.round((ahead ? now + age : now - age) * 1_000) / 1_000
  if (!(value >= earliest && value <= latest)) return { problem: 'That is too far away.' }
  return { kind: 'time', field, comparison: ahead ? comparison : mirrored[comparison], value }
}

function examples(field: TimeField): string {
  return `${field}:<10m, ${field}:>2026-11-20T10:00`
}

/** End of the day, minute or second that was written. A day may be an hour longer or shorter. */
function endOf(text: string, start: number): number {
  if (text.length > dayLength) return start + (/T\d\d:\d\d:/i.test(text) ? 1 : 60)
  const day = new Date(start * 1_000)
  return day.setDate(day.getDate() + 1) / 1_000
}
