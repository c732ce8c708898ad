import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import type { ConnectionInfo, Gap } from '../../broker-bridge/protocol/index.ts'
import { startWorker, testApp } from '../support/celeryWorker.ts'
import { startPublisher, wholeTask } from '../support/events.ts'
import { confirmation, eventually, freshKey, isReading, startLiveBridge, type LiveBridge } from '../support/liveBridge.ts'
import { startRabbit, type PrivateRabbit } from '../support/rabbit.ts'

/** A fault can come between two looks; and two cores are shared with other tests. Seconds. */
const tolerance = 1.5
/** Seconds between two looks whether the queue is still bound. */
const look = 3

let rabbit: PrivateRabbit
before(async () => {
  rabbit = await startRabbit()
  await declareExchange('/')
  await makeVirtualHost('other')
  await declareExchange('other')
})
after(() => rabbit[Symbol.asyncDispose]())

const now = (): number => Date.now() / 1_000
const at = (virtualHost: string, path: string): string => `${path}/${encodeURIComponent(virtualHost)}`
const declareExchange = (virtualHost: string): Promise<unknown> =>
  rabbit.management(`${at(virtualHost, 'exchanges')}/celeryev`, { type: 'topic', durable: true })
const deleteExchange = (): Promise<unknown> => rabbit.management('exchanges/%2F/celeryev', undefined, 'DELETE')
async function makeVirtualHost(name: string): Promise<void> {
  await rabbit.management(at(name, 'vhosts'), {})
  await grant('guest', '.*', name)
}
const grant = (user: string, read: string, virtualHost = '/'): Promise<unknown> =>
  rabbit.management(`${at(virtualHost, 'permissions')}/${user}`, { configure: '.*', write: '.*', read })

async function connected(address = rabbit.amqpUrl): Promise<LiveBridge> {
  const live = await startLiveBridge()
  await live.connect({ address })
  return live
}

async function eventsFlow(live: LiveBridge, id: string): Promise<void> {
  await using publisher = await startPublisher(rabbit.amqpUrl)
  await publisher.send(wholeTask(id))
  await live.task(id, 'succeeded', (task) => task.state === 'SUCCESS')
}

const reasons = (gaps: readonly Gap[]): string[] => gaps.map(({ reason }) => reason)
const isOver = ({ gaps }: ConnectionInfo): boolean => gaps.length > 0 && gaps.every(({ until }) => until !== null)
const eventQueues = async (): Promise<string[]> => {
  const queues = (await rabbit.management('queues/%2F?columns=name')) as { name: string }[]
  return queues.map(({ name }) => name).filter((name) => name.startsWith('warren.events.'))
}
async function turnEventsOn(live: LiveBridge): Promise<void> {
  const key = freshKey()
  const { nonce } = await confirmation(live.request('enableEvents', { connection: 'c', key }))
  await live.request('enableEvents', { connection: 'c', key, nonce })
}

/** Epoch seconds of the lines in the broker's log that hold this text. */
async function logged(text: string): Promise<number[]> {
  const log = await readFile(join(rabbit.folder, 'log', 'rabbit.log'), 'utf8')
  const entries = log.split(/^(?=\d{4}-)/m).filter((entry) => entry.includes(text))
  return entries.map((entry) => Date.parse(entry.slice(0, 26).replace(' ', 'T')) / 1_000)
}

describe('a connection that takes the place of another', () => {
  it('to the same address knows its gaps and promises, and marks what nobody watched', async () => {
    await using live = await connected()
    await rabbit.ctl('delete_queue', (await eventQueues())[0] ?? '')
    await live.until('c', 'a first gap', isOver)
    await eventsFlow(live, 'before-the-change')
    await turnEventsOn(live)
    const changed = now()
    await live.connect({ address: rabbit.amqpUrl, name: 'renamed' })
    const { gaps, name, silentWorkers } = live.info()
    assert.deepEqual([name, reasons(gaps), silentWorkers.keptOn], ['renamed', ['unbound', 'disconnected'], true])
    const [, gap] = gaps
    assert.ok(gap?.until !== null && gap !== undefined)
    assert.ok(gap.from >= changed && gap.until > gap.from && gap.until <= now(), JSON.stringify({ gap, changed }))
    await live.task('before-the-change', 'is still known', ({ state }) => state === 'SUCCESS')
    await using worker = await startWorker(testApp(rabbit.amqpUrl), { events: false })
    await live.until('c', 'the promise is kept', () =>
      live.bridge.picture('workers').some((one) => one.name === worker.hostname && one.sendsEvents === true),
    )
    await live.connect({ address: rabbit.amqpUrl, readOnly: true })
    assert.equal(live.info().silentWorkers.keptOn, false, 'a read-only connection tells workers nothing')
  })

  it('to another address begins anew', async () => {
    await using live = await connected()
    await turnEventsOn(live)
    await live.connect({ address: `${rabbit.amqpUrl}other` })
    assert.deepEqual([live.info().gaps, live.info().silentWorkers.keptOn], [[], false])
  })

  it('while a gap lasts lets it last', async () => {
    await using live = await connected()
    const killed = now()
    await rabbit.kill()
    try {
      await live.until('c', 'a gap', ({ gaps }) => gaps.length > 0)
      await live.connect({ address: rabbit.amqpUrl }, ({ status }) => status.kind === 'failed')
      assert.deepEqual([live.info().gaps.length, live.info().gaps[0]?.until], [1, null])
    } finally {
      await rabbit.start()
    }
    const { gaps } = await live.until('c', 'connected again', isReading)
    assert.ok(gaps.length === 1 && (gaps[0]?.from ?? Infinity) <= killed + tolerance && (gaps[0]?.until ?? 0) > killed)
  })
})

describe('a connection that an earlier bridge of the window watched', () => {
  it('has a gap from then on until events flow', async () => {
    await using live = await startLiveBridge()
    const lastWatched = now() - 30
    const { gaps } = await live.connect({ address: rabbit.amqpUrl, lastWatched })
    assert.deepEqual(
      gaps.map(({ from, missed, reason }) => ({ from, missed, reason })),
      [{ from: lastWatched, missed: null, reason: 'bridge' }],
    )
    assert.ok((gaps[0]?.until ?? 0) > lastWatched + 29)
  })
})

describe('the exchange of events', () => {
  it('is missed when it is deleted, and bound again when it is back, with the gap marked', async () => {
    await using live = await connected()
    const { since } = live.info().status
    const [queue] = await eventQueues()
    const deleted = now()
    await deleteExchange()
    const { capabilities, gaps: open } = await live.until('c', 'it is missed', ({ gaps }) => gaps.length > 0)
    assert.match(JSON.stringify(capabilities.events), /celeryev.*was deleted/)
    const [gap] = open
    assert.deepEqual([gap?.reason, gap?.until], ['unbound', null])
    assert.ok(gap !== undefined && gap.from >= deleted - look - tolerance && gap.from <= deleted + tolerance)
    await declareExchange('/')
    await live.request('refresh', {})
    const { gaps, status } = await live.until('c', 'events are read again', isReading)
    assert.ok(gaps.length === 1 && (gaps[0]?.until ?? 0) > deleted)
    assert.equal(status.since, since, 'the connection itself was kept')
    assert.deepEqual(await eventQueues(), [queue], 'and the queue with what it holds')
    await eventsFlow(live, 'after-the-exchange')
  })

  it('is bound again also when it came back before anybody looked', async () => {
    await using live = await connected()
    await deleteExchange()
    await declareExchange('/')
    await using publisher = await startPublisher(rabbit.amqpUrl)
    await eventually('events flow again', async () => {
      await publisher.send(wholeTask('after-the-blink'))
      return live.request('getTask', { connection: 'c', id: 'after-the-blink' }).then(
        () => true,
        () => false,
      )
    })
  })

  it('is looked for less and less often, at once when somebody asks, and what came before it was found is marked', async () => {
    await makeVirtualHost('unborn')
    await using live = await startLiveBridge()
    await live.connect({ address: `${rabbit.amqpUrl}unborn` }, ({ status }) => status.kind === 'connected')
    const looks = () => logged("no exchange 'celeryev' in vhost 'unborn'")
    await eventually('it was looked for five times', async () => (await looks()).length >= 5)
    await live.request('refresh', {})
    await eventually('it was looked for at once', async () => (await looks()).length >= 6)
    const times = await looks()
    const waits = times.slice(1).map((time, index) => time - (times[index] ?? 0))
    // A timer may be late on a busy machine, and is never early.
    for (const [index, least] of [0.5, 1, 2, 4].entries()) assert.ok((waits[index] ?? 0) > least - 0.1, JSON.stringify(waits))
    assert.ok((waits[4] ?? Infinity) < 8, `the next look was due after 8 s: ${JSON.stringify(waits)}`)
    const last = (await looks()).at(-1) ?? 0
    await declareExchange('unborn')
    const { gaps } = await live.until('c', 'events are read', isReading)
    assert.deepEqual(reasons(gaps), ['unbound'])
    assert.ok((gaps[0]?.from ?? 0) >= last - tolerance && (gaps[0]?.until ?? 0) <= now())
  })

  it('goes on being read by a user who lost the right to bind, who is refused once and not every few seconds', async () => {
    await rabbit.management('users/lens', { password: 'lens-password', tags: '' })
    await grant('lens', '.*')
    await using live = await connected(`amqp://lens:lens-password@127.0.0.1:${rabbit.ports.amqp}/`)
    await grant('lens', '^warren\\.')
    const refusals = () => logged("refused for user 'lens'")
    await eventually('the right is missed', async () => (await refusals()).length > 0)
    const refused = (await refusals())[0] ?? 0
    await eventually('three more looks would have come', () => now() > refused + 3 * look + tolerance)
    assert.equal((await refusals()).length, 1)
    await eventsFlow(live, 'seen-all-the-same')
    assert.deepEqual(live.info().gaps, [])
  })
})

describe('an address that says how patient to be', () => {
  const heartbeats = async (): Promise<number[]> => {
    const all = (await rabbit.management('connections?columns=client_properties,timeout')) as {
      client_properties?: { connection_name?: string }
      timeout?: number
    }[]
    const own = all.filter(({ client_properties }) => client_properties?.connection_name?.startsWith('Patient') === true)
    return own.map(({ timeout }) => timeout ?? -1)
  }

  for (const [asked, agreed] of [
    ['?heartbeat=17', 17],
    ['', 10],
    ['?heartbeat=0', 0],
  ] as const) {
    it(`gets the heartbeats of “${asked}”`, async () => {
      await using live = await startLiveBridge({ name: 'Patient' })
      await live.connect({ address: `${rabbit.amqpUrl}${asked}` })
      await eventually('the broker knows of both connections', async () => {
        const agreements = await heartbeats()
        return agreements.length === 2 && agreements.every((one) => one === agreed)
      })
    })
  }

  it('waits as long for the connection as asked', async () => {
    await using live = await startLiveBridge()
    rabbit.pause()
    try {
      await live.connect({ id: 'patient', address: `${rabbit.amqpUrl}?connection_timeout=60000` }, () => true)
      const short = ({ status }: ConnectionInfo) => status.kind === 'failed' && status.message.includes('then said nothing')
      await live.connect({ id: 'hasty', address: `${rabbit.amqpUrl}?connection_timeout=6000` }, short)
      assert.equal(live.info('patient').status.kind, 'connecting')
    } finally {
      rabbit.resume()
    }
    for (const id of ['patient', 'hasty']) await live.until(id, 'connected', isReading)
    assert.ok(live.statuses.get('patient')?.every(({ kind }) => kind !== 'failed'))
  })

  it('and wants no heartbeats still learns that the broker froze, and is rid of it after a while', async () => {
    await using live = await connected(`${rabbit.amqpUrl}?heartbeat=0`)
    const frozen = now()
    rabbit.pause()
    try {
      await live.until('c', 'unresponsive', (info) => info.status.kind === 'unresponsive')
      const { status } = await live.until('c', 'given up', (info) => info.status.kind === 'reconnecting')
      assert.ok(status.since - frozen > 40, `not before heartbeats of their own would have done it: ${status.since - frozen} s`)
      assert.match(live.statuses.get('c')?.find(({ kind }) => kind === 'reconnecting')?.message ?? '', /nothing was heard/)
    } finally {
      rabbit.resume()
    }
    const { gaps } = await live.until('c', 'connected again', isReading)
    assert.ok(gaps.length === 1 && (gaps[0]?.from ?? Infinity) <= frozen + tolerance, JSON.stringify({ gaps, frozen }))
    await eventsFlow(live, 'after-the-long-frost')
  })
})

describe('a broker that dies of its frost', () => {
  it('was last heard before the frost, and there the gap begins', async () => {
    await using live = await connected()
    const frozen = now()
    rabbit.pause()
    const { status } = await live.until('c', 'unresponsive', (info) => info.status.kind === 'unresponsive')
    await rabbit.kill()
    const { gaps } = await live.until('c', 'a gap', (info) => info.gaps.length > 0)
    await rabbit.start()
    assert.ok((gaps[0]?.from ?? Infinity) <= frozen + tolerance, JSON.stringify({ gaps, frozen, status }))
    await live.until('c', 'connected again', isReading)
  })
})
