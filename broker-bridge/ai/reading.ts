import { RequestError } from '../protocol/index.ts'
import type { CodePlace, ConnectionInfo, ReadingTool, ToolInput } from '../protocol/index.ts'
import type { Core } from '../server/core.ts'
import type { Connections } from '../sources/connections.ts'
import { blindSpotsOf } from './blindSpots.ts'
import { failureOf } from './failure.ts'
import { failureLine, moment, taskLine, wholeTask, workerLine } from './taskLines.ts'
import { oneConnection, someConnections } from './whichConnection.ts'

/** What an answer is made of, before it is bounded. */
export interface Found {
  readonly data: object
  readonly places?: readonly CodePlace[]
}
type Read<T extends ReadingTool> = (input: ToolInput<T>) => Promise<Found>
export type Readers = { readonly [T in ReadingTool]: Read<T> }
type ReadCore = Pick<Core, 'call' | 'picture' | 'findTask'>

/** The tools that only read. Each may throw a RequestError, whose sentence the model gets. */
export function readers(core: ReadCore, connections: Connections): Readers {
  return {
    list_connections: async () => {
      const all = await someConnections(core, undefined)
      return { data: { connections: all.map((info) => connectionLine(info, core)) } }
    },
    list_queues: async ({ connection, limit, ...wish }) => {
      const meant = await someConnections(core, connection)
      // Where a broker is away, what is known of its queues is from before.
      await Promise.allSettled(meant.map(async ({ id }) => connections.connected(id).queues.refresh()))
      return { data: await queuesOf(core, connection === undefined ? undefined : meant[0]?.id, { ...wish, limit }) }
    },
    list_workers: async ({ connection, limit }) => {
      const meant = await someConnections(core, connection)
      await Promise.allSettled(meant.map(({ id }) => core.call('refresh', { connection: id })))
      const workers = core.picture('workers').filter((worker) => meant.some(({ id }) => id === worker.connection))
      return { data: { total: workers.length, workers: workers.slice(0, limit).map(workerLine) } }
    },
    find_tasks: (input) => findTasks(core, input),
    get_task: async ({ connection, id }) => ({ data: wholeTask(await taskOf(core, connection, id)) }),
    list_failures: async ({ connection, mark, limit }) => {
      const meant = await someConnections(core, connection)
      const { groups, letGo } = core.picture('failures')
      const fitting = groups.filter((one) => meant.some(({ id }) => id === one.connection) && one.mark === (mark ?? one.mark))
      return { data: { total: fitting.length, letGo, failures: fitting.slice(0, limit).map(failureLine) } }
    },
    read_failure: async ({ connection, id, fingerprint }) => {
      const found = exampleOf(core, { id, fingerprint })
      return failureOf(await taskOf(core, connection ?? found.connection, found.id))
    },
    explain_blind_spots: async ({ connection }) => {
      const meant = await someConnections(core, connection)
      const { origins } = await core.call('listQueues', { text: '', warned: false, plumbing: false, offset: 0, limit: 0 })
      const spots = meant.map((info) =>
        blindSpotsOf(
          info,
          origins.find((origin) => origin.connection === info.id),
        ),
      )
      return { data: { connections: spots } }
    },
  }
}

function connectionLine(info: ConnectionInfo, core: ReadCore): object {
  const { id, name, address, broker, readOnly, status, silentWorkers, blindSpots } = info
  const names = core.picture('taskNames').filter((summary) => summary.connection === id)
  const sum = (member: 'total' | 'failed' | 'running'): number => names.reduce((count, summary) => count + summary[member], 0)
  return {
    id,
    name,
    address,
    broker,
    environment: info.environment ?? null,
    readOnly,
    state: status.kind,
    says: status.message,
    since: moment(status.since),
    tasksHeld: sum('total'),
    failed: sum('failed'),
    running: sum('running'),
    blindSpots: silentWorkers.certain.length + silentWorkers.likely.length + (blindSpots?.length ?? 0),
  }
}

type QueueWish = Omit<ToolInput<'list_queues'>, 'connection'>

async function queuesOf(core: ReadCore, connection: string | undefined, { text, warned, limit }: QueueWish): Promise<object> {
  const wish = { text: text ?? '', warned, plumbing: false, offset: 0, limit }
  const page = await core.call('listQueues', connection === undefined ? wish : { ...wish, connection })
  const queues = page.rows.map(({ trend, ...row }) => ({ ...row, oldest: moment(row.oldest), readyLately: trend }))
  const limits = page.origins.flatMap((origin) =>
    origin.limits === null ? [] : [{ connection: origin.connection, limits: origin.limits }],
  )
  return { matched: page.matched, withWarnings: page.warned, celeryOwnLeftOut: page.plumbing, queues, notKnown: limits }
}

async function findTasks(core: ReadCore, input: ToolInput<'find_tasks'>): Promise<Found> {
  const { query, limit, offset } = input
  if (input.earlier) {
    const { id } = await oneConnection(core, input.connection)
    const page = await core.call('queryHistory', { connection: id, query, before: null, limit, extra: [] })
    return { data: { counted: page.counted, countedAll: page.countedAll, tasks: page.tasks.map(taskLine) } }
  }
  const [connection] = input.connection === undefined ? [] : await someConnections(core, input.connection)
  if (connection === undefined) await someConnections(core, undefined)
  const filter = { ...(connection === undefined ? {} : { connection: connection.id }), ...(query.trim() === '' ? {} : { query }) }
  const { tasks, matched } = await core.call('listTasks', { filter, offset, limit })
  return { data: { matched, from: offset, tasks: tasks.map(taskLine) } }
}

async function taskOf(core: ReadCore, connection: string | undefined, id: string) {
  if (connection !== undefined) return core.call('getTask', { connection: (await oneConnection(core, connection)).id, id })
  const all = await someConnections(core, undefined)
  const holder = all.find((info) => core.findTask({ connection: info.id, id }) !== undefined)
  return core.call('getTask', { connection: holder?.id ?? (await oneConnection(core, undefined)).id, id })
}

function exampleOf(core: ReadCore, { id, fingerprint }: Pick<ToolInput<'read_failure'>, 'id' | 'fingerprint'>) {
  if ((id === undefined) === (fingerprint === undefined))
    throw new RequestError('invalid', 'Give either “id” or “fingerprint”, and not both.')
  if (id !== undefined) return { id, connection: undefined }
  const group = core.picture('failures').groups.find((one) => one.fingerprint === fingerprint)
  const example = group?.examples[0]
  if (group === undefined || example === undefined)
    throw new RequestError(
      'not_found',
      `There is no group of failures “${fingerprint ?? ''}”; list_failures tells those there are.`,
    )
  return { id: example.id, connection: group.connection }
}
