import type { QueueRow } from '../../protocol/index.ts'
import type { Core } from '../core.ts'
import { json } from '../responses.ts'
import type { ApiResponse } from '../responses.ts'
import type { ApiRequest } from '../server.ts'
import { choice } from './parameters.ts'

/** GET /api/queues/length: the queues that workers consume, or all but Celery's plumbing while no worker is known. */
export async function queueLengths(core: Core, { query }: ApiRequest): Promise<ApiResponse> {
  return json({ active_queues: (await activeQueues(core, choice(query, 'connection'))).map(shown) })
}

/** Asks the broker for the queues that matter, of one connection or of all. */
export async function activeQueues(core: Core, connection: string | undefined): Promise<QueueRow[]> {
  // Nobody may be looking at the queues, and then nobody asks the broker for them.
  const stop = core.watchTopic('queues')
  try {
    await core.call('refresh', { connection })
    const lists = core.picture('queues').filter((list) => connection === undefined || list.connection === connection)
    const rows = lists.flatMap(({ queues }) => queues)
    const consumed = new Set(
      core.picture('workers').flatMap((worker) => worker.queues.map((name) => key(worker.connection, name))),
    )
    return rows.filter((row) => (consumed.size > 0 ? consumed.has(key(row.connection, row.name)) : !row.plumbing))
  } finally {
    stop()
  }
}

function key(connection: string, name: string): string {
  return JSON.stringify([connection, name])
}

/** The names of RabbitMQ's management API, which Flower passes on; null is "not known". */
function shown({ name, ready, unacked, consumers }: QueueRow): Record<string, string | number | null> {
  const messages = ready === null ? null : ready + (unacked ?? 0)
  return { name, messages, messages_ready: ready, messages_unacknowledged: unacked, consumers }
}
