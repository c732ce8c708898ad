/** The client libraries' own bounds, in seconds: dashboards of Flower and celery-exporter are drawn for them. */
export const runtimeBounds: readonly number[] = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10]
/** celery-exporter's for waiting: a backlog grows to minutes. */
export const waitBounds: readonly number[] = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800]

/** A histogram as plain numbers, so that an event costs a short search. */
export class Buckets {
  readonly bounds: readonly number[]
  /** How many fell into each bound and no smaller one; the last is all that is larger. */
  readonly counts: number[]
  sum = 0

  constructor(bounds: readonly number[]) {
    this.bounds = bounds
    this.counts = new Array<number>(bounds.length + 1).fill(0)
  }

  add(seconds: number): void {
    let place = 0
    while (place < this.bounds.length && seconds > (this.bounds[place] ?? 0)) place++
    this.counts[place] = (this.counts[place] ?? 0) + 1
    this.sum += seconds
  }

  merge(other: Buckets): void {
    for (const [place, count] of other.counts.entries()) this.counts[place] = (this.counts[place] ?? 0) + count
    this.sum += other.sum
  }
}
