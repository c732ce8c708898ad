import { RequestError } from '../protocol/index.ts'
import type {
  PayloadAttempt,
  RecordedPayload,
  RecordedPayloadParams,
  RetryParams,
  RetryPlan,
  TaskKey,
  WaitingMessage,
} from '../protocol/index.ts'
import type { KeptPayload } from '../payloads/messages.ts'
import type { Connection } from '../sources/connection.ts'
import type { Resending } from '../sources/keptMessage.ts'
import { jsonText } from '../sources/messages/jsonText.ts'
import type { RawMessage } from '../sources/messages/queues.ts'
import type { SentBefore } from './retryKept.ts'

/** All messages of a task that are kept, the oldest first. */
export type FindPayloads = (key: TaskKey) => Promise<readonly KeptPayload[]>

/** A task's message, exactly as it was published. */
export interface RecordedMessage {
  readonly payload: KeptPayload
  /** As people see it. */
  readonly message: WaitingMessage
  /** Headers and other properties as they are read. */
  readonly headers: Readonly<Record<string, unknown>>
  readonly properties: Readonly<Record<string, unknown>>
  /** Which of how many attempts this is, from 1. */
  readonly attempt: number
  readonly attempts: readonly PayloadAttempt[]
}

/** UTF-16 units of a body that are decoded for people; `body` of an answer has it whole. */
const shownBody = 1_000
/** Bytes of a body that one answer holds, with a third more for base64. */
const largestAnswer = 8 * 2 ** 20

/** The newest message of a task, or the given one; null where none is kept. */
export async function recordedMessage(
  connection: Connection,
  find: FindPayloads,
  key: TaskKey & { readonly attempt?: number | undefined },
): Promise<RecordedMessage | null> {
  const payloads = await find(key)
  const attempt = key.attempt ?? payloads.length
  const payload = payloads[attempt - 1]
  const tap = connection.payloadTap
  if (!payload || !tap) return null
  const { headers, ...properties } = tap.read(payload.properties)
  return {
    payload,
    message: connection.lookedAt().describe(rawOf(payload, { ...properties, headers }), shownBody),
    headers: typeof headers === 'object' && headers !== null ? (headers as Record<string, unknown>) : {},
    properties,
    attempt,
    attempts: payloads.map(({ at, retries, content }) => ({ at, retries, bytes: content.length })),
  }
}

function rawOf({ exchange, routingKey, content }: KeptPayload, properties: RawMessage['properties']): RawMessage {
  return { position: 1, exchange, routingKey, redelivered: false, properties, content: Buffer.from(content) }
}

/** What others ask for. @throws RequestError `not_found` */
export async function recordedPayload(
  connection: Connection,
  find: FindPayloads,
  params: RecordedPayloadParams,
): Promise<RecordedPayload> {
  const found = await recordedMessage(connection, find, params)
  if (!found) throw new RequestError('not_found', `No message of task ${params.id} was recorded, or it went to make room.`)
  const { payload, message, attempt, attempts } = found
  const { name, exchange, routingKey, contentType, contentEncoding, serializer, properties, headers, args, kwargs, canvas } =
    message
  const { content, at, retries, queues } = payload
  return {
    ...{ connection: params.connection, id: params.id, name: name ?? '', attempt, attempts },
    ...{ at, retries, bytes: content.length, exchange, routingKey, queues, contentType, contentEncoding, serializer },
    ...{ properties, headers, args, kwargs, canvas },
    body: params.body && content.length <= largestAnswer ? Buffer.from(content).toString('base64') : null,
  }
}

/** What a retry takes from it. */
export function recordedArguments({
  message,
  attempt,
  attempts,
}: RecordedMessage): Pick<RetryPlan, 'source' | 'explanation' | 'args' | 'kwargs'> {
  const which = attempts.length === 1 ? '' : ` (attempt ${attempt} of ${attempts.length})`
  const first = `The recorded message${which} is sent again byte by byte, under a new id.`
  const { args, kwargs, serializer } = message
  if (args !== null && kwargs !== null) return { source: 'payload', explanation: first, args, kwargs }
  const what = serializer ?? 'of a kind Warren does not know'
  return {
    source: 'payload',
    explanation: `${first} Its body is ${what}, which Warren does not decode: arguments are not shown, and whatever follows the task (callbacks, a chain or a chord) is sent along.`,
    args: null,
    kwargs: null,
  }
}

/** What it was sent with beside its arguments. */
export function recordedBefore(connection: Connection, { message, headers, properties }: RecordedMessage): SentBefore {
  const own = connection.system.sendersHeaders?.(headers) ?? {}
  const priority = properties['priority']
  return {
    priority: typeof priority === 'number' ? priority : null,
    eta: message.eta,
    expires: message.expires,
    headers: Object.keys(own).length === 0 ? null : jsonText(own),
    embed: message.canvas,
  }
}

/** Whether nothing is asked for but what the message itself says, so that it can go out byte by byte. */
export function isUntouched(params: RetryParams, plan: RetryPlan): boolean {
  const { kept } = plan
  const same = (asked: unknown, planned: unknown): boolean => asked === undefined || asked === planned
  return (
    plan.source === 'payload' &&
    same(params.args, plan.args) &&
    same(params.kwargs, plan.kwargs) &&
    same(params.name, plan.name) &&
    same(params.priority, kept?.priority ?? null) &&
    same(params.expires, kept?.expires ?? null) &&
    same(params.headers, kept?.headers ?? null) &&
    same(params.eta, null)
  )
}

/** Whether it cannot be told without running something what else is in it. */
export function isOpaque(plan: RetryPlan): boolean {
  return plan.source === 'payload' && (plan.args === null || plan.kwargs === null)
}

/** The queue it went to; null where there were several, or none. */
export function recordedQueue({ payload: { exchange, routingKey, queues } }: RecordedMessage): string | null {
  if (queues.length === 1) return queues[0] ?? null
  return queues.length === 0 && exchange === '' ? routingKey : null
}

/** Sends it to a queue, byte by byte but for what has to change. @throws RequestError as publishing does */
export async function resend(
  connection: Connection,
  { payload, headers, properties }: RecordedMessage,
  { queue, ...how }: Resending & { readonly queue: string },
): Promise<void> {
  const text = (name: string): string | undefined => (typeof properties[name] === 'string' ? properties[name] : undefined)
  const kept = { headers, contentType: text('contentType'), contentEncoding: text('contentEncoding') }
  const resent = connection.system.resend?.({ ...kept, content: Buffer.from(payload.content) }, how)
  if (!resent || 'problem' in resent) throw new RequestError('invalid', resent?.problem ?? 'This message cannot be sent again.')
  await connection.lookedAt().messages.publish(connection.virtualHost, {
    exchange: '',
    routingKey: queue,
    content: resent.content,
    properties: { ...resent.properties, headers: resent.headers },
    kept: Buffer.from(payload.properties),
  })
}
