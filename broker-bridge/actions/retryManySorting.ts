import { endedStates } from '../protocol/index.ts'
import type { RetryHeap, RetryPlan, RetryVerdict, TaskState } from '../protocol/index.ts'
import { isDoubtful } from './retry.ts'

/**
 * What is known of a task's earlier new run; `uncertain`: nobody knows whether it was ever sent; `elsewhere`: another window has it in hand,
 * or had, as a sentence.
 */
export type EarlierRun = 'underway' | 'uncertain' | { readonly state: TaskState | null } | { readonly elsewhere: string }

/** A task that somebody wants to run again. */
export interface Wanted {
  readonly id: string
  readonly name: string | null
  readonly state: TaskState
  /** Null where it was not run again yet. */
  readonly earlier: EarlierRun | null
  readonly inChord: boolean
}

/** What is known of a queue: `null` where the broker would not say. */
export type QueueKnown = { readonly exists: boolean; readonly consumers: number } | null

/** What a dry run found out about the place. */
export interface Place {
  readonly readOnly: boolean
  /** Task names that workers registered; empty where nobody answered. */
  readonly registered: ReadonlySet<string>
  readonly queues: ReadonlyMap<string, QueueKnown>
}

export interface Verdict {
  readonly verdict: RetryVerdict
  readonly reason: string
}

const blocked = (reason: string): Verdict => ({ verdict: 'blocked', reason })
const edit = (reason: string): Verdict => ({ verdict: 'edit', reason })
const ready = (reason: string): Verdict => ({ verdict: 'ready', reason })

/**
 * What a dry run says of one task. Pure; the first reason that holds is told.
 * @param plan what is known for running it again; null where the task is held nowhere
 */
export function judge(task: Wanted, plan: RetryPlan | null, place: Place): Verdict {
  return judgeTask(task, place) ?? (plan === null ? blocked(gone) : (judgeName(plan, place) ?? judgePlan(plan, place)))
}

const gone = 'Held neither in memory nor in the history any more.'

function judgeTask({ state, earlier, inChord, name }: Wanted, { readOnly }: Place): Verdict | null {
  if (readOnly) return blocked('This connection is read-only: nothing can be sent from here.')
  if (!endedStates.has(state)) return blocked('Has not ended yet: this would run a second copy beside it.')
  if (earlier !== null) return blocked(earlierReason(earlier))
  if (name?.startsWith('celery.') === true) return blocked('Celery’s own task, which belongs to one run of a workflow.')
  if (inChord)
    return blocked(
      'Part of a chord, which would not go on after a run under a new id. Retry it by itself if its own work is all you want.',
    )
  return null
}

function earlierReason(earlier: EarlierRun): string {
  if (earlier === 'underway') return 'Another bulk retry is about to send it.'
  if (earlier === 'uncertain')
    return 'An earlier bulk retry lost the broker while it sent this one, and it may have arrived. Retry it by itself once you know.'
  if ('elsewhere' in earlier) return earlier.elsewhere
  if (earlier.state === null || !endedStates.has(earlier.state)) return 'Retried already, and the new run has not ended.'
  if (earlier.state === 'SUCCESS') return 'Retried already, and the new run succeeded.'
  return 'Retried already, and the new run has ended without success: retry the new run.'
}

function judgeName({ name }: RetryPlan, { registered }: Place): Verdict | null {
  if (name === null || registered.size === 0 || registered.has(name)) return null
  return blocked(`No worker has registered “${name.slice(0, 200)}”: it would be thrown away. Start a worker that knows it.`)
}

function judgePlan(plan: RetryPlan, { queues }: Place): Verdict {
  const isBlind = plan.source !== 'payload' && (plan.args === null || plan.kwargs === null)
  if (plan.source === 'incomplete' || isBlind || plan.name === null) return edit(plan.explanation)
  if (plan.queue === null) return edit(`${plan.queueSource} Say which queue it should go to.`)
  const known = queues.get(plan.queue) ?? null
  const queue = plan.queue.slice(0, 200)
  if (known?.exists === false) return blocked(`There is no queue “${queue}” any more.`)
  if (known?.consumers === 0) return blocked(`No worker consumes the queue “${queue}”: it would only wait there. Start one.`)
  return ready(isDoubtful(plan) || plan.args === null ? plan.explanation : exact)
}

const exact = 'Its arguments are known exactly.'

const verdictOrder: Readonly<Record<RetryVerdict, number>> = { ready: 0, edit: 1, blocked: 2 }
/** Reasons that are told one by one for each verdict, and tasks named of each. */
const [mostHeaps, mostExamples] = [8, 3]

export interface Judged extends Verdict {
  readonly id: string
  readonly name: string | null
}

/** Tasks by verdict and reason, the largest heaps first; the smallest of many become one. */
export function heapsOf(judged: readonly Judged[]): RetryHeap[] {
  const heaps = new Map<string, Judged[]>()
  for (const one of judged) {
    const key = `${one.verdict} ${one.reason}`
    const heap = heaps.get(key)
    if (heap) heap.push(one)
    else heaps.set(key, [one])
  }
  const sorted = [...heaps.values()].sort((one, other) => other.length - one.length)
  return (['ready', 'edit', 'blocked'] as const)
    .flatMap((verdict) => {
      const own = sorted.filter(([first]) => first?.verdict === verdict)
      const rest = own.slice(mostHeaps).flat()
      return [...own.slice(0, mostHeaps).map((heap) => toHeap(heap)), ...(rest.length > 0 ? [toHeap(rest, otherReasons)] : [])]
    })
    .sort((one, other) => verdictOrder[one.verdict] - verdictOrder[other.verdict])
}

const otherReasons = 'For other reasons, each of few tasks.'

function toHeap(heap: readonly Judged[], reason = heap[0]?.reason ?? ''): RetryHeap {
  const examples = heap.slice(0, mostExamples).map(({ id, name }) => ({ id, name }))
  return { verdict: heap[0]?.verdict ?? 'blocked', reason, count: heap.length, examples }
}
