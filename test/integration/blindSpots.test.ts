import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { after, before, describe, it } from 'node:test'
import { gunzipSync } from 'node:zlib'
import type { BlindSetting } from '../../broker-bridge/protocol/index.ts'
import { runPython, startWorker, testApp } from '../support/celeryWorker.ts'
import type { CeleryApp, CeleryWorker } from '../support/celeryWorker.ts'
import { startLiveBridge } from '../support/liveBridge.ts'
import type { LiveBridge } from '../support/liveBridge.ts'
import { startRabbit } from '../support/rabbit.ts'
import type { PrivateRabbit } from '../support/rabbit.ts'

const hostname = 'blind@test'

describe('a real worker whose settings hide things', () => {
  let folder: string
  let rabbit: PrivateRabbit
  let app: CeleryApp
  let worker: CeleryWorker
  let live: LiveBridge

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'warren-blind-'))
    rabbit = await startRabbit({ management: false })
    app = testApp(rabbit.amqpUrl, join(folder, 'results.db'))
    worker = await startWorker(app, { hostname, events: false })
    live = await startLiveBridge()
    await live.connect({ address: rabbit.amqpUrl })
  })

  after(async () => {
    await live[Symbol.asyncDispose]()
    await worker[Symbol.asyncDispose]()
    await rabbit[Symbol.asyncDispose]()
    await rm(folder, { recursive: true, force: true })
  })

  const spots = (): Partial<Record<BlindSetting, readonly string[]>> =>
    Object.fromEntries((live.info().blindSpots ?? []).map(({ setting, workers }) => [setting, workers]))

  it('is asked what is off, and named with it; what is on is not mentioned', async () => {
    await live.until('c', 'its settings are known', ({ blindSpots }) =>
      blindSpots?.some(({ setting }) => setting === 'result_extended'),
    )
    assert.deepEqual(spots(), {
      worker_send_task_events: [hostname],
      task_track_started: [hostname],
      result_extended: [hostname],
    })
  })

  it('is no blind spot any more once its events are on, and shows the queue, which the publisher told', async () => {
    await live.bridge.connection('c').attendance.enableEvents()
    await live.until('c', 'nothing about events is left', () => spots().worker_send_task_events === undefined)
    const id = (await runPython(app, 'import tasksapp; print(tasksapp.add.delay(1, 2).id)')).trim()
    const task = await live.task(id, 'succeeds', ({ state }) => state === 'SUCCESS')
    assert.equal(task.queue, 'celery')
    assert.ok(task.sentAt !== null)
  })

  it('is found out by what its publishers do not tell', async () => {
    await using other = await startRabbit({ management: false })
    const quiet = testApp(other.amqpUrl)
    await using busy = await startWorker(quiet, { hostname: 'busy@test' })
    await live.connect({ id: 'd', address: other.amqpUrl })
    await live.workers(busy.hostname)
    const send = 'import tasksapp; tasksapp.app.conf.task_send_sent_event = False; [tasksapp.add.delay(1, n) for n in range(25)]'
    await runPython(quiet, send)
    const info = await live.until('d', 'nobody is seen to tell of sending', ({ blindSpots }) =>
      blindSpots?.some(({ setting }) => setting === 'task_send_sent_event'),
    )
    assert.deepEqual(
      info.blindSpots?.map(({ setting, workers, fields }) => [setting, workers, fields]),
      [['task_send_sent_event', [], ['queue', 'sent']]],
    )
    await runPython(quiet, 'import tasksapp; tasksapp.add.delay(1, 2)')
    await live.until('d', 'somebody tells after all', ({ blindSpots }) => blindSpots?.length === 0)
  })

  it('is in a bundle of what it did, which opens with the same rows', async () => {
    const pieces: Buffer[] = []
    for await (const piece of await live.bridge.exportTasks({ format: 'bundle', filter: { connection: 'c' }, mask: true }))
      pieces.push(Buffer.from(piece))
    const file = Buffer.concat(pieces)
    const header = gunzipSync(file).toString().split('\n')[0] ?? ''
    assert.ok(header.includes(hostname) && !header.includes(new URL(rabbit.amqpUrl).password + '@'))
    await using offline = await startLiveBridge()
    const [info] = await offline.bridge.openBundle(Readable.from([file.subarray(0, 100), file.subarray(100)]))
    const rows = async (bridge: LiveBridge, connection: string): Promise<unknown[]> => {
      const { tasks } = await bridge.request('listTasks', { filter: { connection }, limit: 100 })
      return tasks.map((row) => ({ ...row, connection: '', fromHistory: false }))
    }
    assert.deepEqual(await rows(offline, info?.id ?? ''), await rows(live, 'c'))
    assert.deepEqual(
      offline.bridge.picture('workers').map(({ name, pool }) => [name, pool]),
      [[hostname, 'prefork']],
    )
  })
})
