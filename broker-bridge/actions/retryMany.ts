import { RequestError } from '../protocol/index.ts'
import type {
  Operation,
  PlanRetryManyParams,
  Question,
  RetriedTask,
  RetryManyParams,
  RetryManyPlan,
  RetryPlan,
  RetryReport,
} from '../protocol/index.ts'
import type { Action, Outcome } from './door.ts'
import type { Operations, Progress } from './operations.ts'
import type { Retry } from './retry.ts'
import { newRunId, runsQuery } from './retryManyIds.ts'
import { obstacleNow, planMany } from './retryManyPlan.ts'
import type { Planned, PlanParts } from './retryManyPlan.ts'
import { countOutcomes, sendInTurn } from './retryManyRun.ts'
import type { Turn } from './retryManyRun.ts'
import { refusalOf, reportWords, retryQuestion } from './retryManyWords.ts'

/** Questions whose tasks are remembered until their answer comes, reports, and tasks marked as sent. */
const [questionsHeld, reportsHeld, marksHeld] = [20, 50, 20_000]

export interface RetryManyParts extends PlanParts {
  readonly retry: Pick<Retry, 'plan' | 'send'>
  readonly operations: Operations
}

interface Shown {
  readonly ids: ReadonlySet<string>
  readonly question: Question
}

/** Runs many tasks again, each under a new id, at the user's pace; never one of them twice. */
export class RetryMany implements Action<RetryManyParams, Operation> {
  readonly name = 'Retry Matching Tasks'
  readonly #parts: RetryManyParts
  /** What was shown, by the request's key: a yes is for these, and not for what came to match since. */
  readonly #shown = new Map<string, Shown>()
  /** Tasks that are about to be sent, perhaps were, or were. */
  readonly #inHand = new Map<string, 'underway' | 'uncertain' | 'sent'>()
  readonly #reports = new Map<string, { report: Omit<RetryReport, 'counts' | 'tasks'>; readonly tasks: RetriedTask[] }>()

  constructor(parts: RetryManyParts) {
    this.#parts = parts
  }

  describe({ target, rate }: RetryManyParams): string {
    const which =
      target.by === 'ids'
        ? `${target.ids.length} chosen tasks`
        : target.by === 'failures'
          ? `failures of ${target.fingerprints.length} groups`
          : `what matches ${JSON.stringify(target.filter).slice(0, 300)}`
    return `${which}, at most ${rate} a second`
  }

  outcome(operation: Operation): Outcome | Promise<Outcome> {
    return this.#parts.operations.outcome(operation)
  }

  /** A dry run. @throws RequestError */
  async plan(params: PlanRetryManyParams): Promise<RetryManyPlan> {
    return (await this.#plan(params)).plan
  }

  /** @throws RequestError `refused` where nothing would be sent */
  async confirmation(params: RetryManyParams): Promise<Question> {
    // Asked again with a yes, the question is the one the yes is for; what changed meanwhile is left out when it is done.
    const before = params.nonce === undefined ? undefined : this.#shown.get(params.key)
    if (before) return before.question
    const planned = await this.#plan(params)
    if (planned.ready.length === 0) throw new RequestError('refused', refusalOf(planned.plan))
    const question = this.#question(params, planned)
    const ids = new Set(planned.ready.map(({ id }) => id))
    remember(this.#shown, params.key, { ids, question }, questionsHeld)
    return question
  }

  /** Counts again before it acts: only what was shown, and is still ready. */
  async perform(params: RetryManyParams): Promise<Operation> {
    const shown = this.#shown.get(params.key)
    this.#shown.delete(params.key)
    const { ready: now, states } = await this.#plan(params)
    const isMeant = (id: string): boolean => shown?.ids.has(id) === true && this.#isFree(params.connection, id)
    // Copies: what a plan holds beside itself, such as a recorded message, is read again when its turn comes, and not held for all.
    const ready = now.filter(({ id }) => isMeant(id)).map((plan) => ({ ...plan }))
    if (ready.length === 0)
      throw new RequestError('refused', 'Nothing was sent: none of these tasks can be retried any more. Look again.')
    // From here to their claim nothing else runs, so that two operations never hold the same task.
    for (const { id } of ready) this.#inHand.set(keyOf(params.connection, id), 'underway')
    try {
      return await this.#start(params, ready, states)
    } catch (error) {
      this.#release(params.connection, ready)
      throw error
    }
  }

  /** @throws RequestError `not_found` */
  report(operation: string): RetryReport {
    const kept = this.#reports.get(operation)
    if (!kept) throw new RequestError('not_found', 'There is no report of this retry: it was let go, or is of another time.')
    return { ...kept.report, counts: countOutcomes(kept.tasks), tasks: kept.tasks }
  }

  #plan(params: PlanRetryManyParams): Promise<Planned> {
    return planMany(this.#parts, params, (connection, id) => this.#inHand.get(keyOf(connection, id)) ?? null)
  }

  #isFree(connection: string, id: string): boolean {
    return !this.#inHand.has(keyOf(connection, id))
  }

  #question({ connection: id, rate, carryCanvas }: RetryManyParams, { plan, ready, states }: Planned): Question {
    const connection = this.#parts.connections.connected(id)
    const where = `virtual host “${connection.virtualHost}” of ${connection.info.address}`
    const succeeded = ready.filter((task) => states.get(task.id) === 'SUCCESS').length
    return retryQuestion({ plan, ready, succeeded, rate, carryCanvas, where })
  }

  #start(params: RetryManyParams, ready: readonly RetryPlan[], states: ReadonlyMap<string, string>): Promise<Operation> {
    const { connection, rate } = params
    const { virtualHost } = this.#parts.connections.connected(connection)
    const title = `Retrying ${ready.length === 1 ? '1 task' : `${ready.length.toLocaleString('en-US')} tasks`}, at most ${rate} a second`
    const basics = { connection, virtualHost, queue: '', what: 'retry', title, target: null, total: ready.length } as const
    return this.#parts.operations.start(basics, (progress) => this.#run(params, ready, states, progress))
  }

  async #run(params: RetryManyParams, ready: readonly RetryPlan[], states: ReadonlyMap<string, string>, progress: Progress) {
    const { connection, rate, key } = params
    const plans = new Map(ready.map((plan) => [plan.id, plan]))
    const turns = ready.map(({ id, name }): Turn => ({ id, name, newId: newRunId(key, id) }))
    const tasks = this.#openReport(progress.id, connection, key)
    const stopped = await sendInTurn(turns, {
      rate,
      signal: progress.signal,
      obstacle: ({ id }) => obstacleNow(this.#parts.store, connection, id, states.get(id)),
      send: (turn) => this.#send(params, plans.get(turn.id), turn),
      tell: (task) => {
        tasks.push(task)
        this.#mark(connection, task)
        const { retried, unsent } = countOutcomes(tasks)
        progress.tell({ done: retried, left: 0, seen: tasks.length - unsent })
      },
    })
    this.#release(connection, ready)
    this.#closeReport(progress.id)
    const counts = countOutcomes(tasks)
    const transferred = { done: counts.retried, left: 0, seen: tasks.length - counts.unsent }
    return { counts: transferred, stopped, report: reportWords(counts, stopped, progress.signal.aborted) }
  }

  async #send(
    { connection, key, carryCanvas }: RetryManyParams,
    plan: RetryPlan | undefined,
    { id, newId }: Turn,
  ): Promise<void> {
    if (!plan) return
    if (this.#parts.connections.get(connection).params.readOnly)
      throw new RequestError('read_only', 'The connection has become read-only.')
    await this.#parts.retry.send({ connection, id, carryCanvas: carryCanvas && plan.canvas !== null, key }, plan, newId)
  }

  #openReport(operation: string, connection: string, key: string): RetriedTask[] {
    const tasks: RetriedTask[] = []
    const report = { operation, connection, startedAt: Date.now() / 1_000, endedAt: null, query: runsQuery(key) }
    remember(this.#reports, operation, { report, tasks }, reportsHeld)
    return tasks
  }

  #closeReport(operation: string): void {
    const kept = this.#reports.get(operation)
    if (kept) kept.report = { ...kept.report, endedAt: Date.now() / 1_000 }
  }

  #mark(connection: string, { id, outcome }: RetriedTask): void {
    if (outcome === 'uncertain') this.#inHand.set(keyOf(connection, id), 'uncertain')
    // A task that is not held in memory could not tell that it was retried.
    if (outcome === 'retried') this.#inHand.set(keyOf(connection, id), 'sent')
  }

  /** What was sent, or may have been, stays marked. */
  #release(connection: string, ready: readonly RetryPlan[]): void {
    for (const { id } of ready) {
      const key = keyOf(connection, id)
      if (this.#inHand.get(key) === 'underway') this.#inHand.delete(key)
    }
    for (const [key, state] of this.#inHand) {
      if (this.#inHand.size <= marksHeld) break
      if (state !== 'underway') this.#inHand.delete(key)
    }
  }
}

function keyOf(connection: string, id: string): string {
  return `${connection}\n${id}`
}

/** Keeps the newest so many. */
function remember<T>(map: Map<string, T>, key: string, value: T, most: number): void {
  map.delete(key)
  map.set(key, value)
  const oldest = map.size > most ? map.keys().next().value : undefined
  if (oldest !== undefined) map.delete(oldest)
}
