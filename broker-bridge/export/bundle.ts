import * as v from 'valibot'
import type { ConnectionInfo, QueueList, TaskFilter, WorkerRow } from '../protocol/index.ts'
import { StoredTask } from '../tasks/stored.ts'

/** Raised when a reader of an older version would misread the file. */
const version = 1

/** First line of a bundle; then one line per task, newest activity first, and a last one that says how many there were. */
export interface BundleHeader {
  readonly madeBy: string
  /** Epoch seconds. */
  readonly madeAt: number
  readonly masked: boolean
  readonly filter: TaskFilter
  readonly connections: readonly ConnectionInfo[]
  readonly workers: readonly WorkerRow[]
  readonly queues: readonly QueueList[]
}

const maskedNote =
  'Values under names like password, token, secret or authorization, and passwords within addresses, were replaced by ***. ' +
  'Positional arguments have no names: they are as the workers reported them. Look through the file before you pass it on.'
const openNote = 'Secrets were not masked: this file holds arguments, results and tracebacks as the workers reported them.'

/** The first line's text. */
export function writeHeader(header: BundleHeader): string {
  const note = header.masked ? maskedNote : openNote
  const about = 'Tasks of Celery as Warren knew them, one JSON object per line. Open it with: npm start -- --open FILE'
  return `${JSON.stringify({ warren: 'bundle', version, about, note, ...header })}\n`
}

const text = v.string()
const textOrNull = v.nullable(text)
const numberOrNull = v.nullable(v.number())
const Gap = v.object({
  from: v.number(),
  until: numberOrNull,
  missed: numberOrNull,
  reason: v.picklist(['disconnected', 'overflow', 'unbound', 'bridge']),
})
/** Of a connection only what a bundle shows again. */
const Connection = v.object({ id: text, name: text, address: text, broker: textOrNull, gaps: v.fallback(v.array(Gap), []) })
const Worker = v.object({
  connection: text,
  name: text,
  online: v.boolean(),
  lastSeen: v.number(),
  active: numberOrNull,
  processed: numberOrNull,
  pool: textOrNull,
  concurrency: numberOrNull,
  queues: v.array(text),
  software: textOrNull,
  pid: numberOrNull,
  load: v.nullable(v.array(v.number())),
  sendsEvents: v.nullable(v.boolean()),
})
const Queue = v.object({
  connection: text,
  virtualHost: text,
  name: text,
  type: textOrNull,
  ready: numberOrNull,
  unacked: numberOrNull,
  consumers: numberOrNull,
  plumbing: v.boolean(),
})
const Queues = v.object({ connection: text, queues: v.array(Queue), truncated: v.boolean(), limits: textOrNull, at: v.number() })

const Header = v.object({
  warren: v.literal('bundle'),
  version: v.number(),
  madeBy: text,
  madeAt: v.number(),
  masked: v.boolean(),
  connections: v.pipe(v.array(Connection), v.minLength(1), v.maxLength(100)),
  workers: v.array(Worker),
  queues: v.array(Queues),
})
/** The header as it is read back: hostile, but of this form. */
export type ReadHeader = v.InferOutput<typeof Header>

const Line = v.union([v.object({ connection: text, task: StoredTask }), v.object({ end: v.number() })])
export type BundleLine = v.InferOutput<typeof Line>

/** Why a file cannot be opened, as one sentence. */
export class BundleProblem extends Error {}

/** @throws BundleProblem where this is no bundle, or one of a later Warren */
export function readHeader(json: string): ReadHeader {
  const value = parsed(json)
  if (typeof value !== 'object' || value === null || !('warren' in value) || value.warren !== 'bundle')
    throw new BundleProblem('This file is no bundle of Warren’s.')
  const read = v.safeParse(Header, value)
  if (read.success && read.output.version <= version) return read.output
  const later = 'version' in value && typeof value.version === 'number' && value.version > version
  throw new BundleProblem(
    later
      ? 'This bundle was made by a later version of Warren; a newer Warren opens it.'
      : 'This bundle’s first line is damaged.',
  )
}

/** One line behind the first; undefined where it is damaged. */
export function readLine(json: string): BundleLine | undefined {
  const read = v.safeParse(Line, parsed(json))
  return read.success ? read.output : undefined
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return undefined
  }
}
