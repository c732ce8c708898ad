import { setImmediate as tick } from 'node:timers/promises'
import { endedStates, RequestError, retryManyLimit } from '../protocol/index.ts'
import type { PlanRetryManyParams, RetryManyPlan, RetryPlan, RetryTarget, TaskFilter } from '../protocol/index.ts'
import { readFilter } from '../queryView.ts'
import type { Connection } from '../sources/connection.ts'
import type { Connections } from '../sources/connections.ts'
import type { TaskStore } from '../tasks/store.ts'
import type { Standing } from '../claims/messages.ts'
import { registeredNames } from './registeredNames.ts'
import type { FindKept, Retry } from './retry.ts'
import type { RetryGuard } from './retryGuard.ts'
import { claimReasons } from './retryGuardWords.ts'
import { Families } from './retryManyKin.ts'
import { heapsOf, judge } from './retryManySorting.ts'
import type { EarlierRun, Judged, Place, QueueKnown, Wanted } from './retryManySorting.ts'
import { countNames } from './retryManyWords.ts'

/** Tasks whose plans are made side by side, before others get their turn. */
const together = 50
/** Queues that the broker is asked about. */
const mostQueues = 50

export interface PlanParts {
  readonly connections: Connections
  readonly store: TaskStore
  readonly retry: Pick<Retry, 'plan'>
  readonly findKept: FindKept
  readonly guard: RetryGuard
}

/** What other bulk retries of this bridge have in hand. */
export type InHand = (connection: string, id: string) => 'underway' | 'uncertain' | 'sent' | null

/** What came of a dry run. */
export interface Planned {
  readonly plan: RetryManyPlan
  /** In the order of sending, the oldest first. */
  readonly ready: readonly RetryPlan[]
  readonly states: ReadonlyMap<string, string>
  /** Why the others are not ready, by their ids. */
  readonly reasons: ReadonlyMap<string, string>
}

interface Candidate {
  readonly task: Wanted
  /** Made only where the task itself is no obstacle. */
  readonly plan: RetryPlan | null
}

/** Looks what running tasks again would do. Nothing is sent. @throws RequestError `not_connected`, `not_found`, `invalid` */
export async function planMany(parts: PlanParts, params: PlanRetryManyParams, inHand: InHand): Promise<Planned> {
  const connection = parts.connections.connected(params.connection)
  const { readOnly } = connection.params
  const { wanted, beyond } = await choose(parts, params, inHand)
  const early: Place = { readOnly, registered: new Set(), queues: new Map() }
  const candidates: Candidate[] = []
  for (let first = 0; first < wanted.length; first += together) {
    candidates.push(
      ...(await Promise.all(wanted.slice(first, first + together).map((task) => look(parts, params.connection, task, early)))),
    )
    await tick()
  }
  const place = { readOnly, registered: await registeredNames(connection), queues: await lookAtQueues(connection, candidates) }
  const judged = candidates.map(({ task, plan }) => ({ task, plan, ...judge(task, plan, place) }))
  const ready = judged.flatMap(({ verdict, plan }) => (verdict === 'ready' && plan ? [plan] : [])).reverse()
  const heaps = judged.map(({ task, plan, verdict, reason }): Judged => ({
    id: task.id,
    name: plan?.name ?? task.name,
    verdict,
    reason,
  }))
  return {
    plan: summary(params.connection, heaps, ready, beyond),
    ready,
    states: new Map(wanted.map(({ id, state }) => [id, state])),
    reasons: new Map(judged.flatMap(({ task, verdict, reason }) => (verdict === 'ready' ? [] : [[task.id, reason] as const]))),
  }
}

function summary(connection: string, judged: readonly Judged[], ready: readonly RetryPlan[], beyond: number): RetryManyPlan {
  const count = (wanted: string): number => judged.filter(({ verdict }) => verdict === wanted).length
  return {
    connection,
    ready: ready.length,
    edit: count('edit'),
    blocked: count('blocked'),
    heaps: heapsOf(judged),
    beyond,
    names: countNames(ready.map(({ name }) => name)).slice(0, 20),
    queues: countNames(ready.map(({ queue }) => queue)).slice(0, 20),
    withCanvas: ready.filter(({ canvas }) => canvas !== null).length,
    keeps: keepsOf(ready),
  }
}

const mostSentences = 8

/** A sentence that is not about all says about how many it is. */
function keepsOf(ready: readonly RetryPlan[]): string[] {
  const counts = countNames(ready.flatMap(({ kept }) => kept?.sentences ?? []))
  return counts
    .slice(0, mostSentences)
    .map(({ name, count }) =>
      count === ready.length ? name : `${count.toLocaleString('en-US')} of ${ready.length.toLocaleString('en-US')}: ${name}`,
    )
}

async function look({ retry }: PlanParts, connection: string, task: Wanted, place: Place): Promise<Candidate> {
  // What the task itself forbids needs no look at its arguments.
  if (judge(task, null, place).reason !== judge(bare, null, place).reason) return { task, plan: null }
  try {
    return { task, plan: await retry.plan({ connection, id: task.id }) }
  } catch (error) {
    if (error instanceof RequestError && error.code === 'not_found') return { task, plan: null }
    throw error
  }
}

/** A task in whose way nothing stands. */
const bare: Wanted = { id: '', name: null, state: 'FAILURE', earlier: null, inChord: false }

async function lookAtQueues(connection: Connection, candidates: readonly Candidate[]): Promise<Map<string, QueueKnown>> {
  const names = new Set(candidates.flatMap(({ plan }) => plan?.queue ?? []))
  const known = await Promise.all(
    [...names].slice(0, mostQueues).map(async (queue) => [queue, await lookAtQueue(connection, queue)] as const),
  )
  return new Map(known)
}

async function lookAtQueue(connection: Connection, queue: string): Promise<QueueKnown> {
  try {
    const { messages } = connection.lookedAt()
    const { consumers } = await messages.state({ virtualHost: messages.virtualHost, queue })
    return { exists: true, consumers }
  } catch (error) {
    // Who may not be asked is no obstacle: the broker itself returns what finds no queue.
    return error instanceof RequestError && error.code === 'not_found' ? { exists: false, consumers: 0 } : null
  }
}

type Known = Pick<Wanted, 'id' | 'name' | 'state'> & { readonly root: string | null; readonly retriedAs: readonly string[] }

async function choose(parts: PlanParts, { connection, target }: PlanRetryManyParams, inHand: InHand) {
  const found = target.by === 'ids' ? await named(parts, connection, target.ids) : matching(parts.store, connection, target)
  const chosen = found.slice(0, retryManyLimit)
  const standings = await parts.guard.look(
    connection,
    chosen.map(({ id }) => id),
  )
  const reasons = claimReasons(standings)
  const families = new Families(parts.store.workflows(connection))
  const wanted = chosen.map((task): Wanted => {
    const { id, name, state } = task
    const earlier =
      earlierHere(parts.store, connection, task, families, inHand) ??
      earlierElsewhere(parts.store, connection, standings.get(id), reasons.get(id))
    return { id, name, state, inChord: families.isInChord(task), earlier }
  })
  return { wanted, beyond: found.length - wanted.length }
}

function earlierHere(store: TaskStore, connection: string, task: Known, families: Families, inHand: InHand): EarlierRun | null {
  const held = inHand(connection, task.id)
  if (held === 'underway') return held
  const last = task.retriedAs.at(-1)
  if (last !== undefined) return { state: store.record({ connection, id: last })?.state ?? null }
  const run = families.runOf(task)
  if (run) return { state: run.state }
  return held === 'sent' ? { state: null } : held
}

/** What another window says of it; of a new run that is known here, what became of that. */
function earlierElsewhere(
  store: TaskStore,
  connection: string,
  standing: Standing | undefined,
  reason: string | undefined,
): EarlierRun | null {
  if (!standing || reason === undefined) return null
  const run = standing.newId === null ? undefined : store.record({ connection, id: standing.newId })
  return run ? { state: run.state } : { elsewhere: reason }
}

/** The newest first. */
function matching(store: TaskStore, connection: string, target: Exclude<RetryTarget, { by: 'ids' }>): Known[] {
  const selection = readFilter({ ...filterOf(target), connection }, Date.now() / 1_000)
  return Array.from(store.select(selection), known)
}

function filterOf(target: Exclude<RetryTarget, { by: 'ids' }>): TaskFilter {
  if (target.by === 'failures')
    return { states: ['FAILURE'], query: target.fingerprints.map((one) => `fingerprint:${JSON.stringify(one)}`).join(' OR ') }
  const { states = [] } = target.filter
  return { ...target.filter, states: states.length > 0 ? states : ['FAILURE'] }
}

async function named({ store, findKept }: PlanParts, connection: string, ids: readonly string[]): Promise<Known[]> {
  const found: Known[] = []
  for (const id of new Set(ids)) {
    const record = store.record({ connection, id })
    const kept = record ? undefined : await findKept({ connection, id })
    // One that is held nowhere is told as such, once its plan is asked for.
    const { name = null, state = 'FAILURE', root = null } = record ?? kept ?? {}
    found.push({ id, name, state, root, retriedAs: record?.retriedAs ?? kept?.retriedAs ?? [] })
  }
  return found
}

function known({
  id,
  name,
  state,
  root,
  retriedAs,
}: { readonly [K in keyof Omit<Known, 'retriedAs'>]: Known[K] } & { readonly retriedAs: readonly string[] | null }): Known {
  return { id, name, state, root, retriedAs: retriedAs ?? [] }
}

/** Why a task whose turn has come must not be sent any more; null where it may. */
export function obstacleNow(store: TaskStore, connection: string, id: string, state: string | undefined): string | null {
  const record = store.record({ connection, id })
  if (!record) return null
  if (!endedStates.has(record.state)) return `It is running again (${record.state}).`
  if (record.state !== state) return `It has ended otherwise meanwhile (${record.state}).`
  return (record.retriedAs?.length ?? 0) > 0 ? 'Somebody retried it meanwhile.' : null
}
