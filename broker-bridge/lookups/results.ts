import type { BackendAnswer } from '../protocol/index.ts'
import { areJsonArguments } from './jsonArguments.ts'
import { readStoredTime } from './storedTime.ts'
import type { Row, Tables, Value } from './tables.ts'

/** Longest text that is read of one column, in characters. */
export const longestText = 100_000

/** What was found, by the task it is of. */
export interface FoundAnswer {
  readonly id: string
  readonly answer: BackendAnswer
}

interface Layout {
  readonly table: string
  /** Texts and bytes that are read, each cut, so that no row fills the memory. */
  readonly columns: readonly string[]
  readonly read: (row: Row, source: string) => BackendAnswer
}

const layouts: readonly Layout[] = [
  {
    table: 'celery_taskmeta',
    columns: ['status', 'traceback', 'name', 'worker', 'queue', 'args', 'kwargs'],
    read: fromSqlAlchemy,
  },
  {
    table: 'django_celery_results_taskresult',
    columns: [
      ...['status', 'content_type', 'content_encoding', 'result', 'task_name', 'task_args', 'task_kwargs'],
      ...['worker', 'traceback'],
    ],
    read: fromDjango,
  },
]

/** What the tables of results that are in this database hold of some tasks. */
export async function findTasks(tables: Tables, ids: readonly string[]): Promise<FoundAnswer[]> {
  const found: FoundAnswer[] = []
  for (const layout of layouts) found.push(...(await fromTable(tables, layout, ids)))
  return found
}

async function fromTable(tables: Tables, { table, columns, read }: Layout, ids: readonly string[]): Promise<FoundAnswer[]> {
  const known = await tables.columns(table)
  if (!known.has('task_id') || ids.length === 0) return []
  const cut = columns.filter((column) => known.has(column))
  const list = [
    'task_id',
    ...(known.has('date_done') ? ['date_done'] : []),
    ...(known.has('result') ? ['length(result) AS result_size'] : []),
    ...cut.map((column) => `substr(${column}, 1, ${longestText + 1}) AS ${column}`),
  ]
  const places = ids.map(() => '?').join(', ')
  const rows = await tables.rows(
    `SELECT ${list.join(', ')} FROM ${table} WHERE task_id IN (${places}) LIMIT ${ids.length}`,
    ...ids,
  )
  return rows.map((row) => ({ id: String(row['task_id']), answer: read(row, `${table} in ${tables.name}`) }))
}

/** Celery writes each result into this table as a pickle, whatever the serializer is; arguments are in the serializer's own form. */
function fromSqlAlchemy(row: Row, source: string): BackendAnswer {
  const size = Number(row['result_size'] ?? 0)
  const [args, kwargs] = [text(row['args']), text(row['kwargs'])]
  return {
    source,
    state: text(row['status']) ?? 'PENDING',
    at: readStoredTime(row['date_done']),
    name: text(row['name']),
    worker: text(row['worker']),
    queue: text(row['queue']),
    args,
    kwargs,
    exact: areJsonArguments(args, kwargs),
    result: null,
    inert: size > 0 ? pickled(size) : null,
    traceback: text(row['traceback']),
  }
}

/** Its arguments are a JSON text that holds the text of Python's own display. */
function fromDjango(row: Row, source: string): BackendAnswer {
  const isPickle = row['content_encoding'] === 'binary' || /pickle|python-serialize/.test(text(row['content_type']) ?? '')
  const result = text(row['result'])
  return {
    source,
    state: text(row['status']) ?? 'PENDING',
    at: readStoredTime(row['date_done']),
    name: text(row['task_name']),
    worker: text(row['worker']),
    queue: null,
    args: unwrapped(text(row['task_args'])),
    kwargs: unwrapped(text(row['task_kwargs'])),
    exact: false,
    result: isPickle ? null : result,
    inert: whyNotWhole(result, isPickle, Number(row['result_size'] ?? 0)),
    traceback: text(row['traceback']),
  }
}

/** @param size characters of the whole text, or bytes of the pickle */
function whyNotWhole(result: string | null, isPickle: boolean, size: number): string | null {
  if (result === null) return null
  if (isPickle) return pickled(size)
  if (size <= longestText) return null
  return `It is too large to be shown: these are the first ${longestText.toLocaleString('en-US')} of ${size.toLocaleString('en-US')} characters.`
}

function pickled(size: number): string {
  return `It is a pickle of ${bytes(size)}: reading one can run any code, so Warren never does.`
}

export function bytes(size: number): string {
  return `${size.toLocaleString('en-US')} ${size === 1 ? 'byte' : 'bytes'}`
}

const decoder = new TextDecoder('utf-8', { fatal: true })

/** Bytes that are no text stay out: they are a pickle, or compressed. */
function text(value: Value | undefined): string | null {
  if (typeof value === 'number' || typeof value === 'bigint') return String(value)
  if (value === null || value === undefined) return null
  const decoded = typeof value === 'string' ? value : decodeUtf8(value)
  return decoded === null || decoded === '' ? null : shortened(decoded)
}

export function shortened(stored: string): string {
  return stored.length > longestText ? `${stored.slice(0, longestText)}…` : stored
}

/** @returns null for bytes that are no text */
export function decodeUtf8(stored: Uint8Array): string | null {
  try {
    return decoder.decode(stored)
  } catch {
    return null
  }
}

function unwrapped(json: string | null): string | null {
  if (json === null) return null
  try {
    const value: unknown = JSON.parse(json)
    return typeof value === 'string' ? value : json
  } catch {
    return json
  }
}
