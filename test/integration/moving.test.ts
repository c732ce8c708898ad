import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Operation, Params } from '../../broker-bridge/protocol/index.ts'
import { confirmation, eventually, freshKey, refusal, startLiveBridge, type LiveBridge } from '../support/liveBridge.ts'
import { numbers, ownQueues, type QueueOwner } from '../support/messageQueues.ts'
import { startRabbit, type PrivateRabbit } from '../support/rabbit.ts'
import { untilEqual } from '../support/until.ts'

let rabbit: PrivateRabbit
let owner: QueueOwner
let live: LiveBridge
before(async () => {
  rabbit = await startRabbit()
  owner = await ownQueues(rabbit.amqpUrl)
  live = await startLiveBridge()
  await live.connect(
    { address: rabbit.amqpUrl, management: rabbit.managementUrl ?? undefined },
    ({ status }) => status.kind === 'connected',
  )
})
after(async () => {
  await live[Symbol.asyncDispose]()
  await owner[Symbol.asyncDispose]()
  await rabbit[Symbol.asyncDispose]()
})

type Act = 'moveMessages' | 'deleteMessages' | 'returnDeadLetters' | 'requeueMessage'

/** Says yes to what the bridge asks, and waits until the work is over. */
async function act<A extends Act>(method: A, params: Omit<Params<A>, 'connection' | 'key'>): Promise<Operation> {
  const request = { connection: 'c', key: freshKey(), ...params } as unknown as Params<A>
  const { nonce } = await confirmation(live.request(method, request))
  const { id } = (await live.request(method, { ...request, nonce })) as Operation
  return ended(id)
}

async function ended(id: string): Promise<Operation> {
  const find = () => live.bridge.picture('operations').find((one) => one.id === id)
  await eventually(
    'the operation is over',
    () => find()?.endedAt != null,
    () => JSON.stringify(find()),
  )
  return find() ?? assert.fail()
}

const types = [
  ['classic', {}],
  ['quorum', { 'x-queue-type': 'quorum' }],
] as const

for (const [type, args] of types) {
  describe(`a ${type} queue`, () => {
    it('moves all of 3,000 messages in their order', async () => {
      const [from, to] = [await owner.declare(`${type}.from`, args), await owner.declare(`${type}.to`)]
      await owner.fill(from, 3_000)
      const done = await act('moveMessages', { queue: from, target: to })
      assert.equal(done.state, 'done', done.report ?? '')
      assert.equal(done.report, `Moved 3,000 messages from “${from}” to “${to}”.`)
      assert.deepEqual(await owner.drain(to), numbers(3_000))
      await untilEqual(() => owner.count(from), 0)
    })

    it('moves the first 400 of 1,000, and the others keep their order', async () => {
      const [from, to] = [await owner.declare(`${type}.first`, args), await owner.declare(`${type}.firstTo`)]
      await owner.fill(from, 1_000)
      await act('moveMessages', { queue: from, target: to, first: 400 })
      assert.deepEqual(await owner.drain(to), numbers(400))
      assert.deepEqual(await owner.drain(from), numbers(1_000).slice(400))
    })

    it('moves those that match, and leaves the others in their order', async () => {
      const [from, to] = [await owner.declare(`${type}.some`, args), await owner.declare(`${type}.matching`)]
      await owner.fill(from, 1_200, {}, (index) => `${index}${index % 3 === 0 ? ' three' : ''}`)
      const done = await act('moveMessages', { queue: from, target: to, filter: { text: 'three' } })
      assert.equal(done.report, `Moved 400 messages from “${from}” to “${to}”. 800 were left in their places.`)
      assert.deepEqual(
        await owner.drain(to),
        numbers(1_200)
          .filter((_, index) => index % 3 === 0)
          .map((text) => `${text} three`),
      )
      assert.deepEqual(
        await owner.drain(from),
        numbers(1_200).filter((_, index) => index % 3 !== 0),
      )
    })

    it('shows 200 and changes no order, deletes one of 2,000, and every other keeps its place', async () => {
      const queue = await owner.declare(`${type}.middle`, args)
      await owner.fill(queue, 2_000)
      const look = { connection: 'c', queue, count: 200 }
      const { nonce } = await confirmation(live.request('peekMessages', look)).catch(() => ({ nonce: undefined }))
      const { messages } = await live.request('peekMessages', { ...look, ...(nonce === undefined ? {} : { nonce }) })
      const chosen = messages[150] ?? assert.fail()
      assert.equal(chosen.body, '150')
      const done = await act('deleteMessages', { queue, messages: [{ mark: chosen.mark, position: chosen.position }] })
      assert.equal(done.report, `Deleted 1 message from “${queue}”.`)
      assert.deepEqual(
        await owner.drain(queue),
        numbers(2_000).filter((text) => text !== '150'),
      )
    })
  })
}

describe('what could go wrong', () => {
  it('a target that is full stops the move, and what was not moved stays in its order', async () => {
    const from = await owner.declare('full.from')
    const to = await owner.declare('full.to', { 'x-max-length': 10, 'x-overflow': 'reject-publish' })
    await owner.fill(from, 300)
    const done = await act('moveMessages', { queue: from, target: to })
    assert.equal(done.state, 'failed')
    assert.match(done.report ?? '', /^Queue “full.to” is full and refuses messages\. Moved \d+ messages/)
    const [moved, left] = [await owner.drain(to), await owner.drain(from)]
    assert.equal(moved.length, done.done)
    assert.deepEqual([...moved, ...left].sort(), numbers(300).sort())
  })

  it('a target that would drop its oldest messages is refused', async () => {
    const from = await owner.declare('drop.from')
    const to = await owner.declare('drop.to', { 'x-max-length': 10 })
    await owner.fill(from, 20)
    const error = await refusal(
      live.request('moveMessages', { connection: 'c', queue: from, target: to, key: freshKey() }),
      'refused',
    )
    assert.match(error.message, /holds 10 messages at most, has 0, and drops the oldest.*Nothing was changed/)
    await untilEqual(() => owner.count(from), 20)
  })

  it('is cancelled, and says how far it came', async () => {
    const [from, to] = [await owner.declare('cancel.from'), await owner.declare('cancel.to')]
    await owner.fill(from, 10_000)
    const request = { connection: 'c', queue: from, target: to, key: freshKey() }
    const { nonce } = await confirmation(live.request('moveMessages', request))
    const started = live.request('moveMessages', { ...request, nonce })
    await eventually('some are moved', () =>
      live.bridge.picture('operations').some(({ target, done }) => target === to && done > 100),
    )
    const id = live.bridge.picture('operations').find(({ target }) => target === to)?.id ?? assert.fail()
    await live.request('cancelOperation', { operation: id })
    await started
    const done = await ended(id)
    assert.equal(done.state, 'cancelled')
    assert.match(done.report ?? '', /^Stopped as asked\. Moved/)
    const [moved, left] = [await owner.drain(to), await owner.drain(from)]
    assert.equal(moved.length, done.done)
    assert.deepEqual([...moved, ...left], numbers(10_000))
  })

  it('dead letters go back to the queue they came from, and those whose queue is gone stay', async () => {
    const dead = await owner.declare('dead')
    const deadLetters = { 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': dead }
    const [work, gone] = [await owner.declare('work', deadLetters), await owner.declare('gone', deadLetters)]
    for (const queue of [work, gone]) {
      await owner.fill(queue, 3, {}, (index) => `${queue} ${index}`)
      for (let message = await owner.channel.get(queue); message !== false; message = await owner.channel.get(queue))
        owner.channel.reject(message, false)
    }
    await eventually('six are dead', async () => (await owner.count(dead)) === 6)
    await owner.channel.deleteQueue(gone)
    const done = await act('returnDeadLetters', { queue: dead })
    assert.match(
      done.report ?? '',
      /^Returned 3 messages from “dead” to “work”\. 3 were left in their places\. 3 messages came from “gone”, which is not there/,
    )
    assert.deepEqual(await owner.drain(work), ['work 0', 'work 1', 'work 2'])
    assert.deepEqual(await owner.drain(dead), ['gone 0', 'gone 1', 'gone 2'])
  })
})
