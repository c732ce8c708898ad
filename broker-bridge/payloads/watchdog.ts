// Runs as a process of its own beside a bridge that records payloads (see guard.ts) and outlives only its crash: the end of standard
// input without the word before it means that the bridge is gone and tracing may still be on.
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import * as v from 'valibot'
import { tracingOf } from '../sources/tracing.ts'
import { releaseWord } from './guard.ts'
import { takeOver } from './takeOver.ts'
import { TracingNotes } from './tracingNotes.ts'

const Charge = v.object({
  folder: v.string(),
  about: v.object({ broker: v.string(), place: v.string(), connection: v.string() }),
  id: v.string(),
  /** Holds the password; in memory only. */
  access: v.unknown(),
})

async function main(): Promise<void> {
  const charge = await heard()
  if (!charge) return
  const { folder, about, id, access } = charge
  await takeOver({ tracing: tracingOf(access), notes: new TracingNotes(folder, about, id), now: Date.now, ...haste })
}

/** What this process was told, at the end of what tells it; undefined where it was told nothing. */
async function heard(): Promise<v.InferOutput<typeof Charge> | undefined> {
  let charge: v.InferOutput<typeof Charge> | undefined
  for await (const line of createInterface({ input: process.stdin })) {
    if (line === releaseWord) process.exit(0)
    charge ??= v.parse(Charge, JSON.parse(line))
  }
  return charge
}

// Ctrl-C and a closing terminal are for the bridge. When the machine goes down, there is no time to wait for a broker.
const wake = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => wake.abort())
const haste = {
  hurried: () => wake.signal.aborted,
  sleep: (milliseconds: number) => sleep(milliseconds, undefined, { signal: wake.signal }).catch(() => undefined),
}

void main()
