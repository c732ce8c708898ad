import type { Operation } from '../../broker-bridge/protocol/index.ts'
import { formatCount, formatRate } from '../text/numbers.ts'

/** Most pieces of work that have a line at a time. */
const most = 4

/** Of which ended work the page tells: one for all its tabs, so that what ended behind another tab is told and what was put away stays so. */
export class EndedWork {
  /** Epoch seconds since which. */
  readonly since = Date.now() / 1_000
  readonly away = new Set<string>()
}

/** What has a line: all that goes on, and what ended since this page was opened until it is put away. */
export function shownOperations(
  operations: readonly Operation[],
  since: number,
  away: ReadonlySet<string>,
): readonly Operation[] {
  const shown = operations.filter(({ id, endedAt }) => endedAt === null || (endedAt >= since && !away.has(id)))
  const newest = [...shown].sort((one, other) => other.startedAt - one.startedAt)
  const running = newest.filter(({ endedAt }) => endedAt === null)
  return [...running, ...newest.filter(({ endedAt }) => endedAt !== null)].slice(0, Math.max(most, running.length))
}

/** `1,200 of 10,412, 850 a second`. */
export function progressText({ done, seen, total, rate, state }: Operation): string {
  const count = total === null ? formatCount(done) : `${formatCount(done)} of ${formatCount(total)}`
  const looked = seen > done ? `, ${formatCount(seen)} looked at` : ''
  const pace = rate > 0 && state === 'running' ? `, ${formatRate(rate)} a second` : ''
  return `${count}${looked}${pace}${state === 'stopping' ? ', stopping' : ''}`
}

/** Share of the work that is done, from 0 to 1; null where the whole is not known. */
export function shareDone({ seen, done, total }: Operation): number | null {
  return total === null || total === 0 ? null : Math.min(1, Math.max(seen, done) / total)
}
