import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { ConnectionInfo, Params, Peek } from '../../broker-bridge/protocol/index.ts'
import { startWorker, testApp } from '../support/celeryWorker.ts'
import { startPublisher, wholeTask } from '../support/events.ts'
import { confirmation, eventually, freshKey, refusal, startLiveBridge, type LiveBridge } from '../support/liveBridge.ts'
import { numbers, ownQueues, type QueueOwner } from '../support/messageQueues.ts'
import { findOther } from '../support/otherDebian.ts'
import { startRabbit, type PrivateRabbit } from '../support/rabbit.ts'
import { rabbitOf } from '../support/rabbit/otherDebian.ts'

const noTransient = 'deprecated_features.permit.transient_nonexcl_queues = false'
const quorum = { 'x-queue-type': 'quorum' }
const isConnected = ({ status }: ConnectionInfo): boolean => status.kind === 'connected'

for (const [suite, minor] of [
  ['trixie', '4.0'],
  ['sid', '4.3'],
] as const) {
  const found = await findOther(suite, minor, rabbitOf)
  const home = typeof found === 'string' ? '' : found.home
  describe(`RabbitMQ ${minor}`, { skip: typeof found === 'string' ? found : false }, () => {
    let rabbit: PrivateRabbit
    let owner: QueueOwner
    let live: LiveBridge
    before(async () => {
      // Nothing that Warren declares may be of the kind that later versions refuse.
      rabbit = await startRabbit({ home, conf: noTransient })
      owner = await ownQueues(rabbit.amqpUrl)
      live = await startLiveBridge()
      await live.connect({ address: rabbit.amqpUrl, management: rabbit.managementUrl ?? '' }, isConnected)
    })
    after(async () => {
      await live[Symbol.asyncDispose]()
      await owner[Symbol.asyncDispose]()
      await rabbit[Symbol.asyncDispose]()
    })

    async function peek(queue: string, count: number): Promise<string[]> {
      const request: Params<'peekMessages'> = { connection: 'c', queue, count }
      const { agreed } = await live.request('planPeek', request)
      const nonce = agreed ? undefined : (await confirmation(live.request('peekMessages', request))).nonce
      const seen: Peek = await live.request('peekMessages', { ...request, ...(nonce === undefined ? {} : { nonce }) })
      return seen.messages.map(({ body }) => body)
    }

    async function lookOften(queue: string, times: number): Promise<void> {
      await owner.fill(queue, 100)
      for (let round = 0; round < times; round++) {
        assert.deepEqual(await peek(queue, 50), numbers(50))
        await eventually('all are back', async () => (await owner.count(queue)) === 100)
      }
      assert.deepEqual(await owner.drain(queue), numbers(100))
    }

    it('reads events, with queues of its own that later versions allow', async () => {
      const publisher = await startPublisher(rabbit.amqpUrl)
      await live.until('c', 'events flow', ({ capabilities }) => capabilities.events.available)
      await publisher.send(wholeTask('seen'))
      await live.task('seen', 'is done', ({ state }) => state === 'SUCCESS')
      await publisher[Symbol.asyncDispose]()
    })

    it('looks at a classic queue and a stream without harm', async () => {
      await lookOften(await owner.declare('look.classic'), 3)
      const stream = await owner.declare('look.stream', { 'x-queue-type': 'stream' })
      await owner.fill(stream, 10)
      assert.deepEqual(await peek(stream, 5), numbers(5))
    })

    it('looks at a quorum queue only where the default delivery limit does not count it', async () => {
      const queue = await owner.declare('look.quorum', quorum)
      if (minor === '4.3') return lookOften(queue, 23)
      await owner.fill(queue, 5)
      const { refused } = await live.request('planPeek', { connection: 'c', queue })
      assert.match(refused ?? '', /after 20 failed deliveries, and RabbitMQ 4\.0.* counts a look/)
      await lookOften(await owner.declare('look.unlimited', { ...quorum, 'x-delivery-limit': -1 }), 3)
    })

    for (const [type, args] of [
      ['classic', {}],
      // What puts a message back brings it closer to its limit before 4.3.
      ['quorum', { ...quorum, ...(minor === '4.0' ? { 'x-delivery-limit': -1 } : {}) }],
    ] as const)
      it(`moves what matches out of a ${type} queue, and leaves the others in their order`, async () => {
        const [queue, target] = [await owner.declare(`move.${type}`, args), await owner.declare(`moved.${type}`)]
        await owner.fill(queue, 1_200, {}, (index) => `${index}${index % 3 === 0 ? ' three' : ''}`)
        const request: Params<'moveMessages'> = { connection: 'c', queue, target, filter: { text: 'three' }, key: freshKey() }
        const { nonce } = await confirmation(live.request('moveMessages', request))
        const { id } = await live.request('moveMessages', { ...request, nonce })
        const operation = () => live.bridge.picture('operations').find((one) => one.id === id)
        await eventually('the operation is over', () => operation()?.endedAt != null)
        assert.equal(operation()?.report, `Moved 400 messages from “${queue}” to “${target}”. 800 were left in their places.`)
        assert.equal((await owner.drain(target)).length, 400)
        assert.deepEqual(
          await owner.drain(queue),
          numbers(1_200).filter((_, index) => index % 3 !== 0),
        )
      })

    it('tells a user without rights what to grant, and is connected all the same', async () => {
      await owner.declare('rights.work')
      await rabbit.management('users/nobody', { password: 'p', tags: '' })
      await rabbit.management('permissions/%2F/nobody', { configure: '^$', write: '^$', read: '^$' })
      const address = `amqp://nobody:p@127.0.0.1:${rabbit.ports.amqp}/`
      const info = await live.connect(
        { id: 'n', address, management: `http://guest:wrong@127.0.0.1:${rabbit.ports.management}` },
        (now) => isConnected(now) && JSON.stringify(now.capabilities).includes('may not read events'),
      )
      assert.match(JSON.stringify(info.capabilities.events), /Grant configure, write and read on/)
      await eventually('the wrong password is told', async () => {
        await live.request('refresh', {})
        const { origins } = await live.request('listQueues', {})
        return JSON.stringify(origins).includes('refused the user name or the password')
      })
      const planned = live.request('planPeek', { connection: 'n', queue: 'rights.work' })
      // Until 4.3 everybody is told of a queue; the look itself is refused.
      if (minor === '4.0') assert.equal((await planned).refused, null)
      else assert.match((await refusal(planned, 'refused')).message, /may not see queue “rights.work”.*grant read on it/)
    })

    it('runs a task, follows it, and lists its queue', async () => {
      await using other = await startRabbit({ home })
      const worker = await startWorker(testApp(other.amqpUrl))
      await using bridge = await startLiveBridge()
      await bridge.connect({ address: other.amqpUrl, management: other.managementUrl ?? '' })
      await bridge.workers(worker.hostname)
      const sent = await bridge.request('enqueue', { connection: 'c', name: 'tasksapp.echo', args: '[1]', key: freshKey() })
      await bridge.task(sent.id, 'is done', ({ state }) => state === 'SUCCESS')
      await bridge.request('refresh', {})
      const { rows } = await bridge.request('listQueues', {})
      assert.deepEqual(
        rows.map(({ name, type, consumers }) => [name, type, consumers]),
        [['celery', 'classic', 1]],
      )
      // K8: a queue that is not there would become a quorum queue, beside which this worker’s connection breaks.
      await other.ctl('update_vhost_metadata', '/', '--default-queue-type', 'quorum')
      const control = { command: 'add_consumer' as const, queue: 'not-there' }
      const told = bridge.request('controlWorkers', { connection: 'c', workers: [worker.hostname], control, key: freshKey() })
      assert.match((await refusal(told, 'refused')).message, /“not-there” would become a quorum queue/)
      assert.ok(worker.running())
      await worker.kill()
    })
  })
}
