import type { TaskDetail, TaskFilter, TaskRow } from '../../protocol/index.ts'
import type { Core } from '../core.ts'
import { json, text } from '../responses.ts'
import type { ApiResponse } from '../responses.ts'
import type { ApiRequest } from '../server.ts'
import { BadRequest, choice, count, minute } from './parameters.ts'
import { parseSearch } from './search.ts'
import type { Matches } from './search.ts'
import { flowerTask } from './task.ts'

type SortKey = 'name' | 'state' | 'received' | 'started'

interface Query {
  readonly filter: TaskFilter
  readonly offset: number
  readonly limit: number
  readonly sort: { readonly key: SortKey; readonly descending: boolean } | null
  readonly receivedFrom: number | null
  readonly receivedUntil: number | null
  readonly matches: Matches | null
}

/** GET /api/tasks: an object of tasks by id, newest activity first unless sorted. */
export async function listTasks(core: Core, { query }: ApiRequest): Promise<ApiResponse> {
  const search = parseSearch(query.get('search') ?? '')
  if ('error' in search) return json({ error: search.error }, 400)
  const asked = readQuery(query, search.matches)
  const page = await find(core, asked)
  return { status: 200, type: 'application/json; charset=UTF-8', body: written(core, page) }
}

/** GET /api/task/info/ID. */
export function taskInfo(core: Core, { query }: ApiRequest, id: string): ApiResponse {
  const named = choice(query, 'connection')
  for (const connection of core.picture('connections')) {
    const task = named === undefined || named === connection.id ? core.findTask({ connection: connection.id, id }) : undefined
    if (task) return json(flowerTask(task))
  }
  return text(`Unknown task '${id.slice(0, 1_000)}'`, 404)
}

function readQuery(query: URLSearchParams, matches: Matches | null): Query {
  const sortBy = choice(query, 'sort_by')
  const key = sortBy?.replace(/^-+/, '')
  if (key !== undefined && !isSortKey(key))
    throw new BadRequest('sort_by must be name, state, received or started, with - before it for the reverse.')
  const state = choice(query, 'state')
  return {
    filter: {
      connection: choice(query, 'connection'),
      name: choice(query, 'taskname'),
      worker: choice(query, 'workername'),
      states: state === undefined ? undefined : [state.toUpperCase()],
    },
    offset: count(query, 'offset') ?? 0,
    limit: count(query, 'limit') ?? Number.POSITIVE_INFINITY,
    sort: key === undefined ? null : { key, descending: sortBy?.startsWith('-') === true },
    receivedFrom: minute(query, 'received_start'),
    receivedUntil: minute(query, 'received_end'),
    matches,
  }
}

function isSortKey(text: string): text is SortKey {
  return ['name', 'state', 'received', 'started'].includes(text)
}

/** The rows of the asked page. Tasks stand still meanwhile: the core answers from memory, so nothing else runs in between. */
async function find(core: Core, query: Query): Promise<readonly TaskRow[]> {
  const whole = query.sort !== null || query.matches !== null || query.receivedFrom !== null || query.receivedUntil !== null
  if (!whole) return readRows(core, query.filter, query.offset, query.limit)
  const rows = (await readRows(core, query.filter, 0, Number.MAX_SAFE_INTEGER)).filter((row) => holds(core, query, row))
  const sorted = query.sort === null ? rows : sort(core, rows, query.sort)
  return sorted.slice(query.offset, query.offset + query.limit)
}

async function readRows(core: Core, filter: TaskFilter, offset: number, limit: number): Promise<readonly TaskRow[]> {
  return (await core.call('listTasks', { filter, offset, limit })).tasks
}

/** A task of which no reception is known passes every limit of time, as in Flower. */
function holds(core: Core, query: Query, row: TaskRow): boolean {
  const task = core.findTask(row)
  if (!task) return false
  const received = task.receivedAt
  if (received !== null && query.receivedFrom !== null && received < query.receivedFrom) return false
  if (received !== null && query.receivedUntil !== null && received > query.receivedUntil) return false
  return query.matches?.(task) ?? true
}

interface Ranked {
  readonly row: TaskRow
  readonly value: string | number | null
}

/** What has no value comes first, or last in the reverse; equals are in the order of their ids. */
function sort(core: Core, rows: readonly TaskRow[], { key, descending }: NonNullable<Query['sort']>): TaskRow[] {
  const ranked = rows.map((row): Ranked => ({ row, value: valueOf(core.findTask(row), key) }))
  ranked.sort((a, b) => compare(a.value, b.value) || compare(a.row.id, b.row.id))
  if (descending) ranked.reverse()
  return ranked.map(({ row }) => row)
}

function valueOf(task: TaskDetail | undefined, key: SortKey): string | number | null {
  if (!task) return null
  if (key === 'received') return task.receivedAt
  if (key === 'started') return task.startedAt
  return (key === 'name' ? task.name : task.state)?.toLowerCase() ?? null
}

function compare(a: string | number | null, b: string | number | null): number {
  if (a === null || b === null) return Number(a !== null) - Number(b !== null)
  return a < b ? -1 : a > b ? 1 : 0
}

/** Writes the object piece by piece and lets others run in between: all tasks together can be a hundred megabytes. */
async function* written(core: Core, rows: readonly TaskRow[]): AsyncGenerator<string> {
  const seen = new Set<string>()
  let piece = '{'
  for (const [index, row] of rows.entries()) {
    const task = seen.has(row.id) ? undefined : core.findTask(row)
    if (task) piece += `${seen.size > 0 ? ', ' : ''}${JSON.stringify(row.id)}: ${JSON.stringify(flowerTask(task))}`
    if (task) seen.add(row.id)
    if (index % 200 !== 199) continue
    yield piece
    piece = ''
    await new Promise((resolve) => setImmediate(resolve))
  }
  yield `${piece}}`
}
