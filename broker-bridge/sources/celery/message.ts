import { visibleLine } from '../../protocol/index.ts'
import { safeHeaders } from './headers.ts'
import type { SafeTable } from './headers.ts'
import { readMoment } from './moments.ts'
import type { Moment } from './moments.ts'
import type { Outcome } from './outcome.ts'
import { refuse, succeed } from './outcome.ts'
import { ownHeaders } from './ownHeaders.ts'
import { pythonRepr } from './pythonRepr.ts'
import { taskBody } from './taskArguments.ts'
import type { TaskArguments } from './taskArguments.ts'

/** A task to be sent. What is absent is left to Celery's own default. */
export interface TaskToSend extends TaskArguments {
  readonly name: string
  readonly id: string
  /** Sent through the default exchange, with the queue's name as routing key. */
  readonly queue: string
  /** Who sends, as `gen<pid>@<host>`: shown by monitors, read by nobody. */
  readonly origin: string
  /** Epoch seconds; what an expiry counts from. */
  readonly now: number
  /** ISO 8601 with a time zone. */
  readonly eta?: string | undefined
  /** ISO 8601 with a time zone. */
  readonly expires?: string | undefined
  readonly priority?: number | undefined
  /** Id of the first task of the workflow; the task's own where absent. */
  readonly root?: string | undefined
  readonly parent?: string | undefined
  /** Id of the group it belongs to, and its place there, from 0. */
  readonly group?: string | undefined
  readonly groupIndex?: number | undefined
  /** Headers of the sender's own, as a JSON object. */
  readonly headers?: string | null | undefined
}

/** What a channel publishes: to the default exchange, persistent, `mandatory`. Headers are safe for amqplib to encode. */
export interface TaskMessage {
  readonly exchange: ''
  readonly routingKey: string
  readonly content: Buffer
  readonly properties: {
    readonly contentType: 'application/json'
    readonly contentEncoding: 'utf-8'
    readonly deliveryMode: 2
    readonly correlationId: string
    readonly replyTo: ''
    /** Milliseconds, as RabbitMQ wants them. */
    readonly expiration?: string
    readonly priority?: number
  }
  readonly headers: SafeTable
}

/** Longest short string of AMQP: queue names, correlation ids. */
const shortString = 255
const loneSurrogate = /\p{Surrogate}/u
/**
 * 2³² − 1 ms, 49 days. RabbitMQ 3.10.8 takes ten years, but closes the channel over one millisecond more, and other versions have other
 * limits. A longer one is left out: workers look at the header `expires` anyway.
 */
const longestExpiration = 4_294_967_295

/**
 * Encodes a task in Celery's message protocol 2, which every worker from 4.0 on reads, with the complete headers of 5.5. Nothing that
 * could hurt a worker comes out of this: body, headers and times are checked, and a refusal names the part and says what to change.
 */
export function encodeTask(task: TaskToSend): Outcome<TaskMessage> {
  const problem = checkNames(task) ?? checkPriority(task)
  if (problem !== undefined) return problem
  const body = taskBody(task)
  if (!body.ok) return body
  const times = readTimes(task)
  if (!times.ok) return times
  const { eta, expires } = times.value
  const celerys = celeryHeaders(task, eta, expires)
  const own = ownHeaders(task.headers, celerys)
  if (!own.ok) return own
  const headers = safeHeaders({ ...own.value, ...celerys })
  if (!headers.ok) return headers
  const properties = messageProperties(task, expires)
  return succeed({ exchange: '', routingKey: task.queue, content: body.value, properties, headers: headers.value })
}

function celeryHeaders(
  task: TaskToSend,
  eta: Moment | undefined,
  expires: Moment | undefined,
): Readonly<Record<string, unknown>> {
  return {
    lang: 'py',
    task: task.name,
    id: task.id,
    shadow: null,
    eta: eta?.text ?? null,
    expires: expires?.text ?? null,
    group: task.group ?? null,
    group_index: task.groupIndex ?? null,
    retries: 0,
    timelimit: [null, null],
    root_id: task.root ?? task.id,
    parent_id: task.parent ?? null,
    argsrepr: pythonRepr(task.args, 'tuple'),
    kwargsrepr: pythonRepr(task.kwargs),
    origin: task.origin,
    ignore_result: false,
    replaced_task_nesting: 0,
    stamped_headers: null,
    stamps: {},
  }
}

function messageProperties(task: TaskToSend, expires: Moment | undefined): TaskMessage['properties'] {
  const milliseconds = expires === undefined ? undefined : Math.max(0, Math.floor((expires.at - task.now) * 1_000))
  return {
    contentType: 'application/json',
    contentEncoding: 'utf-8',
    deliveryMode: 2,
    correlationId: task.id,
    replyTo: '',
    // As Celery from 5.2 on does.
    ...(milliseconds !== undefined && milliseconds <= longestExpiration ? { expiration: String(milliseconds) } : {}),
    ...(task.priority === undefined ? {} : { priority: task.priority }),
  }
}

type Refused = ReturnType<typeof refuse>

function checkNames(task: TaskToSend): Refused | undefined {
  return (
    checkName(task.name, 'name', 4_000) ??
    checkName(task.id, 'id', shortString) ??
    checkName(task.queue, 'queue', shortString) ??
    checkName(task.root ?? task.id, 'root', 4_000) ??
    checkName(task.parent ?? task.id, 'parent', 4_000) ??
    checkName(task.origin, 'origin', 4_000)
  )
}

function checkName(text: string, where: string, limit: number): Refused | undefined {
  if (text === '') return refuse(where, `The task's ${where} is empty; give one.`)
  if (loneSurrogate.test(text))
    return refuse(where, `The task's ${where} has half a character in it (a lone surrogate); correct it.`)
  if (Buffer.byteLength(text) <= limit) return undefined
  return refuse(where, `The task's ${where} (${visibleLine(text, 40)}) is longer than ${limit} bytes; shorten it.`)
}

function checkPriority({ priority = 0 }: TaskToSend): Refused | undefined {
  const readable = Number.isInteger(priority) && priority >= 0 && priority <= 255
  return readable ? undefined : refuse('priority', 'The priority must be a whole number from 0 to 255.')
}

interface Times {
  readonly eta: Moment | undefined
  readonly expires: Moment | undefined
}

function readTimes({ eta, expires, now }: TaskToSend): Outcome<Times> {
  const start = readOptional(eta, 'eta', now)
  if (!start.ok) return start
  const end = readOptional(expires, 'expires', now)
  if (!end.ok) return end
  if (end.value !== undefined && end.value.at <= Math.max(now, start.value?.at ?? now)) {
    return refuse('expires', 'The task would expire before it may start, so no worker would ever run it; give a later time.')
  }
  return succeed({ eta: start.value, expires: end.value })
}

function readOptional(text: string | undefined, where: string, now: number): Outcome<Moment | undefined> {
  return text === undefined ? succeed(undefined) : readMoment(text, where, now)
}
