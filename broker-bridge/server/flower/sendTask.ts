import { randomUUID } from 'node:crypto'
import { isLosslessNumber, parse, stringify } from 'lossless-json'
import * as v from 'valibot'
import { EnqueueParams } from '../../protocol/index.ts'
import type { TaskKey } from '../../protocol/index.ts'
import type { Core } from '../core.ts'
import { json } from '../responses.ts'
import type { ApiResponse } from '../responses.ts'
import type { ApiRequest } from '../server.ts'
import { act } from './confirming.ts'
import { BadRequest, onlyConnection } from './parameters.ts'

/** POST /api/task/send-task/NAME with `{"args":[],"kwargs":{},…}`. Digits of numbers stay as they were written. */
export async function sendTask(core: Core, request: ApiRequest, name: string): Promise<ApiResponse> {
  const { id } = await publish(core, request, name)
  return json({ 'task-id': id, state: 'PENDING' })
}

/** Sends the task that the body describes. @throws BadRequest, RequestError */
export async function publish(core: Core, request: ApiRequest, name: string): Promise<TaskKey> {
  const { args, kwargs, ...options } = readBody(await request.body())
  const result = v.safeParse(EnqueueParams, {
    connection: onlyConnection(core, request.query),
    name,
    args: asJson(args, 'args'),
    kwargs: asJson(kwargs, 'kwargs'),
    ...readOptions(options),
    key: idempotencyKey(request),
  })
  if (!result.success)
    throw new BadRequest(`Invalid ${v.getDotPath(result.issues[0]) ?? 'request'}: ${result.issues[0].message.slice(0, 300)}`)
  const { connection, id } = await act(core, 'enqueue', result.output)
  return { connection, id }
}

type Body = Readonly<Record<string, unknown>>

function readBody(body: string): Body {
  const value = body.trim() === '' ? {} : parsed(body)
  if (!isObject(value)) throw new BadRequest('invalid options')
  if (value['args'] !== undefined && !Array.isArray(value['args'])) throw new BadRequest('args must be an array')
  if (value['kwargs'] !== undefined && !isObject(value['kwargs'])) throw new BadRequest('kwargs must be an object')
  return value
}

function parsed(body: string): unknown {
  try {
    return parse(body)
  } catch (error) {
    // Too deep a nesting ends in a RangeError.
    throw new BadRequest(error instanceof SyntaxError ? error.message.slice(0, 300) : 'The body is nested too deeply.')
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isLosslessNumber(value)
}

function asJson(value: unknown, name: string): string | undefined {
  if (value === undefined) return undefined
  const written = stringify(value)
  if (written === undefined) throw new BadRequest(`${name} cannot be written as JSON`)
  return written
}

type Option = (value: unknown) => unknown

const plain: Option = (value) => value
const number: Option = (value) => {
  const text = isLosslessNumber(value) ? value.toString() : value
  const result = typeof text === 'string' && text.trim() !== '' ? Number(text) : Number.NaN
  if (!Number.isFinite(result)) throw new BadRequest('Invalid option')
  return result
}
const time: Option = (value) => (typeof value === 'string' ? isoTime(value) : value)

// Of what Celery's `send_task` takes: what the bridge can do. The rest is refused by name rather than silently dropped.
const known: ReadonlyMap<string, readonly [string, Option]> = new Map([
  ['queue', ['queue', plain]],
  ['task_id', ['id', plain]],
  ['countdown', ['countdown', number]],
  ['eta', ['eta', time]],
  ['expires', ['expires', (value) => (isLosslessNumber(value) || isNumeric(value) ? number(value) : time(value))]],
  ['priority', ['priority', number]],
  // Ours: the answer to a confirmation.
  ['nonce', ['nonce', plain]],
])

function readOptions(options: Body): Record<string, unknown> {
  const entries = Object.entries(options).filter(([, value]) => value !== null)
  return Object.fromEntries(
    entries.map(([name, value]) => {
      const option = known.get(name)
      if (!option)
        throw new BadRequest(`The option '${name.slice(0, 100)}' is not supported; these are: ${[...known.keys()].join(', ')}.`)
      return [option[0], option[1](value)]
    }),
  )
}

function isNumeric(value: unknown): boolean {
  return typeof value === 'string' && /^\s*[+-]?\d+(\.\d*)?\s*$/.test(value)
}

/** Flower's `%Y-%m-%d %H:%M:%S.%f`, or ISO 8601. Without a zone it is UTC, as for a Celery app with default settings. */
function isoTime(text: string): string {
  const match = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?)\s*(Z|[+-]\d\d:?\d\d)?$/i.exec(text.trim())
  const [, date = '', clock = '', zone = 'Z'] = match ?? []
  const iso = `${date}T${clock}${zone.replace(/^([+-]\d\d)(\d\d)$/, '$1:$2').toUpperCase()}`
  if (!match || Number.isNaN(Date.parse(iso))) throw new BadRequest('Invalid option')
  return iso
}

/** A client that repeats a request after a lost answer can say so with an `Idempotency-Key`. */
function idempotencyKey({ headers }: ApiRequest): string {
  const key = headers['idempotency-key']
  return typeof key === 'string' && key !== '' ? key : randomUUID()
}
