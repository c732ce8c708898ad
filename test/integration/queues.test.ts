import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Params, QueueSnapshot } from '../../broker-bridge/protocol/index.ts'
import { eventually, refusal, startLiveBridge, type LiveBridge } from '../support/liveBridge.ts'
import { startRabbit, type PrivateRabbit } from '../support/rabbit.ts'

let rabbit: PrivateRabbit
before(async () => {
  rabbit = await startRabbit()
})
after(() => rabbit[Symbol.asyncDispose]())

const odd = ['a/b', '100%', 'two  spaces', '🐰 queue', 'dots.and-(brackets)|[x]*+?^$\\', 'ünïcode', '#hash & more=1']
const host = '%2F'

async function declare(name: string, options: Record<string, unknown> = {}): Promise<void> {
  await rabbit.management(`queues/${host}/${encodeURIComponent(name)}`, { durable: true, ...options })
}

async function send(queue: string, count: number): Promise<void> {
  for (let sent = 0; sent < count; sent++) {
    const message = { properties: {}, routing_key: queue, payload: '{}', payload_encoding: 'string' }
    await rabbit.management(`exchanges/${host}/amq.default/publish`, message, 'POST')
  }
}

/** Without any worker there are no events to read. */
async function connect(live: LiveBridge, virtualHost = '', id = 'c'): Promise<void> {
  const address = `${rabbit.amqpUrl}${virtualHost}`
  await live.connect({ id, address, management: rabbit.managementUrl ?? '' }, ({ status }) => status.kind === 'connected')
}

type View = Omit<Params<'setQueueView'>, 'view'>

/** Looks at queues until the picture is as asked. */
async function look(live: LiveBridge, view: View, what: string, holds: (now: QueueSnapshot) => unknown): Promise<QueueSnapshot> {
  const pictures: QueueSnapshot[] = []
  const stop = live.client.on('queueView', (snapshot) => pictures.push(snapshot))
  await live.request('setQueueView', { view: 'test', ...view })
  await eventually(
    what,
    () => pictures.some((now) => holds(now)),
    () => JSON.stringify(pictures.at(-1)),
  )
  stop()
  return pictures.find((now) => holds(now)) ?? assert.fail()
}

const names = ({ rows }: QueueSnapshot): string[] => rows.map(({ name }) => name)

describe('a view of the queues', () => {
  it('lists queues of every kind and of odd names, and says what each is', async () => {
    for (const name of odd) await declare(name)
    await declare('orders', { arguments: { 'x-dead-letter-exchange': 'shop.dead', 'x-dead-letter-routing-key': 'orders' } })
    await declare('ledger', { arguments: { 'x-queue-type': 'quorum' } })
    await declare('journal', { arguments: { 'x-queue-type': 'stream' } })
    await rabbit.management(`policies/${host}/short`, {
      pattern: '^a/',
      definition: { 'max-length': 10, 'dead-letter-exchange': '' },
      'apply-to': 'queues',
    })
    await send('🐰 queue', 3)
    await using live = await startLiveBridge()
    await connect(live)
    const all = [...odd, 'orders', 'ledger', 'journal']
    const snapshot = await look(live, { count: 100 }, 'all are listed with their numbers', (now) => {
      const rabbits = now.rows.find(({ name }) => name === '🐰 queue')
      const policed = now.rows.find(({ name }) => name === 'a/b')
      return all.every((name) => names(now).includes(name)) && rabbits?.ready === 3 && policed?.policy === 'short'
    })
    assert.deepEqual(
      names(snapshot).filter((name) => all.includes(name)),
      [...all].sort((one, other) => (one < other ? -1 : 1)),
    )
    const of = (name: string) => snapshot.rows.find((row) => row.name === name)
    assert.deepEqual([of('orders')?.type, of('ledger')?.type, of('journal')?.type], ['classic', 'quorum', 'stream'])
    assert.deepEqual(of('orders')?.deadLetter, { exchange: 'shop.dead', routingKey: 'orders' })
    assert.deepEqual(of('a/b')?.deadLetter, { exchange: '', routingKey: null })
    assert.ok(snapshot.plumbing > 0 && !names(snapshot).some((name) => name.startsWith('warren.')))
    const [origin] = snapshot.origins
    assert.deepEqual([origin?.virtualHost, origin?.limits, origin?.listed], ['/', null, origin?.total])
  })

  it('narrows, sorts and pages', async () => {
    await using live = await startLiveBridge()
    await connect(live)
    const found = await look(
      live,
      { text: 'RABB', count: 10 },
      'a part of a name finds it',
      (now) => now.matched === 0 && now.origins[0]?.listed,
    )
    assert.deepEqual(names(found), [])
    await look(live, { text: 'QUEUE', count: 10 }, 'whatever its case', (now) => names(now).join() === '🐰 queue')
    const sort = { by: 'ready', descending: true } as const
    await look(live, { sort, count: 1 }, 'the fullest comes first', (now) => names(now).join() === '🐰 queue' && now.matched > 5)
    await look(live, { sort, first: 1, count: 1 }, 'another page', (now) => now.first === 1 && now.rows.length === 1)
    const page = await live.request('listQueues', { text: 'o', limit: 2 })
    assert.equal(page.rows.length, 2)
    assert.ok(page.matched > 2)
  })

  it('warns of what nobody consumes, after a while, and shows how it went', async () => {
    await using live = await startLiveBridge()
    await connect(live)
    const isWarned = (now: QueueSnapshot) =>
      now.rows.some(({ name, warnings }) => name === '🐰 queue' && warnings.includes('unconsumed'))
    const early = await look(live, { count: 100 }, 'it is listed', (now) => names(now).includes('🐰 queue'))
    assert.equal(isWarned(early), false, 'a worker may just be starting')
    const seen = await look(live, { count: 100 }, 'it is warned of', isWarned)
    const trend = seen.rows.find(({ name }) => name === '🐰 queue')?.trend ?? []
    assert.ok(trend.length > 1 && trend.every((ready) => ready === 3), JSON.stringify(trend))
    const late = await look(live, { count: 100, warned: true }, 'it alone is', (now) => now.rows.length === 1)
    assert.deepEqual([names(late), late.warned], [['🐰 queue'], 1])
  })

  it('tells everything of one queue: arguments, policy, dead letters, bindings', async () => {
    await rabbit.management(`exchanges/${host}/shop.dead`, { type: 'direct', durable: true })
    await declare('orders.dead')
    await rabbit.management(`bindings/${host}/e/shop.dead/q/orders.dead`, { routing_key: 'orders' }, 'POST')
    await using live = await startLiveBridge()
    await connect(live)
    const orders = await live.request('getQueue', { connection: 'c', queue: 'orders' })
    assert.deepEqual(orders.deadLetterQueues, ['orders.dead'])
    assert.ok(orders.arguments?.some(({ name, text }) => name === 'x-dead-letter-exchange' && text === 'shop.dead'))
    assert.deepEqual([orders.durable, orders.exclusive, orders.limits], [true, false, null])
    const policed = await live.request('getQueue', { connection: 'c', queue: 'a/b' })
    assert.deepEqual([policed.policy, policed.deadLetterQueues], ['short', ['a/b']])
    assert.ok(policed.policyDefinition?.some(({ name, text }) => name === 'max-length' && text === '10'))
    const dead = await live.request('getQueue', { connection: 'c', queue: 'orders.dead' })
    assert.deepEqual(
      dead.bindings?.map(({ source, key }) => [source, key]),
      [
        ['', 'orders.dead'],
        ['shop.dead', 'orders'],
      ],
    )
    for (const queue of odd) assert.equal((await live.request('getQueue', { connection: 'c', queue })).name, queue)
    await refusal(live.request('getQueue', { connection: 'c', queue: 'no such queue' }), 'not_found')
  })

  it('tells exchanges with what leads out of them, and other virtual hosts', async () => {
    await rabbit.management('vhosts/other%2Fone', {})
    await rabbit.management('permissions/other%2Fone/guest', { configure: '.*', write: '.*', read: '.*' })
    await using live = await startLiveBridge()
    await connect(live)
    const { exchanges, total } = await live.request('listExchanges', { connection: 'c', text: 'shop' })
    assert.deepEqual([exchanges.map(({ name, type }) => [name, type]), total], [[['shop.dead', 'direct']], 1])
    const bindings = await live.request('getExchange', { connection: 'c', exchange: 'shop.dead' })
    assert.deepEqual(
      bindings.out.map(({ destination, key }) => [destination, key]),
      [['orders.dead', 'orders']],
    )
    assert.ok((await live.request('getExchange', { connection: 'c', exchange: '' })).out.length > 5)
    assert.deepEqual(await live.request('listVirtualHosts', { connection: 'c' }), { current: '/', others: ['other/one'] })
  })

  it('shows several connections at once, each with its own virtual host', async () => {
    await rabbit.management('queues/other%2Fone/elsewhere', { durable: true })
    await using live = await startLiveBridge()
    await connect(live)
    await connect(live, 'other%2Fone', 'd')
    const both = await look(
      live,
      { count: 200 },
      'queues of both',
      (now) => names(now).includes('elsewhere') && names(now).includes('orders'),
    )
    assert.deepEqual(
      both.rows.filter(({ connection }) => connection === 'd').map(({ name, virtualHost }) => [name, virtualHost]),
      [['elsewhere', 'other/one']],
    )
    const one = await look(live, { count: 200, connection: 'd' }, 'queues of one', (now) => now.origins.length === 1)
    assert.deepEqual(names(one), ['elsewhere'])
  })
})

describe('more queues than fit on a page', () => {
  it('are read page by page, and those in sight have live numbers', async () => {
    const many = 1_234
    await rabbit.management('vhosts/many', {})
    await rabbit.management('permissions/many/guest', { configure: '.*', write: '.*', read: '.*' })
    const definitions = {
      queues: Array.from({ length: many }, (_, index) => ({
        name: `bulk.${String(index).padStart(5, '0')}`,
        durable: true,
        auto_delete: false,
        arguments: {},
      })),
    }
    await rabbit.management('definitions/many', definitions, 'POST')
    await using live = await startLiveBridge()
    await connect(live, 'many')
    const all = await look(live, { count: 50 }, 'all are known', (now) => now.matched === many)
    assert.equal(all.rows.length, 50)
    assert.equal(all.origins[0]?.total, many + all.plumbing)
    const end = await look(live, { first: many - 10, count: 50 }, 'the last ones', (now) => now.rows.at(-1)?.consumers === 0)
    assert.equal(end.rows.at(-1)?.name, 'bulk.01233')
    await rabbit.management(
      'exchanges/many/amq.default/publish',
      { properties: {}, routing_key: 'bulk.01233', payload: '', payload_encoding: 'string' },
      'POST',
    )
    await look(live, { first: many - 10, count: 50 }, 'its number is live', (now) => now.rows.at(-1)?.ready === 1)
  })
})
