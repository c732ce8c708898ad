import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import type {
  Activity,
  Confirmation,
  ConnectionInfo,
  Method,
  Params,
  Result,
  TaskRow,
} from '../../broker-bridge/protocol/index.ts'
import { startBridgeProcess, type BridgeProcess } from '../support/bridgeProcess.ts'
import { runPython, startWorker, testApp, type CeleryWorker } from '../support/celeryWorker.ts'
import { startForwarder } from '../support/forwarder.ts'
import { startPublisher, taskEvent, wholeTask, type EventPublisher } from '../support/events.ts'
import {
  confirmation,
  eventually,
  freshKey,
  isReading,
  refusal,
  startLiveBridge,
  type LiveBridge,
} from '../support/liveBridge.ts'
import { startRabbit, type PrivateRabbit } from '../support/rabbit.ts'

let rabbit: PrivateRabbit
let worker: CeleryWorker
let publisher: EventPublisher
let folder: string
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'warren-recording-'))
  rabbit = await startRabbit()
  worker = await startWorker(testApp(rabbit.amqpUrl))
  publisher = await startPublisher(rabbit.amqpUrl)
})
after(async () => {
  await publisher[Symbol.asyncDispose]()
  await worker[Symbol.asyncDispose]()
  await rabbit[Symbol.asyncDispose]()
  await rm(folder, { recursive: true })
})

async function start(
  file: string | null,
  params: Partial<Params<'connect'>> = {},
  options: readonly string[] = [],
): Promise<BridgeProcess> {
  const bridge = await startBridgeProcess({}, ['--history', file ?? 'off', ...options])
  await bridge.client.request('connect', { id: 'c', name: 'test', address: rabbit.amqpUrl, ...params })
  await bridge.until('connected and reading events', isReading)
  return bridge
}

const ask = <M extends Method>(bridge: BridgeProcess, method: M, params: Params<M>): Promise<Result<M>> =>
  bridge.client.request(method, params, 30_000)

/** Asks, and says yes to what is asked back. */
async function record(
  bridge: BridgeProcess,
  more: Partial<Params<'recordHistory'>> = {},
): Promise<{ question: Confirmation; done: Result<'recordHistory'> }> {
  const params = { connection: 'c', key: freshKey(), ...more }
  const question = await confirmation(ask(bridge, 'recordHistory', params))
  return { question, done: await ask(bridge, 'recordHistory', { ...params, nonce: question.nonce }) }
}

async function stop(bridge: BridgeProcess): Promise<Confirmation> {
  const params = { connection: 'c', key: freshKey() }
  const question = await confirmation(ask(bridge, 'stopRecording', params))
  await ask(bridge, 'stopRecording', { ...params, nonce: question.nonce })
  return question
}

const held = async (bridge: BridgeProcess): Promise<readonly TaskRow[]> =>
  (await ask(bridge, 'listTasks', { filter: { connection: 'c' }, limit: 1_000 })).tasks

async function holds(
  bridge: BridgeProcess,
  what: string,
  test: (tasks: readonly TaskRow[]) => boolean,
): Promise<readonly TaskRow[]> {
  let tasks: readonly TaskRow[] = []
  await eventually(
    what,
    async () => test((tasks = await held(bridge))),
    () => JSON.stringify(tasks),
  )
  return tasks
}

async function kill(bridge: BridgeProcess): Promise<void> {
  bridge.client.close()
  bridge.signal('SIGKILL')
  await eventually('the bridge is dead', () => !bridge.running())
}

/** Runs tasks without Warren. */
async function runTasks(code: string): Promise<string[]> {
  const program = `import tasksapp\nsent = [task.id for task in (${code})]\nprint("\\n".join(sent))`
  return (await runPython(testApp(rabbit.amqpUrl), program)).trim().split('\n')
}

const queues = async (): Promise<{ name: string; type: string; durable: boolean; arguments: Record<string, unknown> }[]> =>
  (await rabbit.management('queues/%2F?columns=name,type,durable,arguments')) as never[]

describe('a recording on the broker', () => {
  it('is made when the user says so, and replays once what happened while no bridge ran', async () => {
    const file = join(folder, 'recorded', 'history.db')
    const before = new Set((await queues()).map(({ name }) => name))
    let known: string[] = []
    {
      await using bridge = await start(file)
      const { question, done } = await record(bridge, { maxAge: '3D', megabytes: 20 })
      assert.match(question.detail, /durable stream “warren\.history”.*\/.*celeryev.*3 days.*20 MB/s)
      assert.deepEqual(done, { queue: 'warren.history', created: true })
      const made = (await queues()).find(({ name }) => name === 'warren.history')
      assert.deepEqual([made?.type, made?.durable, made?.arguments['x-max-age']], ['stream', true, '3D'])
      await bridge.until('the recording is known', ({ recording }) => recording?.queue === 'warren.history')
      known = await runTasks('tasksapp.add.delay(n, 1) for n in range(3)')
      await holds(bridge, 'tasks are heard', (tasks) =>
        known.every((id) => tasks.some((task) => task.id === id && task.state === 'SUCCESS')),
      )
      await eventually(
        'they are kept',
        async () => (await ask(bridge, 'queryHistory', { connection: 'c', query: 'state:succeeded', limit: 10 })).counted === 3,
      )
      await kill(bridge)
    }
    const missed = await runTasks('[tasksapp.add.delay(n, 2) for n in range(20)] + [tasksapp.fail.delay()]')
    await eventually('the worker is done', async () => (await worker.log()).includes(`${missed.at(-1) ?? ''}] raised`))
    await using bridge = await start(file)
    const tasks = await holds(
      bridge,
      'all are there',
      (all) => all.length === 24 && all.every(({ state }) => state === 'SUCCESS' || state === 'FAILURE'),
    )
    assert.deepEqual(new Set(tasks.map(({ id }) => id)), new Set([...known, ...missed]))
    const detail = await ask(bridge, 'getTask', { connection: 'c', id: missed[0] ?? '' })
    assert.deepEqual(new Set(detail.timeline.map(({ state }) => state)), new Set(['PENDING', 'RECEIVED', 'STARTED', 'SUCCESS']))
    await stop(bridge)
    assert.deepEqual(
      new Set((await queues()).map(({ name }) => name).filter((name) => !name.startsWith('warren.'))),
      new Set([...before].filter((name) => !name.startsWith('warren.'))),
    )
    assert.equal(
      (await queues()).some(({ name }) => name === 'warren.history'),
      false,
    )
    await readFile(`${file}.recordings.json`, 'utf8').then((text) =>
      assert.deepEqual(JSON.parse(text), { version: 1, recordings: [] }),
    )
  })
})

/** A virtual host of its own, with the exchange that workers declare. */
async function virtualHost(name: string, exchange = true): Promise<string> {
  await rabbit.management(`vhosts/${name}`, {})
  await rabbit.management(`permissions/${name}/guest`, { configure: '.*', write: '.*', read: '.*' })
  if (exchange) await rabbit.management(`exchanges/${name}/celeryev`, { type: 'topic', durable: true })
  return `${rabbit.amqpUrl}${name}`
}

const namesIn = async (name: string): Promise<string[]> =>
  ((await rabbit.management(`queues/${name}?columns=name`)) as { name: string }[]).map((queue) => queue.name)

async function startLive(address: string, params: { readonly readOnly?: boolean } = {}): Promise<LiveBridge> {
  const live = await startLiveBridge({ maxTasks: 50_000 })
  await live.connect({ address, ...params })
  return live
}

async function recordIn(live: LiveBridge, more: Partial<Params<'recordHistory'>> = {}): Promise<Result<'recordHistory'>> {
  const params = { connection: 'c', key: freshKey(), ...more }
  const { nonce } = await confirmation(live.request('recordHistory', params))
  return live.request('recordHistory', { ...params, nonce })
}

/** Tasks that ran, `failed` of them in vain. */
function* ran(count: number, failed = 0): Iterable<object> {
  for (let number = 0; number < count; number++) {
    const id = `task-${number}`
    const [received = {}, started = {}, succeeded = {}] = wholeTask(id)
    yield received
    yield started
    yield number < failed ? taskEvent(id, 'task-failed', { exception: "ValueError('x')", traceback: 'ValueError: x' }) : succeeded
  }
}

/** Records in a virtual host of its own, and publishes while no bridge runs. */
async function recorded(name: string, events: Iterable<object>, queue = 'warren.history'): Promise<string> {
  const address = await virtualHost(name)
  {
    await using live = await startLive(address)
    assert.equal((await recordIn(live, { queue })).created, true)
  }
  await using elsewhere = await startPublisher(address)
  await elsewhere.sendAll(events)
  return address
}

const states = (name: string): Promise<string> => rabbit.ctl('list_queues', '-p', name, 'name', 'state')
const activityOf = ({ bridge }: LiveBridge): Activity => bridge.picture('activity')
const isReplayed = ({ recording }: ConnectionInfo): boolean => recording?.replay === null

describe('a replay', () => {
  it('counts each event once, is no news and no rate, and is told while it lasts', async () => {
    const address = await recorded('counted', ran(20_000, 50))
    await using live = await startLiveBridge({ maxTasks: 50_000 })
    const told: string[] = []
    let fastest = 0
    live.bridge.onChange((change) => {
      const replay = change === 'connections' ? live.bridge.picture('connections')[0]?.recording?.replay : null
      if (replay) told.push(`${replay.events}/${replay.total}`)
      fastest = Math.max(fastest, activityOf(live).eventsPerSecond)
    })
    await live.connect({ address })
    await eventually('everything is there', () => activityOf(live).tasks === 20_000 && isReplayed(live.info()))
    assert.deepEqual([activityOf(live).events, fastest], [60_000, 0])
    assert.deepEqual({ ...activityOf(live).states }, { FAILURE: 50, SUCCESS: 19_950 })
    assert.ok(told.length > 1 && told.some((one) => one !== '60000/60000'), told.join(' '))
    const [group] = live.bridge.picture('failures').groups
    assert.deepEqual([group?.count, group?.lastHeard], [50, 0])
  })

  it('goes on where it was when its connection breaks', async () => {
    // Nobody looks for it by this name unasked, so that the test says when it is replayed.
    const direct = await recorded('broken', ran(20_000), 'warren.other')
    await using forwarder = await startForwarder(rabbit.ports.amqp)
    await using live = await startLive(direct.replace(`:${rabbit.ports.amqp}/`, `:${forwarder.port}/`))
    await eventually('both connections stand', () => live.info().capabilities.control.available)
    assert.equal(live.info().recording, null)
    const before = forwarder.accepted()
    forwarder.cutNext = 5_000_000
    assert.equal((await recordIn(live, { queue: 'warren.other' })).created, false)
    await eventually('everything is there', () => activityOf(live).tasks === 20_000 && isReplayed(live.info()))
    assert.equal(forwarder.accepted() - before, 2, 'one connection that was cut, and the one that went on')
    assert.deepEqual([activityOf(live).events, { ...activityOf(live).states }], [60_000, { SUCCESS: 20_000 }])
    await using whole = await startForwarder(rabbit.ports.amqp)
    await using another = await startLive(direct.replace(`:${rabbit.ports.amqp}/`, `:${whole.port}/`))
    await recordIn(another, { queue: 'warren.other' })
    await eventually('everything is there', () => activityOf(another).tasks === 20_000 && isReplayed(another.info()))
    const saved = whole.mostPassed() - forwarder.mostPassed()
    assert.ok(saved > 3_000_000, `the second connection brought ${saved} bytes less than all`)
  })

  it('is begun again by the next bridge when its own was killed in the middle', async () => {
    // So many that a replay is told of, twice a second at most, before it is over.
    const address = await recorded('killed', ran(25_000, 30))
    const file = join(folder, 'middle', 'history.db')
    {
      await using bridge = await startBridgeProcess({}, ['--history', file])
      await bridge.client.request('connect', { id: 'c', name: 'test', address })
      await bridge.until('it is being replayed', ({ recording }) => (recording?.replay?.events ?? 0) > 0)
      await kill(bridge)
    }
    await using bridge = await startBridgeProcess({}, ['--history', file])
    await bridge.client.request('connect', { id: 'c', name: 'test', address })
    const count = async (state: 'SUCCESS' | 'FAILURE') =>
      (await ask(bridge, 'listTasks', { filter: { connection: 'c', states: [state] }, limit: 1 })).matched
    await eventually('everything is there', async () => (await count('SUCCESS')) === 24_970 && (await count('FAILURE')) === 30)
    const failures = new Promise<number>((resolve) =>
      bridge.client.on('failures', ({ groups }) => resolve(groups[0]?.count ?? 0)),
    )
    await ask(bridge, 'watch', { topics: ['connections', 'failures'] })
    assert.equal(await failures, 30)
    const { timeline } = await ask(bridge, 'getTask', { connection: 'c', id: 'task-1000' })
    assert.equal(timeline.length, 3)
  })

  it('fills the gap after Warren could not connect for a while', async () => {
    await virtualHost('away')
    await rabbit.management('users/keeper', { password: 'keeper', tags: '' })
    const allowed = { configure: '.*', write: '.*', read: '.*' }
    await rabbit.management('permissions/away/keeper', allowed)
    await using live = await startLive(`amqp://keeper:keeper@127.0.0.1:${rabbit.ports.amqp}/away`)
    await recordIn(live)
    await rabbit.management('permissions/away/keeper', undefined, 'DELETE')
    await closeConnections('Warren test (events)')
    await live.until('c', 'a gap', ({ gaps }) => gaps.length === 1)
    await using elsewhere = await startPublisher(`${rabbit.amqpUrl}away`)
    await elsewhere.sendAll(ran(10))
    await rabbit.management('permissions/away/keeper', allowed)
    const { gaps } = await live.until('c', 'the gap is filled', (info) => info.gaps[0]?.filledFrom !== undefined)
    assert.deepEqual([gaps.length, gaps[0]?.filledFrom], [1, gaps[0]?.from])
    assert.deepEqual({ ...activityOf(live).states }, { SUCCESS: 10 })
    assert.equal(activityOf(live).events, 30)
  })

  it('survives the broker', async () => {
    const address = await recorded('crashed', ran(10))
    await using live = await startLive(address)
    await eventually('everything is there', () => activityOf(live).tasks === 10)
    // After a SIGKILL, RabbitMQ 3.10.8 itself often leaves a stream down that was made only just before.
    await rabbit.restartApp()
    // Until its stream runs, the broker confirms what it then does not keep.
    await eventually('the stream runs', async () => /warren\.history\s+running/.test(await states('crashed')))
    await using elsewhere = await startPublisher(address)
    await elsewhere.send(wholeTask('afterwards'))
    await live.until(
      'c',
      'the gap is filled',
      ({ gaps }) => gaps.length > 0 && gaps.every(({ from, filledFrom }) => filledFrom === from),
    )
    await live.task('afterwards', 'is known', ({ state }) => state === 'SUCCESS')
    assert.deepEqual([activityOf(live).tasks, activityOf(live).events], [11, 33])
    await using another = await startLive(address)
    await eventually('everything is there', () => activityOf(another).events === 33 && activityOf(another).tasks === 11)
  })

  it('is the right of read-only connections too, which make and remove nothing', async () => {
    const address = await recorded('read-only', ran(10))
    await using live = await startLive(address, { readOnly: true })
    await eventually('everything is there', () => activityOf(live).tasks === 10)
    await refusal(live.request('recordHistory', { connection: 'c', key: freshKey() }), 'read_only')
    await refusal(live.request('stopRecording', { connection: 'c', key: freshKey() }), 'read_only')
    assert.ok((await namesIn('read-only')).includes('warren.history'))
  })

  it('disturbs no other bridge, and none of them the recording', async () => {
    const address = await recorded('shared', ran(3_000))
    const bridges = await Promise.all([startLive(address), startLive(address), startLive(address)])
    await using elsewhere = await startPublisher(address)
    await elsewhere.sendAll(wholeTask('live'))
    // The last task is known by its first event already.
    const events = () => bridges.map((live) => activityOf(live).events)
    await eventually(
      'everything is there',
      () => events().every((n) => n >= 9_003) && bridges.every((live) => isReplayed(live.info())),
    )
    assert.deepEqual(events(), [9_003, 9_003, 9_003])
    assert.deepEqual(
      bridges.map((live) => activityOf(live).tasks),
      [3_001, 3_001, 3_001],
    )
    for (const live of bridges) await live[Symbol.asyncDispose]()
  })

  it('takes no more than can be held, and says so', async () => {
    const address = await recorded('large', ran(3_000))
    await using live = await startLiveBridge({ maxTasks: 1_000 })
    await live.connect({ address })
    await live.until(
      'c',
      'it is over',
      (info) => info.recording?.message?.includes('about its newest 4,000') === true && isReplayed(info),
    )
    const { events } = activityOf(live)
    assert.ok(events >= 4_000 && events < 9_000, `${events} of 9,000: to the beginning of the last chunk 4,000`)
    await live.task('task-2999', 'the newest is there', ({ state }) => state === 'SUCCESS')
  })
})

describe('a recording that cannot be made', () => {
  it('leaves nothing behind where rights are missing', async () => {
    await virtualHost('rights')
    const address = `amqp://lens:lens@127.0.0.1:${rabbit.ports.amqp}/rights`
    await rabbit.management('users/lens', { password: 'lens', tags: '' })
    const grant = (configure: string) =>
      rabbit.management('permissions/rights/lens', { configure, write: '^warren\\.', read: '^(warren\\..*|celeryev)$' })
    await grant('^warren\\.')
    await using live = await startLive(address)
    await grant('^warren\\.(events|overflow)\\.')
    assert.match((await refusal(recordIn(live), 'refused')).message, /may not record history.*configure/)
    await rabbit.management('permissions/rights/lens', { configure: '.*', write: '.*', read: '^warren\\.' })
    assert.match((await refusal(recordIn(live), 'refused')).message, /may not record history.*celeryev/)
    assert.ok(!(await namesIn('rights')).includes('warren.history'))
  })

  it('leaves nothing behind where no worker ever was', async () => {
    const address = await virtualHost('unborn', false)
    await using live = await startLiveBridge()
    await live.connect({ address }, ({ status }) => status.kind === 'connected')
    assert.match((await refusal(recordIn(live), 'refused')).message, /no Celery worker/)
    assert.ok(!(await namesIn('unborn')).includes('warren.history'))
  })

  it('touches no queue that has its name', async () => {
    const address = await virtualHost('taken')
    await rabbit.management('queues/taken/warren.history', { durable: true })
    const publish = { properties: {}, routing_key: 'warren.history', payload: 'mine', payload_encoding: 'string' }
    await rabbit.management('exchanges/taken/amq.default/publish', publish, 'POST')
    await using live = await startLive(address)
    assert.match((await refusal(recordIn(live), 'refused')).message, /“warren\.history” with other properties/)
    await refusal(live.request('stopRecording', { connection: 'c', key: freshKey() }), 'not_found')
    assert.equal(live.info().recording, null)
    const get = { count: 1, ackmode: 'ack_requeue_true', encoding: 'auto' }
    const [message] = (await rabbit.management('queues/taken/warren.history/get', get, 'POST')) as { redelivered: boolean }[]
    assert.equal(message?.redelivered, false, 'nobody looked into it')
  })

  it('says what is wrong with a name, an age or a size', async () => {
    await using live = await startLive(await virtualHost('words'))
    const wrong = async (more: object) =>
      (await refusal(live.request('recordHistory', { connection: 'c', key: freshKey(), ...more }), 'invalid')).message
    assert.match(await wrong({ queue: 'celery' }), /must begin with “warren\.”/)
    assert.match(await wrong({ maxAge: '7 days' }), /such as 7D/)
    assert.match(await wrong({ megabytes: 1 }), /from 10 to 1000000/)
  })
})

async function closeConnections(name: string): Promise<void> {
  const all = (await rabbit.ctl('list_connections', 'pid', 'client_properties')).split('\n')
  const pids = all.filter((line) => line.includes(name)).map((line) => line.split('\t')[0] ?? '')
  for (const pid of pids) await rabbit.ctl('close_connection', pid, 'by the test')
}
