import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { connect } from 'amqplib'
import type { ConnectionStatus, QueueList } from '../../broker-bridge/protocol/index.ts'
import { startWorker, testApp } from '../support/celeryWorker.ts'
import { startPublisher, wholeTask } from '../support/events.ts'
import { startForwarder } from '../support/forwarder.ts'
import { eventually, freshKey, isReading, refusal, startLiveBridge, type LiveBridge } from '../support/liveBridge.ts'
import { startRabbit, type PrivateRabbit } from '../support/rabbit.ts'

/** A fault can come between two looks; and two cores are shared with other tests. Seconds. */
const tolerance = 1.5

let rabbit: PrivateRabbit
before(async () => {
  rabbit = await startRabbit()
  // Declares the exchange of the events, as the first worker would.
  const publisher = await startPublisher(rabbit.amqpUrl)
  await publisher[Symbol.asyncDispose]()
})
after(() => rabbit[Symbol.asyncDispose]())

const now = (): number => Date.now() / 1_000

async function connected(): Promise<LiveBridge> {
  const live = await startLiveBridge()
  await live.connect({ address: rabbit.amqpUrl, management: rabbit.managementUrl ?? '' })
  return live
}

/** One whole task's events, seen through the protocol. */
async function eventsFlow(live: LiveBridge, id: string): Promise<void> {
  await using publisher = await startPublisher(rabbit.amqpUrl)
  await publisher.send(wholeTask(id))
  await live.task(id, 'succeeded', (task) => task.state === 'SUCCESS')
}

/** The same where the connection may still break: what is on its way then is lost, and told again. */
async function eventsFlowInTheEnd(live: LiveBridge, id: string): Promise<void> {
  await using publisher = await startPublisher(rabbit.amqpUrl)
  await eventually(`task ${id} has succeeded`, async () => {
    await publisher.send(wholeTask(id))
    const task = await live.request('getTask', { connection: 'c', id }).catch(() => undefined)
    return task?.state === 'SUCCESS'
  })
}

async function declare(queue: string): Promise<string> {
  await withChannel((channel) => channel.assertQueue(queue, { durable: true }))
  return queue
}

async function waiting(queue: string): Promise<number> {
  return withChannel(async (channel) => (await channel.checkQueue(queue)).messageCount)
}

async function withChannel<T>(
  use: (channel: Awaited<ReturnType<Awaited<ReturnType<typeof connect>>['createChannel']>>) => Promise<T>,
): Promise<T> {
  const connection = await connect(rabbit.amqpUrl)
  try {
    return await use(await connection.createChannel())
  } finally {
    await connection.close()
  }
}

const enqueue = (live: LiveBridge, queue: string, key = freshKey()) =>
  live.request('enqueue', { connection: 'c', name: 'tasksapp.echo', queue, key })

function statusOf(live: LiveBridge, kind: ConnectionStatus['kind'], since: number): ConnectionStatus {
  const found = live.statuses.get('c')?.find((status) => status.kind === kind && status.since >= since)
  assert.ok(found, `there was a status ${kind}: ${JSON.stringify(live.statuses.get('c'))}`)
  return found
}

describe('a broker that is killed', () => {
  it('is missed within a second, and everything goes on when it is back, with the gap marked', async () => {
    await using worker = await startWorker(testApp(rabbit.amqpUrl))
    await using live = await connected()
    await live.workers(worker.hostname)
    const { id } = await enqueue(live, 'celery')
    await live.task(id, 'succeeds', (task) => task.state === 'SUCCESS')
    const killed = now()
    await rabbit.kill()
    const dead = now()
    await live.until('c', 'reconnecting', (info) => info.status.kind === 'reconnecting')
    const missed = statusOf(live, 'reconnecting', killed)
    assert.ok(missed.since - dead <= 1 + tolerance, `noticed after ${missed.since - dead} s`)
    assert.match(missed.message, /lost/)
    const error = await refusal(enqueue(live, 'celery'), 'not_connected')
    assert.ok(error.message.length > 20, error.message)
    assert.equal((await live.request('getTask', { connection: 'c', id })).state, 'SUCCESS')
    assert.deepEqual(
      live.info().gaps.map(({ until, reason }) => ({ until, reason })),
      [{ until: null, reason: 'disconnected' }],
    )
    await rabbit.start()
    const back = await live.until('c', 'connected again', isReading)
    const [gap] = back.gaps
    assert.ok(gap?.until !== null && gap !== undefined && back.gaps.length === 1)
    assert.ok(
      gap.from >= killed - tolerance && gap.from <= missed.since + tolerance && gap.until <= now() && gap.until > gap.from,
    )
    assert.equal((await live.request('getTask', { connection: 'c', id })).result, '[[], {}]')
    const again = await enqueue(live, 'celery')
    await live.task(again.id, 'succeeds after the restart', (task) => task.state === 'SUCCESS')
    await eventually('workers can be asked', async () => {
      const { tasks } = await live.request('listRegisteredTasks', { connection: 'c' })
      return tasks.length > 0
    })
  })
})

describe('a broker that freezes', () => {
  it('is called unresponsive, is given up within three heartbeats, and heals when it thaws', async () => {
    await using live = await connected()
    const pictures: QueueList[] = []
    live.client.on('queues', (lists) => pictures.push(...lists))
    await live.request('watch', { topics: ['queues', 'connections'] })
    await eventually('queues are watched', () => pictures.length > 0 && (pictures.at(-1)?.at ?? 0) > 0)
    const queue = await declare('frozen')
    const frozen = now()
    rabbit.pause()
    try {
      await live.until('c', 'unresponsive', (info) => info.status.kind === 'unresponsive')
      const error = await refusal(enqueue(live, queue), 'timeout')
      assert.match(error.message, /may or may not have been delivered/)
      await live.until('c', 'given up', (info) => info.status.kind === 'reconnecting')
      const given = statusOf(live, 'reconnecting', frozen)
      assert.ok(given.since - frozen <= 30 + 2 * tolerance, `given up after ${given.since - frozen} s`)
      await live.until('c', 'tries in vain', (info) => info.status.kind === 'reconnecting' && info.status.attempt > 1)
    } finally {
      rabbit.resume()
    }
    const { gaps } = await live.until('c', 'connected again', isReading)
    assert.equal(gaps.length, 1)
    assert.ok(
      (gaps[0]?.from ?? Infinity) <= frozen + 4 + tolerance,
      'the gap begins when the broker was last heard, not when it was given up',
    )
    await eventsFlow(live, 'after-the-frost')
    await enqueue(live, queue)
    const thawed = now()
    await eventually('queues are watched again', () => (pictures.at(-1)?.at ?? 0) > thawed)
  })

  it('heals without losing the connection when it thaws in time', async () => {
    await using live = await connected()
    rabbit.pause()
    await live.until('c', 'unresponsive', (info) => info.status.kind === 'unresponsive').finally(() => rabbit.resume())
    const { gaps } = await live.until('c', 'responsive', isReading)
    assert.deepEqual(gaps, [])
    await eventsFlow(live, 'after-a-short-frost')
  })

  it('does not hold up who leaves', async () => {
    await using live = await connected()
    rabbit.pause()
    try {
      await live.until('c', 'unresponsive', (info) => info.status.kind === 'unresponsive')
      const start = now()
      await live.request('disconnect', { connection: 'c' })
      assert.ok(now() - start < 10, `left after ${now() - start} s`)
    } finally {
      rabbit.resume()
    }
  })
})

describe('a broker that stops in order', () => {
  it('is missed and found again when its application stops and starts (320)', async () => {
    await using live = await connected()
    const begin = now()
    await rabbit.restartApp()
    await live.until('c', 'connected again', (info) => isReading(info) && info.status.since >= begin)
    assert.match(statusOf(live, 'reconnecting', begin).message, /the broker closed it/)
    assert.equal(live.info().gaps.length, 1)
    await eventsFlow(live, 'after-the-stop')
  })

  it('heals when all connections are closed by force', async () => {
    await using live = await connected()
    const begin = now()
    await rabbit.ctl('close_all_connections', 'maintenance')
    await live.until('c', 'connected again', (info) => isReading(info) && info.status.since >= begin)
    await eventsFlow(live, 'after-the-force')
    await enqueue(live, await declare('after-force'))
  })
})

describe('a memory alarm', () => {
  it('makes enqueueing say that the broker is blocked, promises nothing, and heals', async () => {
    await using live = await connected()
    const queue = await declare('blocked')
    await enqueue(live, queue)
    await rabbit.alarm('on')
    const key = freshKey()
    try {
      const held = await refusal(enqueue(live, queue, key), 'blocked')
      assert.match(held.message, /waiting there and will run when the alarm ends: do not send it again/)
      assert.match(live.info().blocked ?? '', /memory/)
      assert.equal(live.info().status.kind, 'connected')
      const refused = await refusal(enqueue(live, queue), 'blocked')
      assert.match(refused.message, /nothing was sent/)
      await refusal(enqueue(live, queue, key), 'blocked')
    } finally {
      await rabbit.alarm('off')
    }
    await live.until('c', 'unblocked', (info) => info.blocked === null)
    await eventually('the one that was held is there, once', async () => (await waiting(queue)) === 2)
    await refusal(enqueue(live, queue, key), 'blocked')
    await enqueue(live, queue)
    assert.equal(await waiting(queue), 3)
    await eventsFlow(live, 'after-the-alarm')
  })
})

describe('single things that go while the connection stands', () => {
  const deleteOwn = async (prefix: string): Promise<void> => {
    let own: { name: string }[] = []
    // Those of the test before go a moment after its connection.
    await eventually(`one queue ${prefix} is there`, async () => {
      const queues = (await rabbit.management('queues/%2F?columns=name')) as { name: string }[]
      own = queues.filter(({ name }) => name.startsWith(prefix))
      return own.length === 1
    })
    await rabbit.ctl('delete_queue', own[0]?.name ?? '')
  }

  it('opens a deleted event queue again, and marks the gap', async () => {
    await using live = await connected()
    const { since } = live.info().status
    await deleteOwn('warren.events.')
    await live.until('c', 'a gap that ended', ({ gaps }) => gaps.length === 1 && gaps[0]?.until !== null)
    await eventsFlow(live, 'after-the-deletion')
    assert.equal(live.info().status.since, since, 'the connection itself was kept')
  })

  it('opens a deleted overflow queue again', async () => {
    await using live = await connected()
    await deleteOwn('warren.overflow.')
    await live.until('c', 'a gap that ended', ({ gaps }) => gaps.length === 1 && gaps[0]?.until !== null)
    await eventsFlow(live, 'after-the-second-deletion')
    await eventually('both queues are there', async () => {
      const queues = (await rabbit.management('queues/%2F?columns=name')) as { name: string }[]
      return queues.filter(({ name }) => /^warren\.(events|overflow)\./.test(name)).length === 2
    })
  })

  it('opens a deleted reply queue again with the next question', async () => {
    await using worker = await startWorker(testApp(rabbit.amqpUrl))
    await using live = await connected()
    await live.workers(worker.hostname)
    await deleteOwn('warren.reply.')
    await eventually('workers answer again', async () => {
      const { silent } = await live.request('listRegisteredTasks', { connection: 'c' })
      return silent.length === 0
    })
  })
})

describe('a connection that breaks while it is being made', () => {
  it('never ends the process, is never taken for a good one, whichever byte is the last, and heals', async () => {
    await using way = await startForwarder(rabbit.ports.amqp)
    await using live = await startLiveBridge()
    const address = `amqp://guest:guest@127.0.0.1:${way.port}/`
    await live.connect({ address })
    // All that the broker says until events flow; each connection is cut a little later than the one before.
    const whole = way.mostPassed()
    assert.ok(whole > 500 && whole < 5_000, `${whole} bytes`)
    for (let cut = 20; cut <= whole; cut += 20) {
      way.cutNext = cut
      const before = way.accepted()
      await live.request('connect', { id: 'c', name: 'cut', address })
      await eventually(`a second attempt after a cut at ${cut} of ${whole}`, () => way.accepted() > before + 1)
      await live.until('c', `reading after a cut at ${cut} of ${whole}`, isReading)
      // The second attempt may be the other connection of the first one, which is cut only by the bytes of these events.
      await eventsFlowInTheEnd(live, `after-the-cut-at-${cut}`)
    }
  })
})
