import { readQuery as readTaskQuery } from '../../protocol/index.ts'
import type { TaskFilter, TaskKey } from '../../protocol/index.ts'
import type { Core, TaskGlance } from '../core.ts'
import { json, text } from '../responses.ts'
import type { ApiResponse } from '../responses.ts'
import type { ApiRequest } from '../server.ts'
import { joinSorted } from '../../joinSorted.ts'
import { BadRequest, choice, count, minute } from './parameters.ts'
import { parseSearch } from './search.ts'
import type { Matches } from './search.ts'
import { flowerTask } from './task.ts'

type SortKey = 'name' | 'state' | 'received' | 'started'

interface Sort {
  readonly key: SortKey
  readonly descending: boolean
}

interface Query {
  readonly filter: TaskFilter
  readonly offset: number
  readonly limit: number
  readonly sort: Sort | null
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
      query: taskQuery(query),
    },
    offset: count(query, 'offset') ?? 0,
    limit: count(query, 'limit') ?? Number.POSITIVE_INFINITY,
    sort: key === undefined ? null : { key, descending: sortBy?.startsWith('-') === true },
    receivedFrom: minute(query, 'received_start'),
    receivedUntil: minute(query, 'received_end'),
    matches,
  }
}

/** Warren's own `query`, in the language of the search field; one that cannot be read is a bad request. */
function taskQuery(query: URLSearchParams): string | undefined {
  const text = query.get('query') ?? undefined
  const reading = text === undefined ? undefined : readTaskQuery(text, Date.now() / 1000)
  if (reading?.ok === false) throw new BadRequest(`${reading.problem} (at position ${reading.at})`)
  return text
}

function isSortKey(text: string): text is SortKey {
  return ['name', 'state', 'received', 'started'].includes(text)
}

/** The asked page. */
async function find(core: Core, query: Query): Promise<readonly TaskGlance[]> {
  const tasks = core.selectTasks(query.filter)
  const most = query.offset + query.limit
  const asIs = query.sort === null && query.matches === null && query.receivedFrom === null && query.receivedUntil === null
  return (asIs ? take(tasks, most) : await pick([...tasks], query, most)).slice(query.offset)
}

function take(tasks: Iterable<TaskGlance>, most: number): TaskGlance[] {
  const taken: TaskGlance[] = []
  for (const task of tasks) if (taken.push(task) >= most) break
  return taken.slice(0, most)
}

interface Ranked {
  readonly task: TaskGlance
  readonly value: string | number | null
  /** Among all tasks, newest activity first. */
  readonly place: number
}

/** How many tasks are looked at before others may run: some milliseconds' work. */
const sliceLength = 2_000

/** The first so many tasks that the query wants, in its order. */
async function pick(tasks: readonly TaskGlance[], query: Query, most: number): Promise<TaskGlance[]> {
  const order = query.sort && orderOf(query.sort)
  const runs: Ranked[][] = []
  let size = 0
  for (let first = 0; first < tasks.length && (order !== null || size < most); first += sliceLength) {
    const run = tasks
      .slice(first, first + sliceLength)
      .flatMap((task, index) => (holds(query, task) ? [{ task, value: valueOf(task, query.sort), place: first + index }] : []))
    runs.push(order === null ? run : run.sort(order))
    size += run.length
    await othersRun()
  }
  return firstOf(order === null ? runs.flat() : joinSorted(runs, order), most)
}

async function firstOf(found: Iterable<Ranked>, most: number): Promise<TaskGlance[]> {
  const first: TaskGlance[] = []
  for (const { task } of found) {
    if (first.length >= most) break
    if (first.push(task) % sliceLength === 0) await othersRun()
  }
  return first
}

function othersRun(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

/** A task of which no reception is known passes every limit of time, as in Flower. */
function holds({ receivedFrom, receivedUntil, matches }: Query, task: TaskGlance): boolean {
  const received = receivedFrom === null && receivedUntil === null ? null : task.receivedAt
  if (received !== null && receivedFrom !== null && received < receivedFrom) return false
  if (received !== null && receivedUntil !== null && received > receivedUntil) return false
  return matches?.(task) ?? true
}

/** What has no value comes first, or last in the reverse; equals are in the order of their ids. */
function orderOf({ descending }: Sort): (a: Ranked, b: Ranked) => number {
  const sign = descending ? -1 : 1
  return (a, b) => sign * (compare(a.value, b.value) || compare(a.task.id, b.task.id) || a.place - b.place)
}

function valueOf(task: TaskGlance, sort: Sort | null): string | number | null {
  if (sort === null) return null
  if (sort.key === 'received') return task.receivedAt
  if (sort.key === 'started') return task.startedAt
  return (sort.key === 'name' ? task.name : task.state)?.toLowerCase() ?? null
}

function compare(a: string | number | null, b: string | number | null): number {
  if (a === null || b === null) return Number(a !== null) - Number(b !== null)
  return a < b ? -1 : a > b ? 1 : 0
}

/** Writes the object piece by piece and lets others run in between: all tasks together can be a hundred megabytes. */
async function* written(core: Core, keys: readonly TaskKey[]): AsyncGenerator<string> {
  const seen = new Set<string>()
  let piece = '{'
  for (const [index, key] of keys.entries()) {
    const task = seen.has(key.id) ? undefined : core.findTask(key)
    if (task) piece += `${seen.size > 0 ? ', ' : ''}${JSON.stringify(key.id)}: ${JSON.stringify(flowerTask(task))}`
    if (task) seen.add(key.id)
    if (index % 200 !== 199) continue
    yield piece
    piece = ''
    await othersRun()
  }
  yield `${piece}}`
}
