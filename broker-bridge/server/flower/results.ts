import { RequestError, endedStates } from '../../protocol/index.ts'
import type { TaskDetail, TaskKey } from '../../protocol/index.ts'
import type { Core } from '../core.ts'
import { json, text } from '../responses.ts'
import type { ApiResponse } from '../responses.ts'
import type { ApiRequest } from '../server.ts'
import { decimal } from './form.ts'
import { choice, onlyConnection } from './parameters.ts'
import { publish } from './sendTask.ts'

/** Seconds after which nobody waits any longer for a task to end. */
const longest = 600

/** GET /api/task/types: names of tasks that were seen. */
export function taskTypes(core: Core, { query }: ApiRequest): ApiResponse {
  const connection = choice(query, 'connection')
  const seen = core.picture('taskNames').filter((one) => connection === undefined || one.connection === connection)
  return json({ 'task-types': [...new Set(seen.map(({ name }) => name))].filter((name) => name !== '').sort() })
}

/** GET /api/task/result/ID?timeout=5. */
export async function taskResult(core: Core, { query }: ApiRequest, id: string): Promise<ApiResponse> {
  const timeout = decimal(query, 'timeout')
  const key = { connection: onlyConnection(core, query), id }
  if (timeout !== null && timeout > 0) await ended(core, key, Math.min(timeout, longest))
  return json(await resultOf(core, key))
}

/** POST /api/task/apply/NAME: sends a task and waits for its end. */
export async function applyTask(core: Core, request: ApiRequest, name: string): Promise<ApiResponse> {
  const unknown = await unregistered(core, request, name)
  if (unknown) return unknown
  const key = await publish(core, request, name)
  if (!(await ended(core, key, longest)))
    return text(`Task ${key.id} was sent and has not ended within ${longest} seconds; ask /api/task/result for it later.`, 504)
  return json(await resultOf(core, key))
}

/** POST /api/task/async-apply/NAME: sends a task that some worker has. */
export async function asyncApplyTask(core: Core, request: ApiRequest, name: string): Promise<ApiResponse> {
  const unknown = await unregistered(core, request, name)
  if (unknown) return unknown
  const { id } = await publish(core, request, name)
  return json({ 'task-id': id, state: 'PENDING' })
}

/** POST /api/task/abort/ID: Celery aborts by a mark in the result backend, which Warren only reads. */
export function abortTask(): ApiResponse {
  return text('Warren writes to no result backend, so it cannot abort tasks; revoke the task with terminate=true instead.', 503)
}

async function unregistered(core: Core, { query }: ApiRequest, name: string): Promise<ApiResponse | null> {
  const { tasks } = await core.call('listRegisteredTasks', { connection: onlyConnection(core, query) })
  // Where no worker answers, nobody knows.
  if (tasks.length === 0 || tasks.some((task) => task.name === name) || name.startsWith('celery.')) return null
  return text(`Unknown task '${name.slice(0, 1_000)}'`, 404)
}

/** Waits for a task's end. @param patience seconds. @returns false when it did not come */
function ended(core: Core, key: TaskKey, patience: number): Promise<boolean> {
  const isOver = (): boolean => endedStates.has(core.findTask(key)?.state ?? '')
  if (isOver()) return Promise.resolve(true)
  return new Promise((resolve) => {
    const end = (over: boolean): void => {
      clearTimeout(timer)
      stop()
      resolve(over)
    }
    const timer = setTimeout(() => end(false), patience * 1_000)
    const stop = core.onChange((change) => {
      if (change === 'tasks' && isOver()) end(true)
    })
  })
}

/** Flower's shape. A result backend has the value itself; events have Python's display text of it. */
async function resultOf(core: Core, key: TaskKey): Promise<Record<string, unknown>> {
  const task = core.findTask(key)
  const stored = await storedResult(core, key)
  if (stored) return stored
  return { 'task-id': key.id, state: task?.state ?? 'PENDING', ...(task ? outcomeOf(task) : {}) }
}

function outcomeOf({ state, result, exception, traceback }: TaskDetail): Record<string, unknown> {
  if (state === 'SUCCESS') return { result }
  if (state === 'FAILURE') return { result: exception, traceback }
  return endedStates.has(state) ? { result: exception } : {}
}

/** Only where a backend is known already: a script cannot agree to open a file. */
async function storedResult(core: Core, key: TaskKey): Promise<Record<string, unknown> | null> {
  try {
    const { answers } = await core.call('askBackend', key)
    const [answer] = answers
    if (!answer || answer.result === null) return null
    const failed = answer.state === 'FAILURE' ? { traceback: answer.traceback } : {}
    return { 'task-id': key.id, state: answer.state, result: valueOf(answer.result), ...failed }
  } catch (error) {
    if (error instanceof RequestError) return null
    throw error
  }
}

function valueOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
