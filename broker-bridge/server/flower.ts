import { RequestError } from '../protocol/index.ts'
import type { ErrorCode } from '../protocol/index.ts'
import type { Core } from './core.ts'
import { json, text } from './responses.ts'
import type { ApiResponse } from './responses.ts'
import type { Api, ApiRequest } from './server.ts'
import { BadRequest } from './flower/parameters.ts'
import { queueLengths } from './flower/queues.ts'
import { sendTask } from './flower/sendTask.ts'
import { listTasks, taskInfo } from './flower/tasks.ts'
import { listWorkers } from './flower/workers.ts'

type Route = (core: Core, request: ApiRequest, name: string) => Promise<ApiResponse> | ApiResponse

// Paths, parameters and shapes as in Flower 2; where Flower lets one name follow the path, so does the pattern.
const routes: readonly { readonly method: 'GET' | 'POST'; readonly path: RegExp; readonly answer: Route }[] = [
  { method: 'GET', path: /^\/healthcheck$/, answer: () => text('OK') },
  { method: 'GET', path: /^\/api\/workers$/, answer: listWorkers },
  { method: 'GET', path: /^\/api\/tasks$/, answer: listTasks },
  { method: 'GET', path: /^\/api\/task\/info\/(.+)$/s, answer: taskInfo },
  { method: 'GET', path: /^\/api\/queues\/length$/, answer: queueLengths },
  { method: 'POST', path: /^\/api\/task\/send-task\/(.+)$/s, answer: sendTask },
]

/** The part of Flower's HTTP API that Warren has, over the same core as everything else. */
export function flowerApi(core: Core): Api {
  return async (request) => {
    const matches = routes.flatMap((route) => {
      const match = route.path.exec(request.path)
      return match ? [{ route, name: match[1] ?? '' }] : []
    })
    const [found] = matches.filter(({ route }) => route.method === request.method)
    if (!found) return matches[0] && { status: 405, headers: { Allow: matches[0].route.method } }
    try {
      return await found.route.answer(core, request, decodeName(found.name))
    } catch (error) {
      return refusal(error)
    }
  }
}

function decodeName(name: string): string {
  try {
    return decodeURIComponent(name)
  } catch {
    throw new BadRequest('The name in the path is not percent-encoded UTF-8.')
  }
}

const statuses: Readonly<Record<ErrorCode, number>> = {
  unauthorized: 401,
  unknown_method: 404,
  invalid: 400,
  not_found: 404,
  not_connected: 503,
  read_only: 403,
  confirmation_needed: 409,
  refused: 403,
  unroutable: 404,
  blocked: 503,
  timeout: 504,
  closed: 503,
  internal: 500,
}

function refusal(error: unknown): ApiResponse {
  if (error instanceof BadRequest) return text(error.message, 400)
  if (!(error instanceof RequestError)) throw error
  // Sent again with this nonce among its options, the request is done.
  if (error.code === 'confirmation_needed') return json({ message: error.message, confirmation: error.data }, 409)
  return text(error.message, statuses[error.code])
}
