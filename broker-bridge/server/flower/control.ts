import { randomUUID } from 'node:crypto'
import { RequestError } from '../../protocol/index.ts'
import type { ControlAnswers, ControlCommand } from '../../protocol/index.ts'
import type { Core } from '../core.ts'
import { json, text } from '../responses.ts'
import type { ApiResponse } from '../responses.ts'
import type { ApiRequest } from '../server.ts'
import { act } from './confirming.ts'
import { decimal, given, parametersOf, required, wholeNumber } from './form.ts'
import { choice, flag, onlyConnection } from './parameters.ts'

type Handler = (core: Core, request: ApiRequest, name: string) => Promise<ApiResponse>

/** What is told to a worker, and how Flower speaks of it. `done` null: in the worker's own words. */
interface Told {
  readonly control: ControlCommand
  readonly done: string | null
  readonly failed: string
}

/** POST /api/worker/shutdown/NAME. */
export const shutDown: Handler = telling(() => ({
  control: { command: 'shutdown' },
  done: 'Shutting down!',
  failed: 'Failed to shut down',
}))

/** POST /api/worker/pool/restart/NAME. */
export const poolRestart: Handler = telling((_parameters, worker) => ({
  control: { command: 'pool_restart' },
  done: `Restarting '${worker}' worker's pool`,
  failed: `Failed to restart the '${worker}' pool`,
}))

/** POST /api/worker/pool/grow/NAME?n=1. */
export const poolGrow: Handler = telling((parameters, worker) => {
  const n = wholeNumber(parameters, 'n', 1)
  return {
    control: { command: 'pool_grow', n },
    done: `Growing '${worker}' worker's pool by ${n}`,
    failed: `Failed to grow '${worker}' worker's pool`,
  }
})

/** POST /api/worker/pool/shrink/NAME?n=1. */
export const poolShrink: Handler = telling((parameters, worker) => {
  const n = wholeNumber(parameters, 'n', 1)
  return {
    control: { command: 'pool_shrink', n },
    done: `Shrinking '${worker}' worker's pool by ${n}`,
    failed: `Failed to shrink '${worker}' worker's pool`,
  }
})

/** POST /api/worker/pool/autoscale/NAME?min=1&max=5. */
export const poolAutoscale: Handler = telling((parameters, worker) => {
  const [min, max] = [wholeNumber(parameters, 'min'), wholeNumber(parameters, 'max')]
  return {
    control: { command: 'autoscale', min, max },
    done: `Autoscaling '${worker}' worker (min=${min}, max=${max})`,
    failed: `Failed to autoscale '${worker}' worker`,
  }
})

/** POST /api/worker/queue/add-consumer/NAME?queue=Q. */
export const addConsumer: Handler = telling((parameters, worker) => {
  const queue = required(parameters, 'queue')
  return {
    control: { command: 'add_consumer', queue },
    done: null,
    failed: `Failed to add '${queue}' consumer to '${worker}' worker`,
  }
})

/** POST /api/worker/queue/cancel-consumer/NAME?queue=Q. */
export const cancelConsumer: Handler = telling((parameters, worker) => {
  const queue = required(parameters, 'queue')
  return {
    control: { command: 'cancel_consumer', queue },
    done: null,
    failed: `Failed to cancel '${queue}' consumer from '${worker}' worker`,
  }
})

/** POST /api/task/timeout/NAME, with `workername`, `soft` and `hard`. */
export async function timeLimit(core: Core, request: ApiRequest, task: string): Promise<ApiResponse> {
  const parameters = await parametersOf(request)
  const worker = required(parameters, 'workername')
  const [soft, hard] = [decimal(parameters, 'soft'), decimal(parameters, 'hard')]
  const control = { command: 'time_limit', task, soft, hard } as const
  return tell(core, parameters, worker, { control, done: null, failed: 'Failed to set timeouts' }, task)
}

/** POST /api/task/rate-limit/NAME, with `workername` and `ratelimit`. */
export async function rateLimit(core: Core, request: ApiRequest, task: string): Promise<ApiResponse> {
  const parameters = await parametersOf(request)
  const worker = required(parameters, 'workername')
  const control = { command: 'rate_limit', task, rate: required(parameters, 'ratelimit') } as const
  return tell(core, parameters, worker, { control, done: null, failed: 'Failed to set rate limit' }, task)
}

/** POST /api/task/revoke/ID?terminate=true&signal=SIGKILL. */
export async function revoke(core: Core, request: ApiRequest, id: string): Promise<ApiResponse> {
  const parameters = await parametersOf(request)
  await act(core, 'revokeTasks', {
    connection: onlyConnection(core, parameters),
    target: { by: 'ids', ids: [id] },
    terminate: flag(parameters, 'terminate'),
    signal: signalOf(given(parameters, 'signal')),
    key: randomUUID(),
  })
  return json({ message: `Revoked '${id}'` })
}

/** Celery takes `KILL` as well as `SIGKILL`. */
function signalOf(name: string | null): string | undefined {
  if (name === null || name === '') return undefined
  const upper = name.toUpperCase()
  return upper.startsWith('SIG') ? upper : `SIG${upper}`
}

function telling(toldOf: (parameters: URLSearchParams, worker: string) => Told): Handler {
  return async (core, request, worker) => {
    const parameters = await parametersOf(request)
    return tell(core, parameters, worker, toldOf(parameters, worker))
  }
}

/** @param task the task it is about, where it is about one */
async function tell(core: Core, parameters: URLSearchParams, worker: string, told: Told, task?: string): Promise<ApiResponse> {
  const connection = connectionOf(core, parameters, worker)
  const answers = await act(core, 'controlWorkers', {
    connection,
    workers: [worker],
    control: told.control,
    key: randomUUID(),
  }).catch((error: unknown) => failureOf(error, told))
  if ('status' in answers) return answers
  const [answer] = answers.answers
  if (answer?.ok === true) return json({ message: told.done ?? answer.text })
  if (task !== undefined && answer?.text.includes('unknown task') === true)
    return text(`Unknown task '${task.slice(0, 1_000)}'`, 404)
  return text(`${told.failed}: ${reasonOf(answers)}`, 403)
}

/** Refused because it would harm the worker: in Flower's form, with the reason. */
function failureOf(error: unknown, { failed }: Told): ApiResponse {
  if (error instanceof RequestError && error.code === 'refused') return text(`${failed}: ${error.message}`, 403)
  throw error
}

function reasonOf({ answers, silent }: ControlAnswers): string {
  return answers[0]?.text ?? (silent.length > 0 ? 'it did not answer in time; it may be busy, and act later' : 'Unknown reason')
}

/** The connection that is named, the only one, or the only one that has this worker. */
function connectionOf(core: Core, parameters: URLSearchParams, worker: string): string {
  const having = new Set(core.picture('workers').flatMap(({ name, connection }) => (name === worker ? [connection] : [])))
  const [only, ...others] = having
  if (choice(parameters, 'connection') === undefined && only !== undefined && others.length === 0) return only
  const connection = onlyConnection(core, parameters)
  if (!having.has(connection)) throw new RequestError('not_found', `Unknown worker '${worker.slice(0, 1_000)}'`)
  return connection
}
