import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { bridgeFlags } from '../../broker-bridge/protocol/index.ts'
import type { Activity, Client } from '../../broker-bridge/protocol/index.ts'
import { connectClient } from '../support/bridgeClient.ts'
import type { SyntheticLoad } from './syntheticEvents.ts'

/** One program that reads events, as a process of its own so that it can be frozen and its time be counted. */
export interface Contender {
  readonly pid: number
  /** Resolves when the last event of the load has been taken in. */
  finished(load: SyntheticLoad): Promise<void>
  /** How many tasks of the load ended as they should; null for a program that keeps none. */
  ended(): Activity | null
  stop(): Promise<void>
}

const script = (name: string) => fileURLToPath(new URL(name, import.meta.url))

export async function startRaw(address: string, events: number): Promise<Contender> {
  const child = spawn(process.execPath, [script('rawConsumer.ts'), address, String(events)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const lines = createInterface({ input: child.stdout })
  const done = new Promise<void>((resolve) => lines.on('line', (line) => line === 'done' && resolve()))
  await once(lines, 'line')
  return { pid: child.pid ?? 0, finished: () => done, ended: () => null, stop: () => end(child) }
}

/** The bridge as the extension starts it, with one viewer that looks at the feed. */
export async function startWarren(address: string): Promise<Contender> {
  const child = spawn(process.execPath, [...bridgeFlags, script('../../dist/bridge.cjs'), '--stdio'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const token = randomBytes(32).toString('hex')
  child.stdin.write(`${JSON.stringify({ token, externalAuthorities: [] })}\n`)
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string]
  const { port } = JSON.parse(line) as { port: number }
  const { client } = await connectClient(port, token, 'bench')
  let activity: Activity | null = null
  client.on('activity', (now) => (activity = now))
  await client.request('watch', { topics: ['activity', 'connections'] })
  await client.request('setView', { view: 'feed', filter: {}, first: 0, count: 50, resting: false })
  await connected(client, address)
  return {
    pid: child.pid ?? 0,
    finished: (load) => lastTaskEnded(client, load),
    ended: () => activity,
    stop: () => end(child),
  }
}

async function connected(client: Client, address: string): Promise<void> {
  const flowing = new Promise<void>((resolve) => {
    client.on('connections', ([info]) => info?.capabilities.events.available === true && resolve())
  })
  await client.request('connect', { id: 'c', name: 'bench', address })
  await flowing
}

async function lastTaskEnded(client: Client, load: SyntheticLoad): Promise<void> {
  for (;;) {
    const task = await client.request('getTask', { connection: 'c', id: load.lastTask }, 120_000).catch(() => null)
    if (task?.endedAt) return
    // A question every 5 ms was a fifth of what the bridge did in a drain of single events; nobody asks like that.
    await sleep(20)
  }
}

async function end(child: ChildProcess): Promise<void> {
  const exit = once(child, 'exit')
  child.stdin?.end()
  await exit
}

/** Seconds of processor time a process has used, from Linux's own account (`/proc/PID/stat`, in hundredths). */
export function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  return (Number(fields[11]) + Number(fields[12])) / 100
}

/** Megabytes of memory a process holds. */
export function residentMegabytes(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1_024
}
