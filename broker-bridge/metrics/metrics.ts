import type { Lives } from '../tasks/life.ts'
import type { TaskRecord } from '../tasks/record.ts'
import type { TaskEvent } from '../sources/events.ts'
import { exposition } from './exposition.ts'
import type { Scrape } from './exposition.ts'
import { Tally } from './tally.ts'

/** Seconds after which a worker that went is no longer shown, as celery-exporter has it. */
const remembered = 600

/** What Prometheus may ask for, of each connection by itself: Celery's names of workers and tasks say nothing of their broker. */
export class Metrics {
  readonly #tallies = new Map<string, Tally>()

  /** Counts one event, at constant cost. */
  note(task: TaskRecord, event: TaskEvent, lives: Lives): void {
    this.#tally(task.connection).note(task, event, lives)
  }

  drop(connection: string): void {
    this.#tallies.delete(connection)
  }

  /** @param now epoch seconds */
  scrape(connection: string, { workers, ...rest }: Omit<Scrape, 'cells'>, now: number): ReturnType<typeof exposition> {
    const tally = this.#tally(connection)
    const isGone = (row: Scrape['workers'][number]): boolean => !row.online && now - row.lastSeen > remembered
    for (const row of workers) if (isGone(row)) tally.forget(row.name)
    return exposition({ cells: tally, workers: workers.filter((row) => !isGone(row)), ...rest })
  }

  #tally(connection: string): Tally {
    const known = this.#tallies.get(connection)
    if (known) return known
    const tally = new Tally()
    this.#tallies.set(connection, tally)
    return tally
  }
}
