import { RequestError } from '../protocol/index.ts'
import type { AskBackendParams, BackendReply, Schedules } from '../protocol/index.ts'
import type { Connection } from '../sources/connection.ts'
import { dueTasks } from '../tasks/due.ts'
import type { TaskStore } from '../tasks/store.ts'
import { consentTo, nonceOf } from './consent.ts'
import { placeName, readDatabase, readWorkersBackend } from './database.ts'
import type { DatabasePlace } from './database.ts'
import type { PeriodicRow } from './messages.ts'
import { toPeriodic } from './periodic.ts'
import type { FoundAnswer } from './results.ts'
import { LookupThread } from './thread.ts'

const mostDue = 500

/** Looks things up where events do not tell them: in result backends and in the tables of django-celery-beat. */
export class Lookups {
  readonly #store: TaskStore
  readonly #thread: LookupThread | null
  /** Places that a user agreed to open, by connection and its address. */
  readonly #agreed = new Map<string, DatabasePlace>()

  /** @param program what runs in the thread; null where databases of others are never opened */
  constructor(store: TaskStore, program: string | URL | null) {
    this.#store = store
    this.#thread = program === null ? null : new LookupThread(program)
  }

  /** @throws RequestError `refused` where there is nothing to ask, `confirmation_needed` where the user has to agree first */
  async ask(connection: Connection, { id, nonce }: AskBackendParams): Promise<BackendReply> {
    const place = this.#placeOf(connection) ?? (await this.#suggested(connection, nonce))
    const found = await this.#running.run(place, 'findTasks', { ids: [id] })
    return { file: placeName(place), answers: found.map(({ answer }) => answer), askedAt: Date.now() / 1_000 }
  }

  /** Whether results may be looked up without asking anybody: the user named the place, or agreed to it. */
  mayAsk(connection: Connection): boolean {
    return this.#thread !== null && this.#known(connection) !== null
  }

  /** What is kept of some tasks, where that may be asked. @throws RequestError `refused` */
  async find(connection: Connection, ids: readonly string[]): Promise<{ file: string; found: readonly FoundAnswer[] } | null> {
    const place = this.#known(connection)
    if (place === null || this.#thread === null) return null
    return { file: placeName(place), found: await this.#thread.run(place, 'findTasks', { ids }) }
  }

  /** @param now epoch seconds */
  async schedules(connection: Connection, now: number): Promise<Schedules> {
    const due = dueTasks(this.#store, connection.params.id, now, mostDue)
    const place = this.#placeOf(connection)
    if (place === null) return { ...due, database: null, periodic: [] }
    const read = await this.#running.run(place, 'listPeriodic', null).catch((error: unknown) => {
      if (error instanceof RequestError) return error.message
      throw error
    })
    const problem = typeof read === 'string' ? read : null
    const rows = typeof read === 'string' ? [] : read
    return { ...due, database: { file: placeName(place), problem }, periodic: rows.map((row) => toPeriodic(row, now)) }
  }

  /** The row of one periodic task. @throws RequestError `not_found`, `refused` */
  async periodic(connection: Connection, id: number, name: string): Promise<PeriodicRow> {
    const rows = await this.#running.run(this.database(connection), 'listPeriodic', null)
    const row = rows.find((candidate) => candidate.id === id && candidate.name === name)
    if (!row) throw new RequestError('not_found', `The periodic task “${name.slice(0, 100)}” is no longer there.`)
    return row
  }

  async setPeriodic(connection: Connection, change: { readonly id: number; readonly name: string; readonly enabled: boolean }) {
    return this.#running.run(this.database(connection), 'setPeriodic', { ...change, now: Date.now() / 1_000 })
  }

  /** Where periodic tasks are. @throws RequestError `refused` */
  database(connection: Connection): DatabasePlace {
    const place = this.#placeOf(connection)
    if (place === null) throw new RequestError('refused', 'No database of periodic tasks is known for this connection.')
    return place
  }

  get #running(): LookupThread {
    if (this.#thread) return this.#thread
    throw new RequestError('refused', 'This Warren opens no databases.')
  }

  /** @throws RequestError `refused` where the address is of no use */
  #placeOf({ params }: Connection): DatabasePlace | null {
    if (params.resultBackend === undefined) return this.#agreed.get(agreementKey(params)) ?? null
    const place = readDatabase(params.resultBackend)
    if ('problem' in place) throw new RequestError('refused', place.problem)
    return place
  }

  #known(connection: Connection): DatabasePlace | null {
    try {
      return this.#placeOf(connection)
    } catch {
      return null
    }
  }

  /** The place that workers name; opened once the user agreed. */
  async #suggested(connection: Connection, nonce: string | undefined): Promise<DatabasePlace> {
    const [backend, ...others] = await connection.conversation.resultBackends()
    if (backend === undefined) throw new RequestError('refused', `No worker names a result backend. ${name}`)
    if (others.length > 0) throw new RequestError('refused', `Workers name several result backends. ${name}`)
    const place = readWorkersBackend(backend)
    if ('problem' in place) throw new RequestError('refused', `${place.problem} ${name}`)
    if (nonce !== nonceOf(backend))
      throw new RequestError('confirmation_needed', `Open ${placeName(place)}?`, {
        ...consentTo(backend, place),
        place: connection.place,
      })
    this.#agreed.set(agreementKey(connection.params), place)
    return place
  }
}

const name = 'Start Warren with --result-backend, or name it in the connection.'

/** Another broker under the same id is another matter. */
function agreementKey({ id, address }: Connection['params']): string {
  return `${id}\n${address}`
}
