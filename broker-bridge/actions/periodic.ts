import { RequestError } from '../protocol/index.ts'
import type { Enqueued, EnqueueParams, Question, RunPeriodicParams, SetPeriodicParams } from '../protocol/index.ts'
import { placeName } from '../lookups/database.ts'
import type { Lookups } from '../lookups/lookups.ts'
import type { PeriodicRow } from '../lookups/messages.ts'
import { toPeriodic } from '../lookups/periodic.ts'
import { readStoredTime } from '../lookups/storedTime.ts'
import type { Connections } from '../sources/connections.ts'
import type { Action } from './door.ts'
import type { Enqueue } from './enqueue.ts'

/** Turns a periodic task of django-celery-beat on or off. */
export class SetPeriodic implements Action<SetPeriodicParams, { readonly enabled: boolean }> {
  readonly name = 'Turn Periodic Task On or Off'
  readonly #connections: Connections
  readonly #lookups: Lookups

  constructor(connections: Connections, lookups: Lookups) {
    this.#connections = connections
    this.#lookups = lookups
  }

  describe({ name, enabled }: SetPeriodicParams): string {
    return `${enabled ? 'enable' : 'disable'} “${name}”`
  }

  async confirmation({ connection: id, name, enabled, ...rest }: SetPeriodicParams): Promise<Question> {
    const connection = this.#connections.get(id)
    const row = await this.#lookups.periodic(connection, rest.id, name)
    const verb = enabled ? 'Enable' : 'Disable'
    const past = enabled && isPast(row) ? ' Its time has passed, so beat sends it at once.' : ''
    return {
      question: `${verb} “${name.slice(0, 100)}”?`,
      detail: `Warren writes this into ${placeName(this.#lookups.database(connection))}, for everybody who uses it: ${scheduleOf(row)}. Beat notices within seconds, if it runs.${past}`,
      action: verb,
      count: 1,
    }
  }

  async perform({ connection, id, name, enabled }: SetPeriodicParams): Promise<{ readonly enabled: boolean }> {
    await this.#lookups.setPeriodic(this.#connections.get(connection), { id, name, enabled })
    return { enabled }
  }
}

/** Sends the task of a schedule now, through the broker: the schedule itself stays as it is, and beat need not run. */
export class RunPeriodic implements Action<RunPeriodicParams, Enqueued> {
  readonly name = 'Run Periodic Task'
  readonly #connections: Connections
  readonly #lookups: Lookups
  readonly #enqueue: Enqueue

  constructor(connections: Connections, lookups: Lookups, enqueue: Enqueue) {
    this.#connections = connections
    this.#lookups = lookups
    this.#enqueue = enqueue
  }

  describe({ name }: RunPeriodicParams): string {
    return `“${name}”`
  }

  async confirmation(params: RunPeriodicParams): Promise<Question> {
    const row = await this.#row(params)
    const queue = row.queue === null ? 'the default queue' : `queue ${row.queue}`
    return {
      question: `Run “${params.name.slice(0, 100)}” now?`,
      detail: `Sends ${row.task} to ${queue}, with ${row.args.slice(0, 1_000)} and ${row.kwargs.slice(0, 1_000)}. Its schedule stays as it is, and does not count this run.`,
      action: 'Run Now',
      count: 1,
    }
  }

  async perform(params: RunPeriodicParams): Promise<Enqueued> {
    return this.#enqueue.perform(toTask(params, await this.#row(params)))
  }

  /** @throws RequestError `refused` where something would have to be left out */
  async #row({ connection: id, id: place, name }: RunPeriodicParams): Promise<PeriodicRow> {
    const row = await this.#lookups.periodic(this.#connections.get(id), place, name)
    const { refusal } = toPeriodic(row, 0)
    if (refusal !== null) throw new RequestError('refused', refusal)
    return row
  }
}

function toTask({ connection, key }: RunPeriodicParams, row: PeriodicRow): EnqueueParams {
  return {
    connection,
    key,
    name: row.task,
    args: row.args.trim() === '' ? '[]' : row.args,
    kwargs: row.kwargs.trim() === '' ? '{}' : row.kwargs,
    ...(row.queue === null ? {} : { queue: row.queue }),
    ...(row.priority === null ? {} : { priority: row.priority }),
    ...(row.expire_seconds === null ? {} : { expires: row.expire_seconds }),
  }
}

function isPast({ clocked_time }: PeriodicRow): boolean {
  const at = readStoredTime(clocked_time)
  return at !== null && at < Date.now() / 1_000
}

function scheduleOf(row: PeriodicRow): string {
  return `${row.task}, ${toPeriodic(row, 0).schedule}`
}
