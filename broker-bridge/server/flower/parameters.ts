import type { Core } from '../core.ts'

/** A parameter or body that cannot be understood: status 400 with this message. */
export class BadRequest extends Error {}

const truths = new Set(['y', 'yes', 't', 'true', 'on', '1'])
const untruths = new Set(['n', 'no', 'f', 'false', 'off', '0'])

/** A yes or no as Flower reads it; absent or empty is no. */
export function flag(query: URLSearchParams, name: string): boolean {
  const value = (query.get(name) ?? '').toLowerCase()
  if (value === '' || untruths.has(value)) return false
  if (truths.has(value)) return true
  throw new BadRequest(`Invalid argument '${value.slice(0, 100)}' of type 'bool'`)
}

/** A whole number, at least 0 whatever was asked; null when absent or empty. */
export function count(query: URLSearchParams, name: string): number | null {
  const value = query.get(name)?.trim() ?? ''
  if (value === '') return null
  if (!/^[+-]?\d{1,15}$/.test(value)) throw new BadRequest(`Invalid argument '${value.slice(0, 100)}' of type 'int'`)
  return Math.max(0, Number(value))
}

/** A name to filter by; Flower's own pages send `All` for none. */
export function choice(query: URLSearchParams, name: string): string | undefined {
  const value = query.get(name)?.trim()
  return value === undefined || value === '' || value === 'All' ? undefined : value
}

/**
 * Reads `%Y-%m-%d %H:%M`, in the time zone of this machine as Flower does.
 * @returns epoch seconds, or null when absent or empty
 */
export function minute(query: URLSearchParams, name: string): number | null {
  const value = query.get(name)?.trim() ?? ''
  if (value === '') return null
  const match = /^(\d{4})-(\d{1,2})-(\d{1,2}) (\d{1,2}):(\d{1,2})$/.exec(value)
  const [year = 0, month = 0, day = 0, hour = 0, minutes = 0] = (match ?? []).slice(1).map(Number)
  const date = new Date(year, month - 1, day, hour, minutes)
  const real = date.getMonth() === month - 1 && date.getDate() === day && hour < 24 && minutes < 60
  if (match === null || !real) throw new BadRequest(`Invalid ${name}: write it as YYYY-MM-DD HH:MM.`)
  return date.getTime() / 1000
}

/**
 * The connection that is meant: the one named by `?connection=ID` (Flower knows only one broker and has no such parameter),
 * else the only one.
 */
export function onlyConnection(core: Core, query: URLSearchParams): string {
  const ids = core.picture('connections').map(({ id }) => id)
  const named = choice(query, 'connection')
  const [only, ...more] = named === undefined ? ids : ids.filter((id) => id === named)
  if (only !== undefined && more.length === 0) return only
  if (named !== undefined) throw new BadRequest('There is no connection of that id.')
  throw new BadRequest(
    ids.length === 0
      ? 'No broker is connected.'
      : `Several brokers are connected; add ?connection= and one of: ${ids.join(', ')}`,
  )
}
