import assert from 'node:assert/strict'
import { globSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import type { BridgeProcess } from '../support/bridgeProcess.ts'
import { eventually } from '../support/liveBridge.ts'
import {
  commandOf,
  copies,
  environmentOf,
  isAlive,
  isTracing,
  killBridge,
  losePower,
  record,
  startRecordable,
  stopRecording,
  watchdogsOf,
} from '../support/payloadBridge.ts'
import { startRabbit, type PrivateRabbit } from '../support/rabbit.ts'

let rabbit: PrivateRabbit
let folder: string
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'warren-watchdog-'))
  rabbit = await startRabbit()
})
after(async () => {
  await rabbit[Symbol.asyncDispose]()
  await rm(folder, { recursive: true })
})

let files = 0
const freshFile = (): string => join(folder, String(++files), 'history.db')
/** Names of all notes beside a history, without the one that tells the next start of a crash. */
const notes = (file: string): string[] =>
  globSync('tracing/*/*.json', { cwd: dirname(file) }).filter((name) => !name.endsWith('/crashed.json'))

function watchdog(bridge: BridgeProcess): number {
  const [pid = 0, ...others] = watchdogsOf(bridge)
  assert.ok(isAlive(pid))
  assert.deepEqual(others, [])
  return pid
}

const off = async (): Promise<boolean> => !(await isTracing(rabbit))
const ended = (pid: number): Promise<void> => eventually('the watchdog has ended', () => !isAlive(pid))

describe('tracing after a bridge that was killed', () => {
  it('is off within seconds without another bridge, its queue and note are gone, and so is the watchdog', async () => {
    const file = freshFile()
    await using bridge = await startRecordable(rabbit, file)
    await record(bridge)
    assert.equal((await copies(rabbit)).length, 1)
    const pid = watchdog(bridge)
    const secrets = new RegExp(`guest|:${rabbit.ports.management}|:${rabbit.ports.amqp}|history\\.db`)
    for (const text of [commandOf(pid), environmentOf(pid)]) assert.doesNotMatch(text, secrets)
    await killBridge(bridge)
    await eventually('tracing is off', off)
    await eventually('the queue of copies is gone', async () => (await copies(rabbit)).length === 0)
    await ended(pid)
    assert.deepEqual(notes(file), [])
    // Whoever opens the broker next is told, once.
    for (const told of ['off: Warren had ended unexpectedly while it recorded payloads; tracing is off again.', 'off: ']) {
      await using next = await startRecordable(rabbit, file)
      const { payloads } = await next.until(
        'looked at',
        ({ payloads: now }) => now !== null && `off: ${now?.message ?? ''}` === told,
      )
      assert.equal(payloads?.state, 'off')
    }
  })

  it('is off as soon as a broker that did not answer answers again', async () => {
    const file = freshFile()
    await using bridge = await startRecordable(rabbit, file)
    await record(bridge)
    const pid = watchdog(bridge)
    rabbit.pause()
    await killBridge(bridge)
    await eventually('the watchdog has begun', () => notes(file).some((name) => name.endsWith('.watch.json')))
    rabbit.resume()
    await eventually('tracing is off', off)
    await ended(pid)
    await eventually('the queue of copies is gone', async () => (await copies(rabbit)).length === 0)
    assert.deepEqual(notes(file), [])
  })

  it('is off after the broker is back from a crash, whose end the watchdog waits for', async () => {
    const file = freshFile()
    await using bridge = await startRecordable(rabbit, file)
    await record(bridge)
    const pid = watchdog(bridge)
    await rabbit.kill()
    await killBridge(bridge)
    await eventually('the watchdog has begun', () => notes(file).some((name) => name.endsWith('.watch.json')))
    assert.ok(isAlive(pid))
    await rabbit.start()
    await ended(pid)
    assert.deepEqual([await isTracing(rabbit), notes(file)], [false, []])
  })

  it('stays on for another bridge that records, whose own watchdog turns it off', async () => {
    const file = freshFile()
    await using first = await startRecordable(rabbit, file)
    await record(first)
    await using second = await startRecordable(rabbit, file)
    await record(second)
    const [one, other] = [watchdog(first), watchdog(second)]
    await killBridge(first)
    await ended(one)
    assert.equal(await isTracing(rabbit), true)
    await eventually('the queue of the first is gone', async () => (await copies(rabbit)).length === 1)
    assert.equal(second.info()?.payloads?.state, 'on')
    await killBridge(second)
    await eventually('tracing is off', off)
    await ended(other)
    assert.deepEqual(notes(file), [])
  })

  it('is off when two bridges are killed at once', async () => {
    const file = freshFile()
    await using first = await startRecordable(rabbit, file)
    await using second = await startRecordable(rabbit, file)
    await record(first)
    await record(second)
    const pids = [watchdog(first), watchdog(second)]
    await Promise.all([killBridge(first), killBridge(second)])
    for (const pid of pids) await ended(pid)
    assert.deepEqual([await isTracing(rabbit), notes(file)], [false, []])
  })

  it('stays on where somebody else had turned it on', async () => {
    const file = freshFile()
    await rabbit.ctl('trace_on')
    await using bridge = await startRecordable(rabbit, file)
    await record(bridge)
    const pid = watchdog(bridge)
    await killBridge(bridge)
    await ended(pid)
    assert.equal(await isTracing(rabbit), true)
    await eventually('the queue of copies is gone', async () => (await copies(rabbit)).length === 0)
    assert.deepEqual(notes(file), [])
    await rabbit.ctl('trace_off')
  })
})

describe('the watchdog of a bridge that ends in order', () => {
  it('ends when recording is stopped, when the connection is closed, and with the bridge', async () => {
    const file = freshFile()
    const pids: number[] = []
    {
      await using bridge = await startRecordable(rabbit, file)
      await record(bridge)
      pids.push(watchdog(bridge))
      assert.deepEqual(await stopRecording(bridge), { turnedOff: true, deleted: 0 })
      await ended(pids[0] ?? 0)
      await record(bridge)
      pids.push(watchdog(bridge))
    }
    for (const pid of pids) await ended(pid)
    assert.deepEqual([await isTracing(rabbit), notes(file)], [false, []])
    await using bridge = await startRecordable(rabbit, file)
    await record(bridge)
    const pid = watchdog(bridge)
    await bridge.client.request('disconnect', { connection: 'c' })
    await ended(pid)
    assert.equal(await isTracing(rabbit), false)
  })

  it('goes on where the bridge could not turn tracing off', async () => {
    const file = freshFile()
    await using bridge = await startRecordable(rabbit, file)
    await record(bridge)
    const pid = watchdog(bridge)
    rabbit.pause()
    await bridge.client.request('disconnect', { connection: 'c' }, 30_000)
    await eventually('the watchdog has taken over', () => notes(file).some((name) => name.endsWith('.watch.json')))
    rabbit.resume()
    await eventually('tracing is off', off)
    await ended(pid)
    assert.ok(bridge.running())
  })
})

describe('tracing that was left on when the power was lost', () => {
  it('is told to whoever asks, until that broker is opened or it is to be forgotten', async () => {
    const file = freshFile()
    {
      await using bridge = await startRecordable(rabbit, file, { id: 'c' })
      await record(bridge)
      await losePower(bridge)
    }
    assert.equal(await isTracing(rabbit), true)
    await using other = await startRecordable(rabbit, file, { address: rabbit.amqpUrl.replace('127.0.0.1', 'localhost') })
    const [left, ...rest] = await other.client.request('listLeftTracing', {})
    assert.ok(left)
    assert.deepEqual([rest, left.connection, left.broker], [[], 'c', `127.0.0.1:${rabbit.ports.amqp}//`])
    assert.match(left.place, /^virtual host “\/” at http:\/\/127/)
    assert.doesNotMatch(JSON.stringify(left), /guest/)
    assert.ok(Math.abs(left.at - Date.now() / 1_000) < 120)
    // A connection to that broker turns it off.
    const address = { address: rabbit.amqpUrl, management: rabbit.managementUrl ?? '', environment: 'development' } as const
    await other.client.request('connect', { id: 'again', name: 'again', ...address })
    await eventually('tracing is off', off)
    await eventually('nothing is left', async () => (await other.client.request('listLeftTracing', {})).length === 0)
    await other.client.request('disconnect', { connection: 'again' })
    assert.deepEqual(await other.client.request('listLeftTracing', {}), [])
  })

  it('is told no longer once it is forgotten', async () => {
    const file = freshFile()
    {
      await using bridge = await startRecordable(rabbit, file)
      await record(bridge)
      await losePower(bridge)
    }
    await using other = await startRecordable(rabbit, file, { address: rabbit.amqpUrl.replace('127.0.0.1', 'localhost') })
    const [left] = await other.client.request('listLeftTracing', {})
    await other.client.request('forgetLeftTracing', { broker: left?.broker ?? '' })
    assert.deepEqual(await other.client.request('listLeftTracing', {}), [])
    await rabbit.ctl('trace_off')
  })
})
