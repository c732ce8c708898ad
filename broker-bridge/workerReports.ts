import { inspectionLimit } from './protocol/index.ts'
import type { InspectParams, WorkerReport, WorkerReports } from './protocol/index.ts'
import { maskText, masked } from './export/masking.ts'
import type { Connection } from './sources/connection.ts'

/** Characters of one text, such as a report. */
const longestText = 100_000
const deepest = 12

/** Puts a question to workers for a person to read. @throws RequestError where they cannot be asked */
export async function inspectWorkers(connection: Connection, { workers, question }: InspectParams): Promise<WorkerReports> {
  const { replies, silent } = await connection.conversation.question(question, workers)
  const hides = question === 'conf' || question === 'report'
  const reports = replies.map(({ worker, payload }) => reportOf(worker, payload, hides))
  return { question, reports: reports.sort((one, other) => (one.worker < other.worker ? -1 : 1)), silent }
}

function reportOf(worker: string, payload: unknown, hides: boolean): WorkerReport {
  const problem = errorIn(payload)
  if (problem !== null) return { worker, problem, payload: null, entries: 0 }
  const told = bounded(unwrapped(payload), 0)
  return { worker, problem: null, payload: hides ? hidden(told) : told, entries: countOf(payload) }
}

/** What Celery answers where a question cannot be answered: `{"error": text}`. */
function errorIn(payload: unknown): string | null {
  if (!isObject(payload)) return null
  const entries = Object.entries(payload)
  const [first] = entries
  return entries.length === 1 && first?.[0] === 'error' && typeof first[1] === 'string' ? first[1].slice(0, longestText) : null
}

/** `report` and `ping` answer with `{"ok": text}`. */
function unwrapped(payload: unknown): unknown {
  const entries = isObject(payload) ? Object.entries(payload) : []
  return entries.length === 1 && entries[0]?.[0] === 'ok' ? entries[0][1] : payload
}

function hidden(told: unknown): unknown {
  return typeof told === 'string' ? maskText(told) : masked(told)
}

function countOf(payload: unknown): number {
  if (Array.isArray(payload)) return payload.length
  return isObject(payload) ? Object.keys(payload).length : 1
}

/** Infinity and NaN, which JSON has no word for, become texts. */
function bounded(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return value.slice(0, longestText)
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value)
  if (typeof value !== 'object' || value === null) return value ?? null
  if (depth >= deepest) return '…'
  if (Array.isArray(value)) return value.slice(0, inspectionLimit).map((item) => bounded(item, depth + 1))
  const members = Object.entries(value).slice(0, inspectionLimit)
  return Object.fromEntries(members.map(([name, member]) => [name, bounded(member, depth + 1)]))
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
