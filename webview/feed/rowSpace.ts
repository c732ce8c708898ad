import type { ViewSnapshot } from '../../broker-bridge/protocol/index.ts'

/** Height of one row in pixels; the style sheet has the same. */
export const rowHeight = 24

/**
 * Browsers cap the height of an element (Firefox at some 17.8 million pixels). Rows beyond this are reached by filtering;
 * the list says so.
 */
export const mostRows = Math.floor(16_000_000 / rowHeight)

/** How many rows the list has room for. */
export function rowCount(snapshot: ViewSnapshot | null): number {
  return Math.min(Math.max(snapshot?.matched ?? 0, 0), mostRows)
}

/** The rows to ask for around those in sight: a margin for scrolling, in coarse steps so that a small scroll asks for nothing new. */
export function rowsToAsk(firstInSight: number, lastInSight: number): { first: number; count: number } {
  const step = 20
  const first = Math.max(0, Math.floor((firstInSight - step) / step) * step)
  const last = Math.ceil((lastInSight + step) / step) * step
  return { first, count: Math.min(500, Math.max(step, last - first)) }
}

/** A count that changes seldom while the real one grows: measuring rows anew costs time for each of them. */
export function coarseCount(count: number): number {
  return Math.ceil(count / 2_000) * 2_000
}
