import { setImmediate as tick } from 'node:timers/promises'
import type { BackendAnswer } from '../protocol/index.ts'
import type { Connection } from '../sources/connection.ts'
import type { TaskStore } from '../tasks/store.ts'
import type { Lookups } from './lookups.ts'

/** Milliseconds for which an answer counts, longer than a question to the user waits for its yes: what was shown is what is sent. */
const counts = 180_000
/** Milliseconds for which a backend that could not be asked is not asked again. */
const rests = 30_000
/** Tasks asked about at once; who retries one failed task often retries others. */
const [most, ahead] = [200, 50]
const mostCharacters = 8 * 2 ** 20

interface Batch {
  readonly ids: Set<string>
  readonly done: Promise<void>
}

interface Kept {
  readonly until: number
  readonly answer: BackendAnswer | null
}

/** Arguments as result backends keep them, for retries: many that are wanted together cost few questions. */
export class ExactAnswers {
  readonly #store: TaskStore
  readonly #lookups: Pick<Lookups, 'mayAsk' | 'find'>
  readonly #batches = new Map<Connection, Batch>()
  readonly #last = new WeakMap<Connection, Promise<void>>()
  readonly #resting = new WeakMap<Connection, number>()
  readonly #kept = new Map<string, Kept>()
  #characters = 0

  constructor(store: TaskStore, lookups: Pick<Lookups, 'mayAsk' | 'find'>) {
    this.#store = store
    this.#lookups = lookups
  }

  /** An answer that has a task's arguments themselves; null where there is none, or where it may not or could not be asked. */
  async of(connection: Connection, id: string): Promise<BackendAnswer | null> {
    if (!this.#lookups.mayAsk(connection)) return null
    const kept = this.#fresh(connection, id)
    if (kept || (this.#resting.get(connection) ?? 0) > Date.now()) return kept?.answer ?? null
    const batch = this.#batch(connection)
    batch.ids.add(id)
    await batch.done
    return this.#fresh(connection, id)?.answer ?? null
  }

  /** What is wanted until the question before is answered goes into one. */
  #batch(connection: Connection): Batch {
    const open = this.#batches.get(connection)
    if (open && open.ids.size < most) return open
    const ids = new Set<string>()
    const begun = (this.#last.get(connection) ?? Promise.resolve()).then(() => tick())
    const done = begun.then(() => {
      if (this.#batches.get(connection)?.ids === ids) this.#batches.delete(connection)
      return this.#ask(connection, ids)
    })
    const batch = { ids, done }
    this.#batches.set(connection, batch)
    this.#last.set(connection, done)
    return batch
  }

  async #ask(connection: Connection, ids: Set<string>): Promise<void> {
    this.#lookAhead(connection, ids)
    try {
      const reply = await this.#lookups.find(connection, [...ids])
      for (const id of ids)
        this.#keep(connection, id, reply?.found.find(({ answer, ...one }) => one.id === id && answer.exact)?.answer ?? null)
    } catch {
      // The arguments may be known from elsewhere; who asks for the answer itself is told what is wrong.
      this.#resting.set(connection, Date.now() + rests)
    }
  }

  #lookAhead(connection: Connection, ids: Set<string>): void {
    const isFailed = [...ids].some((id) => this.#store.record({ connection: connection.params.id, id })?.state === 'FAILURE')
    if (!isFailed) return
    for (const { id } of this.#store.select({ connection: connection.params.id, states: ['FAILURE'] })) {
      if (ids.size >= ahead) return
      if (!this.#fresh(connection, id)) ids.add(id)
    }
  }

  #fresh(connection: Connection, id: string): Kept | undefined {
    const kept = this.#kept.get(keyOf(connection, id))
    return kept && kept.until > Date.now() ? kept : undefined
  }

  #keep(connection: Connection, id: string, answer: BackendAnswer | null): void {
    this.#characters += 500 + (answer?.args?.length ?? 0) + (answer?.kwargs?.length ?? 0)
    if (this.#characters > mostCharacters) {
      this.#kept.clear()
      this.#characters = 0
    }
    // Results and tracebacks are large, and nothing to retry with.
    const short = answer && { ...answer, result: null, traceback: null }
    this.#kept.set(keyOf(connection, id), { until: Date.now() + counts, answer: short })
  }
}

function keyOf({ params }: Connection, id: string): string {
  return JSON.stringify([params.id, params.address, params.resultBackend, id])
}
