import { revoking, tellable } from './commands.ts'
import type { ToldMethod } from './commands.ts'
import { readContent } from './contents.ts'
import type { Unreadable } from './contents.ts'
import { safeHeaders } from './headers.ts'
import type { SafeTable } from './headers.ts'
import { asObject, ownField, readJson } from './json.ts'
import type { Outcome } from './outcome.ts'
import { refuse, succeed } from './outcome.ts'

/**
 * The remote-control commands Warren sends by itself or when somebody only looks. A closed list on purpose: among Celery's others are
 * some that end workers (`election`, `add_consumer` with other arguments, seen with 5.2.6 and 5.5.3) or stop them from working
 * (`pool_shrink`, `shutdown`). What is told on a user's word is in commands.ts, behind actions/controlWorkers.ts.
 */
export const commands = [
  'registered',
  'stats',
  'active_queues',
  'conf',
  'active',
  'reserved',
  'scheduled',
  'revoked',
  'report',
  'clock',
  'ping',
  'memsample',
  'enable_events',
] as const
export type CommandName = (typeof commands)[number]

export interface CommandToSend {
  readonly method: CommandName | ToldMethod
  /** Keyword arguments of the command's handler. */
  readonly args?: Readonly<Record<string, unknown>>
  /** Node names; null means every worker. */
  readonly destination: readonly string[] | null
  /** Comes back with every answer, in the header `ticket`. */
  readonly ticket: string
  readonly replyTo: { readonly exchange: string; readonly routingKey: string }
}

export interface CommandMessage {
  readonly content: Buffer
  readonly properties: { readonly contentType: 'application/json'; readonly contentEncoding: 'utf-8'; readonly deliveryMode: 1 }
  readonly headers: SafeTable
}

/** Encodes a command for the command exchange, from where every worker gets it and looks whether it is meant. */
export function encodeCommand({ method, args = {}, destination, ticket, replyTo }: CommandToSend): Outcome<CommandMessage> {
  if (!isFor(method, destination)) return refuse('method', `Warren does not send the command ${method} to workers.`)
  // To Celery an empty list means the same as none: everybody.
  if (destination?.length === 0) return refuse('destination', 'Name at least one worker, or none at all to reach every worker.')
  // Workers add this clock to their own; a large one would push theirs ahead.
  const headers = safeHeaders({ clock: 1 })
  if (!headers.ok) return headers
  const body = {
    method,
    arguments: args,
    destination,
    pattern: null,
    matcher: null,
    ticket,
    reply_to: { exchange: replyTo.exchange, routing_key: replyTo.routingKey },
  }
  const properties = { contentType: 'application/json', contentEncoding: 'utf-8', deliveryMode: 1 } as const
  return succeed({ content: Buffer.from(JSON.stringify(body), 'utf8'), properties, headers: headers.value })
}

/** Commands that change a worker need its name: to nobody in particular they would go to everybody. */
function isFor(method: string, destination: readonly string[] | null): boolean {
  const known: readonly string[] = destination === null ? [...commands, ...revoking] : [...commands, ...revoking, ...tellable]
  return known.includes(method)
}

/** What a worker said; the payload is hostile and differs from command to command. */
export interface Answer {
  readonly worker: string
  readonly payload: unknown
}

export type Answers =
  | { readonly ok: true; readonly answers: readonly Answer[] }
  | { readonly ok: false; readonly reason: Unreadable | 'not an answer' }

/** Who answers for more workers than this in one message is no worker. */
const workersPerMessage = 10
const workerNameLimit = 1_000

/**
 * Reads one message from the reply queue: `{hostname: payload}`. From Celery 5.1 on workers answer in their `task_serializer`; pickled
 * answers stay closed.
 */
export function readAnswers(content: Uint8Array, contentType: string | undefined, contentEncoding: string | undefined): Answers {
  const reading = readContent(content, contentType, contentEncoding, readJson)
  if (!reading.ok) return reading
  const object = asObject(reading.value)
  if (object === undefined) return { ok: false, reason: 'not an answer' }
  const names = Object.keys(object)
  if (names.length === 0 || names.length > workersPerMessage) return { ok: false, reason: 'not an answer' }
  if (names.some((name) => name === '' || name.length > workerNameLimit)) return { ok: false, reason: 'not an answer' }
  return { ok: true, answers: names.map((worker) => ({ worker, payload: ownField(object, worker) })) }
}

/** Whether a message answers the command of this ticket. */
export function hasTicket(headers: Readonly<Record<string, unknown>>, ticket: string): boolean {
  return ownField(headers, 'ticket') === ticket
}
