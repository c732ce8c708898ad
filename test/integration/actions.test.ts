import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { connect } from 'amqplib'
import type { GetMessage } from 'amqplib'
import { confirmed } from '../../broker-bridge/protocol/index.ts'
import type { Enqueued, Params, TaskDetail } from '../../broker-bridge/protocol/index.ts'
import { runPython, startWorker, testApp, type CeleryApp, type CeleryWorker } from '../support/celeryWorker.ts'
import { confirmation, eventually, freshKey, refusal, startLiveBridge, type LiveBridge } from '../support/liveBridge.ts'
import { startPublisher, taskEvent, wholeTask } from '../support/events.ts'
import { startRabbit, type PrivateRabbit } from '../support/rabbit.ts'

let rabbit: PrivateRabbit
let app: CeleryApp
let worker: CeleryWorker
let live: LiveBridge

before(async () => {
  rabbit = await startRabbit()
  app = testApp(rabbit.amqpUrl, join(rabbit.folder, 'results.db'))
  worker = await startWorker(app, { concurrency: 2 })
  live = await startLiveBridge()
  await live.connect({ address: rabbit.amqpUrl, management: rabbit.managementUrl ?? '' })
  await live.workers(worker.hostname)
})

after(async () => {
  await live[Symbol.asyncDispose]()
  await worker.kill()
  await rabbit[Symbol.asyncDispose]()
})

type Wish = Partial<Params<'enqueue'>> & { name: string }

/** Says yes where nobody consumes the queue: these tests look at what is in it. */
async function enqueue({ name, ...more }: Wish): Promise<Enqueued> {
  const params = { connection: 'c', key: freshKey(), ...more, name: `tasksapp.${name}` }
  const sent = await confirmed(live.client, 'enqueue', params, () => Promise.resolve(true))
  assert.ok(sent)
  return sent
}

const succeeded = (id: string): Promise<TaskDetail> => live.task(id, 'succeeds', (task) => task.state === 'SUCCESS')
const ended = (id: string): Promise<TaskDetail> => live.task(id, 'ends', (task) => task.endedAt !== null)

/** What a task returned, as Python wrote it into its result backend: `echo` returns exactly what the worker was given. */
async function returned(id: string): Promise<string> {
  await succeeded(id)
  return (await runPython(app, `from tasksapp import app\nprint(ascii(app.AsyncResult("${id}").get(timeout=20)))`)).trim()
}

/** What Python itself makes of two JSON texts, in the same form. */
async function asPython(args: string, kwargs: string): Promise<string> {
  const file = join(rabbit.folder, 'arguments.json')
  await writeFile(file, `[${args},${kwargs}]`)
  return (await runPython(app, `import json\nprint(ascii(json.load(open("${file}", encoding="utf-8"))))`)).trim()
}

/** Publishes from Python, as an application does; the code prints the id. */
const published = async (expression: string, before = ''): Promise<string> =>
  (await runPython(app, `import tasksapp\nfrom tasksapp import *\n${before}\nprint((${expression}).id)`)).trim()

async function taken(queue: string): Promise<GetMessage> {
  const connection = await connect(rabbit.amqpUrl)
  const channel = await connection.createChannel()
  const message = await channel.get(queue, { noAck: true })
  await connection.close()
  assert.ok(message, `a message is in ${queue}`)
  return message
}

async function declare(queue: string): Promise<string> {
  const connection = await connect(rabbit.amqpUrl)
  const channel = await connection.createChannel()
  await channel.assertQueue(queue, { durable: true })
  await connection.close()
  return queue
}

describe('enqueue', () => {
  const values: readonly (readonly [string, string, string])[] = [
    ['nothing', '[]', '{}'],
    ['every type', '[null, true, false, 0, -1, 1.5, -0.0, 1e300, "", "text", [], {}]', '{"a": null, "b": [1, {"c": false}]}'],
    [
      'integers beyond a double',
      '[9223372036854775809, -9223372036854775809, 123456789012345678901234567890]',
      '{"n": 18446744073709551617}',
    ],
    [
      'unicode and odd characters',
      '["ä€😀", "\\u0000\\u202e\\"\\\\/\\n", "\\ud83d\\ude00"]',
      '{"größe": "ключ", "": "empty name"}',
    ],
    ['nesting', `${'['.repeat(30)}1${']'.repeat(30)}`, '{"a": {"b": {"c": {"d": [[], {}, [{}]]}}}}'],
    ['a large text', JSON.stringify(['x'.repeat(300_000)]), '{}'],
  ]
  for (const [what, args, kwargs] of values) {
    it(`carries ${what} to the worker exactly`, async () => {
      const { id } = await enqueue({ name: 'echo', args, kwargs })
      assert.equal(await returned(id), await asPython(args, kwargs))
    })
  }

  it('refuses what is no JSON of the right kind, with a sentence, and sends nothing', async () => {
    for (const wrong of ['{}', 'null', '1', '[NaN]', '[1', '["\\ud800"]', `${'['.repeat(80)}${']'.repeat(80)}`]) {
      const error = await refusal(enqueue({ name: 'echo', args: wrong, id: 'never-sent' }), 'invalid')
      assert.match(error.message, /args/)
    }
    await refusal(enqueue({ name: 'echo', kwargs: '[]', id: 'never-sent' }), 'invalid')
    await refusal(live.request('getTask', { connection: 'c', id: 'never-sent' }), 'not_found')
  })

  it('shows the task at once, from Warren itself', async () => {
    const queue = await declare('nobody-consumes-1')
    const { id } = await enqueue({ name: 'echo', queue })
    const task = await live.request('getTask', { connection: 'c', id })
    assert.deepEqual([task.state, task.name, task.queue, task.root], ['PENDING', 'tasksapp.echo', queue, id])
  })

  it('goes to the default queue unless told otherwise', async () => {
    assert.equal((await enqueue({ name: 'echo' })).queue, 'celery')
    assert.deepEqual((await live.request('listQueueNames', { connection: 'c' })).default, 'celery')
  })

  it('says clearly that a queue does not exist, and the same key may be used again', async () => {
    const key = freshKey()
    const error = await refusal(enqueue({ name: 'echo', queue: 'no-such-queue', key, id: 'lost' }), 'unroutable')
    assert.match(error.message, /No queue “no-such-queue” exists/)
    await refusal(live.request('getTask', { connection: 'c', id: 'lost' }), 'not_found')
    await declare('no-such-queue')
    assert.equal((await enqueue({ name: 'echo', queue: 'no-such-queue', key, id: 'lost' })).id, 'lost')
  })

  it('writes ETA, expiry and priority into the message', async () => {
    const queue = await declare('nobody-consumes-2')
    const eta = '2031-02-03T04:05:06.789+05:30'
    const { id } = await enqueue({ name: 'echo', queue, eta, expires: '2032-01-01T00:00:00+00:00', priority: 7 })
    const { properties } = await taken(queue)
    const headers = properties.headers as Readonly<Record<string, unknown>>
    assert.equal(properties.priority, 7)
    assert.equal(Date.parse(String(headers['eta'])), Date.parse(eta))
    assert.equal(Date.parse(String(headers['expires'])), Date.parse('2032-01-01T00:00:00Z'))
    assert.deepEqual([headers['id'], properties.correlationId, headers['task']], [id, id, 'tasksapp.echo'])
  })

  it('makes a countdown an ETA that the worker waits for', async () => {
    const before = Date.now() / 1_000
    const { id } = await enqueue({ name: 'add', args: '[1, 1]', countdown: 1.5 })
    const task = await succeeded(id)
    assert.ok(task.eta !== null && Date.parse(task.eta) / 1_000 >= before + 1.4, String(task.eta))
    assert.ok(Number(task.startedAt) >= before + 1.4, `${task.startedAt} against ${before}`)
    const error = await refusal(enqueue({ name: 'add', countdown: 1, eta: '2031-01-01T00:00:00Z' }), 'invalid')
    assert.match(error.message, /either an ETA or a countdown/)
  })

  it('makes a task expire in the queue, by seconds or by date', async () => {
    const queue = await declare('nobody-consumes-3')
    await enqueue({ name: 'echo', queue, expires: 0.2 })
    const connection = await connect(rabbit.amqpUrl)
    const channel = await connection.createChannel()
    await eventually('the broker dropped it', async () => (await channel.checkQueue(queue)).messageCount === 0)
    await connection.close()
    const { id } = await enqueue({ name: 'add', args: '[1, 2]', expires: 3_600 })
    assert.equal((await succeeded(id)).result, '3')
  })

  it('acts once per key, however often the request arrives', async () => {
    const key = freshKey()
    const wish = { name: 'echo', args: '["once"]', key }
    const answers = await Promise.all([enqueue(wish), enqueue(wish), enqueue(wish)])
    assert.equal(new Set(answers.map((answer) => answer.id)).size, 1)
    const error = await refusal(enqueue({ ...wish, args: '["another"]' }), 'invalid')
    assert.match(error.message, /key belongs to another request/)
    await succeeded(answers[0].id)
    const { matched } = await live.request('listTasks', { filter: { query: 'once' }, limit: 10 })
    assert.equal(matched, 1)
  })

  it('lists what workers registered', async () => {
    // A worker that is kept from answering within the second that Warren gives it answers the next time.
    await eventually('the worker answers with what it registered', async () => {
      const { tasks, silent } = await live.request('listRegisteredTasks', { connection: 'c' })
      return (
        silent.length === 0 && tasks.some(({ name, workers }) => name === 'tasksapp.echo' && workers.includes(worker.hostname))
      )
    })
  })
})

const retry = (id: string, more: Partial<Params<'retry'>> = {}): Promise<Enqueued> =>
  live.request('retry', { connection: 'c', id, key: freshKey(), ...more })
const plan = (id: string) => live.request('planRetry', { connection: 'c', id })

describe('retry', () => {
  it('takes the exact arguments of what Warren itself sent, under a new id linked both ways', async () => {
    const [args, kwargs] = ['[9223372036854775809, "C:\\\\new", 1.0]', '{"deep": [[[[["x"]]]]]}']
    const { id } = await enqueue({ name: 'echo', args, kwargs })
    await succeeded(id)
    assert.deepEqual(await plan(id).then(({ source, queue, args: planned }) => ({ source, queue, planned })), {
      source: 'recorded',
      queue: 'celery',
      planned: args,
    })
    const again = await retry(id)
    assert.notEqual(again.id, id)
    assert.equal(await returned(again.id), await asPython(args, kwargs))
    const task = await succeeded(again.id)
    assert.deepEqual([task.retryOf, task.parent, task.root, task.retries], [id, id, id, 0])
    const original = await live.task(id, 'knows its retry', ({ retriedAs }) => retriedAs.length > 0)
    assert.deepEqual([original.retriedAs, original.children], [[again.id], [again.id]])
    const third = await retry(again.id)
    const last = await succeeded(third.id)
    assert.deepEqual([last.parent, last.root], [again.id, id])
  })

  it('takes arguments from an event’s text only after asking, with a nonce that works once', async () => {
    const id = await published('echo.delay(7, "plain", None, k=[True, {"a": 1.5}])')
    await ended(id)
    const planned = await plan(id)
    assert.deepEqual([planned.source, planned.name, planned.queue], ['event', 'tasksapp.echo', 'celery'])
    assert.match(planned.explanation, /event/)
    const key = freshKey()
    const asked = await confirmation(retry(id, { key }))
    assert.match(`${asked.question} ${asked.detail}`, /tasksapp\.echo[\s\S]*celery[\s\S]*7[\s\S]*plain/)
    await refusal(retry(id, { key, nonce: 'not the nonce at all' }), 'confirmation_needed')
    const { nonce } = await confirmation(retry(id, { key }))
    const again = await retry(id, { key, nonce })
    const [repeated, lateAnswer] = [await retry(id, { key, nonce }), await retry(id, { key })]
    assert.deepEqual([repeated.id, lateAnswer.id], [again.id, again.id])
    await refusal(retry(id, { nonce }), 'confirmation_needed')
    assert.equal(await returned(again.id), await asPython('[7, "plain", null]', '{"k": [true, {"a": 1.5}]}'))
    const original = await live.request('getTask', { connection: 'c', id })
    assert.deepEqual(original.retriedAs, [again.id])
    assert.deepEqual(original.children, [again.id])
  })

  it('asks again when an event has changed meanwhile what the yes was given to', async () => {
    await using publisher = await startPublisher(rabbit.amqpUrl)
    const more = { name: 'tasksapp.echo' }
    await publisher.send(wholeTask('changing', { ...more, args: '(1,)' }))
    await ended('changing')
    const key = freshKey()
    const asked = await confirmation(retry('changing', { key, queue: 'celery' }))
    assert.match(asked.detail, /with args \[1\]/)
    await publisher.send([taskEvent('changing', 'task-received', { ...more, args: '(2,)' })])
    await live.task('changing', 'has other arguments', ({ args }) => args === '(2,)')
    const again = await confirmation(retry('changing', { key, queue: 'celery', nonce: asked.nonce }))
    assert.match(again.detail, /with args \[2\]/)
    const sent = await retry('changing', { key, queue: 'celery', nonce: again.nonce })
    assert.equal(await returned(sent.id), '[[2], {}]')
  })

  it('does not accept a yes that was given to another request', async () => {
    const id = await published('echo.delay("one")')
    const other = await published('echo.delay("two")')
    await Promise.all([ended(id), ended(other)])
    const { nonce } = await confirmation(retry(id))
    await refusal(retry(other, { nonce }), 'confirmation_needed')
    const key = freshKey()
    const second = await confirmation(retry(id, { key }))
    await refusal(retry(id, { key, nonce: second.nonce, queue: 'elsewhere' }), 'confirmation_needed')
  })

  for (const [what, expression] of [
    ['shortened', 'echo.delay("x" * 3000)'],
    ['nested too deep', 'echo.delay([[[[1]]]])'],
    ['of a type of its own', 'echo.delay(float("nan"))'],
    ['ambiguous', 'echo.delay("C:\\\\new")'],
  ] as const) {
    it(`refuses arguments whose text is ${what}, until the user completed them`, async () => {
      const id = await published(expression)
      await ended(id)
      const planned = await plan(id)
      assert.deepEqual([planned.source, planned.args], ['incomplete', null])
      assert.equal(planned.kwargs, '{}', 'what can be trusted is there to start from')
      assert.ok(planned.argsShown !== null && planned.argsShown.length > 2)
      const error = await refusal(retry(id), 'refused')
      assert.match(error.message, /nothing was sent/)
      const again = await retry(id, { args: '["completed"]', kwargs: '{}' })
      assert.equal(await returned(again.id), "[['completed'], {}]")
      assert.equal((await succeeded(again.id)).parent, id)
    })
  }

  it('calls a task with a display name incomplete, and never sends that name unseen', async () => {
    const id = await published('add.apply_async((1, 2), shadow="pretty name")', 'app.conf.task_send_sent_event = False')
    const task = await ended(id)
    assert.equal(task.name, 'pretty name')
    const planned = await plan(id)
    assert.equal(planned.source, 'incomplete')
    assert.match(planned.explanation, /display name/)
    await refusal(retry(id), 'refused')
    const named = { name: 'tasksapp.add', key: freshKey() }
    const { nonce } = await confirmation(retry(id, named))
    const again = await retry(id, { ...named, nonce })
    assert.equal((await succeeded(again.id)).result, '3')
  })

  it('asks before it runs a second copy beside a task that has not ended', async () => {
    // It ends with the worker, long after this question.
    const { id } = await enqueue({ name: 'sleep', args: '[600]' })
    await live.task(id, 'runs', (task) => task.state === 'STARTED')
    const { detail } = await confirmation(retry(id))
    assert.match(detail, /has not ended yet/)
  })

  it('says that it does not know the task', async () => {
    const error = await refusal(plan('no-such-task'), 'not_found')
    assert.match(error.message, /held neither in memory nor in the history/)
    await refusal(retry('no-such-task'), 'not_found')
  })

  it('goes to the queue that task-sent named', async () => {
    await declare('named-by-sender')
    const id = await published('echo.apply_async((1,), queue="named-by-sender")')
    const planned = await live.task(id, 'is seen', (task) => task.queue !== null).then(() => plan(id))
    assert.equal(planned.queue, 'named-by-sender')
    assert.match(planned.queueSource, /task-sent/)
  })

  it('goes to the only queue its worker consumes when no event named one', async () => {
    const id = await published('echo.delay("silent sender")', 'app.conf.task_send_sent_event = False')
    await ended(id)
    const planned = await plan(id)
    assert.equal(planned.queue, 'celery')
    assert.match(planned.queueSource, /only queue/)
  })
})

describe('with a worker of several queues', () => {
  it('asks for the queue where nothing tells it', async () => {
    await rabbit.management('vhosts/several', {})
    await rabbit.management('permissions/several/guest', { configure: '.*', write: '.*', read: '.*' })
    const elsewhere = testApp(`${rabbit.amqpUrl}several`, join(rabbit.folder, 'several.db'))
    await using several = await startWorker(elsewhere, { hostname: 'several@test', queues: ['one', 'two'] })
    await live.connect({ id: 'several', address: `${rabbit.amqpUrl}several`, management: rabbit.managementUrl ?? '' })
    await live.workers(several.hostname)
    const key = freshKey()
    const error = await refusal(live.request('enqueue', { connection: 'several', name: 'tasksapp.echo', key }), 'invalid')
    assert.match(error.message, /one, two/)
    const code = 'from tasksapp import *\napp.conf.task_send_sent_event = False\nprint(echo.apply_async((1,), queue="two").id)'
    const id = (await runPython(elsewhere, code)).trim()
    await live.task(id, 'ends', (task) => task.endedAt !== null, 'several')
    const planned = await live.request('planRetry', { connection: 'several', id })
    assert.deepEqual([planned.queue, [...planned.queueChoices].sort()], [null, ['one', 'two']])
    const wish = { connection: 'several', id, args: '[2]', kwargs: '{}' }
    await refusal(live.request('retry', { ...wish, key: freshKey() }), 'invalid')
    const again = await live.request('retry', { ...wish, queue: 'one', key: freshKey() })
    assert.equal(again.queue, 'one')
    await live.task(again.id, 'succeeds', (task) => task.state === 'SUCCESS', 'several')
    await live.request('disconnect', { connection: 'several' })
  })
})

describe('a read-only connection', () => {
  it('refuses every action, over the WebSocket and over HTTP, and shows everything else', async () => {
    await using guarded = await startLiveBridge()
    await guarded.connect({ id: 'ro', address: rabbit.amqpUrl, readOnly: true, keepEventsOn: true })
    await guarded.workers(worker.hostname)
    const { id } = await enqueue({ name: 'echo', args: '["seen by both"]' })
    await guarded.task(id, 'is seen', (task) => task.state === 'SUCCESS', 'ro')
    const queue = await declare('must-stay-empty')
    const wish = { connection: 'ro', key: freshKey() }
    await refusal(guarded.request('enqueue', { ...wish, name: 'tasksapp.echo', queue }), 'read_only')
    await refusal(guarded.request('retry', { ...wish, id, args: '[]', kwargs: '{}', queue }), 'read_only')
    await refusal(guarded.request('enableEvents', wish), 'read_only')
    const headers = { authorization: `Bearer ${guarded.server.token}`, 'content-type': 'application/json' }
    const url = `${guarded.server.url}api/task/send-task/tasksapp.echo`
    const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify({ args: [], queue }) })
    assert.equal(answer.status, 403)
    assert.match(await answer.text(), /read-only/)
    assert.equal(guarded.info('ro').silentWorkers.keptOn, false)
    await eventually('the worker is asked', async () => {
      const { tasks, silent } = await guarded.request('listRegisteredTasks', { connection: 'ro' })
      return tasks.length > 0 && silent.length === 0
    })
    const connection = await connect(rabbit.amqpUrl)
    const channel = await connection.createChannel()
    assert.equal((await channel.checkQueue(queue)).messageCount, 0)
    await connection.close()
  })
})

describe('the HTTP API', () => {
  it('sends through the same door, with every digit, and repeats no request that has an idempotency key', async () => {
    const url = `${live.server.url}api/task/send-task/tasksapp.echo`
    const headers = {
      authorization: `Bearer ${live.server.token}`,
      'content-type': 'application/json',
      'idempotency-key': freshKey(),
    }
    const post = async () => {
      const answer = await fetch(url, { method: 'POST', headers, body: '{"args": [9223372036854775809], "kwargs": {"a": 1.0}}' })
      assert.equal(answer.status, 200)
      return ((await answer.json()) as { 'task-id': string })['task-id']
    }
    const id = await post()
    assert.equal(await post(), id)
    assert.equal(await returned(id), "[[9223372036854775809], {'a': 1.0}]")
    const missing = await fetch(url, {
      method: 'POST',
      headers: { ...headers, 'idempotency-key': freshKey() },
      body: '{"queue": "nowhere"}',
    })
    assert.equal(missing.status, 404)
    assert.match(await missing.text(), /No queue “nowhere” exists/)
  })
})
