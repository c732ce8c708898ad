import { depthLimit } from './json.ts'
import { nameLimit, textWithin } from './limits.ts'

const fieldLimit = 50
/** Weight of all custom fields of one event: about one per character. */
const weightLimit = 65_536
const leftOut = '… [left out by Warren: too large]'

/** Fields that Celery defines for events; everything else belongs to whoever sent a custom event. */
const celeryFields: ReadonlySet<string> = new Set([
  ...[
    'type',
    'uuid',
    'hostname',
    'timestamp',
    'utcoffset',
    'pid',
    'clock',
    'name',
    'args',
    'kwargs',
    'root_id',
    'parent_id',
    'retries',
  ],
  ...['eta', 'expires', 'queue', 'exchange', 'routing_key', 'result', 'runtime', 'exception', 'traceback'],
])

/**
 * The sender's own fields of a custom event such as `task-progress`, in number and size bounded. The object has no prototype, so
 * that a field called `__proto__` is a field.
 */
export function customFields(event: object): Readonly<Record<string, unknown>> | null {
  const fields = Object.create(null) as Record<string, unknown>
  let weight = 0
  let count = 0
  for (const [key, value] of Object.entries(event)) {
    if (celeryFields.has(key)) continue
    if (count++ === fieldLimit) break
    const rest = weightLimit - weight
    const used = weigh(value, rest, 1)
    weight += used > rest ? leftOut.length : used
    fields[textWithin(key, nameLimit) ?? ''] = used > rest ? leftOut : showable(value)
  }
  return count === 0 ? null : fields
}

/** JSON has no word for NaN and infinity; as text they stay what they are. */
function showable(value: unknown): unknown {
  return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value
}

/** Stops as soon as the limit is passed, so that a giant costs no more than a large one. */
function weigh(value: unknown, limit: number, depth: number): number {
  if (typeof value === 'string') return value.length + 2
  if (typeof value !== 'object' || value === null) return 8
  if (depth > depthLimit) return Number.POSITIVE_INFINITY
  let weight = 2
  for (const key in value) {
    if (!Object.hasOwn(value, key)) continue
    weight += key.length + weigh((value as Record<string, unknown>)[key], limit - weight, depth + 1)
    if (weight > limit) break
  }
  return weight
}
