import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { deflateSync } from 'node:zlib'
import { connect, type Options } from 'amqplib'
import { startBridgeProcess } from '../support/bridgeProcess.ts'
import { enter } from '../support/bridgeServer.ts'
import { startPublisher, taskEvent, wholeTask, type EventPublisher } from '../support/events.ts'
import { startForwarder } from '../support/forwarder.ts'
import { eventually, isReading, startLiveBridge, type LiveBridge } from '../support/liveBridge.ts'
import { startPoisoner } from '../support/poison.ts'
import { startRabbit, type PrivateRabbit } from '../support/rabbit.ts'

let rabbit: PrivateRabbit
let publisher: EventPublisher
let live: LiveBridge
/** Whether a second viewer, who looks at everything, saw the last task of the harmful ones. */
let seesStorm = false

before(async () => {
  rabbit = await startRabbit({ management: false })
  publisher = await startPublisher(rabbit.amqpUrl)
  live = await startLiveBridge()
  await live.connect({ address: rabbit.amqpUrl })
  const { client, socket } = await enter(live.server)
  // Throws for a frame that is no JSON, and an error that nobody catches fails the test.
  socket.on('message', (frame: Buffer) => {
    const told = JSON.stringify(JSON.parse(frame.toString('utf8')))
    seesStorm ||= told.includes('after the storm')
  })
  await client.request('watch', { topics: ['connections', 'workers', 'taskNames', 'activity'] })
  await client.request('setView', { view: 'all', filter: {}, first: 0, count: 500, resting: false })
})

after(async () => {
  await live[Symbol.asyncDispose]()
  await publisher[Symbol.asyncDispose]()
  await rabbit[Symbol.asyncDispose]()
})

const arrived = (id: string) => live.task(id, 'arrived', (task) => task.state === 'SUCCESS')
const malformed = (reason: string): number => live.info().malformed[reason] ?? 0

/** A good task before, the bad message, a good task after: both good ones must arrive, and the bad one be counted. */
async function between(id: string, bad: Buffer | object, options: Options.Publish, reason: string, count = 1): Promise<void> {
  const before = malformed(reason)
  await publisher.send(wholeTask(`${id} before`))
  await publisher.send(bad, options)
  await publisher.send(wholeTask(`${id} after`))
  await arrived(`${id} before`)
  await arrived(`${id} after`)
  assert.equal(malformed(reason) - before, count, JSON.stringify(live.info().malformed))
}

/** What a pickle does that runs a command when it is read. */
const pickle = Buffer.from("\x80\x04cposix\nsystem\n(S'touch /tmp/must-never-exist'\ntR.", 'latin1')

describe('messages that cannot be read are counted by reason, and disturb nothing', () => {
  const cases: readonly (readonly [string, Buffer | object, Options.Publish, string, number?])[] = [
    ['broken JSON', Buffer.from('{"type": "task-received", '), {}, 'not JSON'],
    ['an empty body', Buffer.alloc(0), {}, 'empty'],
    ['a pickle', pickle, { contentType: 'application/x-python-serialize', contentEncoding: 'binary' }, 'pickled'],
    ['a pickle that claims to be JSON', pickle, {}, 'not JSON'],
    ['YAML', Buffer.from('!!python/object/apply:os.system ["true"]'), { contentType: 'application/x-yaml' }, 'yaml'],
    ['msgpack', Buffer.from([0x81, 0xa1, 0x61, 0x01]), { contentType: 'application/x-msgpack' }, 'msgpack'],
    ['a type nobody knows', Buffer.from('?'), { contentType: 'text/weird; \u202e' }, 'unknown content type'],
    ['an encoding nobody knows', Buffer.from('[]'), { contentEncoding: 'ebcdic-\u0000' }, 'unknown encoding'],
    ['binary', deflateSync(Buffer.alloc(10_000)), {}, 'not JSON'],
    ['20 MB', Buffer.alloc(20 * 2 ** 20, 0x20), {}, 'too large'],
    ['a million brackets', Buffer.from(`${'['.repeat(1e6)}${']'.repeat(1e6)}`), {}, 'too deep'],
    ['ten thousand brackets', Buffer.from(`${'['.repeat(1e4)}${']'.repeat(1e4)}`), {}, 'not an event'],
    ['deep objects', Buffer.from(`${'{"a":'.repeat(1e5)}1${'}'.repeat(1e5)}`), {}, 'too deep'],
    ['numbers and texts', [1, 'two', null, true, [[]]], {}, 'not an event', 5],
    ['events without a type', [{}, { uuid: 'x' }, { type: 7 }], {}, 'no type', 3],
    ['events without an id', [{ type: 'task-received' }, { type: 'task-sent', uuid: { toString: 'x' } }], {}, 'no id', 2],
    ['an id of 10 kB', [taskEvent('i'.repeat(10_000), 'task-received')], {}, 'id too long'],
    ['types nobody knows', [{ type: 'x' }, { type: '__proto__' }, { type: 'task-', uuid: 'x' }], {}, 'unknown type', 3],
    ['workers without a name', [{ type: 'worker-online' }, { type: 'worker-heartbeat', hostname: [] }], {}, 'no worker name', 2],
    ['a batch of 100,001', Buffer.from(`[${'0,'.repeat(100_000)}0]`), {}, 'too large'],
  ]
  for (const [what, bad, options, reason, count] of cases) {
    it(what, () => between(what, bad, options, reason, count))
  }
})

describe('events that can be read and mean harm', () => {
  it('NaN and infinity are told as such, and frames stay JSON', async () => {
    const event = JSON.stringify(taskEvent('nan', 'task-progress', { current: 1, total: 2, ratio: 'HERE', far: 'THERE' }))
    await publisher.send(Buffer.from(event.replace('"HERE"', 'NaN').replace('"THERE"', '-Infinity')))
    const task = await live.task('nan', 'is seen', ({ state }) => state === 'PROGRESS')
    assert.deepEqual(JSON.parse(task.custom ?? ''), { current: 1, total: 2, ratio: 'NaN', far: '-Infinity' })
    await publisher.send(Buffer.from(JSON.stringify(wholeTask('nan-time')).replace(/"timestamp":[\d.]+/g, '"timestamp":NaN')))
    assert.ok(Math.abs((await arrived('nan-time')).at - Date.now() / 1_000) < 60)
  })

  it('absurd times are replaced by the time of arrival', async () => {
    const times = [-1, 0, 1e300, '2020-01-01', null, {}, 9e15, -Number.MAX_VALUE]
    await publisher.send(times.map((timestamp, index) => taskEvent(`time-${index}`, 'task-succeeded', { timestamp })))
    for (let index = 0; index < times.length; index++) {
      const { at, timeline } = await arrived(`time-${index}`)
      assert.ok(Math.abs(at - Date.now() / 1_000) < 60, `${JSON.stringify(times[index])} became ${at}`)
      assert.equal(timeline.length, 1)
    }
  })

  it('keys named like what objects inherit are fields', async () => {
    const own = '"__proto__": {"polluted": 1}, "constructor": {"prototype": {"polluted": 1}}, "toString": 1, "hasOwnProperty": 2'
    const event = JSON.stringify(taskEvent('proto', 'task-custom')).replace(/}$/, `, ${own}}`)
    await publisher.send(Buffer.from(event))
    const task = await live.task('proto', 'is seen', ({ state }) => state === 'CUSTOM')
    assert.match(task.custom ?? '', /"__proto__":\{"polluted":1\}/)
    assert.equal(({} as { polluted?: number }).polluted, undefined)
    for (const id of ['__proto__', 'constructor', 'hasOwnProperty', 'toString']) {
      await publisher.send(wholeTask(id, { name: id, hostname: id }))
      assert.equal((await arrived(id)).name, id)
    }
    await publisher.send([taskEvent('state', 'task-__proto__'), taskEvent('state', 'task-constructor')])
    await live.task('state', 'has both moments', ({ timeline }) => timeline.length === 2)
    const { matched } = await live.request('listTasks', { filter: { name: '__proto__' }, limit: 5 })
    assert.equal(matched, 1)
  })

  it('bytes that are no UTF-8, NUL, half characters and control characters stay text', async () => {
    const text = 'nul\\u0000 \\ud800 \\u202e\\u001b[31m \\u2028'
    const bytes = Buffer.concat([
      Buffer.from(`{"type":"task-received","uuid":"bytes","hostname":"w@test","pid":1,"clock":1,"name":"${text}","args":"`),
      Buffer.from([0xff, 0xfe, 0xc0, 0x80]),
      Buffer.from('"}'),
    ])
    await publisher.send(bytes)
    const task = await live.task('bytes', 'is seen', ({ state }) => state === 'RECEIVED')
    assert.match(task.args ?? '', /\ufffd/)
    assert.ok(task.name?.startsWith('nul\u0000'))
  })

  it('fields of the wrong kind and endless fields are shortened or left out', async () => {
    const wrong = Object.fromEntries(
      ['name', 'args', 'kwargs', 'root_id', 'retries', 'eta', 'pid', 'clock', 'hostname'].map((key) => [key, { a: [] }]),
    )
    await publisher.send([taskEvent('wrong', 'task-received', wrong)])
    const task = await live.task('wrong', 'is seen', ({ state }) => state === 'RECEIVED')
    assert.deepEqual([task.name, task.args, task.root, task.retries], [null, null, null, 0])
    const many = Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => [`field-${index}`, 'x'.repeat(100)]))
    await publisher.send([
      taskEvent('many', 'task-flood', many),
      taskEvent('long', 'task-received', { args: 'x'.repeat(2_000_000) }),
    ])
    const flooded = await live.task('many', 'is seen', ({ state }) => state === 'FLOOD')
    assert.ok((flooded.custom?.length ?? Infinity) < 100_000)
    const long = await live.task('long', 'is seen', ({ state }) => state === 'RECEIVED')
    assert.ok((long.args?.length ?? Infinity) < 100_000)
  })

  it('a retry storm, thousands of states and thousands of workers are bounded', async () => {
    const storm = Array.from({ length: 3_000 }, (_, index) =>
      taskEvent('storm', 'task-retried', { exception: `again ${index}`, timestamp: 1e9 + index }),
    )
    await publisher.send(storm)
    await publisher.send(Array.from({ length: 3_000 }, (_, index) => taskEvent(`state-${index % 10}`, `task-state-${index}`)))
    await publisher.send(
      Array.from({ length: 6_000 }, (_, index) => ({
        ...taskEvent('', 'worker-heartbeat'),
        hostname: `w${index}@flood`,
        active: 0,
        processed: 0,
      })),
    )
    await publisher.send(wholeTask('after the storm'))
    await arrived('after the storm')
    const { timeline } = await live.request('getTask', { connection: 'c', id: 'storm' })
    assert.ok(timeline.length <= 100)
    assert.ok(live.bridge.picture('workers').length <= 5_000)
  })

  it('every frame of a viewer who looked at all this was JSON, and nothing went wrong inside', async () => {
    await eventually('the viewer saw the last task', () => seesStorm)
    assert.deepEqual(
      live.log.filter((line) => line !== 'GET /socket 101 WebSocket'),
      [],
    )
    assert.equal(live.info().status.kind, 'connected')
    assert.deepEqual(live.info().gaps, [])
    assert.equal(malformed('an error in Warren'), 0)
  })
})

describe('answers of workers that are none', () => {
  it('are counted, and real ones around them are heard', async (context) => {
    const connection = await connect(rabbit.amqpUrl)
    context.after(() => connection.close())
    const channel = await connection.createChannel()
    await channel.assertExchange('celery.pidbox', 'fanout', { durable: false })
    const { queue } = await channel.assertQueue('', { exclusive: true })
    await channel.bindQueue(queue, 'celery.pidbox', '')
    await channel.consume(
      queue,
      (message) => {
        const command = JSON.parse(message?.content.toString() ?? '{}') as { ticket: string; reply_to: { routing_key: string } }
        const reply = (body: Buffer, contentType: string) =>
          channel.sendToQueue(command.reply_to.routing_key, body, {
            contentType,
            contentEncoding: 'utf-8',
            headers: { ticket: command.ticket },
          })
        reply(pickle, 'application/x-python-serialize')
        reply(Buffer.from(`{"w@test":${'['.repeat(1e4)}${']'.repeat(1e4)}}`), 'application/json')
        reply(Buffer.from('{"__proto__": [1], "w@test": [NaN, "tests.task", 7, null]}'), 'application/json')
      },
      { noAck: true },
    )
    const pickled = malformed('pickled')
    const { tasks } = await live.request('listRegisteredTasks', { connection: 'c' })
    assert.deepEqual(
      tasks.map(({ name }) => name),
      ['tests.task'],
    )
    assert.ok(malformed('pickled') > pickled && malformed('too deep') > 0)
  })
})

describe('header tables nested so deep that the AMQP library dies of them', () => {
  it('break the connection, which comes back and says what it missed', async () => {
    await using bridge = await startBridgeProcess()
    await bridge.client.request('connect', { id: 'c', name: 'poisoned', address: rabbit.amqpUrl })
    await bridge.until('connected', isReading)
    await using poisoner = await startPoisoner(rabbit.amqpUrl)
    poisoner.send()
    await bridge.until('the poison is counted', ({ malformed: counts }) => counts['AMQP headers that cannot be decoded'] === 1)
    const { gaps } = await bridge.until('it is back', (info) => isReading(info) && info.gaps[0]?.until !== null)
    assert.deepEqual(
      gaps.map(({ reason }) => reason),
      ['disconnected'],
    )
    await publisher.send(wholeTask('after-the-poison'))
    await eventually('events flow', () =>
      bridge.client.request('getTask', { connection: 'c', id: 'after-the-poison' }).then(
        ({ state }) => state === 'SUCCESS',
        () => false,
      ),
    )
    assert.ok(bridge.running())
  })

  it('do not make it spin when they keep coming', async (context) => {
    await using way = await startForwarder(rabbit.ports.amqp)
    await using other = await startLiveBridge()
    await other.connect({ address: `amqp://guest:guest@127.0.0.1:${way.port}/` })
    await using poisoner = await startPoisoner(rabbit.amqpUrl)
    const source = setInterval(() => poisoner.send(), 50)
    context.after(() => clearInterval(source))
    const before = way.accepted()
    // An observation, not a wait: the pauses double, so that in this time there can be some seven attempts; without, dozens.
    await sleep(12_000)
    const attempts = way.accepted() - before
    assert.ok(attempts >= 2 && attempts <= 12, `${attempts} attempts`)
    clearInterval(source)
    await other.until('c', 'healed', isReading)
    await publisher.send(wholeTask('after-the-stream'))
    await other.task('after-the-stream', 'is seen', ({ state }) => state === 'SUCCESS')
    assert.ok((other.info().malformed['AMQP headers that cannot be decoded'] ?? 0) >= 2)
  })
})
