import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { startBridgeProcess } from '../support/bridgeProcess.ts'
import { startPublisher, taskEvent, wholeTask, type EventPublisher } from '../support/events.ts'
import { eventually, freshKey, isReading, refusal, startLiveBridge } from '../support/liveBridge.ts'
import { startRabbit, type PrivateRabbit } from '../support/rabbit.ts'

let rabbit: PrivateRabbit
let publisher: EventPublisher
before(async () => {
  rabbit = await startRabbit()
  publisher = await startPublisher(rabbit.amqpUrl)
})
after(async () => {
  await publisher[Symbol.asyncDispose]()
  await rabbit[Symbol.asyncDispose]()
})

/** Everything on the broker that is Warren's, by the broker's own tool: the numbers of the HTTP API lag behind by seconds. */
async function traces(): Promise<string[]> {
  const named = async (what: string) =>
    (await rabbit.ctl(`list_${what}`, 'name')).split('\n').filter((name) => name.startsWith('warren.'))
  const connections = (await rabbit.ctl('list_connections', 'client_properties'))
    .split('\n')
    .filter((line) => /warren/i.test(line))
  const channels = (await rabbit.ctl('list_channels', 'pid')).split('\n').filter((line) => line.includes('<'))
  return [
    ...(await named('queues')),
    ...(await named('exchanges')),
    ...connections.map(() => 'a connection'),
    // One is this test's own.
    ...channels.slice(1).map(() => 'a channel'),
  ]
}

const noTraces = async (): Promise<void> => {
  let found: string[] = []
  await eventually(
    'nothing of Warren is left on the broker',
    async () => {
      found = await traces()
      return found.length === 0
    },
    () => found.join(', '),
  )
}

/** What keeps a process alive: timers, sockets and the like, by kind. */
function resources(): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const kind of process.getActiveResourcesInfo()) counts[kind] = (counts[kind] ?? 0) + 1
  return counts
}

/** What was logged besides that somebody opened a WebSocket. */
const complaints = (log: readonly string[]): string[] => log.filter((line) => line !== 'GET /socket 101 WebSocket')

describe('a bridge that comes and goes', () => {
  it('leaves nothing on the broker and nothing in the process after ten connections (invariant 10)', async () => {
    await using live = await startLiveBridge()
    const round = async (index: number) => {
      await live.connect({ address: rabbit.amqpUrl, management: rabbit.managementUrl ?? '' })
      await live.request('watch', { topics: ['queues', 'connections', 'workers'] })
      await live.request('refresh', {})
      await publisher.send(wholeTask(`round-${index}`))
      await live.task(`round-${index}`, 'is seen', ({ state }) => state === 'SUCCESS')
      await refusal(live.request('enqueue', { connection: 'c', name: 'x', queue: 'nowhere', key: freshKey() }), 'unroutable')
      if (index === 0) {
        const kinds = new Set((await traces()).map((name) => name.split('.').slice(0, 2).join('.')))
        const all = ['a channel', 'a connection', 'warren.events', 'warren.overflow', 'warren.reply']
        assert.deepEqual([...kinds].sort(), all, 'this test can see what it looks for')
      }
      // Every other time it is replaced by one of the same id instead of being disconnected first.
      if (index % 2 === 0) await live.request('disconnect', { connection: 'c' })
    }
    await round(0)
    await noTraces()
    const kinds = ['Timeout', 'TCPSocketWrap', 'Immediate', 'TCPServerWrap']
    const before = resources()
    for (let index = 1; index <= 10; index++) await round(index)
    await noTraces()
    await eventually(
      'no timer and no socket more than before',
      () => kinds.every((kind) => (resources()[kind] ?? 0) <= (before[kind] ?? 0)),
      () => JSON.stringify({ before, after: resources() }),
    )
    assert.deepEqual(live.bridge.picture('connections'), [])
    assert.deepEqual(complaints(live.log), [])
    const { matched } = await live.request('listTasks', { filter: {}, limit: 10 })
    assert.equal(matched, 0)
  })

  it('leaves nothing when it never got in', async () => {
    await using live = await startLiveBridge()
    const before = resources()
    for (let index = 0; index < 10; index++) {
      await live.client.request('connect', {
        id: 'c',
        name: 'gone',
        address: `amqp://guest:guest@127.0.0.1:${rabbit.ports.stream}/`,
      })
      // Not even begun, in the middle of it, or failed: all must end alike.
      if (index % 3 === 1) await eventually('it failed', () => live.info().status.kind === 'failed')
      if (index % 3 === 2) await live.connect({ address: rabbit.amqpUrl }, () => true)
      await live.request('disconnect', { connection: 'c' })
    }
    await noTraces()
    await eventually(
      'no timer and no socket more than before',
      () => ['Timeout', 'TCPSocketWrap'].every((kind) => (resources()[kind] ?? 0) <= (before[kind] ?? 0)),
      () => JSON.stringify({ before, after: resources() }),
    )
  })

  it('leaves nothing when it is killed', async () => {
    const bridge = await startBridgeProcess()
    await bridge.client.request('connect', { id: 'c', name: 'doomed', address: rabbit.amqpUrl })
    await bridge.until('connected', isReading)
    await eventually('it is on the broker', async () => (await traces()).some((name) => name.startsWith('warren.reply.')))
    bridge.signal('SIGKILL')
    await noTraces()
    await bridge[Symbol.asyncDispose]()
  })

  it('leaves nothing when its parent goes away', async () => {
    const bridge = await startBridgeProcess()
    await bridge.client.request('connect', { id: 'c', name: 'orphan', address: rabbit.amqpUrl })
    await bridge.until('connected', isReading)
    await bridge[Symbol.asyncDispose]()
    assert.ok(!bridge.running())
    assert.deepEqual(complaints((await bridge.errors).trim().split('\n')), [])
    await noTraces()
  })
})

describe('two bridges on one broker', () => {
  it('both see everything, and the end of one is nothing to the other', async () => {
    await using one = await startLiveBridge()
    await one.connect({ address: rabbit.amqpUrl })
    {
      await using other = await startLiveBridge()
      await other.connect({ address: rabbit.amqpUrl })
      await publisher.send(wholeTask('for-both'))
      for (const live of [one, other]) await live.task('for-both', 'is seen', ({ state }) => state === 'SUCCESS')
    }
    await publisher.send(wholeTask('for-one'))
    await one.task('for-one', 'is seen', ({ state }) => state === 'SUCCESS')
    assert.deepEqual(one.info().gaps, [])
  })

  it('keeps two connections of one bridge apart, also where their tasks have the same ids', async () => {
    await rabbit.management('vhosts/twin', {})
    await rabbit.management('permissions/twin/guest', { configure: '.*', write: '.*', read: '.*' })
    await using twin = await startPublisher(`${rabbit.amqpUrl}twin`)
    await using live = await startLiveBridge()
    await live.connect({ id: 'a', address: rabbit.amqpUrl })
    await live.connect({ id: 'b', address: `${rabbit.amqpUrl}twin` })
    await publisher.send(wholeTask('same', { name: 'in.a' }))
    await twin.send([taskEvent('same', 'task-received', { name: 'in.b' })])
    assert.equal((await live.task('same', 'is seen', ({ state }) => state === 'SUCCESS', 'a')).name, 'in.a')
    assert.equal((await live.task('same', 'is seen', ({ state }) => state === 'RECEIVED', 'b')).name, 'in.b')
    await live.request('disconnect', { connection: 'b' })
    assert.equal((await live.request('getTask', { connection: 'a', id: 'same' })).name, 'in.a')
    await refusal(live.request('getTask', { connection: 'b', id: 'same' }), 'not_found')
  })
})

describe('an event queue that overflows', () => {
  it('says that events were lost, keeps the newest, and goes on', async () => {
    await using bridge = await startBridgeProcess({ WARREN_EVENT_QUEUE_BYTES: '200000' })
    await bridge.client.request('connect', { id: 'c', name: 'slow', address: rabbit.amqpUrl })
    await bridge.until('connected', isReading)
    await publisher.send(wholeTask('before-the-flood'))
    await eventually('the first is seen', () =>
      bridge.client.request('getTask', { connection: 'c', id: 'before-the-flood' }).then(
        ({ state }) => state === 'SUCCESS',
        () => false,
      ),
    )
    const frozen = Date.now() / 1_000
    bridge.signal('SIGSTOP')
    // More than the sockets between broker and bridge can hold.
    const filler = 'x'.repeat(20_000)
    await publisher.sendAll(
      Array.from({ length: 2_000 }, (_, index) => [taskEvent(`flood-${index}`, 'task-received', { args: filler })]),
    )
    await publisher.send(wholeTask('after-the-flood'))
    bridge.signal('SIGCONT')
    const { gaps, status } = await bridge.until('a gap by overflow', (info) =>
      info.gaps.some(({ reason }) => reason === 'overflow'),
    )
    const gap = gaps.find(({ reason }) => reason === 'overflow')
    assert.ok(gap?.missed !== null && gap !== undefined && gap.missed >= 1)
    assert.ok(gap.from >= frozen - 10 && gap.until !== null && gap.until >= frozen, JSON.stringify({ gap, frozen }))
    assert.equal(status.kind, 'connected')
    await eventually('the newest is seen', () =>
      bridge.client.request('getTask', { connection: 'c', id: 'after-the-flood' }).then(
        ({ state }) => state === 'SUCCESS',
        () => false,
      ),
    )
    assert.equal(bridge.info()?.gaps.length, 1)
  })
})
