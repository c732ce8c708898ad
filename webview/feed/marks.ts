import type { Mark } from '../../broker-bridge/protocol/index.ts'

/** Marks so near to each other that they share one line, and where it stands: 0 is the chart's left edge, 1 its right. */
export interface PlacedMarks {
  readonly fraction: number
  /** Oldest first. */
  readonly marks: readonly Mark[]
}

/** A stretch of time, in epoch seconds. */
interface Stretch {
  readonly from: number
  readonly to: number
}

/** Shares of the chart's width below which flags would cover each other. */
const nearest = 1 / 60

/** The marks of a stretch of time, oldest first. */
export function marksWithin(marks: readonly Mark[], { from, to }: Stretch): Mark[] {
  return marks.filter(({ at }) => at >= from && at <= to).sort((one, other) => one.at - other.at)
}

/** Where the marks of a stretch of time stand. Each is in one place; places are apart. */
export function placeMarks(marks: readonly Mark[], stretch: Stretch): PlacedMarks[] {
  const length = stretch.to - stretch.from
  const placed: { fraction: number; marks: Mark[] }[] = []
  for (const mark of length > 0 ? marksWithin(marks, stretch) : []) {
    const fraction = (mark.at - stretch.from) / length
    const last = placed.at(-1)
    if (last && fraction - last.fraction < nearest) last.marks.push(mark)
    else placed.push({ fraction, marks: [mark] })
  }
  return placed
}

/** Which of the last stretches have a mark, each once; the last place is the stretch that is not over yet. */
export function markedPlaces(
  marks: readonly Mark[],
  { now, step, count }: { now: number; step: number; count: number },
): number[] {
  const current = Math.floor(now / step)
  const places = marks.map(({ at }) => count - 1 - (current - Math.floor(at / step)))
  return [...new Set(places)].filter((place) => place >= 0 && place < count)
}
