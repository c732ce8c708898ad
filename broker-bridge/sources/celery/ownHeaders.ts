import { isLosslessNumber, parse } from 'lossless-json'
import { asObject } from './json.ts'
import type { Outcome } from './outcome.ts'
import { refuse, succeed } from './outcome.ts'

type Headers = Readonly<Record<string, unknown>>

/**
 * Headers that a sender adds to Celery's own, as `apply_async(headers=…)` does. Whole numbers keep all their digits.
 * @param text a JSON object; absent for none
 * @param celerys headers that Celery itself writes, which none of the sender's may replace
 */
export function ownHeaders(text: string | null | undefined, celerys: Headers): Outcome<Headers> {
  if (text == null) return succeed({})
  const value = asObject(read(text))
  if (value === undefined || isLosslessNumber(value))
    return refuse('headers', 'The headers must be a JSON object such as {"tenant": "acme"}.')
  const taken = Object.keys(value).find((name) => Object.hasOwn(celerys, name))
  return taken === undefined
    ? succeed(value)
    : refuse('headers', `The header "${taken.slice(0, 60)}" is written by Celery itself; take it out.`)
}

function read(text: string): unknown {
  try {
    return parse(text, null, { parseNumber: (digits) => (/^-?\d+$/.test(digits) ? BigInt(digits) : Number(digits)) })
  } catch {
    return undefined
  }
}
