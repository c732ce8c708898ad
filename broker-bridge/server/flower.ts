import { RequestError } from '../protocol/index.ts'
import type { ErrorCode } from '../protocol/index.ts'
import type { Core } from './core.ts'
import { listQueues } from './queues.ts'
import { json, text } from './responses.ts'
import type { ApiResponse } from './responses.ts'
import type { Api, ApiRequest } from './server.ts'
import * as control from './flower/control.ts'
import { metrics } from './flower/metrics.ts'
import { BadRequest } from './flower/parameters.ts'
import { queueLengths } from './flower/queues.ts'
import { abortTask, applyTask, asyncApplyTask, taskResult, taskTypes } from './flower/results.ts'
import { sendTask } from './flower/sendTask.ts'
import { listTasks, taskInfo } from './flower/tasks.ts'
import { listWorkers } from './flower/workers.ts'

type Route = (core: Core, request: ApiRequest, name: string) => Promise<ApiResponse> | ApiResponse

// Paths, parameters and shapes as in Flower 2; where Flower lets one name follow the path, so does the pattern.
export const flowerRoutes: readonly { readonly method: 'GET' | 'POST'; readonly path: RegExp; readonly answer: Route }[] = [
  { method: 'GET', path: /^\/healthcheck$/, answer: () => text('OK') },
  { method: 'GET', path: /^\/api\/workers$/, answer: listWorkers },
  { method: 'GET', path: /^\/api\/tasks$/, answer: listTasks },
  { method: 'GET', path: /^\/api\/task\/info\/(.+)$/s, answer: taskInfo },
  { method: 'GET', path: /^\/api\/queues\/length$/, answer: queueLengths },
  { method: 'GET', path: /^\/api\/queues$/, answer: listQueues },
  { method: 'GET', path: /^\/api\/task\/types$/, answer: taskTypes },
  { method: 'GET', path: /^\/api\/task\/result\/(.+)$/s, answer: taskResult },
  { method: 'POST', path: /^\/api\/task\/apply\/(.+)$/s, answer: applyTask },
  { method: 'POST', path: /^\/api\/task\/async-apply\/(.+)$/s, answer: asyncApplyTask },
  { method: 'POST', path: /^\/api\/task\/abort\/(.+)$/s, answer: abortTask },
  { method: 'POST', path: /^\/api\/task\/timeout\/(.+)$/s, answer: control.timeLimit },
  { method: 'POST', path: /^\/api\/task\/rate-limit\/(.+)$/s, answer: control.rateLimit },
  { method: 'POST', path: /^\/api\/task\/revoke\/(.+)$/s, answer: control.revoke },
  { method: 'POST', path: /^\/api\/worker\/shutdown\/(.+)$/s, answer: control.shutDown },
  { method: 'POST', path: /^\/api\/worker\/pool\/restart\/(.+)$/s, answer: control.poolRestart },
  { method: 'POST', path: /^\/api\/worker\/pool\/grow\/(.+)$/s, answer: control.poolGrow },
  { method: 'POST', path: /^\/api\/worker\/pool\/shrink\/(.+)$/s, answer: control.poolShrink },
  { method: 'POST', path: /^\/api\/worker\/pool\/autoscale\/(.+)$/s, answer: control.poolAutoscale },
  { method: 'POST', path: /^\/api\/worker\/queue\/add-consumer\/(.+)$/s, answer: control.addConsumer },
  { method: 'POST', path: /^\/api\/worker\/queue\/cancel-consumer\/(.+)$/s, answer: control.cancelConsumer },
  { method: 'GET', path: /^\/metrics$/, answer: metrics },
  { method: 'POST', path: /^\/api\/task\/send-task\/(.+)$/s, answer: sendTask },
]

/** Flower's HTTP API, over the same core as everything else. */
export function flowerApi(core: Core): Api {
  return async (request) => {
    const matches = flowerRoutes.flatMap((route) => {
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

export function refusal(error: unknown): ApiResponse {
  if (error instanceof BadRequest) return text(error.message, 400)
  if (!(error instanceof RequestError)) throw error
  // Sent again with this nonce among its options, the request is done.
  if (error.code === 'confirmation_needed') return json({ message: error.message, confirmation: error.data }, 409)
  return text(error.message, statuses[error.code])
}
