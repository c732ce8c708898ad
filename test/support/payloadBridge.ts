import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import type { Confirmation, Params, Result } from '../../broker-bridge/protocol/index.ts'
import { startBridgeProcess, type BridgeProcess } from './bridgeProcess.ts'
import { confirmation, eventually, freshKey } from './liveBridge.ts'
import type { PrivateRabbit } from './rabbit.ts'

/** A bridge of its own with the connection `c`, of development, whose notes and payloads lie beside `file`. */
export async function startRecordable(
  rabbit: PrivateRabbit,
  file: string,
  params: Partial<Params<'connect'>> = {},
): Promise<BridgeProcess> {
  const bridge = await startBridgeProcess({}, ['--history', file])
  const management = rabbit.managementUrl ?? ''
  const connection = { id: 'c', name: 'test', address: rabbit.amqpUrl, management, environment: 'development' } as const
  await bridge.client.request('connect', { ...connection, ...params })
  await bridge.until('connected', ({ status }) => status.kind === 'connected')
  return bridge
}

/** Records payloads, saying yes; answers what was asked. */
export async function record(bridge: BridgeProcess, more: Partial<Params<'recordPayloads'>> = {}): Promise<Confirmation> {
  const params = { connection: 'c', key: freshKey(), ...more }
  const question = await confirmation(bridge.client.request('recordPayloads', params, 30_000))
  await bridge.client.request('recordPayloads', { ...params, nonce: question.nonce }, 30_000)
  await bridge.until('recording', ({ payloads }) => payloads?.state === 'on')
  return question
}

export const stopRecording = (bridge: BridgeProcess): Promise<Result<'stopPayloads'>> =>
  bridge.client.request('stopPayloads', { connection: 'c', key: freshKey() }, 30_000)

export const isTracing = async (rabbit: PrivateRabbit): Promise<boolean> =>
  ((await rabbit.management('vhosts/%2F')) as { tracing: boolean }).tracing

/** Queues of copies on the broker. */
export async function copies(
  rabbit: PrivateRabbit,
): Promise<{ name: string; exclusive: boolean; arguments: Record<string, unknown> }[]> {
  const queues = await rabbit.management('queues/%2F?columns=name,exclusive,auto_delete,arguments')
  return (queues as never[]).filter(({ name }) => String(name).startsWith('warren.payloads.'))
}

/** Kills the bridge as a crash does, and waits for its end. */
export async function killBridge(bridge: BridgeProcess): Promise<void> {
  bridge.client.close()
  bridge.signal('SIGKILL')
  await eventually('the bridge is dead', () => !bridge.running())
}

/** Kills bridge and watchdog at once, as a loss of power does. */
export async function losePower(bridge: BridgeProcess): Promise<void> {
  const watchdogs = watchdogsOf(bridge)
  assert.ok(watchdogs.length > 0)
  for (const pid of watchdogs) process.kill(pid, 'SIGKILL')
  await eventually('the watchdog is dead', () => !watchdogs.some(isAlive))
  await killBridge(bridge)
}

/** Process ids of the watchdogs that a running bridge started. Linux only. */
export function watchdogsOf({ pid }: BridgeProcess): number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').map(Number)
  return children.filter((child) => child > 0 && commandOf(child).includes('watchdog'))
}

/** The command line of a process, its words apart; empty where it is gone. */
export function commandOf(pid: number): string {
  return textOf(`/proc/${pid}/cmdline`).replaceAll('\0', ' ')
}

/** What a process was started with in its environment. */
export function environmentOf(pid: number): string {
  return textOf(`/proc/${pid}/environ`)
}

/** False also for one that has ended and that nobody has asked about. */
export function isAlive(pid: number): boolean {
  const state = /\) (\w)/.exec(textOf(`/proc/${pid}/stat`))?.[1]
  return state !== undefined && state !== 'Z'
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
