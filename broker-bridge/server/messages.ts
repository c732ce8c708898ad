import { randomUUID } from 'node:crypto'
import * as v from 'valibot'
import { httpCaller, requestSchemas } from '../protocol/index.ts'
import type { Core, CoreMethod } from './core.ts'
import { refusal } from './flower.ts'
import { BadRequest, onlyConnection } from './flower/parameters.ts'
import { json } from './responses.ts'
import type { ApiResponse } from './responses.ts'
import type { Api, ApiRequest } from './server.ts'

type Answer = (core: Core, request: ApiRequest, names: readonly string[]) => Promise<ApiResponse> | ApiResponse

const queue = '^/api/queues/([^/]+)/([^/]+)'
export const messageRoutes: readonly { readonly method: 'GET' | 'POST'; readonly path: RegExp; readonly answer: Answer }[] = [
  { method: 'GET', path: new RegExp(`${queue}/messages$`), answer: look },
  { method: 'GET', path: new RegExp(`${queue}/messages/plan$`), answer: plan },
  { method: 'GET', path: new RegExp(`${queue}/messages/([\\w-]{8,100})$`), answer: oneMessage },
  { method: 'POST', path: new RegExp(`${queue}/messages$`), answer: act('publishMessage') },
  { method: 'POST', path: new RegExp(`${queue}/purge$`), answer: act('purgeQueue') },
  { method: 'POST', path: new RegExp(`${queue}/messages/delete$`), answer: act('deleteMessages') },
  { method: 'POST', path: new RegExp(`${queue}/messages/move$`), answer: act('moveMessages') },
  { method: 'POST', path: new RegExp(`${queue}/messages/return$`), answer: act('returnDeadLetters') },
  { method: 'POST', path: new RegExp(`${queue}/messages/requeue$`), answer: act('requeueMessage') },
  { method: 'GET', path: /^\/api\/operations$/, answer: (core) => json({ operations: core.picture('operations') }) },
  { method: 'POST', path: /^\/api\/operations\/([\w-]{1,100})\/cancel$/, answer: cancel },
]

/** Waiting messages over HTTP: the same requests as everybody's, so with the same confirmations and refusals. */
export function messagesApi(core: Core): Api {
  return async (request) => {
    for (const { method, path, answer } of messageRoutes) {
      const match = path.exec(request.path)
      if (!match || method !== request.method) continue
      try {
        return await answer(core, request, match.slice(1).map(decodeName))
      } catch (error) {
        return refusal(error)
      }
    }
    return undefined
  }
}

function decodeName(name: string): string {
  try {
    return decodeURIComponent(name)
  } catch {
    throw new BadRequest('A name in the path is not percent-encoded UTF-8.')
  }
}

function placeOf(core: Core, { query }: ApiRequest, [virtualHost, name]: readonly string[]) {
  return { connection: onlyConnection(core, query), virtualHost, queue: name }
}

async function plan(core: Core, request: ApiRequest, names: readonly string[]): Promise<ApiResponse> {
  return json(await call(core, 'planPeek', placeOf(core, request, names)))
}

/** `?count=50&offset=first`, and `nonce` once the effects were confirmed. A stream is also read from `last`, an offset or a time on. */
async function look(core: Core, request: ApiRequest, names: readonly string[]): Promise<ApiResponse> {
  const { query } = request
  const [count, offset, nonce] = [query.get('count'), query.get('offset'), query.get('nonce')]
  const params = {
    ...placeOf(core, request, names),
    ...(count === null ? {} : { count: Number(count) }),
    ...(offset === null ? {} : { offset: streamPlace(offset) }),
    ...(nonce === null ? {} : { nonce }),
  }
  return json(await call(core, 'peekMessages', params))
}

/** An offset as digits, a time as ISO 8601, or a word. */
function streamPlace(text: string): unknown {
  if (/^\d+$/.test(text)) return Number(text)
  const time = /^\d{4}-\d\d-\d\dT/.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(time) ? text : { time: time / 1_000 }
}

async function oneMessage(core: Core, request: ApiRequest, names: readonly string[]): Promise<ApiResponse> {
  return json(await call(core, 'getMessage', { ...placeOf(core, request, names), mark: names[2] }))
}

async function cancel(core: Core, _request: ApiRequest, [operation]: readonly string[]): Promise<ApiResponse> {
  return json(await call(core, 'cancelOperation', { operation }))
}

type Act = 'publishMessage' | 'purgeQueue' | 'deleteMessages' | 'moveMessages' | 'returnDeadLetters' | 'requeueMessage'

/** The body is the request's own JSON, without the place and the key: those are in the path and in `Idempotency-Key`. */
function act(method: Act): Answer {
  return async (core, request, names) => {
    const key = request.headers['idempotency-key']
    const place = { ...placeOf(core, request, names), key: typeof key === 'string' ? key : randomUUID() }
    return json(await call(core, method, { ...(await readBody(request)), ...place }))
  }
}

async function readBody(request: ApiRequest): Promise<object> {
  const body = (await request.body()).trim()
  if (body === '') return {}
  let value: unknown
  try {
    value = JSON.parse(body)
  } catch {
    throw new BadRequest('The body is not JSON.')
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
  throw new BadRequest('The body is not a JSON object.')
}

/** @throws BadRequest where the request's schema says no, and whatever the core throws */
async function call(core: Core, method: CoreMethod, params: object): Promise<unknown> {
  const valid = v.safeParse(requestSchemas[method], params)
  if (valid.success) return core.call(method, valid.output, httpCaller)
  const [issue] = valid.issues
  throw new BadRequest(`Invalid ${v.getDotPath(issue) ?? 'request'}: ${issue.message.slice(0, 300)}`)
}
