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
import { filterWords } from './filterWords.ts'
import type { Operations, Progress } from './operations.ts'
import type { Retry } from './retry.ts'
import type { RetryClaim } from './retryGuard.ts'
import { claimReason, claimReasons } from './retryGuardWords.ts'
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

/** What a yes led to: the tasks that are sent, and those that are not any more, each with the reason. */
interface Agreed {
  readonly ready: readonly RetryPlan[]
  readonly states: ReadonlyMap<string, string>
  readonly leftOut: readonly RetriedTask[]
  readonly claim: RetryClaim
}

interface Shown {
  /** Names by ids. */
  readonly tasks: ReadonlyMap<string, string | null>
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
          : `what matches: ${filterWords(target.filter)}`
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
    const tasks = new Map(planned.ready.map(({ id, name }) => [id, name]))
    remember(this.#shown, params.key, { tasks, question }, questionsHeld)
    return question
  }

  /** Counts again before it acts: only what was shown, and is still ready. */
  async perform(params: RetryManyParams): Promise<Operation> {
    const { connection } = params
    const shown = this.#shown.get(params.key)?.tasks ?? new Map<string, string | null>()
    this.#shown.delete(params.key)
    const { ready: now, states, reasons } = await this.#plan(params)
    const claim = this.#parts.guard.open(connection)
    const inHand = now.filter(({ id }) => !this.#isFree(connection, id)).map(({ id }) => [id, inHandReason] as const)
    // Copies: what a plan holds beside itself, such as a recorded message, is read again when its turn comes, and not held for all.
    const meant = now.filter(({ id }) => shown.has(id) && this.#isFree(connection, id)).map((plan) => ({ ...plan }))
    // From here to their claim nothing else runs, so that two operations never hold the same task.
    for (const { id } of meant) this.#inHand.set(keyOf(connection, id), 'underway')
    try {
      const lost = claimReasons(await claim.take(meant.map(({ id }) => id)))
      const ready = meant.filter(({ id }) => !lost.has(id))
      const others = meant.filter(({ id }) => lost.has(id))
      this.#release(connection, others)
      const leftOut = leftOutOf(shown, ready, new Map([...inHand, ...reasons, ...lost]))
      if (ready.length === 0) throw new RequestError('refused', nothingLeft(leftOut))
      return await this.#start(params, { ready, states, leftOut, claim })
    } catch (error) {
      this.#release(connection, meant)
      await claim.release()
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

  #start(params: RetryManyParams, agreed: Agreed): Promise<Operation> {
    const { connection, rate } = params
    const { ready, leftOut } = agreed
    const { virtualHost } = this.#parts.connections.connected(connection)
    const title = `Retrying ${ready.length === 1 ? '1 task' : `${ready.length.toLocaleString('en-US')} tasks`}, at most ${rate} a second`
    const total = ready.length + leftOut.length
    const basics = { connection, virtualHost, queue: '', what: 'retry', title, target: null, total } as const
    return this.#parts.operations.start(basics, (progress) => this.#run(params, agreed, progress))
  }

  async #run(params: RetryManyParams, { ready, states, leftOut, claim }: Agreed, progress: Progress) {
    const { connection, rate, key } = params
    const plans = new Map(ready.map((plan) => [plan.id, plan]))
    const turns = ready.map(({ id, name }): Turn => ({ id, name, newId: newRunId(key, id) }))
    const agreedTo = this.#parts.connections.get(connection)
    const tasks = this.#openReport(progress.id, connection, key)
    tasks.push(...leftOut)
    const stopped = await sendInTurn(turns, {
      rate,
      signal: progress.signal,
      obstacle: async ({ id, newId }) => {
        const obstacle = obstacleNow(this.#parts.store, connection, id, states.get(id))
        const other = obstacle === null ? await claim.begin(id, newId) : null
        return other ? claimReason(other) : obstacle
      },
      send: (turn) =>
        claim.send(turn.id, () => {
          this.#requireSame(agreedTo, connection)
          return this.#send(params, plans.get(turn.id), turn)
        }),
      tell: (task) => {
        tasks.push(task)
        this.#mark(connection, task)
        const { retried, unsent } = countOutcomes(tasks)
        progress.tell({ done: retried, left: 0, seen: tasks.length - unsent })
      },
    })
    this.#release(connection, ready)
    await claim.release()
    this.#closeReport(progress.id)
    const counts = countOutcomes(tasks)
    const transferred = { done: counts.retried, left: 0, seen: tasks.length - counts.unsent }
    return { counts: transferred, stopped, report: reportWords(counts, stopped, progress.signal.aborted) }
  }

  /** The user said yes to one broker, under the rights it was connected with then. @throws RequestError */
  #requireSame(agreedTo: unknown, connection: string): void {
    if (this.#parts.connections.get(connection) === agreedTo) return
    throw new RequestError('not_connected', 'The connection was changed or made anew meanwhile, and the yes was for the former.')
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

const inHandReason = 'Another bulk retry has it in hand.'

/** What was shown and is not sent, each with the reason. */
function leftOutOf(
  shown: ReadonlyMap<string, string | null>,
  ready: readonly RetryPlan[],
  reasons: ReadonlyMap<string, string>,
): RetriedTask[] {
  const sent = new Set(ready.map(({ id }) => id))
  return [...shown]
    .filter(([id]) => !sent.has(id))
    .map(([id, name]) => {
      const reason = reasons.get(id) ?? 'It does not match any more.'
      return { id, name, outcome: 'skipped', newId: null, reason }
    })
}

function nothingLeft([first]: readonly RetriedTask[]): string {
  const reason = first?.reason ?? null
  return `Nothing was sent: none of these tasks can be retried any more.${reason === null ? '' : ` ${reason}`} Look again.`
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
