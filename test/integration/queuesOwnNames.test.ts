import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { ConnectionInfo } from '../../broker-bridge/protocol/index.ts'
import { startWorker, testApp, type CeleryWorker } from '../support/celeryWorker.ts'
import { freshKey, refusal, startLiveBridge } from '../support/liveBridge.ts'
import { startRabbit, type PrivateRabbit } from '../support/rabbit.ts'

let rabbit: PrivateRabbit
let worker: CeleryWorker
before(async () => {
  rabbit = await startRabbit()
  const app = testApp(rabbit.amqpUrl)
  const settings = { event_exchange: 'shop-events', control_exchange: 'shop-control', task_default_queue: 'shop.work' }
  worker = await startWorker({ ...app, env: { ...app.env, CELERY_SETTINGS: JSON.stringify(settings) } })
})
after(async () => {
  await worker.kill()
  await rabbit[Symbol.asyncDispose]()
})

const hasNoEvents = ({ status, capabilities }: ConnectionInfo) => status.kind === 'connected' && !capabilities.events.available

describe('an application with exchanges of its own', () => {
  it('is found where the usual ones are missing, and the way to it is told', async () => {
    await using live = await startLiveBridge()
    await live.connect({ address: rabbit.amqpUrl, management: rabbit.managementUrl ?? '' }, hasNoEvents)
    const info = await live.until('c', 'the other exchanges are found', ({ otherNames }) => otherNames)
    assert.deepEqual(info.otherNames, { eventExchange: 'shop-events', controlExchange: 'shop-control' })
    assert.ok(!info.capabilities.events.available)
    assert.match(info.capabilities.events.reason, /\?event_exchange=shop-events&control_exchange=shop-control/)
  })

  it('is followed with one request; rights stay what they were', async () => {
    await using live = await startLiveBridge()
    await live.connect({ address: rabbit.amqpUrl, management: rabbit.managementUrl ?? '', readOnly: true }, hasNoEvents)
    await live.until('c', 'the other exchanges are found', ({ otherNames }) => otherNames ?? undefined)
    const { readOnly } = await live.request('useFoundExchanges', { connection: 'c' })
    assert.ok(readOnly)
    await live.until('c', 'events come', ({ capabilities, otherNames }) => capabilities.events.available && !otherNames)
    await live.workers(worker.hostname)
    await refusal(live.request('useFoundExchanges', { connection: 'c' }), 'not_found')
  })

  for (const [how, names, query] of [
    ['named by the connection', { eventExchange: 'shop-events', controlExchange: 'shop-control' }, ''],
    ['named by the address', {}, '?event_exchange=shop-events&control_exchange=shop-control'],
  ] as const) {
    it(`works when ${how}: workers, queues, tasks and their events`, async () => {
      await using live = await startLiveBridge()
      const info = await live.connect({ address: `${rabbit.amqpUrl}${query}`, management: rabbit.managementUrl ?? '', ...names })
      assert.equal(info.otherNames, null)
      await live.workers(worker.hostname)
      const { tasks } = await live.request('listRegisteredTasks', { connection: 'c' })
      assert.ok(tasks.some(({ name }) => name === 'tasksapp.echo'))
      const sent = await live.request('enqueue', { connection: 'c', name: 'tasksapp.echo', args: '[1]', key: freshKey() })
      assert.equal(sent.queue, 'shop.work')
      await live.task(sent.id, 'is done', ({ state }) => state === 'SUCCESS')
      await live.request('refresh', {})
      const { rows, plumbing } = await live.request('listQueues', {})
      assert.deepEqual(
        rows.map(({ name }) => name),
        ['shop.work'],
      )
      assert.ok(plumbing >= 4)
    })
  }

  it('works without the management plug-in too: queues come from what workers say', async () => {
    await using live = await startLiveBridge()
    const address = `${rabbit.amqpUrl}?event_exchange=shop-events&control_exchange=shop-control`
    await live.connect({ address, management: 'http://127.0.0.1:9' })
    await live.workers(worker.hostname)
    await live.request('refresh', {})
    const { rows, origins } = await live.request('listQueues', {})
    assert.deepEqual(
      rows.map(({ name, ready, unacked, consumers }) => [name, ready, unacked, consumers]),
      [['shop.work', 0, null, 1]],
    )
    assert.match(origins[0]?.limits ?? '', /rabbitmq-plugins enable rabbitmq_management/)
  })
})
