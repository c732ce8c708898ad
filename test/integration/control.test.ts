import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { connect } from 'amqplib'
import { confirmed, placeLine, RequestError } from '../../broker-bridge/protocol/index.ts'
import type {
  Confirmation,
  ControlAnswers,
  ControlCommand,
  Inspection,
  WorkerReport,
} from '../../broker-bridge/protocol/index.ts'
import { startWorker, testApp, type CeleryApp, type CeleryWorker } from '../support/celeryWorker.ts'
import { confirmation, eventually, freshKey, refusal, startLiveBridge, type LiveBridge } from '../support/liveBridge.ts'
import { startRabbit, type PrivateRabbit } from '../support/rabbit.ts'

let rabbit: PrivateRabbit
let app: CeleryApp
let prefork: CeleryWorker
let solo: CeleryWorker
let live: LiveBridge

before(async () => {
  rabbit = await startRabbit()
  app = testApp(rabbit.amqpUrl)
  ;[prefork, solo] = await Promise.all([
    startWorker(app, { hostname: 'many@test', concurrency: 2, queues: ['first'] }),
    startWorker(app, { hostname: 'alone@test', queues: ['second'], args: ['--pool=solo'] }),
  ])
  live = await startLiveBridge()
  await live.connect({ address: rabbit.amqpUrl })
  await live.workers(prefork.hostname, solo.hostname)
})

after(async () => {
  await live[Symbol.asyncDispose]()
  await Promise.all([prefork.kill(), solo.kill()])
  await rabbit[Symbol.asyncDispose]()
})

/** Tells workers something, again while somebody is silent: a busy machine may take longer than the second that is waited for. */
async function tell(control: ControlCommand, ...workers: string[]): Promise<ControlAnswers> {
  let told = await tellOnce(control, ...workers)
  await eventually('all answer', async () => {
    if (told.silent.length > 0) told = await tellOnce(control, ...workers)
    return told.silent.length === 0
  })
  return told
}

/** The same once, for what does more when it is told twice; with a yes where the bridge asks. */
async function tellOnce(control: ControlCommand, ...workers: string[]): Promise<ControlAnswers> {
  const params = { connection: 'c', workers, control, key: freshKey() }
  const answers = await confirmed(live.client, 'controlWorkers', params, () => Promise.resolve(true))
  return answers ?? assert.fail('nobody said no')
}

async function ask(question: Inspection, worker: string): Promise<unknown> {
  let reports: readonly WorkerReport[] = []
  await eventually(`${worker} answers`, async () => {
    ;({ reports } = await live.request('inspectWorkers', { connection: 'c', workers: [worker], question }))
    return reports.length > 0
  })
  assert.equal(reports[0]?.problem, null)
  return reports[0].payload
}

async function processes(): Promise<number> {
  return ((await ask('stats', prefork.hostname)) as { pool: { processes: unknown[] } }).pool.processes.length
}

async function queues(worker: string): Promise<string[]> {
  return ((await ask('active_queues', worker)) as { name: string }[]).map(({ name }) => name).sort()
}

const texts = ({ answers, silent }: ControlAnswers) => [...answers.map(({ worker, ok, text }) => [worker, ok, text]), ...silent]

describe('what workers are told', () => {
  it('lets a pool grow and shrink, and never to nothing (K6)', async () => {
    assert.deepEqual(texts(await tellOnce({ command: 'pool_grow', n: 1 }, 'many@test')), [['many@test', true, 'pool will grow']])
    await eventually('there are three processes', async () => (await processes()) === 3)
    const params = { connection: 'c', workers: ['many@test'], key: freshKey() }
    const asked = await confirmation(live.request('controlWorkers', { ...params, control: { command: 'pool_shrink', n: 2 } }))
    assert.equal(asked.question, 'Take 2 processes away from this worker?')
    assert.match(asked.detail, /\n\nmany@test$/)
    assert.match(placeLine(asked.place), /^test \(amqp:/)
    await tellOnce({ command: 'pool_shrink', n: 2 }, 'many@test')
    await eventually('there is one process', async () => (await processes()) === 1)
    for (const n of [1, 2, 1_000]) {
      const control = { command: 'pool_shrink', n } as const
      const error = await refusal(live.request('controlWorkers', { ...params, control, key: freshKey() }), 'refused')
      assert.match(error.message, /many@test has 1 process; .* never run them\. The last one has to stay\./)
    }
    assert.equal(await processes(), 1)
  })

  it('asks a solo worker nothing of its pool that it cannot do', async () => {
    const control = { command: 'pool_shrink', n: 1 } as const
    const shrink = live.request('controlWorkers', { connection: 'c', workers: ['alone@test'], control, key: freshKey() })
    assert.match((await refusal(shrink, 'refused')).message, /solo pool of alone@test cannot be made smaller/)
    const [[, ok] = []] = texts(await tell({ command: 'pool_grow', n: 1 }, 'alone@test')) as [string, boolean][]
    assert.equal(ok, false)
    assert.ok(solo.running())
  })

  it('says what is missing where a pool does not restart or scale', async () => {
    const restarted = await tell({ command: 'pool_restart' }, 'many@test')
    assert.match(restarted.answers[0]?.text ?? '', /set worker_pool_restarts = True\. \(.*Pool restarts not enabled/)
    const scaled = await tell({ command: 'autoscale', min: 1, max: 2 }, 'many@test', 'alone@test')
    assert.deepEqual(
      scaled.answers.map(({ ok, text }) => [ok, /without --autoscale/.test(text)]),
      [
        [false, true],
        [false, true],
      ],
    )
  })

  it('lets workers take up queues and leave them', async () => {
    assert.deepEqual(texts(await tell({ command: 'add_consumer', queue: 'third' }, 'many@test', 'alone@test')).sort(), [
      ['alone@test', true, 'add consumer third'],
      ['many@test', true, 'add consumer third'],
    ])
    // A worker says yes first, and does it when its loop comes to it.
    await eventually('one consumes it', async () => (await queues('alone@test')).includes('third'))
    await eventually('so does the other', async () => (await queues('many@test')).join() === 'first,third')
    await tell({ command: 'cancel_consumer', queue: 'third' }, 'many@test')
    await eventually('it has left it', async () => (await queues('many@test')).join() === 'first')
  })

  it('does not let a worker declare a queue that is of another kind: it would exit (K5)', async () => {
    const model = await connect(rabbit.amqpUrl)
    const channel = await model.createChannel()
    await channel.assertQueue('short-lived', { durable: true, arguments: { 'x-message-ttl': 60_000 } })
    await channel.assertExchange('as-fanout', 'fanout', { durable: true })
    await model.close()
    for (const queue of ['short-lived', 'as-fanout']) {
      const control = { command: 'add_consumer', queue } as const
      const params = { connection: 'c', workers: ['many@test'], control, key: freshKey() }
      const error = await refusal(live.request('controlWorkers', params), 'refused')
      assert.match(error.message, /is of another kind than a worker would declare \(inequivalent arg '(x-message-ttl|type)'/)
    }
    assert.ok(prefork.running())
    assert.deepEqual(await queues('many@test'), ['first'])
  })

  it('does not let a worker consume a quorum queue or a stream beside others: its connection would break (K8)', async () => {
    const model = await connect(rabbit.amqpUrl)
    const channel = await model.createChannel()
    for (const type of ['quorum', 'stream'])
      await channel.assertQueue(`a-${type}`, { durable: true, arguments: { 'x-queue-type': type } })
    await model.close()
    // Only the management plug-in tells of what kind a queue is; without it any such queue is refused as being of another kind (K5).
    await live.connect({ id: 'managed', name: 'managed', address: rabbit.amqpUrl, management: rabbit.managementUrl ?? '' })
    const isKnown = () =>
      live.bridge
        .picture('workers')
        .some((row) => row.connection === 'managed' && row.name === 'many@test' && row.queues.length > 0)
    await eventually('many@test is known there', isKnown)
    for (const [queue, words] of [
      ['a-quorum', /is a quorum queue, and many@test counts what it holds over all of its queues/],
      ['a-stream', /is a stream, which Celery’s workers cannot consume/],
    ] as const) {
      const params = {
        connection: 'managed',
        workers: ['many@test'],
        control: { command: 'add_consumer' as const, queue },
        key: freshKey(),
      }
      assert.match((await refusal(live.request('controlWorkers', params), 'refused')).message, words)
    }
    await live.request('disconnect', { connection: 'managed' })
    assert.deepEqual(await queues('many@test'), ['first'])
  })

  it('limits rates, and says which tasks are unknown', async () => {
    const limited = await tell({ command: 'rate_limit', task: 'tasksapp.add', rate: '100/m' }, 'many@test')
    assert.deepEqual(texts(limited), [['many@test', true, 'new rate limit set successfully']])
    const registered = (await ask('registered', 'many@test')) as string[]
    assert.ok(registered.includes('tasksapp.add [rate_limit=100/m]'), registered.join())
    assert.deepEqual(texts(await tell({ command: 'rate_limit', task: 'tasksapp.add', rate: '0' }, 'many@test')), [
      ['many@test', true, 'rate limit disabled successfully'],
    ])
    const unknown = await tell({ command: 'time_limit', task: 'no.such', soft: 1, hard: null }, 'many@test')
    assert.deepEqual(texts(unknown), [['many@test', false, 'It has no task of that name. (unknown task)']])
  })

  it('says of time limits that they take effect later', async () => {
    const control = { command: 'time_limit', task: 'tasksapp.sleep', soft: 10, hard: 20 } as const
    const params = { connection: 'c', workers: ['many@test'], control, key: freshKey() }
    const asked = await confirmation(live.request('controlWorkers', params))
    assert.match(asked.detail, /only once the worker has connected to its broker anew/)
    const done = await live.request('controlWorkers', { ...params, nonce: asked.nonce })
    assert.deepEqual(texts(done), [['many@test', true, 'time limits set successfully']])
  })

  it('turns events on and heartbeats out, in one worker', async () => {
    assert.deepEqual(texts(await tell({ command: 'enable_events' }, 'many@test')), [
      ['many@test', true, 'task events already enabled'],
    ])
    assert.deepEqual(texts(await tell({ command: 'heartbeat' }, 'many@test')), [['many@test', true, 'heartbeat sent']])
  })

  it('reaches nobody who is not named, unknown or away', async () => {
    const params = { connection: 'c', control: { command: 'shutdown' } as const, key: freshKey() }
    await refusal(live.request('controlWorkers', { ...params, workers: [] }), 'invalid')
    await refusal(live.request('controlWorkers', { ...params, workers: ['nobody@test'] }), 'not_found')
    const election = { command: 'election', id: 'x', topic: 'task', action: {} } as unknown as ControlCommand
    await refusal(live.request('controlWorkers', { ...params, workers: ['many@test'], control: election }), 'invalid')
    assert.ok(prefork.running() && solo.running())
  })

  it('answers every question readably, with secrets masked', async () => {
    for (const question of [
      'stats',
      'conf',
      'active',
      'reserved',
      'scheduled',
      'revoked',
      'registered',
      'active_queues',
    ] as const)
      assert.notEqual(await ask(question, 'many@test'), null, question)
    assert.match(String(await ask('report', 'many@test')), /celery:5\.2/)
    assert.equal(await ask('ping', 'alone@test'), 'pong')
    const conf = (await ask('conf', 'many@test')) as Record<string, unknown>
    assert.doesNotMatch(JSON.stringify(conf), /guest:guest/)
  })

  it('names workers that do not answer in time', async () => {
    const id = (
      await live.request('enqueue', { connection: 'c', name: 'tasksapp.sleep', args: '[20]', queue: 'second', key: freshKey() })
    ).id
    // Deaf for longer than it takes to see that it is, and to wait for its answer once more.
    await eventually('the solo worker is busy', async () => {
      const { silent } = await live.request('inspectWorkers', { connection: 'c', workers: null, question: 'ping' })
      return silent.includes('alone@test')
    })
    assert.deepEqual(texts(await tellOnce({ command: 'heartbeat' }, 'many@test', 'alone@test')), [
      ['many@test', true, 'heartbeat sent'],
      'alone@test',
    ])
    await live.task(id, 'ended', ({ state }) => state === 'SUCCESS')
  })

  it('names a worker that went away in the middle, and leaves a pool alone that nobody can count any more', async () => {
    await using doomed = await startWorker(app, { hostname: 'doomed@test', concurrency: 2, queues: ['doomed'] })
    await live.workers(doomed.hostname)
    const params = {
      connection: 'c',
      workers: ['doomed@test'],
      control: { command: 'pool_shrink' as const, n: 1 },
      key: freshKey(),
    }
    let nonce = ''
    await eventually('it says how many processes it has', async () => {
      const asked: unknown = await live.request('controlWorkers', params).catch((error: unknown) => error)
      assert.ok(asked instanceof RequestError)
      nonce = asked.code === 'confirmation_needed' ? (asked.data as Confirmation).nonce : ''
      return nonce !== ''
    })
    await doomed.kill()
    const error = await refusal(live.request('controlWorkers', { ...params, nonce }), 'refused')
    assert.match(error.message, /^doomed@test did not say in time how many processes there are, so the pool was left alone/)
    const limit = { command: 'rate_limit', task: 'tasksapp.add', rate: '0' } as const
    const told = await tellOnce(limit, 'many@test', 'doomed@test')
    assert.ok(told.silent.includes('doomed@test'), JSON.stringify(told))
  })

  it('shuts nobody down in production without their name typed, whoever asks', async () => {
    await live.connect({ id: 'p', name: 'orders', address: rabbit.amqpUrl, environment: 'production' })
    const online = () => live.bridge.connection('p').workers.online()
    await eventually('its workers are known', () => ['alone@test', 'many@test'].every((name) => online().includes(name)))
    const params = { connection: 'p', workers: ['alone@test'], control: { command: 'shutdown' } as const, key: freshKey() }
    const ask = (more: object) => live.request('controlWorkers', { ...params, ...more })
    const asked = await confirmation(ask({}))
    assert.deepEqual([asked.typed, asked.place.environment, asked.place.name], ['alone@test', 'production', 'orders'])
    await refusal(ask({ nonce: asked.nonce }), 'invalid')
    const both = await confirmation(
      live.request('controlWorkers', { ...params, workers: ['alone@test', 'many@test'], key: freshKey() }),
    )
    assert.equal(both.typed, 'orders')
    assert.ok(solo.running() && prefork.running())
    await live.request('disconnect', { connection: 'p' })
  })

  it('shuts down whom it was told to, and nobody else (K7)', async () => {
    const params = { connection: 'c', workers: ['alone@test'], control: { command: 'shutdown' } as const, key: freshKey() }
    const asked = await confirmation(live.request('controlWorkers', params))
    assert.deepEqual([asked.question, asked.action, asked.count], ['Shut down this worker?', 'Shut Down', 1])
    const done = await live.request('controlWorkers', { ...params, nonce: asked.nonce })
    assert.deepEqual(texts(done), [['alone@test', true, 'has shut down']])
    await solo.ended
    assert.ok(prefork.running())
  })

  it('is noted, with its place and without arguments', async () => {
    const { entries, file } = await live.request('listActions', {})
    assert.equal(file, null)
    const [newest] = entries
    assert.deepEqual([newest?.action, newest?.what, newest?.outcome], ['Control Workers', 'shutdown on alone@test', 'done'])
    assert.match(newest?.place ?? '', /^test \(amqp:\/\//)
    assert.ok(entries.some(({ action, what }) => action === 'Enqueue Task' && what === 'tasksapp.sleep to queue second'))
    assert.doesNotMatch(JSON.stringify(entries), /\[20\]/)
    assert.ok(entries.some(({ outcome, said }) => outcome === 'failed' && said.includes('another kind')))
  })
})

describe('the same without that care', () => {
  it('a worker that is told to consume a queue of another kind says yes and exits, so these tests can fail (K5)', async () => {
    await using victim = await startWorker(app, { hostname: 'victim@test', queues: ['fourth'] })
    await live.workers('victim@test')
    const connection = live.bridge.connection('c')
    await connection.conversation.tell({ command: 'add_consumer', queue: 'short-lived', queueArguments: {} }, ['victim@test'])
    await eventually('it has exited', () => !victim.running())
  })

  it('and the same told with the arguments that the queue has does not', async () => {
    await using witness = await startWorker(app, { hostname: 'witness@test', queues: ['fifth'] })
    await live.workers('witness@test')
    const connection = live.bridge.connection('c')
    const queueArguments = { 'x-message-ttl': 60_000 }
    await connection.conversation.tell({ command: 'add_consumer', queue: 'short-lived', queueArguments }, ['witness@test'])
    await eventually('it consumes it', async () => (await queues('witness@test')).includes('short-lived'))
    assert.ok(witness.running())
  })
})
