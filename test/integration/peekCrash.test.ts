import assert from 'node:assert/strict'
import { it } from 'node:test'
import { confirmed } from '../../broker-bridge/protocol/index.ts'
import { startBridgeProcess } from '../support/bridgeProcess.ts'
import { eventually } from '../support/liveBridge.ts'
import { numbers, ownQueues } from '../support/messageQueues.ts'
import { startRabbit } from '../support/rabbit.ts'

const count = 300

it('killing the bridge in the middle of a look loses nothing and changes no order', async () => {
  await using rabbit = await startRabbit()
  await using owner = await ownQueues(rabbit.amqpUrl)
  for (const type of ['classic', 'quorum']) {
    const queue = await owner.declare(`look.${type}`, { 'x-queue-type': type })
    await owner.fill(queue, count, {}, (index) => String(index).padEnd(30_000))
    await using bridge = await startBridgeProcess()
    await bridge.client.request('connect', {
      id: 'c',
      name: 'c',
      address: rabbit.amqpUrl,
      management: rabbit.managementUrl ?? undefined,
    })
    await bridge.until('connected', ({ status }) => status.kind === 'connected')
    const look = { connection: 'c', queue, count: 200 }
    let ended: unknown
    const peeked = confirmed(bridge.client, 'peekMessages', look, () => Promise.resolve(true)).then(
      () => (ended ??= 'It was over.'),
      (error: unknown) => (ended ??= error),
    )
    // No pause between two questions: messages are away for a moment only.
    while ((await owner.count(queue)) === count) assert.equal(ended, undefined)
    bridge.signal('SIGKILL')
    await peeked
    await eventually(`all are back (${type})`, async () => (await owner.count(queue)) === count)
    assert.deepEqual(
      (await owner.drain(queue)).map((body) => body.trim()),
      numbers(count),
    )
  }
})
