import type { ConnectionTimelines, Timeline } from '../../broker-bridge/protocol/index.ts'
import { formatCount } from '../text/numbers.ts'

export const timelineSpans = ['hour', 'day'] as const
export type TimelineSpan = (typeof timelineSpans)[number]

/** The timelines of all connections, or of the chosen one, as one; null where there is none. */
export function joinTimelines(
  timelines: readonly ConnectionTimelines[],
  connection: string | null,
  span: TimelineSpan,
): Timeline | null {
  const chosen = timelines.filter((each) => connection === null || each.connection === connection).map((each) => each[span])
  const [first] = chosen
  if (!first) return null
  const sum = (counts: (timeline: Timeline) => readonly number[]): number[] =>
    first.ended.map((_, place) => chosen.reduce((total, timeline) => total + (counts(timeline)[place] ?? 0), 0))
  return { from: first.from, step: first.step, ended: sum(({ ended }) => ended), failed: sum(({ failed }) => failed) }
}

/** What a timeline says in words. */
export function timelineSummary({ ended, failed }: Timeline, span: TimelineSpan): string {
  return `${formatCount(total(ended))} ended, ${formatCount(total(failed))} failed in the last ${span}`
}

/** The same in fewer, longer stretches: for those who read the chart as a table. */
export function coarser({ from, step, ended, failed }: Timeline, count: number): Timeline {
  const size = Math.ceil(ended.length / count)
  const fold = (counts: readonly number[]): number[] =>
    Array.from({ length: Math.ceil(counts.length / size) }, (_, place) => total(counts.slice(place * size, (place + 1) * size)))
  return { from, step: step * size, ended: fold(ended), failed: fold(failed) }
}

function total(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0)
}
