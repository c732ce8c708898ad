import { randomUUID } from 'node:crypto'
import { endedStates, RequestError } from '../protocol/index.ts'
import type { Enqueued, Question, RetryParams, RetryPlan, TaskDetail, TaskKey } from '../protocol/index.ts'
import type { ExactAnswers } from '../lookups/exactAnswers.ts'
import type { Connection } from '../sources/connection.ts'
import type { Connections } from '../sources/connections.ts'
import { sentEvent } from '../sources/sentEvent.ts'
import type { TaskRequest } from '../sources/taskSystem.ts'
import type { TaskStore } from '../tasks/store.ts'
import { betterArguments, heldAgainst } from './betterArguments.ts'
import type { BetterArguments } from './betterArguments.ts'
import { mayHaveArrived } from './door.ts'
import type { Action } from './door.ts'
import { newRequest, sendRecorded } from './enqueue.ts'
import { isOpaque, isUntouched, recordedArguments, recordedBefore, recordedMessage, resend } from './recordedMessage.ts'
import type { FindPayloads, RecordedMessage } from './recordedMessage.ts'
import { isRegistered } from './registeredNames.ts'
import { destination, recordedDestination } from './retryDestination.ts'
import type { KnownTask } from './retryDestination.ts'
import type { RetryGuard } from './retryGuard.ts'
import { claimDoubt, claimRefusal } from './retryGuardWords.ts'
import { keptOf } from './retryKept.ts'
import type { SentTasks } from './sentTasks.ts'

type Arguments = Pick<RetryPlan, 'source' | 'explanation' | 'args' | 'kwargs' | 'doubtful'>

/** A task that the memory does not hold. */
export type FindKept = (key: TaskKey) => Promise<(KnownTask & Pick<TaskDetail, 'retriedAs'>) | undefined>

export interface RetryParts {
  readonly connections: Connections
  readonly store: TaskStore
  readonly sent: SentTasks
  readonly findKept: FindKept
  readonly exact: ExactAnswers
  readonly findPayloads: FindPayloads
  readonly guard: RetryGuard
}

/** Runs a task again under a new id, with arguments that are exact, confirmed, or completed by the user; never with doubtful ones. */
export class Retry implements Action<RetryParams, Enqueued> {
  readonly name = 'Retry Task'
  readonly #parts: RetryParts
  /** What the user was asked about is what is sent, whatever is learnt in between. */
  readonly #plans = new WeakMap<RetryParams, RetryPlan>()
  /** Up to when the user knows of what another window sent, in epoch seconds. */
  readonly #despite = new WeakMap<RetryParams, number>()
  /** The recorded message behind a plan, which goes out as it is unless something is edited. */
  readonly #messages = new WeakMap<RetryPlan, RecordedMessage>()

  constructor(parts: RetryParts) {
    this.#parts = parts
  }

  /** @throws RequestError `not_found` */
  async plan(key: TaskKey): Promise<RetryPlan> {
    const connection = this.#parts.connections.get(key.connection)
    const task = await this.#find(key)
    const sent = this.#parts.sent.get(key)
    const message = await recordedMessage(connection, this.#parts.findPayloads, key)
    if (!task && !sent && !message)
      throw new RequestError(
        'not_found',
        `Task ${key.id} is held neither in memory nor in the history, so it cannot be run again from here.`,
      )
    const isExact = sent !== undefined || message !== null
    const better =
      task && !isExact ? await betterArguments(connection, this.#parts.exact, { id: key.id, state: task.state }) : null
    const before = message ? recordedBefore(connection, message) : sent
    const plan: RetryPlan = {
      connection: key.connection,
      id: key.id,
      name: message?.message.name ?? sent?.name ?? better?.name ?? task?.name ?? null,
      ...(message
        ? recordedArguments(message)
        : sent
          ? recorded(sent)
          : better
            ? weighed(connection, better, task)
            : await this.#fromEvents(connection, task)),
      argsShown: task?.args ?? sent?.args ?? null,
      kwargsShown: task?.kwargs ?? sent?.kwargs ?? null,
      ...((message && recordedDestination(connection, message)) ?? destination(connection, task, sent, better)),
      canvas: before?.embed ?? null,
      kept: keptOf(task, before, Date.now() / 1_000),
    }
    if (message) this.#messages.set(plan, message)
    return plan
  }

  describe({ connection, id, name, queue }: RetryParams): string {
    const task = name ?? this.#parts.store.record({ connection, id })?.name
    return `${task ?? 'task'} ${id}${queue === undefined ? '' : ` to queue ${queue}`}`
  }

  async confirmation(params: RetryParams): Promise<Question | null> {
    const plan = await this.plan(params)
    this.#plans.set(params, plan)
    // What will be refused anyway is not asked about first.
    this.#request(params, plan)
    const [task, sentAgain] = [await this.#find(params), await this.#sentElsewhere(params)]
    const reasons = [
      ...(sentAgain === null ? [] : [sentAgain]),
      ...((isDoubtful(plan) || isOpaque(plan)) && !hasWrittenAll(params) ? [plan.explanation] : []),
      ...(task && !endedStates.has(task.state)
        ? [`The task has not ended yet (${task.state}): this runs a second copy beside it.`]
        : []),
    ]
    if (reasons.length === 0) return null
    const name = params.name ?? plan.name
    const call = `args ${shown(params.args ?? plan.args)} and kwargs ${shown(params.kwargs ?? plan.kwargs)}`
    const detail = `${reasons.join('\n\n')}\n\nIt goes to the queue “${params.queue ?? plan.queue ?? '?'}” under a new id, with ${call}.`
    return { question: `Run ${name ?? 'this task'} again?`, detail, action: 'Retry', count: 1 }
  }

  async perform(params: RetryParams): Promise<Enqueued> {
    const plan = this.#plans.get(params) ?? (await this.plan(params))
    const [id, claim] = [randomUUID(), this.#parts.guard.open(params.connection)]
    const other = await claim.begin(params.id, id, this.#despite.get(params))
    if (other) throw new RequestError('refused', claimRefusal(other))
    return claim.send(params.id, () => this.send(params, plan, id))
  }

  /** Sends what a plan says, under this id. Whoever calls it has claimed the task. @throws RequestError */
  async send(params: RetryParams, plan: RetryPlan, id: string): Promise<Enqueued> {
    const connection = this.#parts.connections.get(params.connection)
    const message = await this.#messageOf(connection, params, plan)
    // What was planned is that very message: nothing else goes in its place, least of all without arguments nobody could read.
    if (message === null && isUntouched(params, plan)) throw new RequestError('refused', goneMessage)
    const root = (await this.#find(params))?.root ?? this.#parts.sent.get(params)?.root ?? message?.message.root
    const task: TaskRequest = { ...this.#request(params, plan, id), ...kinship(params.id, root) }
    if (message) await this.#sendAsRecorded(connection, message, { task, carryCanvas: params.carryCanvas || isOpaque(plan) })
    else await sendRecorded(connection, task, this.#parts.sent)
    this.#parts.store.linkRetry(params.connection, params.id, task.id)
    return { connection: params.connection, id: task.id, queue: task.queue }
  }

  /**
   * What the user is to know of a new run that another window sent; null where there is none.
   * @throws RequestError `refused` while one is about to be sent
   */
  async #sentElsewhere(params: RetryParams): Promise<string | null> {
    const other = await this.#parts.guard.lookAt(params)
    if (other?.state === 'underway') throw new RequestError('refused', claimRefusal(other))
    if (!other || other.here) return null
    this.#despite.set(params, other.at)
    const run = other.newId === null ? undefined : this.#parts.store.record({ connection: params.connection, id: other.newId })
    return claimDoubt(other, run?.state ?? null)
  }

  async #find(key: TaskKey): Promise<KnownTask | undefined> {
    return this.#parts.store.record(key) ?? (await this.#parts.findKept(key))
  }

  /** The message that goes out as it is; null where something is edited, or none was recorded. */
  async #messageOf(connection: Connection, params: RetryParams, plan: RetryPlan): Promise<RecordedMessage | null> {
    if (!isUntouched(params, plan)) return null
    return this.#messages.get(plan) ?? recordedMessage(connection, this.#parts.findPayloads, params)
  }

  async #sendAsRecorded(
    connection: Connection,
    message: RecordedMessage,
    { task, carryCanvas }: { readonly task: TaskRequest; readonly carryCanvas: boolean },
  ): Promise<void> {
    const { id, queue, root, parent } = task
    const now = Date.now() / 1_000
    // What cannot be read is not known exactly here either.
    const isKnown = message.message.args !== null && message.message.kwargs !== null
    const keep = () => isKnown && this.#parts.sent.add(connection.params.id, task)
    try {
      await resend(connection, message, { id, queue, root: root ?? id, parent: parent ?? id, carryCanvas, now })
    } catch (error) {
      if (mayHaveArrived(error)) keep()
      throw error
    }
    keep()
    this.#parts.store.apply(connection.params.id, [sentEvent(task, now)], now)
  }

  #request(params: RetryParams, plan: RetryPlan, id: string = randomUUID()): TaskRequest {
    const isBlind = isOpaque(plan) && isUntouched(params, plan)
    return this.#complete(params, isBlind ? { ...plan, args: '[]', kwargs: '{}' } : plan, id)
  }

  #complete(params: RetryParams, plan: RetryPlan, id: string): TaskRequest {
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
    return { ...newRequest(name, id, queue), args, kwargs, ...optionsOf(params, plan) }
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

const goneMessage =
  'The recorded message of this task is gone meanwhile: it made room for newer ones, became too old, or was deleted. Nothing was sent.'

/** What stands beside the arguments: as the user wrote it or, where they left it, as the task had it. */
function optionsOf({ priority, expires, eta, headers, carryCanvas }: RetryParams, { kept, canvas }: RetryPlan) {
  return {
    priority: priority === undefined ? (kept?.priority ?? null) : priority,
    expires: expires === undefined ? (kept?.expires ?? null) : expires,
    eta: eta ?? null,
    headers: headers === undefined ? (kept?.headers ?? null) : headers,
    embed: carryCanvas ? canvas : null,
  }
}

/** Longest text of arguments in a question: what follows them has to be read as well. */
const mostShown = 1_000

function shown(json: string | null): string {
  if (json === null) return '?'
  return json.length > mostShown ? `${json.slice(0, mostShown)}… (${json.length.toLocaleString('en-US')} characters)` : json
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

function weighed(connection: Connection, better: BetterArguments, task: KnownTask | undefined): Arguments {
  const event = connection.system.readArguments(task?.args ?? null, task?.kwargs ?? null)
  const held = heldAgainst(better, event)
  if (held === 'differs')
    return {
      source: 'incomplete',
      explanation: `${better.told} An event, from before the task ran, showed other ones: most likely the task changed a list or a dict it was given. Those of the event are filled in.`,
      args: event.args,
      kwargs: event.kwargs,
    }
  const { source, explanation, args, kwargs, doubtful } = held
  return { source, explanation, args, kwargs, ...(doubtful ? { doubtful } : {}) }
}

/** Whether what would be sent is anything but the values the task was sent with. */
export function isDoubtful({ source, doubtful }: RetryPlan): boolean {
  return source === 'event' || source === 'incomplete' || doubtful === true
}

/** A new run of an old task: same root, and the old one as its parent. */
function kinship(original: string, root: string | null | undefined): { root: string; parent: string } {
  return { root: root ?? original, parent: original }
}
