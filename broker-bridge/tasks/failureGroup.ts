import { failureHours } from '../protocol/index.ts'
import type { FailureCount, FailureExample, FailureGroup } from '../protocol/index.ts'
import { copied } from './fingerprint.ts'
import type { FailureCause } from './fingerprint.ts'

const tallyLimit = 20
const exampleLimit = 5
const exceptionLimit = 500
const nameLimit = 200

/** One failure, as its group counts it. */
export interface Failure extends FailureExample {
  readonly worker: string
  readonly exception: string | null
}

/** Failures of one cause: counts and a few examples, so that its size does not grow with their number. */
export class Group {
  readonly fingerprint: string
  readonly #cause: FailureCause
  readonly #names = new Tally()
  readonly #workers = new Tally()
  readonly #hours = new Hours()
  #examples: FailureExample[] = []
  #count = 0
  #firstSeen = Number.POSITIVE_INFINITY
  #lastSeen = Number.NEGATIVE_INFINITY
  #exception = ''
  #heard = 0

  constructor(cause: FailureCause) {
    this.fingerprint = cause.fingerprint
    this.#cause = cause
  }

  get lastSeen(): number {
    return this.#lastSeen
  }

  /** Counts a failure. In whatever order they come, the same failures end the same. */
  add(failure: Failure): void {
    const { at, exception, name, worker } = failure
    this.#count++
    this.#hours.add(at)
    this.#names.add(name ?? '')
    this.#workers.add(worker)
    this.#firstSeen = Math.min(this.#firstSeen, at)
    this.#say(at, copied((exception ?? '').slice(0, exceptionLimit)))
    this.#lastSeen = Math.max(this.#lastSeen, at)
    this.#exemplify({ id: failure.id, name, at })
  }

  /** A failure of this group was heard of when it happened. @param now epoch seconds of its arrival */
  hear(now: number): void {
    this.#heard = now
  }

  /** A task that was counted without a name has got one. */
  rename(id: string, name: string): void {
    this.#names.move('', name)
    this.#examples = this.#examples.map((example) => (example.id === id ? { ...example, name } : example))
  }

  picture(): Omit<FailureGroup, 'connection' | 'mark' | 'cameBack'> {
    const [names, workers] = [this.#names.picture(), this.#workers.picture()]
    return {
      ...this.#cause,
      exception: this.#exception,
      count: this.#count,
      firstSeen: this.#firstSeen,
      lastSeen: this.#lastSeen,
      lastHeard: this.#heard,
      ...this.#hours.picture(),
      names: names.counts,
      otherNames: names.others,
      workers: workers.counts,
      otherWorkers: workers.others,
      examples: this.#examples,
    }
  }

  /** Of two failures at the same moment any fixed one has its say. */
  #say(at: number, exception: string): void {
    if (at > this.#lastSeen || (at === this.#lastSeen && exception > this.#exception)) this.#exception = exception
  }

  #exemplify(example: FailureExample): void {
    const same = this.#examples.find(({ id }) => id === example.id)
    if (same && same.at >= example.at) return
    const others = this.#examples.filter((other) => other !== same)
    const sorted = [...others, example].sort((one, other) => other.at - one.at || (one.id < other.id ? -1 : 1))
    this.#examples = sorted.slice(0, exampleLimit)
  }
}

/** Counts by name, of the first names only: hostile events may bring names without end. */
class Tally {
  readonly #counts = new Map<string, number>()
  #others = 0

  add(name: string): void {
    const key = name.slice(0, nameLimit)
    const known = this.#counts.get(key)
    if (known === undefined && this.#counts.size >= tallyLimit) this.#others++
    else this.#counts.set(key, (known ?? 0) + 1)
  }

  /** One that was counted under a name counts under another. */
  move(from: string, to: string): void {
    const count = this.#counts.get(from)
    if (count === undefined) return
    if (count === 1) this.#counts.delete(from)
    else this.#counts.set(from, count - 1)
    this.add(to)
  }

  picture(): { readonly counts: FailureCount[]; readonly others: number } {
    const counts = [...this.#counts].map(([name, count]) => ({ name, count }))
    counts.sort((one, other) => other.count - one.count || (one.name < other.name ? -1 : 1))
    return { counts, others: this.#others }
  }
}

/** Counts of the newest hours that anything happened in. */
class Hours {
  readonly #counts = new Array<number>(failureHours).fill(0)
  #hour = Number.NEGATIVE_INFINITY

  add(at: number): void {
    const hour = Math.floor(at / 3_600)
    if (hour <= this.#hour - failureHours) return
    for (let past = Math.max(this.#hour, hour - failureHours) + 1; past <= hour; past++) this.#counts[slot(past)] = 0
    this.#hour = Math.max(this.#hour, hour)
    const place = slot(hour)
    this.#counts[place] = (this.#counts[place] ?? 0) + 1
  }

  picture(): { readonly hours: number[]; readonly hour: number } {
    const hours = this.#counts.map((_, index) => this.#counts[slot(this.#hour + 1 + index)] ?? 0)
    return { hours, hour: this.#hour }
  }
}

/** Times before the epoch are times too. */
function slot(hour: number): number {
  return ((hour % failureHours) + failureHours) % failureHours
}
