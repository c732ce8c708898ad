import type { Lives } from '../tasks/life.ts'
import { resultOf, runtimeOf } from '../tasks/picture.ts'
import type { TaskRecord } from '../tasks/record.ts'

/** Columns that hold the number of a label. */
export const labelColumns = ['name', 'state', 'worker', 'queue', 'exchange', 'routing_key'] as const
export type LabelColumn = (typeof labelColumns)[number]

/** What a row of the table `task` says beside its place, its broker and its id. */
export interface Columns {
  readonly labels: Readonly<Record<LabelColumn, string | null>>
  readonly lower_id: string | null
  readonly root: string | null
  readonly parent: string | null
  readonly at: number
  readonly sent: number | null
  readonly received: number | null
  readonly started: number | null
  readonly ended: number | null
  readonly runtime: number | null
  readonly retries: number
  readonly errors: number
}

/** What queries compare, read as the memory's own evaluator reads it. */
export function columnsOf(task: TaskRecord, lives: Lives): Columns {
  const id = plainText(task.id)
  const root = lower(task.root)
  return {
    labels: {
      name: lower(task.name),
      state: plainText(task.state),
      worker: lower(task.worker),
      queue: lower(task.queue),
      exchange: lower(task.exchange),
      routing_key: lower(task.routingKey),
    },
    lower_id: id === task.id ? null : id,
    root: root === id ? '' : root,
    parent: lower(task.parent),
    at: task.at,
    sent: lives.newest(task, 'PENDING'),
    received: lives.newest(task, 'RECEIVED'),
    started: lives.newest(task, 'STARTED'),
    ended: lives.newest(task, 'SUCCESS', 'FAILURE', 'REVOKED', 'REJECTED'),
    runtime: runtimeOf(task, lives),
    retries: task.retries,
    errors: task.errors?.length ?? 0,
  }
}

function lower(text: string | null): string | null {
  return text === null ? null : plainText(text)
}

/** Stands for what SQLite's texts cannot hold or its functions stop at. */
export const unwritable = '\ufffd'

/** Lower case, as SQLite can hold and compare it: no zero character, no half of a surrogate pair. */
export function plainText(text: string): string {
  return text.toLowerCase().toWellFormed().replaceAll('\0', unwritable)
}

/** Characters of each text that can be found as a part of it; of a longer one only its beginning. */
const wordLimit = 4_000
const tracebackLimit = 16_000
/** Between two texts, so that no word is found where none stands. */
const separator = '\u0001'

/** All texts a word may occur in, and the names of errors' causes. */
export function wordsOf(task: TaskRecord): string {
  const { id, name, args, kwargs, worker, queue } = task
  const errors = task.errors ?? []
  const said = errors.flatMap(({ exception, fingerprint }) => [exception, fingerprint])
  const texts = [id, name, args, kwargs, worker, queue, resultOf(task), ...said]
  // The newest traceback counts most; the frames of the others are mostly the same.
  const tracebacks = errors.map(({ traceback }) => traceback?.slice(0, tracebackLimit)).reverse()
  const traces = tracebacks.join(separator).slice(0, 2 * tracebackLimit)
  return plainText([...texts.map((text) => text?.slice(0, wordLimit) ?? ''), traces].join(separator))
}

/** Longest part of a word that is looked up; what it finds is compared with the whole word. */
const partLimit = 40
const gram = 3

/** The expression for FTS5 that every text with this part in it fits; null where the index cannot say. */
export function searchExpression(part: string): string | null {
  const characters = Array.from(part).slice(0, partLimit)
  if (characters.length < gram || !part.isWellFormed() || part.includes('\0') || part.includes(separator)) return null
  // Side by side they cover the part; the last one overlaps. More of them would take longer and tell little more.
  const starts = Array.from({ length: Math.floor(characters.length / gram) }, (_, index) => index * gram)
  const grams = [...starts, characters.length - gram].map((start) => characters.slice(start, start + gram).join(''))
  return [...new Set(grams)].map((each) => `"${each.replaceAll('"', '""')}"`).join(' AND ')
}
