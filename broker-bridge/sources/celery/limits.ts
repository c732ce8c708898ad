import { cutMark } from '../../protocol/index.ts'

/** Longest text of each kind that is kept, in UTF-16 units. Celery shortens arguments and results to about 1,000 itself, but not errors. */
export const nameLimit = 1_000
export const textLimit = 65_536
export const tracebackLimit = 1_048_576

/** A text within the limit, a shortened one with `cutMark`, or null for whatever is not text. */
export function textWithin(value: unknown, limit: number): string | null {
  if (typeof value !== 'string') return null
  return value.length <= limit ? value : cut(value, limit)
}

/** Copies what stays: a slice would keep the whole text in memory. */
function cut(text: string, limit: number): string {
  return Buffer.from(text.slice(0, limit) + cutMark, 'utf8').toString('utf8')
}
