import type { Standing } from './messages.ts'

/** Milliseconds a bridge counts as one that runs after its last word. */
export const leaseTime = 10_000

/**
 * Milliseconds for which it is known that a task was, or may have been, sent again. Its new run is usually known by events at once; where
 * it waits behind others, no event tells of it before a worker takes it. After an hour the wish to run it again is a new one.
 */
export const remembered = 3_600_000

/** A task that a bridge has in hand, or had. */
export interface Claim {
  readonly bridge: string
  readonly operation: string
  /** `held`: its turn has not come; `sending`: from right before it is sent until it is known what became of that. */
  readonly state: 'held' | 'sending' | 'sent' | 'uncertain'
  /** Milliseconds since 1970. */
  readonly at: number
  readonly newId: string | null
  /** What it was taken in spite of. */
  readonly before: Claim | null
}

/** Who asks, and when. */
export interface Asking {
  readonly bridge: string
  /** Milliseconds since 1970. */
  readonly now: number
  /** Whether a bridge runs. */
  readonly isRunning: (bridge: string) => boolean
}

/**
 * What a claim means for whoever wants to send the task; null where it is nobody's. Pure.
 *
 * Only what was never begun is free again when its bridge is gone. What was begun may have been sent, whether or not its bridge
 * runs: so no wrong guess about who runs, after a sleep of the computer say, makes a task be sent twice.
 */
export function standingOf(claim: Claim | null, asking: Asking): Standing | null {
  if (!claim) return null
  const isOpen = claim.state === 'held' || claim.state === 'sending'
  const runs = isOpen && (claim.bridge === asking.bridge || asking.isRunning(claim.bridge))
  if (runs) return told(claim, 'underway', asking)
  if (claim.state === 'held') return standingOf(claim.before, asking)
  if (Math.abs(asking.now - claim.at) > remembered) return null
  return told(claim, claim.state === 'sent' ? 'sent' : 'uncertain', asking)
}

function told({ at, newId, operation, bridge }: Claim, state: Standing['state'], asking: Asking): Standing {
  return { state, at: at / 1_000, newId, operation, here: bridge === asking.bridge }
}

/**
 * Whether it keeps others from sending the task. What this bridge itself has settled does not: it knows of that, and its user as well.
 * @param despite epoch seconds up to which the user knows what was settled
 */
export function isInTheWay({ state, at, here }: Standing, despite: number | null): boolean {
  return state === 'underway' || !(here || (despite !== null && at <= despite))
}
