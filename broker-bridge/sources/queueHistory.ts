import type { QueueFacts, QueueRow, QueueWarning } from '../protocol/index.ts'
import { look, noPast, warningsOf } from './queueSigns.ts'
import type { QueuePast } from './queueSigns.ts'

/** How many looks a trend shows, and how far apart they are at least, in seconds. */
const trendLength = 30
const trendStep = 2
/** Seconds after which the trend of a queue that is out of sight is let go, and how many trends are kept. */
const trendRest = 120
const mostTrends = 1_000

interface Trend {
  readonly counts: number[]
  at: number
  seen: number
}

/** What earlier looks say: whether something is wrong with a queue, and how the queues in sight went up and down. */
export class QueueHistory {
  #pasts = new Map<string, QueuePast>()
  readonly #trends = new Map<string, Trend>()

  /** Takes in a whole picture. @param at epoch seconds @param shown names of the queues in sight */
  take(rows: readonly (QueueRow & Partial<QueueFacts>)[], at: number, shown: ReadonlySet<string>): void {
    const pasts = new Map<string, QueuePast>()
    for (const row of rows) {
      if (row.plumbing) continue
      const { ready, consumers, inRate = null, outRate = null } = row
      pasts.set(row.name, look(this.#pasts.get(row.name) ?? noPast, { at, ready, consumers, inRate, outRate }))
      if (shown.has(row.name) && ready !== null) this.#follow(row.name, ready, at)
    }
    this.#pasts = pasts
    for (const [name, { seen }] of this.#trends) if (at - seen > trendRest || !pasts.has(name)) this.#trends.delete(name)
  }

  warnings(queue: string, now: number): readonly QueueWarning[] {
    const past = this.#pasts.get(queue)
    return past ? warningsOf(past, now) : []
  }

  trend(queue: string): readonly number[] {
    return this.#trends.get(queue)?.counts ?? []
  }

  #follow(queue: string, ready: number, at: number): void {
    const trend = this.#trends.get(queue)
    if (!trend) {
      if (this.#trends.size < mostTrends) this.#trends.set(queue, { counts: [ready], at, seen: at })
      return
    }
    trend.seen = at
    if (at - trend.at < trendStep * 0.8) return
    trend.at = at
    trend.counts.push(ready)
    if (trend.counts.length > trendLength) trend.counts.shift()
  }
}
