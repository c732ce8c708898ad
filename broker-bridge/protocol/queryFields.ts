import { numberFields, textFields, timeFields } from './query.ts'
import type { NumberField, TextField, TimeField } from './query.ts'

/** Whose values are read by path as well: `kwargs.address.city`. */
export const argumentFields = ['args', 'kwargs'] as const
export type ArgumentField = (typeof argumentFields)[number]

/** Every word that may stand before a colon, with what it means. */
export const queryFields: Readonly<Record<TextField | NumberField | TimeField | ArgumentField, string>> = {
  state: 'failed, succeeded, running, waiting, or Celery’s own word',
  name: 'name of the task; * for any characters',
  worker: 'worker that has or had it',
  queue: 'queue it was sent to',
  exception: 'type, or text, of an error of any attempt',
  args: 'arguments: args.0 by place, args.user_id by name',
  kwargs: 'named arguments: kwargs.user_id',
  result: 'anywhere in what it returned',
  runtime: 'how long it ran: >2s, <100ms',
  received: 'when a worker took it: <10m ago, >2026-11-20T10:00',
  started: 'when it began to run',
  ended: 'when it succeeded, failed or was revoked',
  sent: 'when it was sent, where senders tell',
  at: 'when it was last heard of',
  retries: 'how often it was retried: >0',
  id: 'id of the task',
  root: 'id of the first task of its workflow',
  parent: 'id of the task that sent it',
  traceback: 'anywhere in a traceback of any attempt',
  fingerprint: 'group of failures one of its attempts belongs to',
  is: 'orphan: the worker that had it died',
  eta: 'when it is due: <10m from now',
  expires: 'when it is no longer wanted',
  exchange: 'exchange it was sent to',
  routing_key: 'routing key it was sent with',
}

export const isTextField = memberOf(textFields)
export const isNumberField = memberOf(numberFields)
export const isTimeField = memberOf(timeFields)
export const isArgumentField = memberOf(argumentFields)

function memberOf<T extends string>(names: readonly T[]): (name: string) => name is T {
  return (name): name is T => (names as readonly string[]).includes(name)
}

/** What people call a field elsewhere. */
const otherNames: Readonly<Record<string, keyof typeof queryFields>> = {
  task: 'name',
  status: 'state',
  hostname: 'worker',
  error: 'exception',
  uuid: 'id',
  duration: 'runtime',
  kwarg: 'kwargs',
  timestamp: 'at',
}

/** The field that was probably meant, or undefined. */
export function nearestField(name: string): string | undefined {
  const written = name.toLowerCase()
  const named = Object.entries(otherNames).map(([other, field]) => ({
    field,
    distance: distance(written, other),
  }))
  const candidates = Object.keys(queryFields)
    .map((field) => ({ field, distance: distance(written, field) }))
    .concat(named)
    .filter((candidate) => candidate.distance <= Math.max(1, Math.floor(written.length / 3)))
  return candidates.sort((one, other) => one.distance - other.distance)[0]?.field
}

/** How many characters have to be put in, left out or replaced to make one word the other; longer words count as far away. */
function distance(one: string, other: string): number {
  if (Math.abs(one.length - other.length) > 3) return Number.POSITIVE_INFINITY
  let row = Array.from({ length: other.length + 1 }, (_, index) => index)
  for (let index = 0; index < one.length; index++) {
    const next = [index + 1]
    for (let place = 1; place <= other.length; place++) {
      const replaced = (row[place - 1] ?? 0) + (other[place - 1] === one[index] ? 0 : 1)
      next.push(Math.min(replaced, (row[place] ?? 0) + 1, (next[place - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[other.length] ?? 0
}

/** Words for states, and the states they stand for; any other word is a state's own name. */
export const stateWords: Readonly<Record<string, readonly string[]>> = {
  failed: ['failure'],
  succeeded: ['success'],
  running: ['started'],
  waiting: ['pending', 'received'],
  retrying: ['retry'],
  ended: ['success', 'failure', 'revoked', 'rejected'],
}

/** Fields of long texts: a value without `*` may stand anywhere in them. */
export const longFields: ReadonlySet<string> = new Set(['result', 'traceback', 'args', 'kwargs'])
