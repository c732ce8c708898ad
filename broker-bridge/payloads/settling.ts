import type { TracingState, TracingSwitch } from '../sources/payloadTap.ts'
import type { TracingNotes } from './tracingNotes.ts'

/**
 * Turns off what Warren turned on, unless another bridge still reads. Bridges and watchdogs do this without a lock: whoever begins to
 * record holds a lease before it looks at tracing, and who turns it off looks at the leases afterwards as well, so that one of both notices.
 * @param now epoch seconds @returns whether tracing was turned off @throws RequestError where that failed
 */
export async function settleTracing(tracing: TracingSwitch, notes: TracingNotes, now: () => number): Promise<boolean> {
  for (;;) {
    const at = notes.turnedOnAt
    if (at === null || notes.othersHold()) return false
    const state = await tracing.look()
    const isOurs = state.tracing && !startedAfter(at, state)
    if (isOurs) await tracing.set(false)
    notes.turnedOff(at)
    if (!isOurs || !notes.othersHold()) return isOurs
    // One that began in between saw it on. It may have stopped since, so that nobody is left to turn it off: once more around.
    if (notes.turnedOnAt === null) notes.turnOn(now())
    await tracing.set(true)
  }
}

/** What was turned on before the broker started is off since; where it is on, somebody else did that. @param at epoch seconds */
export function startedAfter(at: number, { startedAt }: TracingState): boolean {
  return startedAt !== null && startedAt > at
}
