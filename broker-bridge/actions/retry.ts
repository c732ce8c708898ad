import { randomUUID } from 'node:crypto'
import { endedStates, RequestError } from '../protocol/index.ts'
import type { Confirmation, Enqueued, RetryParams, RetryPlan, TaskDetail, TaskKey } from '../protocol/index.ts'
import type { Connection } from '../sources/connection.ts'
import type { Connections } from '../sources/connections.ts'
import type { TaskRequest } from '../sources/taskSystem.ts'
import type { TaskStore } from '../tasks/store.ts'
import type { Action } from './door.ts'
import { newRequest, sendRecorded } from './enqueue.ts'
import type { SentTasks } from './sentTasks.ts'

type Arguments = Pick<RetryPlan, 'source' | 'explanation' | 'args' | 'kwargs'>
type Destination = Pick<RetryPlan, 'queue' | 'queueSource' | 'queueChoices'>

/** What a retry reads of a task: from the memory or, where that let it go, from the history, whose texts are the same. */
type KnownTask = Pick<TaskDetail, 'name' | 'state' | 'args' | 'kwargs' | 'queue' | 'worker' | 'root'>
/** A task that the memory does not hold. */
export type FindKept = (key: TaskKey) => Promise<KnownTask | undefined>

/** Runs a task again under a new id, with arguments that are exact, confirmed, or completed by the user; never with doubtful ones. */
export class Retry implements Action<RetryParams, Enqueued> {
  readonly name = 'Retry Task'
  readonly #connections: Connections
  readonly #store: TaskStore
  readonly #sent: SentTasks
  readonly #findKept: FindKept

  constructor(connections: Connections, store: TaskStore, sent: SentTasks, findKept: FindKept) {
    this.#connections = connections
    this.#store = store
    this.#sent = sent
    this.#findKept = findKept
  }

  /** @throws RequestError `not_found` */
  async plan(key: TaskKey): Promise<RetryPlan> {
    const connection = this.#connections.get(key.connection)
    const task = await this.#find(key)
    const sent = this.#sent.get(key)
    if (!task && !sent)
      throw new RequestError(
        'not_found',
        `Task ${key.id} is held neither in memory nor in the history, so it cannot be run again from here.`,
      )
    const name = sent?.name ?? task?.name ?? null
    return {
      connection: key.connection,
      id: key.id,
      name,
      ...(sent ? recorded(sent) : await this.#fromEvents(connection, task)),
      argsShown: task?.args ?? sent?.args ?? null,
      kwargsShown: task?.kwargs ?? sent?.kwargs ?? null,
      ...destination(connection, task, sent),
      canvas: null,
    }
  }

  async confirmation(params: RetryParams): Promise<Omit<Confirmation, 'nonce'> | null> {
    const plan = await this.plan(params)
    // What will be refused anyway is not asked about first.
    this.#complete(params, plan)
    const task = await this.#find(params)
    const reasons = [
      ...(plan.source !== 'recorded' && !hasWrittenAll(params) ? [plan.explanation] : []),
      ...(task && !endedStates.has(task.state)
        ? [`The task has not ended yet (${task.state}): this runs a second copy beside it.`]
        : []),
    ]
    if (reasons.length === 0) return null
    const name = params.name ?? plan.name
    const call = `${name ?? 'The task'} with args ${params.args ?? plan.args ?? '?'} and kwargs ${params.kwargs ?? plan.kwargs ?? '?'}`
    const detail = `${reasons.join('\n\n')}\n\n${call} would go to the queue “${params.queue ?? plan.queue ?? '?'}” under a new id.`
    return { question: `Run ${name ?? 'this task'} again?`, detail, action: 'Retry', count: 1 }
  }

  async perform(params: RetryParams): Promise<Enqueued> {
    const connection = this.#connections.get(params.connection)
    const plan = await this.plan(params)
    const task: TaskRequest = {
      ...this.#complete(params, plan),
      ...kinship(params.id, (await this.#find(params))?.root ?? this.#sent.get(params)?.root),
    }
    await sendRecorded(connection, task, this.#sent)
    this.#store.linkRetry(params.connection, params.id, task.id)
    return { connection: params.connection, id: task.id, queue: task.queue }
  }

  async #find(key: TaskKey): Promise<KnownTask | undefined> {
    return this.#store.record(key) ?? (await this.#findKept(key))
  }

  #complete(params: RetryParams, plan: RetryPlan): TaskRequest {
    const [name, args, kwargs] = [params.name ?? plan.name, params.args ?? plan.args, params.kwargs ?? plan.kwargs]
    const queue = params.queue ?? plan.queue
    if (params.carryCanvas && plan.canvas === null)
      throw new RequestError(
        'refused',
        'No callbacks, chain or chord of this task are known, so none can be carried. Nothing was sent.',
      )
    if (name === null) throw new RequestError('invalid', 'No event named this task; say which task it is.')
    if (args === null || kwargs === null || (plan.source === 'incomplete' && !isCompleted(params, plan)))
      throw new RequestError('refused', `${plan.explanation} Complete the arguments first; nothing was sent.`)
    if (queue === null) throw new RequestError('invalid', `${plan.queueSource} Say which queue it should go to.`)
    return { ...newRequest(name, randomUUID(), queue), args, kwargs }
  }

  async #fromEvents(connection: Connection, task: KnownTask | undefined): Promise<Arguments> {
    const { args, kwargs, problem } = connection.system.readArguments(task?.args ?? null, task?.kwargs ?? null)
    const incomplete = (explanation: string): Arguments => ({ source: 'incomplete', explanation, args, kwargs })
    if (!task || task.name === null) return incomplete('No event told the name of this task.')
    if (problem !== null) return incomplete(problem)
    if (!(await isRegistered(connection, task.name))) {
      return incomplete(`No worker has registered “${task.name}”; it may be a display name (shadow) of another task.`)
    }
    const explanation =
      'The arguments were read back from the text of an event. Every value in it is plain, but an event cannot tell a named tuple from a tuple, an enum from its value, or bytes from a string.'
    return { source: 'event', explanation, args, kwargs }
  }
}

/** Nothing of an event's text is left in what would be sent. */
function hasWrittenAll(params: RetryParams): boolean {
  return params.args !== undefined && params.kwargs !== undefined
}

/** The user has had a look at what is doubtful: wrote the arguments that were, or gave the task's name. */
function isCompleted(params: RetryParams, plan: RetryPlan): boolean {
  const wasUnreadable = plan.args === null || plan.kwargs === null
  return wasUnreadable || params.name !== undefined || hasWrittenAll(params)
}

function recorded(sent: TaskRequest): Arguments {
  return {
    source: 'recorded',
    explanation: 'Warren itself enqueued this task, so its arguments are exact.',
    args: sent.args,
    kwargs: sent.kwargs,
  }
}

/** Nobody answering proves nothing about the name. */
async function isRegistered(connection: Connection, name: string): Promise<boolean> {
  const names = await registeredNames(connection)
  return names.size === 0 || names.has(name)
}

/** Milliseconds for which an answer counts: who retries a hundred tasks asks the workers once. */
const answerCounts = 2_000
const answers = new WeakMap<Connection, { readonly at: number; readonly names: Promise<ReadonlySet<string>> }>()

function registeredNames(connection: Connection): Promise<ReadonlySet<string>> {
  const known = answers.get(connection)
  if (known && Date.now() - known.at < answerCounts) return known.names
  const asked = connection.registeredTasks().catch(() => ({ tasks: [] }))
  const names = asked.then(({ tasks }) => new Set(tasks.map((task) => task.name)))
  answers.set(connection, { at: Date.now(), names })
  return names
}

/** A new run of an old task: same root, and the old one as its parent. */
function kinship(original: string, root: string | null | undefined): { root: string; parent: string } {
  return { root: root ?? original, parent: original }
}

function destination(connection: Connection, task: KnownTask | undefined, sent: TaskRequest | undefined): Destination {
  const choices = connection.workers.allQueues()
  const named = sent?.queue ?? task?.queue ?? null
  if (named !== null)
    return {
      queue: named,
      queueSource: sent ? 'Warren sent it to this queue.' : 'Its task-sent event named this queue.',
      queueChoices: choices,
    }
  const consumed = task?.worker ? connection.workers.queuesOf(task.worker) : []
  if (consumed.length === 1)
    return {
      queue: consumed[0] ?? null,
      queueSource: `It is the only queue that ${task?.worker ?? 'its worker'} consumes.`,
      queueChoices: choices,
    }
  return {
    queue: null,
    queueSource: 'No event says which queue this task came from.',
    queueChoices: consumed.length > 0 ? consumed : choices,
  }
}
