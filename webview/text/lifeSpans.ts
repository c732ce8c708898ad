import { endedStates } from '../../broker-bridge/protocol/index.ts'
import type { Moment } from '../../broker-bridge/protocol/index.ts'

/** What a task did between two of its moments. */
export type Phase = 'queued' | 'held' | 'ran' | 'again' | 'rested'

/** A moment, and the time that passed since the one before it. */
export interface Span {
  readonly moment: Moment
  /** Null for the first moment, and where two clocks tell different stories. */
  readonly since: { readonly phase: Phase; readonly seconds: number } | null
  /** Seconds by which the clocks of two computers differ at least; null where they agree as far as can be seen. */
  readonly skew: number | null
}

export const phaseWords: Readonly<Record<Phase, string>> = {
  queued: 'waited in the queue',
  held: 'held by the worker',
  ran: 'ran',
  again: 'waited to run again',
  rested: 'was over',
}

/** Follows a task's life and says what each stretch of it was. Moments come in the order of their clocks. */
export function lifeSpans(moments: readonly Moment[]): Span[] {
  const retried = moments.some(({ state }) => state === 'RETRY')
  const life = new Life()
  return moments.map((moment, index) => {
    const before = moments[index - 1]
    const phase = life.phase
    const seconds = before ? moment.at - before.at : Number.NaN
    const skew = !retried && life.knowsBetter(moment) ? moment.at - life.receivedAt : null
    life.take(moment)
    return { moment, since: Number.isFinite(seconds) && phase && skew === null ? { phase, seconds } : null, skew }
  })
}

class Life {
  phase: Phase | null = null
  receivedAt = 0
  #sent = false
  #received = false
  /** The next attempt's message came before the present attempt ended, as it often does. */
  #holdsNext = false

  /** A task that is sent after it was received was sent by the clock of another computer; a retry is sent late by rights. */
  knowsBetter({ state }: Moment): boolean {
    return state === 'PENDING' && this.#received && !this.#sent
  }

  take({ state, at }: Moment): void {
    if (state === 'PENDING') this.#send()
    else if (state === 'RECEIVED') this.#receive(at)
    else if (state === 'RETRY') this.#pause()
    else this.phase = endedStates.has(state) ? 'rested' : 'ran'
  }

  #send(): void {
    this.#sent = true
    if (this.phase === null || this.phase === 'rested') this.phase = 'queued'
  }

  #receive(at: number): void {
    if (!this.#received) this.receivedAt = at
    this.#received = true
    if (this.phase === 'ran') this.#holdsNext = true
    else this.phase = 'held'
  }

  #pause(): void {
    this.phase = this.#holdsNext ? 'held' : 'again'
    this.#holdsNext = false
  }
}

/** Seconds in each phase, in the order in which the phases first came; what was over is no part of it. */
export function phaseTotals(spans: readonly Span[]): { readonly phase: Phase; readonly seconds: number }[] {
  const totals = new Map<Phase, number>()
  for (const { since } of spans) {
    if (since && since.phase !== 'rested') totals.set(since.phase, (totals.get(since.phase) ?? 0) + since.seconds)
  }
  return [...totals].map(([phase, seconds]) => ({ phase, seconds }))
}
