import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import { maskText } from '../export/masking.ts'
import { RequestError } from '../protocol/index.ts'
import type { Enqueued, EnqueueParams, Question } from '../protocol/index.ts'
import type { Connection } from '../sources/connection.ts'
import type { Connections } from '../sources/connections.ts'
import type { TaskRequest } from '../sources/taskSystem.ts'
import { mayHaveArrived } from './door.ts'
import type { Action } from './door.ts'
import { checkPriority, doubtQuestion } from './enqueueCheck.ts'
import type { SentTasks } from './sentTasks.ts'

export class Enqueue implements Action<EnqueueParams & { connection: string }, Enqueued> {
  readonly name = 'Enqueue Task'
  readonly #connections: Connections
  readonly #sent: SentTasks

  constructor(connections: Connections, sent: SentTasks) {
    this.#connections = connections
    this.#sent = sent
  }

  describe({ name, queue, id }: EnqueueParams): string {
    return `${name} to queue ${queue ?? '(default)'}${id === undefined ? '' : ` as ${id}`}`
  }

  /** The form the user filled in is the user's word, unless workers say that nobody would run it. */
  async confirmation(params: EnqueueParams): Promise<Question | null> {
    const connection = this.#connections.get(params.connection)
    if (!connection.connected || connection.info.blocked !== null) return null
    const queue = params.queue ?? (await defaultQueue(connection))
    await checkPriority(connection, queue, params.priority)
    const doubt = await doubtQuestion(connection, [{ name: params.name, queue }])
    // What will be refused anyway is not asked about first.
    const message = doubt && connection.system.encodeTask(taskOf(params, queue), Date.now() / 1_000)
    if (message && 'problem' in message) throw new RequestError('invalid', message.problem)
    return doubt
  }

  async perform(params: EnqueueParams): Promise<Enqueued> {
    const connection = this.#connections.get(params.connection)
    const queue = params.queue ?? (await defaultQueue(connection))
    const task = taskOf(params, queue)
    await sendRecorded(connection, task, this.#sent)
    const secret = [params.args, params.kwargs].some((text) => maskText(text) !== text)
    return { connection: params.connection, id: task.id, queue, ...(secret ? { secret } : {}) }
  }
}

function taskOf(params: EnqueueParams, queue: string): TaskRequest {
  return {
    ...newRequest(params.name, params.id ?? randomUUID(), queue),
    args: params.args,
    kwargs: params.kwargs,
    eta: readEta(params),
    expires: readExpires(params.expires),
    priority: params.priority ?? null,
  }
}

/** Sends a task and keeps its exact arguments, also when nobody knows whether it arrived: it may show up later. */
export async function sendRecorded(connection: Connection, task: TaskRequest, sent: SentTasks): Promise<void> {
  try {
    await connection.send(task)
  } catch (error) {
    if (mayHaveArrived(error)) sent.add(connection.params.id, task)
    throw error
  }
  sent.add(connection.params.id, task)
}

/** A request without arguments that is the first of its kind: no parent, its own root. */
export function newRequest(name: string, id: string, queue: string): TaskRequest {
  return {
    id,
    name,
    args: '[]',
    kwargs: '{}',
    queue,
    root: null,
    parent: null,
    eta: null,
    expires: null,
    priority: null,
    origin: `warren${process.pid}@${hostname()}`,
  }
}

/** The only queue that workers consume, or their application's default. */
export async function defaultQueue(connection: Connection): Promise<string> {
  const queues = connection.workers.allQueues()
  if (queues.length <= 1 || queues.includes(connection.defaultQueue))
    return queues.length === 1 ? (queues[0] ?? '') : connection.defaultQueue
  return Promise.reject(
    new RequestError('invalid', `Workers consume several queues (${queues.join(', ')}); say which one the task should go to.`),
  )
}

function readEta(params: EnqueueParams): string | null {
  if (params.eta !== undefined && params.countdown !== undefined)
    throw new RequestError('invalid', 'Give either an ETA or a countdown, not both.')
  return params.countdown === undefined ? (params.eta ?? null) : fromNow(params.countdown)
}

function readExpires(expires: EnqueueParams['expires']): string | null {
  return typeof expires === 'number' ? fromNow(expires) : (expires ?? null)
}

function fromNow(seconds: number): string {
  return new Date(Date.now() + seconds * 1_000).toISOString().replace('Z', '+00:00')
}
