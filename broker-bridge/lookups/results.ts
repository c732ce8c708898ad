import type { DatabaseSync, SQLOutputValue } from 'node:sqlite'
import type { BackendAnswer } from '../protocol/index.ts'
import { fileName } from './database.ts'
import { columnsOf } from './sqlite.ts'
import { readStoredTime } from './storedTime.ts'

/** Longest text that is read of one column, in characters. */
const most = 100_000

type Row = Readonly<Record<string, SQLOutputValue>>

/** What the tables of results that are in this file hold of a task. */
export function findTask(db: DatabaseSync, file: string, id: string): BackendAnswer[] {
  return [
    ...fromTable(db, 'celery_taskmeta', id).map((row) => fromSqlAlchemy(row, file)),
    ...fromTable(db, 'django_celery_results_taskresult', id).map((row) => fromDjango(row, file)),
  ]
}

/** Each column cut to what is read of it, so that no row fills the memory. */
function fromTable(db: DatabaseSync, table: string, id: string): Row[] {
  const columns = columnsOf(db, table)
  if (!columns.has('task_id')) return []
  const wanted = [...columns].filter((column) => /^[a-z_]+$/.test(column))
  const list = wanted.map((column) => `substr(${column}, 1, ${most + 1}) AS ${column}`)
  const size = columns.has('result') ? ', length(result) AS result_size' : ''
  return db.prepare(`SELECT ${list.join(', ')}${size} FROM ${table} WHERE task_id = ? LIMIT 1`).all(id)
}

/** Celery writes each result into this table as a pickle, whatever the serializer is; arguments are in the serializer's own form. */
function fromSqlAlchemy(row: Row, file: string): BackendAnswer {
  const size = Number(row['result_size'] ?? 0)
  return {
    source: `celery_taskmeta in ${fileName(file)}`,
    state: text(row['status']) ?? 'PENDING',
    at: readStoredTime(row['date_done']),
    name: text(row['name']),
    worker: text(row['worker']),
    queue: text(row['queue']),
    args: text(row['args']),
    kwargs: text(row['kwargs']),
    result: null,
    inert: size > 0 ? pickled(size) : null,
    traceback: text(row['traceback']),
  }
}

/** Its arguments are a JSON text that holds the text of Python's own display. */
function fromDjango(row: Row, file: string): BackendAnswer {
  const isPickle = row['content_encoding'] === 'binary' || /pickle|python-serialize/.test(text(row['content_type']) ?? '')
  const result = text(row['result'])
  return {
    source: `django_celery_results_taskresult in ${fileName(file)}`,
    state: text(row['status']) ?? 'PENDING',
    at: readStoredTime(row['date_done']),
    name: text(row['task_name']),
    worker: text(row['worker']),
    queue: null,
    args: unwrapped(text(row['task_args'])),
    kwargs: unwrapped(text(row['task_kwargs'])),
    result: isPickle ? null : result,
    inert: isPickle && result !== null ? pickled(Number(row['result_size'] ?? 0)) : null,
    traceback: text(row['traceback']),
  }
}

function pickled(size: number): string {
  const bytes = `${size.toLocaleString('en-US')} ${size === 1 ? 'byte' : 'bytes'}`
  return `It is a pickle of ${bytes}: reading one can run any code, so Warren never does.`
}

const decoder = new TextDecoder('utf-8', { fatal: true })

/** Bytes that are no text stay out: they are a pickle, or compressed. */
function text(value: SQLOutputValue | undefined): string | null {
  if (typeof value === 'number' || typeof value === 'bigint') return String(value)
  if (value === null || value === undefined) return null
  const decoded = typeof value === 'string' ? value : decoded8(value)
  if (decoded === null || decoded === '') return null
  return decoded.length > most ? `${decoded.slice(0, most)}…` : decoded
}

function decoded8(bytes: Uint8Array): string | null {
  try {
    return decoder.decode(bytes)
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
