import { printQuery, readQuery } from '../../broker-bridge/protocol/index.ts'
import type { QueryProblem } from '../../broker-bridge/protocol/index.ts'

/** How often ages in a query are counted anew: what is asked for again costs the bridge a look at every task. */
const seconds = 60

/**
 * The query of the search field as the bridge is told it: with moments in place of ages and of times in the user's zone, which a
 * bridge far away does not know. What cannot be read changes nothing but `problem`.
 */
export class LivingQuery {
  #text = ''
  #readAt = 0
  problem: QueryProblem | null = null
  /** The last one that could be read, written so that it means the same everywhere. */
  resolved = ''

  /** @param now epoch seconds */
  take(text: string, now: number): void {
    this.#text = text
    this.#readAt = now
    const reading = readQuery(text, now)
    this.problem = reading.ok ? null : reading
    if (reading.ok) this.resolved = printQuery(reading.query)
  }

  /** Counts ages anew once a minute. True where that changed what is asked for. */
  age(now: number): boolean {
    if (now - this.#readAt < seconds) return false
    const before = this.resolved
    this.take(this.#text, now)
    return this.resolved !== before
  }
}
