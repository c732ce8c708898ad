/**
 * How long to wait before the next attempt to reach the bridge.
 * @param attempt failed attempts so far, from 1
 * @param lot a number from 0 to 1, so that many pages do not come back at the same moment
 * @returns milliseconds, from 250 to 8000
 */
export function backoff(attempt: number, lot: number): number {
  const ceiling = Math.min(8_000, 500 * 2 ** Math.min(attempt - 1, 10))
  return Math.round(ceiling / 2 + (ceiling / 2) * lot)
}
