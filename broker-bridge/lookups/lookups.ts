import { RequestError } from '../protocol/index.ts'
import type { AskBackendParams, BackendReply, Confirmation, Schedules } from '../protocol/index.ts'
import type { Connection } from '../sources/connection.ts'
import { dueTasks } from '../tasks/due.ts'
import type { TaskStore } from '../tasks/store.ts'
import { fileName, localFile, readDatabase } from './database.ts'
import type { PeriodicRow } from './messages.ts'
import { toPeriodic } from './periodic.ts'
import { LookupThread } from './thread.ts'

const mostDue = 500

/** Looks things up where events do not tell them: in result backends and in the tables of django-celery-beat. */
export class Lookups {
  readonly #store: TaskStore
  readonly #thread: LookupThread | null
  /** Files that a user agreed to open, by connection and its address. */
  readonly #agreed = new Map<string, string>()

  /** @param program what runs in the thread; null where files of others are never opened */
  constructor(store: TaskStore, program: string | URL | null) {
    this.#store = store
    this.#thread = program === null ? null : new LookupThread(program)
  }

  /** @throws RequestError `refused` where there is nothing to ask, `confirmation_needed` where the user has to agree first */
  async ask(connection: Connection, { id, nonce }: AskBackendParams): Promise<BackendReply> {
    const file = this.#fileOf(connection) ?? (await this.#suggested(connection, nonce))
    return { file: fileName(file), answers: await this.#running.run(file, 'findTask', { id }) }
  }

  /** @param now epoch seconds */
  async schedules(connection: Connection, now: number): Promise<Schedules> {
    const due = dueTasks(this.#store, connection.params.id, now, mostDue)
    const file = this.#fileOf(connection)
    if (file === null) return { ...due, database: null, periodic: [] }
    const read = await this.#running.run(file, 'listPeriodic', null).catch((error: unknown) => {
      if (error instanceof RequestError) return error.message
      throw error
    })
    const problem = typeof read === 'string' ? read : null
    const rows = typeof read === 'string' ? [] : read
    return { ...due, database: { file: fileName(file), problem }, periodic: rows.map((row) => toPeriodic(row, now)) }
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

  /** The file of periodic tasks. @throws RequestError `refused` */
  database(connection: Connection): string {
    const file = this.#fileOf(connection)
    if (file === null) throw new RequestError('refused', 'No database of periodic tasks is known for this connection.')
    return file
  }

  get #running(): LookupThread {
    if (this.#thread) return this.#thread
    throw new RequestError('refused', 'This Warren opens no databases.')
  }

  /** @throws RequestError `refused` where the address is of no use */
  #fileOf({ params }: Connection): string | null {
    if (params.resultBackend === undefined) return this.#agreed.get(agreementKey(params)) ?? null
    const place = readDatabase(params.resultBackend)
    if ('problem' in place) throw new RequestError('refused', place.problem)
    return place.file
  }

  /** The file that workers name; opened once the user agreed. A worker may name any file, so the whole path is shown. */
  async #suggested(connection: Connection, nonce: string | undefined): Promise<string> {
    const named = await connection.resultBackends()
    const files = [...new Set(named.flatMap((backend) => localFile(backend) ?? []))]
    const [file] = files
    if (file === undefined || files.length > 1) throw new RequestError('refused', noBackend(named))
    if (nonce !== file) throw new RequestError('confirmation_needed', `Open ${fileName(file)}?`, consent(file))
    this.#agreed.set(agreementKey(connection.params), file)
    return file
  }
}

/** Another broker under the same id is another matter. */
function agreementKey({ id, address }: Connection['params']): string {
  return `${id}\n${address}`
}

function consent(file: string): Confirmation {
  return {
    nonce: file,
    question: 'Ask the result backend?',
    detail: `Workers say that they keep their results in this file:\n${file}\nWarren would open it read-only, now and whenever you ask again.`,
    action: 'Open File',
    count: 1,
  }
}

function noBackend(named: readonly string[]): string {
  const [first] = named
  if (first === undefined)
    return 'No worker names a result backend. Start Warren with --result-backend, or name it in the connection.'
  const scheme = /^[\w+-]{1,30}/.exec(first)?.[0] ?? 'this'
  return `Workers keep their results in a backend of the kind “${scheme}”, which Warren cannot find by itself; it reads SQLite files named with --result-backend.`
}
