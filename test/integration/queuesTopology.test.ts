import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { topologyText } from '../../broker-bridge/protocol/index.ts'
import type { QueueLine } from '../../broker-bridge/protocol/index.ts'
import { eventually, refusal, startLiveBridge, type LiveBridge } from '../support/liveBridge.ts'
import { startRabbit, type PrivateRabbit } from '../support/rabbit.ts'

let rabbit: PrivateRabbit
before(async () => {
  rabbit = await startRabbit()
  await rabbit.management('exchanges/%2F/shop', { type: 'topic', durable: true })
  await rabbit.management('queues/%2F/orders', { durable: true, arguments: { 'x-max-length': 9 } })
  await rabbit.management('queues/%2F/a%2Fb', { durable: true })
  await rabbit.management('bindings/%2F/e/shop/q/orders', { routing_key: 'order.#' }, 'POST')
  await rabbit.management('policies/%2F/short', { pattern: '^a', definition: { expires: 1_000_000 }, 'apply-to': 'queues' })
})
after(() => rabbit[Symbol.asyncDispose]())

async function connect(live: LiveBridge, user = 'guest:guest', virtualHost = '', id = 'c'): Promise<void> {
  const address = `amqp://${user}@127.0.0.1:${rabbit.ports.amqp}/${virtualHost}`
  await live.connect({ id, address, management: rabbit.managementUrl ?? '' }, ({ status }) => status.kind === 'connected')
}

describe('a topology', () => {
  it('is what RabbitMQ itself exports of the virtual host, and is taken in by another one', async () => {
    await using live = await startLiveBridge()
    await connect(live)
    const topology = await live.request('exportTopology', { connection: 'c' })
    const own = (await rabbit.management('definitions/%2F')) as Record<string, unknown>
    assert.deepEqual(
      topology.queues.map(({ name }) => name).sort(),
      (own['queues'] as { name: string }[]).map(({ name }) => name).sort(),
    )
    assert.deepEqual(
      topology.bindings.map(({ source, destination, routing_key }) => [source, destination, routing_key]),
      [['shop', 'orders', 'order.#']],
    )
    assert.deepEqual(
      topology.policies.map(({ name }) => name),
      ['short'],
    )
    assert.ok(!JSON.stringify(topology).includes('warren.'))
    await rabbit.management('vhosts/copy', {})
    await rabbit.management('permissions/copy/guest', { configure: '.*', write: '.*', read: '.*' })
    await rabbit.management('definitions/copy', topology, 'POST')
    await connect(live, 'guest:guest', 'copy', 'copy')
    const copied = await live.request('exportTopology', { connection: 'copy' })
    assert.equal(topologyText(copied), topologyText(topology))
  })

  it('needs no administrator, and without the plug-in says what is missing', async () => {
    await rabbit.management('users/viewer', { password: 'viewer', tags: 'management' })
    await rabbit.management('permissions/%2F/viewer', { configure: '^$', write: '^$', read: '^$' })
    await using live = await startLiveBridge()
    await connect(live, 'viewer:viewer')
    assert.ok((await live.request('exportTopology', { connection: 'c' })).queues.length >= 2)
    await rabbit.management('users/viewer', { password: 'viewer', tags: '' })
    const error = await refusal(live.request('exportTopology', { connection: 'c' }), 'refused')
    assert.match(error.message, /tag “monitoring” or “management”/)
  })
})

describe('GET /api/queues', () => {
  it('lists, narrows and sorts what a view shows, and refuses what it does not know', async () => {
    await using live = await startLiveBridge()
    await connect(live)
    const get = async (query: string) => {
      const answer = await fetch(`${live.server.url}api/queues?${query}`, {
        headers: { authorization: `Bearer ${live.server.token}` },
      })
      return { status: answer.status, text: await answer.text() }
    }
    const listed = async (query: string) => JSON.parse((await get(query)).text) as { queues: QueueLine[]; matched: number }
    await eventually('the policy is known', async () => (await listed('')).queues[0]?.policy === 'short')
    const { queues, matched } = await listed('')
    assert.deepEqual(
      queues.map(({ name, type, trend }) => [name, type, trend]),
      [
        ['a/b', 'classic', undefined],
        ['orders', 'classic', undefined],
      ],
    )
    assert.equal(matched, 2)
    assert.deepEqual(
      (await listed('sort_by=-name&limit=1')).queues.map(({ name }) => name),
      ['orders'],
    )
    assert.deepEqual(
      (await listed('search=%2F')).queues.map(({ name }) => name),
      ['a/b'],
    )
    assert.ok((await listed('plumbing=1')).matched > 2)
    const wrong = await get('sort_by=colour')
    assert.equal(wrong.status, 400)
    assert.match(wrong.text, /sort_by is one of: name/)
  })
})
