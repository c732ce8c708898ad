import type { TaskDetail } from '../protocol/index.ts'

type Cell = string | number | null
type Column = readonly [title: string, cell: (task: TaskDetail) => Cell]

const columns: readonly Column[] = [
  ['id', ({ id }) => id],
  ['name', ({ name }) => name],
  ['state', ({ state }) => state],
  ['connection', ({ connection }) => connection],
  ['worker', ({ worker }) => worker],
  ['queue', ({ queue }) => queue],
  ['sent', ({ sentAt }) => time(sentAt)],
  ['received', ({ receivedAt }) => time(receivedAt)],
  ['started', ({ startedAt }) => time(startedAt)],
  ['ended', ({ endedAt }) => time(endedAt)],
  ['last_event', ({ at }) => time(at)],
  ['runtime_seconds', ({ runtime }) => runtime],
  ['retries', ({ retries }) => retries],
  ['args', ({ args }) => args],
  ['kwargs', ({ kwargs }) => kwargs],
  ['result', ({ result }) => result],
  ['exception', ({ exception }) => exception],
  ['traceback', ({ traceback }) => traceback],
  ['root', ({ root }) => root],
  ['parent', ({ parent }) => parent],
  ['eta', ({ eta }) => eta],
  ['expires', ({ expires }) => expires],
  ['exchange', ({ exchange }) => exchange],
  ['routing_key', ({ routingKey }) => routingKey],
  ['retry_of', ({ retryOf }) => retryOf],
]

/** The first line: names of the columns. */
export function csvHeader(): string {
  return line(columns.map(([title]) => title))
}

/** One task as a line, by RFC 4180. What is not known is an empty field. */
export function csvLine(task: TaskDetail): string {
  return line(columns.map(([, cell]) => cell(task)))
}

function line(cells: readonly Cell[]): string {
  return `${cells.map(field).join(',')}\r\n`
}

/** What programs that open tables take for the beginning of a formula, also behind blanks and in its wide forms. */
const formula = /^[\s\u0000-\u001f\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20]|^[\t\r\n]/

function field(cell: Cell): string {
  if (cell === null) return ''
  if (typeof cell === 'number') return String(cell)
  const text = (formula.test(cell) ? `'${cell}` : cell).toWellFormed()
  return /[",\r\n]|^\s|\s$|^$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** ISO 8601 in UTC. Times come from hostile clocks: one that no calendar has is written as its number. */
function time(at: number | null): Cell {
  if (at === null) return null
  const date = new Date(at * 1000)
  return Number.isNaN(date.getTime()) ? at : date.toISOString()
}
