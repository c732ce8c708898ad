import { randomUUID } from 'node:crypto'
import { messageOf, RequestError } from '../protocol/index.ts'
import type { Question, RetriedWorkflow, RetryPlan, RetryWorkflowParams } from '../protocol/index.ts'
import type { TaskRecord } from '../tasks/record.ts'
import type { TaskStore } from '../tasks/store.ts'
import type { Action } from './door.ts'
import { isOpaque } from './recordedMessage.ts'
import { doubts } from './retryDoubts.ts'
import type { Retry } from './retry.ts'
import type { RetryGuard } from './retryGuard.ts'

/** Most tasks of one yes: a person reads what a yes is for. */
const limit = 200
const namesTold = 5
/** Tasks that are sent side by side. */
const together = 20

interface Remains {
  readonly complete: readonly RetryPlan[]
  readonly incomplete: readonly RetryPlan[]
  /** Failed tasks beyond the limit. */
  readonly beyond: number
  /** Failed tasks that this or another window has sent again before, or is about to. */
  readonly retried: number
}

/** Runs the failed tasks of a workflow again, as far as their arguments are known. What followed them does not come back with them. */
export class RetryWorkflow implements Action<RetryWorkflowParams, RetriedWorkflow> {
  readonly name = 'Retry Failed Tasks of a Workflow'
  readonly #store: TaskStore
  readonly #retry: Retry
  readonly #guard: RetryGuard

  constructor(store: TaskStore, retry: Retry, guard: RetryGuard) {
    this.#store = store
    this.#retry = retry
    this.#guard = guard
  }

  /** @throws RequestError `refused` where nothing would be sent */
  describe({ id }: RetryWorkflowParams): string {
    return `the failed tasks of the workflow of ${id}`
  }

  async confirmation(params: RetryWorkflowParams): Promise<Question> {
    const remains = await this.#remains(params)
    const count = remains.complete.length
    if (count === 0) throw new RequestError('refused', refusalOf(remains))
    const question = `Run ${plural(count, 'failed task')} of this workflow again?`
    return { question, detail: detailOf(remains), action: 'Retry', count }
  }

  async perform(params: RetryWorkflowParams): Promise<RetriedWorkflow> {
    const { complete, incomplete } = await this.#remains(params)
    const problems: string[] = []
    for (let first = 0; first < complete.length; first += together) {
      const part = complete.slice(first, first + together)
      const outcomes = await Promise.allSettled(part.map(({ connection, id }) => this.#send(connection, id)))
      for (const outcome of outcomes) if (outcome.status === 'rejected') problems.push(messageOf(outcome.reason))
    }
    return {
      sent: complete.length - problems.length,
      incomplete: incomplete.length,
      problems: [...new Set(problems)].slice(0, 10),
    }
  }

  #send(connection: string, id: string): Promise<unknown> {
    return this.#retry.perform({ connection, id, carryCanvas: false, key: randomUUID() })
  }

  async #remains({ connection, id }: RetryWorkflowParams): Promise<Remains> {
    const failed = (this.#store.workflows(connection)?.tasks(id) ?? []).filter(isRetriable)
    const elsewhere = await this.#guard.look(
      connection,
      failed.map((task) => task.id),
    )
    const open = failed
      .filter((task) => task.retriedAs === null && !elsewhere.has(task.id))
      .sort((one, other) => (one.id < other.id ? -1 : 1))
    const plans = await Promise.all(open.slice(0, limit).map((task) => this.#retry.plan(task)))
    const complete = plans.filter(isComplete)
    return {
      complete,
      incomplete: plans.filter((plan) => !isComplete(plan)),
      beyond: Math.max(0, open.length - limit),
      retried: failed.length - open.length,
    }
  }
}

/** What joins a chord only asks whether its members have ended; they are what failed. */
function isRetriable({ state, name }: TaskRecord): boolean {
  return state === 'FAILURE' && name !== 'celery.chord_unlock'
}

function isComplete(plan: RetryPlan): boolean {
  return plan.source !== 'incomplete' && plan.queue !== null
}

function refusalOf({ incomplete, retried }: Remains): string {
  if (incomplete.length > 0)
    return `Nothing was sent: ${leftOut(incomplete)}. Retry each of them by itself, where its arguments can be completed.`
  if (retried > 0) return 'Nothing was sent: every failed task of this workflow was retried already.'
  return 'Nothing was sent: no task of this workflow that Warren holds has failed.'
}

function detailOf({ complete, incomplete, beyond, retried }: Remains): string {
  return [
    `${namesOf(complete)}: each goes to its queue under a new id, with the arguments it had.`,
    ...doubts(complete),
    ...(incomplete.length > 0 ? [`Left out: ${leftOut(incomplete)}.`] : []),
    ...(beyond > 0
      ? [`${plural(beyond, 'further failed task')} would have to be retried after these: at most ${limit} go at once.`]
      : []),
    ...(retried > 0
      ? [`${plural(retried, 'failed task')} that Warren retried before ${retried === 1 ? 'is' : 'are'} left alone.`]
      : []),
    `Only these tasks run${complete.some(isOpaque) ? ', and what goes along with those that cannot be decoded' : ''}. Celery does not go on with the rest of a chain, and does not start the body of a chord, after a retry under a new id: what was to follow stands in the message of the failed task, which no event shows.`,
  ].join('\n\n')
}

function leftOut(plans: readonly RetryPlan[]): string {
  return `the arguments or the queue of ${plural(plans.length, 'failed task')} are not known well enough (${namesOf(plans)})`
}

/** `shop.pay, shop.add (3) and others`. */
function namesOf(plans: readonly RetryPlan[]): string {
  const counts = new Map<string, number>()
  for (const { name } of plans) counts.set(name ?? 'without a name', (counts.get(name ?? 'without a name') ?? 0) + 1)
  const told = [...counts].slice(0, namesTold).map(([name, count]) => (count === 1 ? name : `${name} (${count})`))
  return `${told.join(', ')}${counts.size > namesTold ? ' and others' : ''}`
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
