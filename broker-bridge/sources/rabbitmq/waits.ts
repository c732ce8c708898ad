import type { Address } from '../../protocol/address.ts'

/** A frozen broker is noticed after two to three heartbeats; beyond ten minutes each they would notice nothing in time. Seconds. */
const usualHeartbeat = 10
const slowestHeartbeat = 600
const usualConnect = 5_000
const shortestConnect = 1_000
const longestConnect = 60_000
/** The first wait for an exchange that workers declare when they start, and the longest: each look is an error in the broker's log. */
const firstSearch = 500
const slowestSearch = 10_000

/** Seconds between heartbeats as the address asks for them; 0 is AMQP's word for none. */
export function heartbeatOf({ options }: Address): number {
  return Math.min(options.heartbeat ?? usualHeartbeat, slowestHeartbeat)
}

/** Milliseconds an attempt to connect may take; an address that asks for no limit (0) gets the longest, for there are other hosts to try. */
export function connectTimeoutOf({ options }: Address): number {
  const asked = options.connectionTimeout ?? usualConnect
  return asked === 0 ? longestConnect : Math.min(longestConnect, Math.max(shortestConnect, asked))
}

/** Milliseconds until the next look for a missing exchange. @param before the wait before the last look, if there was one */
export function nextSearch(before: number | undefined): number {
  return before === undefined ? firstSearch : Math.min(slowestSearch, before * 2)
}
