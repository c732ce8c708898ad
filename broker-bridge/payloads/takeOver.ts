import { RequestError } from '../protocol/errors.ts'
import type { TracingSwitch } from '../sources/payloadTap.ts'
import { settleTracing } from './settling.ts'
import type { TracingNotes } from './tracingNotes.ts'

/** Milliseconds for which a broker that is away is waited for; after that the note stays for the next start of Warren. */
const patience = 3_600_000
const pauses = { first: 500, longest: 15_000 } as const
/** Refusals in a row, as of a password that was changed; a broker that starts may say so a few times as well. */
const mostRefusals = 8
/** Looks for the queue of copies: the broker notices by its heartbeats that a connection is gone, some time. */
const mostLooks = 6

/** What the watchdog of one recording works with. */
export interface Watched {
  readonly tracing: TracingSwitch
  readonly notes: TracingNotes
  /** Somebody ends this process: what is tried is tried once. */
  readonly hurried: () => boolean
  readonly sleep: (milliseconds: number) => Promise<void>
  /** Milliseconds since 1970. */
  readonly now: () => number
}

/** The bridge is gone and did not turn tracing off: that is done in its place. Never throws. */
export async function takeOver(watched: Watched): Promise<void> {
  const { notes } = watched
  notes.release()
  await tryUntil(watched, mostRefusals, patience, () => turnOff(watched))
  notes.unwatch()
  await tryUntil(watched, mostLooks, patience, () => watched.tracing.dropCopies(notes.id), mostLooks)
}

async function turnOff({ tracing, notes, now }: Watched): Promise<void> {
  // Where there is nothing to do, nothing is written: the folder itself may be gone.
  if (notes.turnedOnAt !== null && !notes.othersHold()) notes.watch()
  const seconds = () => now() / 1_000
  if (await settleTracing(tracing, notes, seconds)) notes.tellCrash(seconds())
}

/** Ever more seldom, until it was done or is given up. */
async function tryUntil(
  { hurried, sleep, now }: Watched,
  mostRefused: number,
  within: number,
  work: () => Promise<unknown>,
  most = Infinity,
): Promise<void> {
  const end = now() + within
  let refusals = 0
  for (let attempt = 0, pause: number = pauses.first; attempt < most && now() < end; attempt++) {
    try {
      await work()
      return
    } catch (error) {
      refusals = error instanceof RequestError && error.code === 'refused' ? refusals + 1 : 0
    }
    if (hurried() || refusals >= mostRefused) return
    await sleep(pause)
    pause = Math.min(pause * 2, pauses.longest)
  }
}
