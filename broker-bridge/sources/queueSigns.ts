import type { QueueWarning } from '../protocol/index.ts'

/** One look at a queue. `at` is epoch seconds; null numbers are not known. */
export interface QueueLook {
  readonly at: number
  readonly ready: number | null
  readonly consumers: number | null
  readonly inRate: number | null
  readonly outRate: number | null
}

/** What is remembered of a queue to tell whether something is wrong with it. */
export interface QueuePast {
  /** Since when messages have waited without a consumer; null where they do not. */
  readonly waitingSince: number | null
  readonly ready: number | null
  /** Looks one after the other at each of which more messages waited than before, and when the first was. */
  readonly rises: number
  readonly risingSince: number
  readonly roseAt: number
}

/** Seconds for which nobody may consume before it is worth a warning: a worker that restarts is away for so long. */
const patience = 10
/** So many rises without a fall, over so many seconds, are growth; fewer are a wave. */
const rises = 3
const riseSeconds = 10
/** Seconds without a further rise after which a queue no longer grows. */
const plateau = 60

export const noPast: QueuePast = { waitingSince: null, ready: null, rises: 0, risingSince: 0, roseAt: 0 }

/** The past with one more look. A look that says nothing new of a number leaves what is known of it. */
export function look(past: QueuePast, now: QueueLook): QueuePast {
  if (now.ready === null) return past
  return { waitingSince: waitingSince(past, now), ...growth(past, now, now.ready) }
}

function waitingSince(past: QueuePast, { at, ready, consumers }: QueueLook): number | null {
  if (consumers === null || consumers > 0 || ready === 0) return null
  return past.waitingSince ?? at
}

function growth(past: QueuePast, { at, inRate, outRate }: QueueLook, ready: number): Omit<QueuePast, 'waitingSince'> {
  const drains = inRate !== null && outRate !== null && outRate > 0 && outRate >= inRate
  const calm = { ready, rises: 0, risingSince: at, roseAt: at }
  if (past.ready === null || ready < past.ready || drains) return calm
  if (ready > past.ready)
    return { ready, rises: past.rises + 1, risingSince: past.rises === 0 ? at : past.risingSince, roseAt: at }
  // The broker's own counts stand still for seconds, which is no sign of an end.
  return at - past.roseAt > plateau ? calm : { ready, rises: past.rises, risingSince: past.risingSince, roseAt: past.roseAt }
}

/** What is wrong with a queue as of now, in epoch seconds. */
export function warningsOf(past: QueuePast, now: number): QueueWarning[] {
  return [
    ...(past.waitingSince !== null && now - past.waitingSince >= patience ? (['unconsumed'] as const) : []),
    ...(past.rises >= rises && now - past.risingSince >= riseSeconds ? (['growing'] as const) : []),
  ]
}
