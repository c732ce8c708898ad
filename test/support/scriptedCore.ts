import { RequestError } from '../../broker-bridge/protocol/index.ts'
import type { ConnectionInfo, WorkerRow } from '../../broker-bridge/protocol/index.ts'
import { FailureInbox } from '../../broker-bridge/failureInbox.ts'
import { readFilter } from '../../broker-bridge/queryView.ts'
import type { TaskEvent } from '../../broker-bridge/sources/events.ts'
import { Connections } from '../../broker-bridge/sources/connections.ts'
import type { readers } from '../../broker-bridge/ai/reading.ts'
import { Tools } from '../../broker-bridge/ai/tools.ts'
import { TaskStore } from '../../broker-bridge/tasks/store.ts'
import { queueLine } from './scriptedQueues.ts'
import { connected } from './scriptedTasks.ts'

const emptyQueue = { connection: 'local', virtualHost: '/', type: null, unacked: null, consumers: null, plumbing: false } as const
type Core = Parameters<typeof readers>[0]

/** What a bridge holds without any broker: given events, connections and workers, behind the tools that only read. */
export interface Script {
  readonly events?: readonly TaskEvent[]
  readonly connections?: readonly ConnectionInfo[]
  readonly workers?: readonly WorkerRow[]
  /** Names of queues, each with the number of messages ready. */
  readonly queues?: Readonly<Record<string, number>>
}

export function scriptedTools({ events = [], connections = [connected()], workers = [], queues = {} }: Script): Tools {
  const store = new TaskStore(1_000)
  const failures = new FailureInbox(store, null, () => undefined)
  const now = Date.now() / 1_000
  for (const { id } of connections) store.apply(id, events, now)
  store.drain()
  const rows = Object.entries(queues).map(([name, ready]) => queueLine({ ...emptyQueue, name, ready }))
  const pictures = { connections, workers, failures: failures.picture(), taskNames: store.summaries() }
  const answers = {
    refresh: () => null,
    getTask: (key: { connection: string; id: string }) => {
      const task = store.detail(key)
      if (!task) throw new RequestError('not_found', `Task ${key.id} is not held here.`)
      return task
    },
    listTasks: ({ filter, offset, limit }: { filter: object; offset: number; limit: number }) =>
      store.list(readFilter(filter, now), offset, limit),
    listQueues: ({ limit }: { limit: number }) => ({
      rows: rows.slice(0, limit),
      matched: rows.length,
      plumbing: 0,
      warned: 0,
      origins: [{ connection: 'local', virtualHost: '/', total: 0, listed: 0, limits: 'No management plug-in.', at: 0 }],
    }),
  }
  const core = {
    call: (method: keyof typeof answers, params: never) => Promise.resolve().then(() => answers[method](params)),
    picture: (topic: keyof typeof pictures) => pictures[topic],
    findTask: (key: { connection: string; id: string }) => store.detail(key),
  }
  // There is no broker behind it, so whatever wants one is refused.
  const idle = { changed: () => undefined, opened: () => undefined, closing: () => undefined }
  const none = new Connections(store, { eventQueueBytes: 0, name: 'scripted' }, idle)
  return new Tools(core as unknown as Core, none, undefined as never)
}
