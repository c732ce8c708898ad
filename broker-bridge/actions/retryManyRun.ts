import { setTimeout as wait } from 'node:timers/promises'
import { messageOf, RequestError, retryOutcomes } from '../protocol/index.ts'
import type { RetriedTask, RetryOutcome } from '../protocol/index.ts'
import { mayHaveArrived } from './door.ts'

/** One task whose turn comes. */
export interface Turn {
  readonly id: string
  readonly name: string | null
  readonly newId: string
}

export interface RunParts {
  /** At most so many tasks a second. */
  readonly rate: number
  readonly signal: AbortSignal
  /** Why this one must not be sent any more, as one sentence; null where it may. Asked right before it is sent. */
  readonly obstacle: (turn: Turn) => Promise<string | null>
  /** @throws RequestError */
  readonly send: (turn: Turn) => Promise<unknown>
  /** Hears of each task as soon as it is dealt with. */
  readonly tell: (task: RetriedTask) => void
}

/**
 * Sends tasks one after the other, so that no more than one can be in doubt when the broker goes away.
 * @returns why it stopped before its end, as one sentence; null where it did not, or was asked to
 */
export async function sendInTurn(turns: readonly Turn[], parts: RunParts): Promise<string | null> {
  let next = 0
  const send = (turn: Turn): Promise<unknown> => {
    // What came late does not hurry: a rate is a promise to the workers.
    next = performance.now() + 1_000 / parts.rate
    return parts.send(turn)
  }
  for (const [index, turn] of turns.entries()) {
    if (!(await isTime(next, parts.signal))) return leave(turns.slice(index), parts, 'Stopped as asked before its turn.')
    const stopped = await take(turn, { ...parts, send })
    if (stopped === null) continue
    const rest = turns.slice(stopped.isOpen ? index : index + 1)
    leave(rest, parts, 'The work stopped before its turn.')
    return stopped.reason
  }
  return null
}

/** @returns false when it was cancelled meanwhile */
async function isTime(at: number, signal: AbortSignal): Promise<boolean> {
  const rest = at - performance.now()
  if (rest > 0) await wait(rest, undefined, { signal }).catch(() => undefined)
  return !signal.aborted
}

interface Stopped {
  readonly reason: string
  /** Whether the task itself is one that was not sent. */
  readonly isOpen: boolean
}

async function take(turn: Turn, { obstacle, send, tell }: RunParts): Promise<Stopped | null> {
  const { id, name, newId } = turn
  const skipped = await obstacle(turn)
  if (skipped !== null) {
    tell({ id, name, outcome: 'skipped', newId: null, reason: skipped })
    return null
  }
  try {
    await send(turn)
    tell({ id, name, outcome: 'retried', newId, reason: null })
    return null
  } catch (error) {
    const reason = messageOf(error)
    if (isHopeless(error)) return { reason, isOpen: true }
    const outcome = mayHaveArrived(error) ? 'uncertain' : 'failed'
    tell({ id, name, outcome, newId: outcome === 'uncertain' ? newId : null, reason })
    return outcome === 'uncertain' ? { reason, isOpen: false } : null
  }
}

/** What the next task would meet as well, and what left nothing behind. */
const hopeless: ReadonlySet<string> = new Set(['not_connected', 'not_found', 'closed', 'read_only'])

function isHopeless(error: unknown): boolean {
  return error instanceof RequestError && hopeless.has(error.code)
}

function leave(rest: readonly Turn[], { tell }: RunParts, reason: string): null {
  for (const { id, name } of rest) tell({ id, name, outcome: 'unsent', newId: null, reason })
  return null
}

export function countOutcomes(tasks: readonly RetriedTask[]): Record<RetryOutcome, number> {
  const counts = Object.fromEntries(retryOutcomes.map((outcome) => [outcome, 0])) as Record<RetryOutcome, number>
  for (const { outcome } of tasks) counts[outcome]++
  return counts
}
