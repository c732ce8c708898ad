import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { connect, type ChannelModel, type ConfirmChannel } from 'amqplib'
import fc from 'fast-check'
import { commands, encodeCommand, hasTicket, readAnswers } from '../../broker-bridge/sources/celery/control.ts'
import { safeHeaders } from '../../broker-bridge/sources/celery/headers.ts'
import { ownField } from '../../broker-bridge/sources/celery/json.ts'
import { encodeTask, type TaskMessage, type TaskToSend } from '../../broker-bridge/sources/celery/message.ts'
import { defaultNames } from '../../broker-bridge/sources/celery/names.ts'
import { runPython, startWorker, testApp, type CeleryApp, type CeleryWorker } from '../support/celeryWorker.ts'
import { until } from '../support/childProcess.ts'
import { startRabbit, type PrivateRabbit } from '../support/rabbit.ts'

/** What a worker says that chokes on a message. */
const derangement =
  /FrameSyntaxError|Unrecoverable error|UnicodeDecodeError|IndexError|Connection to broker lost|consumer: Cannot connect/

/** Values of the range that amqplib by itself writes in a form workers misread, its borders, and their neighbours. */
const dangerous = [127, 128, 240, 255, 256, 300, 1_000, 3_600, 32_767, 32_768, -1, -128, -129, -300, -32_768, -32_769]

let rabbit: PrivateRabbit
let app: CeleryApp
let model: ChannelModel
let channel: ConfirmChannel

before(async () => {
  rabbit = await startRabbit({ management: false })
  app = testApp(rabbit.amqpUrl)
  model = await connect(rabbit.amqpUrl)
  channel = await model.createConfirmChannel()
})

after(async () => {
  await model.close()
  await rabbit[Symbol.asyncDispose]()
})

const fromNow = (seconds: number) => new Date(Date.now() + seconds * 1_000).toISOString()

let count = 0
function encode(more: Partial<TaskToSend>): TaskMessage {
  const id = `harmless-${++count}`
  const now = Date.now() / 1_000
  const plain = { name: 'tasksapp.echo', id, args: '[]', kwargs: '{}', queue: 'celery', origin: 'warren1@test', now }
  const outcome = encodeTask({ ...plain, ...more })
  assert.ok(outcome.ok, JSON.stringify(outcome))
  return outcome.value
}

/** A message with these headers beside, or instead of, its own. */
function encodeWith(headers: Record<string, unknown>, more: Partial<TaskToSend> = {}): TaskMessage {
  const safe = safeHeaders(headers)
  assert.ok(safe.ok, JSON.stringify(safe))
  const message = encode(more)
  return { ...message, headers: { ...message.headers, ...safe.value } }
}

async function send(messages: readonly TaskMessage[]): Promise<string[]> {
  for (const { exchange, routingKey, content, properties, headers } of messages) {
    channel.publish(exchange, routingKey, content, { ...properties, headers, mandatory: true })
  }
  await channel.waitForConfirms()
  return messages.map(({ properties }) => properties.correlationId)
}

/** Waits until the worker's log tells the end of each task. */
async function allRan(worker: CeleryWorker, ids: readonly string[], end = 'succeeded'): Promise<void> {
  const missing = async () => {
    const log = await worker.log()
    return ids.filter((id) => !log.includes(`[${id}] ${end}`))
  }
  await until(`${ids.length} tasks ${end}`, 60_000, async () => !worker.running() || (await missing()).length === 0)
  assert.deepEqual(await missing(), [], (await worker.log()).slice(-3_000))
}

/** Sends one command and waits for one worker's answer. */
async function ask(method: (typeof commands)[number], destination: readonly string[] | null): Promise<unknown> {
  const ticket = `ticket-${++count}`
  const { queue } = await channel.assertQueue('', { exclusive: true, autoDelete: true })
  const payloads: unknown[] = []
  await channel.consume(
    queue,
    (message) => {
      if (message === null || !hasTicket(message.properties.headers ?? {}, ticket)) return
      const { contentType, contentEncoding } = message.properties as { contentType?: string; contentEncoding?: string }
      const answers = readAnswers(message.content, contentType, contentEncoding)
      payloads.push(answers.ok ? answers.answers[0]?.payload : answers.reason)
    },
    { noAck: true },
  )
  const encoded = encodeCommand({ method, destination, ticket, replyTo: { exchange: '', routingKey: queue } })
  assert.ok(encoded.ok)
  const { content, properties, headers } = encoded.value
  channel.publish(defaultNames.commandExchange, '', content, { ...properties, headers })
  await until(`an answer to ${method}`, 60_000, () => payloads.length > 0)
  return payloads[0]
}

describe('what Warren sends, to a real worker', () => {
  let worker: CeleryWorker
  before(async () => {
    worker = await startWorker(app, { concurrency: 2 })
  })
  after(() => worker.kill())

  /** The same process, still connected, that never lost its way. */
  async function isUnharmed(): Promise<void> {
    assert.ok(worker.running(), (await worker.log()).slice(-3_000))
    assert.equal(ownField(await ask('stats', [worker.hostname]), 'pid'), worker.pid)
    assert.doesNotMatch(await worker.log(), derangement)
  }

  it('tasks with every number a worker could stumble over in their headers run (K1)', async () => {
    const numbers = dangerous.flatMap((value) => [
      encodeWith({ value }),
      encodeWith({ list: [value, null, { value }], half: value + 0.5 }),
      value > 0 ? encodeWith({ retries: value, timelimit: [value, value] }) : encode({ priority: -value % 256 }),
    ])
    await allRan(worker, await send([...numbers, encodeWith({ retries: 200, timelimit: [300, 240] }, { priority: 9 })]))
    await isUnharmed()
  })

  it('Python reads the headers as they were meant', async () => {
    await channel.assertQueue('probe', { durable: false })
    const headers = { numbers: dangerous, deep: { half: 0.5, far: 1_795_220_131_000, text: 'ä' } }
    await send([encodeWith({ ...headers, timelimit: [300, 240], retries: 1_000 }, { queue: 'probe' })])
    const code = `
import json, kombu
with kombu.Connection("${rabbit.amqpUrl}") as connection:
    message = connection.channel().basic_get("probe", no_ack=True)
    print(json.dumps(message.headers))`
    const { numbers, deep, timelimit, retries, stamps, origin } = JSON.parse(await runPython(app, code)) as Record<
      string,
      unknown
    >
    assert.deepEqual({ numbers, deep }, headers)
    assert.deepEqual([timelimit, retries, stamps, origin], [[300, 240], 1_000, {}, 'warren1@test'])
  })

  it('whatever passes as arguments runs, in the only shape there is (K2, K3)', async () => {
    const json = fc.oneof({ arbitrary: fc.json({ stringUnit: 'binary' }), weight: 4 }, fc.string())
    const drawn = fc.sample(
      fc.record({
        args: fc.oneof(
          json,
          json.map((text) => `[${text}]`),
        ),
        kwargs: fc.oneof(json, fc.constant('{}')),
      }),
      3_000,
    )
    const texts = drawn.filter(({ args, kwargs }) => encodeTask({ ...plainTask, args, kwargs }).ok).slice(0, 300)
    assert.ok(texts.length >= 200, `only ${texts.length} passed`)
    const messages = texts.map((text) => encode(text))
    for (const { content, properties } of messages) {
      assert.equal((JSON.parse(content.toString()) as unknown[]).length, 3)
      assert.equal(properties.contentType, 'application/json')
    }
    await allRan(worker, await send(messages))
    await isUnharmed()
  })

  it('odd but valid arguments, times and names do no harm', async () => {
    const tagged = (type: string, value: unknown) => JSON.stringify([{ __type__: type, __value__: value }])
    const ran = await send([
      encode({
        args: '[12345678901234567890123456789, 1e308, -0, "\\u0000", "\u202e"]',
        kwargs: '{"": 1, "__proto__": 2, "a b": 3}',
      }),
      encode({ args: tagged('datetime', '2024-01-02T03:04:05+00:00') }),
      encode({ args: tagged('uuid', { hex: '0'.repeat(32) }) }),
      encode({ args: tagged('base64', '/wA=') }),
      encode({ args: `${'['.repeat(64)}${']'.repeat(64)}` }),
      encode({ args: JSON.stringify(['x'.repeat(500_000)]) }),
      encode({ eta: fromNow(0.2), expires: fromNow(4_294_967) }),
      encode({ eta: '2026-01-01T00:00:00.123456+05:30', expires: fromNow(60 * 86_400) }),
      encode({
        embed:
          '{"callbacks":[{"task":"tasksapp.echo","args":[],"kwargs":{},"options":{},"subtask_type":null,"immutable":false}]}',
      }),
    ])
    await allRan(worker, ran)
    await send([encode({ name: 'no.such.täsk' })])
    await until('the unknown task is refused', 60_000, async () => (await worker.log()).includes('no.such.t'))
    await isUnharmed()
  })

  it('commands, with their clock, are answered', async () => {
    for (const method of commands) assert.notEqual(await ask(method, null), undefined, method)
    for (const method of commands) assert.notEqual(await ask(method, [worker.hostname]), undefined, method)
    await isUnharmed()
  })
})

const plainTask = { name: 'x', id: 'x', queue: 'x', origin: 'x', now: 0 }

describe('the same messages without that care', () => {
  /** A worker of its own queue, to be sacrificed. */
  async function survives(queue: string, harm: (message: TaskMessage) => void): Promise<boolean> {
    await using worker = await startWorker(app, { hostname: `${queue}@test`, queues: [queue] })
    await allRan(worker, await send([encode({ queue })]))
    harm(encode({ queue }))
    await channel.waitForConfirms()
    const id = `harmless-${count}`
    const over = async () => !worker.running() || derangement.test(await worker.log())
    await until(
      'the worker shows what the message did',
      60_000,
      async () => (await over()) || (await worker.log()).includes(`[${id}] succeeded`),
    )
    await channel.purgeQueue(queue)
    return !(await over())
  }

  it('a bare header number ends or deranges a worker, so these tests can fail (K1)', async () => {
    const bare = (message: TaskMessage) =>
      channel.publish('', message.routingKey, message.content, {
        ...message.properties,
        headers: { ...message.headers, timelimit: [300, 240], retries: 0 },
      })
    assert.equal(await survives('victim-1', bare), false)
  })

  it('a body of two parts ends a worker (K2)', async () => {
    const short = ({ routingKey, properties, headers }: TaskMessage) =>
      channel.publish('', routingKey, Buffer.from('[[], {}]'), { ...properties, headers })
    assert.equal(await survives('victim-2', short), false)
  })

  it('a message without content type ends a worker (K3)', async () => {
    const untyped = ({ routingKey, content, headers }: TaskMessage) => channel.publish('', routingKey, content, { headers })
    assert.equal(await survives('victim-3', untyped), false)
  })

  it('and the very same way of looking finds nothing wrong with a message of Warren', async () => {
    const careful = ({ routingKey, content, properties, headers }: TaskMessage) =>
      channel.publish('', routingKey, content, { ...properties, headers })
    assert.equal(await survives('witness', careful), true)
  })
})
