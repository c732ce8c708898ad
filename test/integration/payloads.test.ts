import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { connect } from 'amqplib'
import type { GetMessage } from 'amqplib'
import { RequestError } from '../../broker-bridge/protocol/index.ts'
import type { Confirmation, ConnectionInfo, Method, Params, RecordedPayload, Result } from '../../broker-bridge/protocol/index.ts'
import type { BridgeProcess } from '../support/bridgeProcess.ts'
import { runPython, startWorker, testApp, type CeleryWorker } from '../support/celeryWorker.ts'
import { confirmation, eventually, freshKey, refusal } from '../support/liveBridge.ts'
import { QueueOwner } from '../support/messageQueues.ts'
import { copies, isTracing, losePower, record, startRecordable, stopRecording } from '../support/payloadBridge.ts'
import { startRabbit, type PrivateRabbit } from '../support/rabbit.ts'

let rabbit: PrivateRabbit
let worker: CeleryWorker
let folder: string
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'warren-payloads-'))
  rabbit = await startRabbit()
  worker = await startWorker(testApp(rabbit.amqpUrl))
})
after(async () => {
  await worker[Symbol.asyncDispose]()
  await rabbit[Symbol.asyncDispose]()
  await rm(folder, { recursive: true })
})

let files = 0
const freshFile = (): string => join(folder, String(++files), 'history.db')

const start = (file: string, params: Partial<Params<'connect'>> = {}): Promise<BridgeProcess> =>
  startRecordable(rabbit, file, params)

const ask = <M extends Method>(bridge: BridgeProcess, method: M, params: Params<M>): Promise<Result<M>> =>
  bridge.client.request(method, params, 30_000)

async function payload(bridge: BridgeProcess, id: string, attempts = 1): Promise<RecordedPayload> {
  let found: RecordedPayload | undefined
  await eventually(
    `${attempts} messages of task ${id} are recorded`,
    async () => {
      found = await ask(bridge, 'recordedPayload', { connection: 'c', id }).catch(() => undefined)
      return (found?.attempts.length ?? 0) >= attempts
    },
    () => JSON.stringify([found, bridge.info()?.payloads]),
  )
  assert.ok(found)
  return found
}

/** Publishes a task without Warren and returns its id. */
async function publish(call: string): Promise<string> {
  return (await runPython(testApp(rabbit.amqpUrl), `import tasksapp\nprint((${call}).id)`)).trim()
}

/** Retries a task, saying yes to whatever is asked. */
async function retry(bridge: BridgeProcess, id: string, more: Partial<Params<'retry'>> = {}): Promise<string> {
  const params = { connection: 'c', id, key: freshKey(), ...more }
  const asked = await ask(bridge, 'retry', params).catch((error: unknown) => error)
  if (!(asked instanceof RequestError)) return (asked as Result<'retry'>).id
  assert.equal(asked.code, 'confirmation_needed', asked.message)
  return (await ask(bridge, 'retry', { ...params, nonce: (asked.data as Confirmation).nonce })).id
}

/** Everything in a queue, as it lies there. */
async function drain(queue: string, count: number): Promise<GetMessage[]> {
  const model = await connect(rabbit.amqpUrl)
  const channel = await model.createChannel()
  const messages: GetMessage[] = []
  await eventually(`${count} messages are in ${queue}`, async () => {
    const message = await channel.get(queue, { noAck: true })
    if (message) messages.push(message)
    return messages.length === count
  })
  await model.close()
  return messages
}

const offText = ({ payloads }: ConnectionInfo): string => `${payloads?.state ?? 'none'}: ${payloads?.message ?? ''}`

describe('recording payloads', () => {
  it('is refused where it may not be, in one sentence, and changes nothing', async () => {
    const request = { connection: 'c', key: 'refused-0' }
    {
      await using bridge = await start(freshFile(), { environment: 'staging' })
      const { message } = await refusal(ask(bridge, 'recordPayloads', request), 'refused')
      assert.match(message, /development brokers only.*staging\.$/)
      assert.equal(bridge.info()?.payloads?.refusal, message)
    }
    {
      await using bridge = await start(freshFile(), { readOnly: true })
      await refusal(ask(bridge, 'recordPayloads', request), 'read_only')
    }
    await rabbit.management('users/plain', { password: 'plain', tags: 'management' })
    await rabbit.management('permissions/%2F/plain', { configure: '.*', write: '.*', read: '.*' })
    {
      await using bridge = await start(freshFile(), { address: rabbit.amqpUrl.replace('guest:guest', 'plain:plain') })
      const { message } = await refusal(ask(bridge, 'recordPayloads', request), 'refused')
      assert.match(message, /only administrators.*“plain” is none.*Nothing was changed\.$/)
    }
    assert.equal(await isTracing(rabbit), false)
    assert.deepEqual(await copies(rabbit), [])
  })

  it('says what it changes, keeps messages of tasks only, and turns tracing off again', async () => {
    await using bridge = await start(freshFile())
    const { question, detail } = await record(bridge, { messages: 500, hours: 2 })
    assert.match(question, /virtual host “\/” at http:\/\/127\.0\.0\.1/)
    assert.match(detail, /for everybody who uses it.*copies every message.*exclusive.*500 messages, 100 MB and 2 hours/s)
    assert.equal(await isTracing(rabbit), true)
    const [queue] = await copies(rabbit)
    assert.deepEqual(
      [queue?.exclusive, queue?.arguments['x-max-length'], queue?.arguments['x-message-ttl']],
      [true, 10_000, 60_000],
    )
    const id = await publish('tasksapp.fail.apply_async((7,), headers={"tenant": "acme"}, priority=3)')
    const found = await payload(bridge, id)
    assert.deepEqual([found.name, found.args, found.kwargs, found.canvas], ['tasksapp.fail', '[7]', '{}', null])
    assert.match(found.headers, /"tenant":"acme"/)
    assert.match(found.properties, /"priority":3/)
    assert.deepEqual([found.queues, found.serializer], [['celery'], 'json'])
    assert.deepEqual(await stopRecording(bridge), { turnedOff: true, deleted: 0 })
    assert.equal(await isTracing(rabbit), false)
    await eventually('the queue of copies is gone', async () => (await copies(rabbit)).length === 0)
    const info = await bridge.until('off', ({ payloads }) => payloads?.state === 'off' && payloads.messages > 0)
    // Events and questions to workers go through other exchanges: they are not even copied.
    assert.equal(info.payloads?.messages, 1)
    // What was recorded stays.
    assert.equal((await payload(bridge, id)).body, found.body)
  })

  it('lets a failed task run again byte by byte, with its headers, and keeps retries as attempts of their own', async () => {
    await using bridge = await start(freshFile())
    await record(bridge)
    const id = await publish('tasksapp.fail.apply_async((7,), headers={"tenant": "acme", "big": 2**40, "ratio": 1.5})')
    const original = await payload(bridge, id)
    const plan = await ask(bridge, 'planRetry', { connection: 'c', id })
    assert.equal(plan.source, 'payload')
    assert.match(plan.explanation, /^The recorded message is sent again byte by byte/)
    const again = await payload(bridge, await retry(bridge, id))
    assert.equal(again.body, original.body)
    const [was, is] = [original.headers, again.headers].map((text) => JSON.parse(text) as Record<string, unknown>)
    assert.deepEqual(
      { ...is, id: 0, parent_id: 0, root_id: 0 },
      { ...was, id: 0, parent_id: 0, root_id: 0 },
      'only what must change has changed',
    )
    assert.deepEqual([is?.['id'], is?.['parent_id'], is?.['root_id']], [again.id, id, id])
    await eventually('the worker has failed both in the same way', async () => {
      const { tasks } = await ask(bridge, 'listTasks', { filter: { connection: 'c', states: ['FAILURE'] }, limit: 100 })
      return [id, again.id].every((one) => tasks.some((task) => task.id === one))
    })
    const flaky = await publish('tasksapp.flaky.delay(2)')
    const attempts = await payload(bridge, flaky, 3)
    assert.deepEqual(
      attempts.attempts.map(({ retries }) => retries),
      [0, 1, 2],
    )
    await stopRecording(bridge)
  })

  it('sends a pickled body without looking into it, and takes a chain out of a message unless it is to go along', async () => {
    await using bridge = await start(freshFile())
    await using owner = await ownQueue('asleep')
    await record(bridge)
    const pickled = await publish('tasksapp.echo.apply_async((object(), 2**70), serializer="pickle", queue="asleep")')
    assert.deepEqual([(await payload(bridge, pickled)).args, (await payload(bridge, pickled)).serializer], [null, 'pickle'])
    await retry(bridge, pickled)
    const [first, second] = await drain('asleep', 2)
    assert.ok(first && second)
    assert.deepEqual(second.content, first.content)
    assert.equal(second.properties.contentType, 'application/x-python-serialize')
    assert.notEqual(second.properties.correlationId, first.properties.correlationId)

    const chained = await publish(
      'tasksapp.echo.apply_async(("é\\u2028", 1.10), {"k": 12345678901234567890}, link=tasksapp.add.s(1), queue="asleep")',
    )
    assert.match((await payload(bridge, chained)).canvas ?? '', /tasksapp\.add/)
    await retry(bridge, chained)
    await retry(bridge, chained, { carryCanvas: true })
    const [whole, alone, along] = (await drain('asleep', 3)).map(({ content }) => content.toString())
    assert.equal(along, whole)
    const beginning = whole?.slice(0, whole.indexOf('{"callbacks"'))
    assert.ok(beginning?.includes('12345678901234567890'))
    assert.equal(alone, `${beginning ?? ''}{"callbacks": null, "errbacks": null, "chain": null, "chord": null}]`)
    await stopRecording(bridge)
    assert.ok(owner)
  })

  it('takes what follows a task out of a compressed message as well, and a worker runs what is left once', async () => {
    await using bridge = await start(freshFile())
    await record(bridge)
    const id = await publish('tasksapp.echo.apply_async(("é", 1.10), link=tasksapp.add.si(1, 2), compression="gzip")')
    const original = await payload(bridge, id)
    assert.match(original.canvas ?? '', /tasksapp\.add/)
    assert.match(original.headers, /"compression":"application\/x-gzip"/)
    const again = await payload(bridge, await retry(bridge, id))
    assert.deepEqual([again.args, again.kwargs, again.canvas], [original.args, original.kwargs, null])
    assert.match(again.headers, /"compression":"application\/x-gzip"/)
    const succeeded = async (): Promise<Result<'listTasks'>['tasks']> =>
      (await ask(bridge, 'listTasks', { filter: { connection: 'c', states: ['SUCCESS'] }, limit: 100 })).tasks
    await eventually('the worker has run it again', async () => (await succeeded()).some((task) => task.id === again.id))
    // One worker takes one task after the other: what would follow the new run lies before this one.
    const last = await publish('tasksapp.sleep.delay(0)')
    await eventually('the last one has run', async () => (await succeeded()).some((task) => task.id === last))
    assert.equal((await succeeded()).filter(({ name }) => name === 'tasksapp.add').length, 1)
    await stopRecording(bridge)
  })

  it('is turned off by the next start after a loss of power, or goes on where the user asked for that', async () => {
    const file = freshFile()
    {
      await using bridge = await start(file)
      await record(bridge)
      await losePower(bridge)
    }
    assert.equal(await isTracing(rabbit), true)
    {
      await using bridge = await start(file)
      const info = await bridge.until('told', ({ payloads }) => payloads?.message != null)
      assert.equal(offText(info), 'off: Warren had ended unexpectedly while it recorded payloads; tracing is off again.')
      assert.equal(await isTracing(rabbit), false)
      await record(bridge, { resume: true })
      await losePower(bridge)
    }
    assert.equal(await isTracing(rabbit), true)
    {
      await using bridge = await start(file)
      await bridge.until('recording again', ({ payloads }) => payloads?.state === 'on')
      await payload(bridge, await publish('tasksapp.add.delay(1, 2)'))
    }
    // An orderly end turns it off as well.
    await eventually('tracing is off', async () => !(await isTracing(rabbit)))
    {
      await using bridge = await start(file)
      await bridge.until('recording once more', ({ payloads }) => payloads?.state === 'on')
      assert.deepEqual(await stopRecording(bridge), { turnedOff: true, deleted: 0 })
    }
    await using bridge = await start(file)
    assert.equal(bridge.info()?.payloads?.state, 'off')
    assert.equal(await isTracing(rabbit), false)
  })

  it('leaves on what somebody else had turned on, and goes off when they turn it off', async () => {
    const file = freshFile()
    await rabbit.ctl('trace_on')
    {
      await using bridge = await start(file)
      const { detail } = await record(bridge)
      assert.match(detail, /is on already.*somebody else turned it on.*leaves it on/)
      const { payloads } = await bridge.until('on', (info) => info.payloads?.state === 'on')
      assert.equal(payloads?.turnedOn, false)
      await payload(bridge, await publish('tasksapp.add.delay(1, 2)'))
      await losePower(bridge)
    }
    {
      await using bridge = await start(file)
      await record(bridge)
      assert.deepEqual(await stopRecording(bridge), { turnedOff: false, deleted: 0 })
      assert.equal(await isTracing(rabbit), true)
      await record(bridge)
      await rabbit.ctl('trace_off')
      const info = await bridge.until('off', ({ payloads }) => payloads?.state === 'off')
      assert.match(offText(info), /Somebody turned tracing off/)
    }
  })

  it('goes on when the broker is back, and one window leaves it on for another', async () => {
    const file = freshFile()
    await using first = await start(file)
    await using second = await start(file)
    await record(first)
    await record(second)
    assert.deepEqual(await stopRecording(first), { turnedOff: false, deleted: 0 })
    assert.equal(await isTracing(rabbit), true)
    // The restart takes so long that it may be on again by then: that it waited is seen meanwhile.
    const waited = second.until('waiting', ({ payloads }) => payloads?.state === 'waiting')
    await Promise.all([rabbit.restart(), waited])
    await second.until('on again', ({ payloads }) => payloads?.state === 'on')
    assert.equal(await isTracing(rabbit), true)
    assert.deepEqual(await stopRecording(second), { turnedOff: true, deleted: 0 })
  })

  it('counts what overflows, and what goes to make room', async () => {
    await using bridge = await start(freshFile())
    await using owner = await ownQueue('flooded')
    await record(bridge, { messages: 100 })
    const headers = (index: number) => ({ lang: 'py', task: 'tasksapp.add', id: `flood-${index}`, retries: 0 })
    const body = '[[1, 2], {}, {"callbacks": null, "errbacks": null, "chain": null, "chord": null}]'
    bridge.signal('SIGSTOP')
    for (let index = 0; index < 11_000; index++)
      owner.channel.sendToQueue('flooded', Buffer.from(body), { contentType: 'application/json', headers: headers(index) })
    await owner.channel.waitForConfirms()
    bridge.signal('SIGCONT')
    const { payloads } = await bridge.until('all that is left is read', ({ payloads: now }) => {
      const { overflow = 0, old = 0 } = now?.dropped ?? {}
      return overflow > 0 && (now?.messages ?? 0) === 100 && old > 9_000
    })
    assert.equal(payloads?.messages, 100)
    assert.equal((await payload(bridge, 'flood-10999')).args, '[1,2]')
    const request = { connection: 'c', forget: true, key: freshKey() }
    const { nonce, count } = await confirmation(ask(bridge, 'stopPayloads', request))
    assert.equal(count, 100)
    assert.deepEqual(await ask(bridge, 'stopPayloads', { ...request, nonce }), { turnedOff: true, deleted: 100 })
    await refusal(ask(bridge, 'recordedPayload', { connection: 'c', id: 'flood-10999' }), 'not_found')
  })
})

async function ownQueue(name: string): Promise<QueueOwner> {
  const model = await connect(rabbit.amqpUrl)
  const owner = new QueueOwner(model, await model.createConfirmChannel())
  await owner.declare(name)
  return owner
}
