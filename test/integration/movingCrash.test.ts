import assert from 'node:assert/strict'
import { after, before, it } from 'node:test'
import { confirmed } from '../../broker-bridge/protocol/index.ts'
import type { Operation } from '../../broker-bridge/protocol/index.ts'
import { startBridgeProcess, type BridgeProcess } from '../support/bridgeProcess.ts'
import { eventually, freshKey } from '../support/liveBridge.ts'
import { numbers, ownQueues, type QueueOwner } from '../support/messageQueues.ts'
import { startRabbit, type PrivateRabbit } from '../support/rabbit.ts'

/** So many that no machine has moved all of them before the test has seen the first few. */
const count = 40_000
let rabbit: PrivateRabbit
before(async () => {
  rabbit = await startRabbit()
})
after(() => rabbit[Symbol.asyncDispose]())

/** A bridge of its own that is in the middle of moving them all. */
async function moving(from: string, to: string): Promise<{ bridge: BridgeProcess; operations: () => readonly Operation[] }> {
  await using owner = await ownQueues(rabbit.amqpUrl)
  for (const queue of [from, to]) await owner.declare(queue)
  await owner.fill(from, count, {}, (index) => String(index).padEnd(100))
  await rabbit.flush()
  const bridge = await startBridgeProcess()
  let operations: readonly Operation[] = []
  bridge.client.on('operations', (all) => (operations = all))
  await bridge.client.request('connect', {
    id: 'c',
    name: 'c',
    address: rabbit.amqpUrl,
    management: rabbit.managementUrl ?? undefined,
  })
  await bridge.until('connected', ({ status }) => status.kind === 'connected')
  await bridge.client.request('watch', { topics: ['connections', 'operations'] })
  const params = { connection: 'c', queue: from, target: to, key: freshKey() }
  confirmed(bridge.client, 'moveMessages', params, () => Promise.resolve(true)).catch(() => undefined)
  await eventually('some are moved', async () => (await owner.count(to)) > 500)
  return { bridge, operations: () => operations }
}

/** Every message is in one of the queues at least. */
async function noneLost(from: string, to: string): Promise<number> {
  await using owner = await ownQueues(rabbit.amqpUrl)
  // What a dead connection held comes back a moment later.
  await eventually('all are ready', async () => (await owner.count(from)) + (await owner.count(to)) >= count)
  const [left, moved] = [await taken(owner, from), await taken(owner, to)]
  assert.ok(left.length > 0 && moved.length > 0, `it was in the middle: ${left.length} left, ${moved.length} moved`)
  assert.deepEqual(
    [...new Set([...left, ...moved])].map(Number).sort((one, other) => one - other),
    numbers(count).map(Number),
  )
  return left.length + moved.length - count
}

/** Everything in a queue, by a consumer: to get so many one by one would take minutes. */
async function taken({ channel }: QueueOwner, queue: string): Promise<string[]> {
  const bodies: string[] = []
  const { consumerTag } = await channel.consume(queue, (message) => message && bodies.push(message.content.toString()), {
    noAck: true,
  })
  await eventually(`${queue} is empty`, async () => (await channel.checkQueue(queue)).messageCount === 0)
  await channel.cancel(consumerTag)
  return bodies
}

for (let round = 1; round <= 3; round++)
  it(`killing the bridge in the middle of 40,000 messages loses none (${round})`, async (test) => {
    const [from, to] = [`bridge.from.${round}`, `bridge.to.${round}`]
    const { bridge } = await moving(from, to)
    bridge.signal('SIGKILL')
    await eventually('the bridge is gone', () => !bridge.running())
    test.diagnostic(`${await noneLost(from, to)} are in both queues`)
    await bridge[Symbol.asyncDispose]()
  })

for (let round = 1; round <= 2; round++)
  it(`killing the broker in the middle loses none, and the bridge says how far it came (${round})`, async (test) => {
    const [from, to] = [`broker.from.${round}`, `broker.to.${round}`]
    const { bridge, operations } = await moving(from, to)
    await rabbit.restart()
    await eventually(
      'the report is there',
      () => operations().some(({ target, endedAt }) => target === to && endedAt !== null),
      () => JSON.stringify(operations()),
    )
    const [done] = operations()
    assert.equal(done?.state, 'failed')
    assert.match(done.report ?? '', /^The connection broke off.*Moved [\d,]+ messages from/)
    test.diagnostic(`${await noneLost(from, to)} are in both queues; ${done.report}`)
    await bridge[Symbol.asyncDispose]()
  })
