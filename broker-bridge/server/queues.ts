import { queueSorts } from '../protocol/index.ts'
import type { QueueLine, QueueSort } from '../protocol/index.ts'
import type { Core } from './core.ts'
import { BadRequest, choice, count, flag } from './flower/parameters.ts'
import { json } from './responses.ts'
import type { ApiResponse } from './responses.ts'
import type { ApiRequest } from './server.ts'

const [usualLimit, mostLimit] = [500, 10_000]

/**
 * GET /api/queues: the queues of all connections or one, freshly asked for, with everything a view shows of each. Parameters:
 * `connection`, `search`, `sort_by` (a column, `-` before it for descending), `warnings`, `plumbing`, `limit`, `offset`.
 */
export async function listQueues(core: Core, { query }: ApiRequest): Promise<ApiResponse> {
  const connection = choice(query, 'connection')
  const wish = {
    text: (query.get('search') ?? '').slice(0, 255),
    warned: flag(query, 'warnings'),
    plumbing: flag(query, 'plumbing'),
    limit: Math.min(mostLimit, count(query, 'limit') ?? usualLimit),
    offset: count(query, 'offset') ?? 0,
    ...(connection === undefined ? {} : { connection }),
    ...sortOf(query),
  }
  // Nobody may be looking at the queues, and then nobody asks the broker for them.
  const stop = core.watchTopic('queues')
  try {
    await core.call('refresh', { connection })
    const { rows, ...counts } = await core.call('listQueues', wish)
    return json({ queues: rows.map(withoutTrend), ...counts })
  } finally {
    stop()
  }
}

function sortOf(query: URLSearchParams): { sort?: { by: QueueSort; descending: boolean } } {
  const asked = choice(query, 'sort_by')
  if (asked === undefined) return {}
  const descending = asked.startsWith('-')
  const by = queueSorts.find((name) => name === asked.replace(/^-/, ''))
  if (by === undefined) throw new BadRequest(`Queues cannot be sorted by that; sort_by is one of: ${queueSorts.join(', ')}.`)
  return { sort: { by, descending } }
}

/** Trends are of what somebody watches, which a script does not. */
function withoutTrend(line: QueueLine): Partial<QueueLine> {
  return Object.fromEntries(Object.entries(line).filter(([name]) => name !== 'trend'))
}
