import { endedStates } from '../protocol/index.ts'
import type { ConnectionTimelines, NameStatistics, Statistics } from '../protocol/index.ts'
import type { TaskEvent } from '../sources/events.ts'
import { waitOf } from './columns.ts'
import { Digest } from './digest.ts'
import type { Lives } from './life.ts'
import { runtimeOf } from './picture.ts'
import type { TaskRecord } from './record.ts'
import { unnamed } from './summaries.ts'
import { EndedTimeline } from './timeline.ts'

/** Most names per connection: programs that make up names must not fill the memory. */
const nameLimit = 500
const [hour, day, minute] = [3_600, 86_400, 60]
const chartStretches = 360
const recentMinutes = 30

class NameCounts {
  ended = 0
  failed = 0
  /** Rises with every count of any name. */
  touched = 0
  readonly recent = new EndedTimeline(minute, recentMinutes)
  readonly runtime = new Digest()
  readonly waited = new Digest()
}

class ConnectionCounts {
  readonly hour = new EndedTimeline(hour / chartStretches, chartStretches)
  readonly day = new EndedTimeline(day / chartStretches, chartStretches)
  readonly names = new Map<string, NameCounts>()
  letGo = 0
  #touches = 0

  /** The counts of a name, which is now the one heard of last. */
  touch(name: string): NameCounts {
    const counts = this.names.get(name) ?? this.#add(name)
    counts.touched = ++this.#touches
    return counts
  }

  #add(name: string): NameCounts {
    if (this.names.size >= nameLimit) this.#forgetOldest()
    const counts = new NameCounts()
    this.names.set(name, counts)
    return counts
  }

  #forgetOldest(): void {
    let oldest: readonly [string, NameCounts] | undefined
    for (const each of this.names) if (oldest === undefined || each[1].touched < oldest[1].touched) oldest = each
    this.names.delete(oldest?.[0] ?? unnamed)
    this.letGo++
  }
}

/** What ended when, and how long tasks of each name took: counted as events come, so that nobody has to look at tasks for it. */
export class TaskStatistics {
  readonly #lives: Lives
  readonly #connections = new Map<string, ConnectionCounts>()
  #revision = 0

  constructor(lives: Lives) {
    this.#lives = lives
  }

  /** Goes up with everything counted. */
  get revision(): number {
    return this.#revision
  }

  /** Counts an event that was merged into its task. @param now epoch seconds of its arrival */
  note(task: TaskRecord, event: Pick<TaskEvent, 'state' | 'at'>, now: number): void {
    if (event.state === 'STARTED') this.#counts(task).waited.add(waitOf(task, this.#lives) ?? Number.NaN)
    if (!endedStates.has(event.state)) return
    const counts = this.#counts(task)
    const failed = event.state === 'FAILURE'
    // A clock that is ahead must not push out what is true.
    const at = Math.min(event.at, now)
    this.#chart(task.connection, at, failed)
    counts.recent.add(at, failed)
    counts.ended++
    if (failed) counts.failed++
    if (task.state === event.state) counts.runtime.add(runtimeOf(task, this.#lives) ?? Number.NaN)
  }

  /** Counts a task of an earlier day into the chart only: its name's statistics are about what was heard. */
  recall(task: TaskRecord): void {
    const at = endedStates.has(task.state) ? this.#lives.newest(task, task.state) : null
    if (at !== null) this.#chart(task.connection, at, task.state === 'FAILURE')
  }

  drop(connection: string): void {
    this.#connections.delete(connection)
    this.#revision++
  }

  timelines(now: number): ConnectionTimelines[] {
    return [...this.#connections].map(([connection, counts]) => ({
      connection,
      hour: counts.hour.picture(now),
      day: counts.day.picture(now),
    }))
  }

  picture(now: number): Statistics {
    const names = [...this.#connections].flatMap(([connection, counts]) =>
      [...counts.names].map(([name, each]): NameStatistics => ({
        ...{ connection, name, ended: each.ended, failed: each.failed },
        recent: each.recent.picture(now).ended,
        runtime: each.runtime.percentiles(),
        waited: each.waited.percentiles(),
      })),
    )
    return { names, letGo: [...this.#connections.values()].reduce((sum, { letGo }) => sum + letGo, 0) }
  }

  #chart(connection: string, at: number, failed: boolean): void {
    const counts = this.#connection(connection)
    counts.hour.add(at, failed)
    counts.day.add(at, failed)
    this.#revision++
  }

  #counts(task: TaskRecord): NameCounts {
    this.#revision++
    return this.#connection(task.connection).touch(task.name ?? unnamed)
  }

  #connection(id: string): ConnectionCounts {
    const known = this.#connections.get(id)
    if (known) return known
    const added = new ConnectionCounts()
    this.#connections.set(id, added)
    return added
  }
}
