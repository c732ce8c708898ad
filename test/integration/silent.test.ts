import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { ConnectionInfo, Enqueued } from '../../broker-bridge/protocol/index.ts'
import { startWorker, testApp, type CeleryApp, type CeleryWorker } from '../support/celeryWorker.ts'
import { confirmation, freshKey, refusal, startLiveBridge, type LiveBridge } from '../support/liveBridge.ts'
import { startRabbit, type PrivateRabbit } from '../support/rabbit.ts'

const hostname = 'quiet@test'

describe('a worker started without -E', () => {
  let rabbit: PrivateRabbit
  let app: CeleryApp
  let worker: CeleryWorker
  let live: LiveBridge

  before(async () => {
    rabbit = await startRabbit({ management: false })
    app = testApp(rabbit.amqpUrl)
    worker = await startWorker(app, { hostname, events: false })
    live = await startLiveBridge()
    await live.connect({ address: rabbit.amqpUrl })
  })

  after(async () => {
    await live[Symbol.asyncDispose]()
    await worker.kill()
    await rabbit[Symbol.asyncDispose]()
  })

  const silent = (what: string, holds: (silent: ConnectionInfo['silentWorkers']) => boolean) =>
    live.until('c', what, (info) => holds(info.silentWorkers))
  const enqueue = (): Promise<Enqueued> =>
    live.request('enqueue', { connection: 'c', name: 'tasksapp.add', args: '[1, 2]', key: freshKey() })

  it('is likely silent before it works', async () => {
    await silent('likely silent', ({ likely, certain }) => likely.includes(hostname) && certain.length === 0)
  })

  it('is certainly silent once it worked and told nothing', async () => {
    const { id } = await enqueue()
    // Its heartbeats tell of the work: two that show more than the one before are proof.
    await silent('the first work is seen', () =>
      live.bridge.picture('workers').some((one) => one.name === hostname && one.processed === 1),
    )
    await enqueue()
    await silent('certainly silent', ({ certain }) => certain.includes(hostname))
    assert.deepEqual(live.info().silentWorkers.likely, [])
    assert.equal((await live.request('getTask', { connection: 'c', id })).state, 'PENDING')
    assert.equal(live.bridge.picture('workers').find((one) => one.name === hostname)?.sendsEvents, false)
  })

  it('sends events once the user said yes to turning them on', async () => {
    const key = freshKey()
    const asked = await confirmation(live.request('enableEvents', { connection: 'c', key }))
    assert.equal(asked.question, 'Turn on task events in 1 worker?')
    assert.equal(asked.count, 1)
    await refusal(live.request('enableEvents', { connection: 'c', key, nonce: 'made up, not given' }), 'confirmation_needed')
    const { nonce } = await confirmation(live.request('enableEvents', { connection: 'c', key }))
    const { answers, silent: unheard } = await live.request('enableEvents', { connection: 'c', key, nonce })
    // A worker on a busy machine may take longer than the second that is waited for it; it is told all the same.
    assert.deepEqual([...answers.map(({ worker: name }) => name), ...unheard], [hostname])
    assert.ok(answers.every(({ ok }) => ok))
    const { silentWorkers } = await live.until(
      'c',
      'nobody is silent',
      (info) => info.silentWorkers.certain.length + info.silentWorkers.likely.length === 0,
    )
    assert.deepEqual(silentWorkers, { certain: [], likely: [], keptOn: true })
    const { id } = await enqueue()
    const task = await live.task(id, 'succeeds', ({ state }) => state === 'SUCCESS')
    assert.equal(task.worker, hostname)
  })

  it('is told again, by itself, when it was killed and started anew under the same name', async () => {
    await worker.kill()
    worker = await startWorker(app, { hostname, events: false })
    await live.until('c', 'the new process is known to send events', () =>
      live.bridge.picture('workers').some((one) => one.name === hostname && one.pid === worker.pid && one.sendsEvents === true),
    )
    const { id } = await enqueue()
    await live.task(id, 'succeeds', ({ state }) => state === 'SUCCESS')
    assert.deepEqual(live.info().silentWorkers, { certain: [], likely: [], keptOn: true })
  })

  it('is told again when it stopped in order, and when it is another worker', async () => {
    await worker.stop()
    await live.until('c', 'it is offline', () =>
      live.bridge.picture('workers').some((one) => one.name === hostname && !one.online),
    )
    await using other = await startWorker(app, { hostname: 'other@test', events: false })
    await live.until('c', 'the other sends events', () =>
      live.bridge.picture('workers').some((one) => one.name === other.hostname && one.sendsEvents === true),
    )
    const { id } = await enqueue()
    await live.task(id, 'is received by the other', ({ worker: name }) => name === other.hostname)
  })

  it('is told at once by a bridge that was asked to keep events on', async () => {
    await using fresh = await startLiveBridge()
    await using third = await startWorker(app, { hostname: 'third@test', events: false })
    await fresh.connect({ address: rabbit.amqpUrl, keepEventsOn: true })
    await fresh.until('c', 'it sends events', () =>
      fresh.bridge.picture('workers').some((one) => one.name === third.hostname && one.sendsEvents === true),
    )
  })
})

describe('a worker with a solo pool, deaf while it works', () => {
  it('is told as soon as it listens again', async () => {
    await using rabbit = await startRabbit({ management: false })
    const app = testApp(rabbit.amqpUrl)
    await using worker = await startWorker(app, { hostname: 'solo@test', events: false, args: ['--pool=solo'] })
    await using live = await startLiveBridge()
    await live.connect({ address: rabbit.amqpUrl })
    await live.workers(worker.hostname)
    await live.request('enqueue', { connection: 'c', name: 'tasksapp.sleep', args: '[4]', key: freshKey() })
    const key = freshKey()
    const { nonce } = await confirmation(live.request('enableEvents', { connection: 'c', key }))
    await live.request('enableEvents', { connection: 'c', key, nonce })
    await live.until('c', 'it sends events', () => live.bridge.picture('workers').some((one) => one.sendsEvents === true))
    const { id } = await live.request('enqueue', { connection: 'c', name: 'tasksapp.add', args: '[1, 2]', key: freshKey() })
    await live.task(id, 'succeeds', ({ state }) => state === 'SUCCESS')
  })
})
