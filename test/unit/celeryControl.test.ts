import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { commands, encodeCommand, readAnswers } from '../../broker-bridge/sources/celery/control.ts'
import type { CommandName, CommandToSend } from '../../broker-bridge/sources/celery/control.ts'
import {
  readAcknowledgement,
  readActiveQueues,
  readRegistered,
  readSettings,
  readStats,
} from '../../broker-bridge/sources/celery/inspection.ts'
import { celeryNames, defaultNames } from '../../broker-bridge/sources/celery/names.ts'
import { isPlumbing } from '../../broker-bridge/sources/celery/plumbing.ts'
import { celery } from '../../broker-bridge/sources/celery/system.ts'
import { bytes, content, payload, sample, samples } from './celerySamples.ts'
import type { Reply } from './celerySamples.ts'

const command: CommandToSend = { method: 'stats', destination: null, ticket: 't-1', replyTo: { exchange: '', routingKey: 'r' } }

describe('commands to workers', () => {
  it('have the form that workers of 4.4 to 5.5 answered', () => {
    const { body } = sample('pidbox.stats.553.json')['request'] as { body: Record<string, unknown> }
    const theirs = body as { ticket: string; reply_to: { exchange: string; routing_key: string } }
    const encoded = encodeCommand({
      ...command,
      ticket: theirs.ticket,
      replyTo: { exchange: theirs.reply_to.exchange, routingKey: theirs.reply_to.routing_key },
    })
    assert.ok(encoded.ok)
    assert.deepEqual(JSON.parse(encoded.value.content.toString()), body)
    assert.deepEqual(encoded.value.properties, { contentType: 'application/json', contentEncoding: 'utf-8', deliveryMode: 1 })
    assert.deepEqual({ ...encoded.value.headers }, { clock: { '!': 'int', value: 1 } })
  })

  it('none that ends or starves workers can be encoded', () => {
    for (const method of ['election', 'shutdown', 'add_consumer', 'pool_shrink', 'constructor', '']) {
      assert.equal(commands.includes(method as CommandName), false)
      assert.equal(encodeCommand({ ...command, method: method as CommandName }).ok, false)
    }
  })

  it('an empty list of workers is refused, because Celery takes it for all of them', () => {
    const refused = encodeCommand({ ...command, destination: [] })
    assert.equal(refused.ok ? '' : refused.problem.where, 'destination')
  })
})

describe('answers of workers', () => {
  for (const { file, replies: recorded } of samples(/^pidbox\..*\.(?:526|553)\.json$/).filter(
    ({ file: name }) => !name.includes('pickled'),
  )) {
    it(`${file} is read`, () => {
      for (const reply of recorded as Reply[]) {
        const answers = readAnswers(content(reply), reply.properties.contentType, reply.properties.contentEncoding)
        assert.ok(answers.ok, JSON.stringify(answers))
        assert.match(answers.answers[0]?.worker ?? '', /@facts$/)
      }
    })
  }

  it('pickled ones stay closed and are told', () => {
    for (const { replies: recorded } of samples(/pickled/)) {
      for (const reply of recorded as Reply[]) {
        assert.deepEqual(readAnswers(content(reply), reply.properties.contentType, 'binary'), { ok: false, reason: 'pickled' })
      }
    }
  })

  it('only those with the ticket are taken, unreadable ones with their reason', () => {
    const message = (ticket: unknown, body: string, contentType = 'application/json') => ({
      content: Buffer.from(body),
      contentType,
      contentEncoding: 'utf-8',
      headers: { ticket },
    })
    const messages = [
      message('t', '{"w1@h": {"ok": "pong"}}'),
      message('other', '{"w2@h": {"ok": "pong"}}'),
      message('t', 'x', 'application/x-python-serialize'),
      message('t', '[]'),
      message(5, '{}'),
      message('t', `{"w3@h": ${'['.repeat(100)}${']'.repeat(100)}}`),
    ]
    const expected = {
      replies: [{ worker: 'w1@h', payload: { ok: 'pong' } }],
      unreadable: ['pickled', 'not an answer', 'too deep'],
    }
    assert.deepEqual(celery.readReplies(messages, 't'), expected)
    assert.deepEqual(celery.readReplies(messages, 't'), expected)
  })

  it('a worker called __proto__ is a worker', () => {
    const answers = readAnswers(bytes('{"__proto__": {"ok": "pong"}}'), 'application/json', 'utf-8')
    assert.deepEqual(answers, { ok: true, answers: [{ worker: '__proto__', payload: { ok: 'pong' } }] })
  })
})

describe('what answers say', () => {
  it('registered tasks lose their attributes', () => {
    const names = readRegistered(payload('pidbox.registered_items.553.json'))
    assert.ok(names.includes('tasksapp.add') && names.every((name) => !name.includes('[')))
    assert.equal(readRegistered(payload('pidbox.registered.526.json')).length, 22)
    assert.deepEqual(readRegistered(['b [rate_limit=1 of [2]]', 'a', 'a', 5, '', 'with space']), ['a', 'b', 'with space'])
    assert.deepEqual(readRegistered({ error: 'x' }), [])
  })

  it('pools are known by name or by their details', () => {
    const pool = (file: string) => [readStats(payload(file)).pool, readStats(payload(file)).concurrency]
    assert.deepEqual(pool('pidbox.stats.526.json'), ['prefork', 2])
    assert.deepEqual(pool('pidbox.stats.553.json'), ['prefork', 2])
    assert.deepEqual(pool('pidbox.stats-threads-pool.553.json'), ['threads', 2])
    assert.equal(readStats({ pid: 5, pool: { processes: [5], 'max-concurrency': 1 } }).pool, 'solo')
  })

  it('queues and settings are found', () => {
    assert.deepEqual(readActiveQueues(payload('pidbox.active_queues.526.json')), ['celery'])
    assert.equal(readActiveQueues({ error: 'x' }), null)
    assert.deepEqual(readSettings(payload('pidbox.conf.526.json')), { sendsEvents: false, defaultQueue: null })
  })

  it('settings are found under each of the names an application may use', () => {
    // As Celery 5.2.6 answers for an application with namespace CELERY, and for one with the names of Celery 3.
    assert.equal(readSettings({ CELERY_WORKER_SEND_TASK_EVENTS: true, deprecated_settings: null })?.sendsEvents, true)
    const django = { CELERY_WORKER_SEND_TASK_EVENTS: true, CELERY_TASK_DEFAULT_QUEUE: 'q1' }
    assert.deepEqual(readSettings(django), { sendsEvents: true, defaultQueue: 'q1' })
    const old = { CELERY_SEND_EVENTS: true, CELERY_DEFAULT_QUEUE: 'q2' }
    assert.deepEqual(readSettings(old), { sendsEvents: true, defaultQueue: 'q2' })
    const plain = { worker_send_task_events: false, task_default_queue: 'q3' }
    assert.deepEqual(readSettings(plain), { sendsEvents: false, defaultQueue: 'q3' })
    assert.equal(readSettings({ error: 'x' }), null)
  })

  it('an answer with Infinity in it is read', () => {
    const settings = payload('pidbox.conf_defaults.526.json') as Record<string, unknown>
    assert.equal(settings['result_backend_max_retries'], Number.POSITIVE_INFINITY)
    assert.deepEqual(readSettings(settings), { sendsEvents: false, defaultQueue: 'celery' })
  })

  it('a yes is a yes only in the words of a worker', () => {
    assert.deepEqual(readAcknowledgement(payload('pidbox.enable_events.526.json')), { ok: true, text: 'task events enabled' })
    assert.equal(readAcknowledgement(payload('pidbox.enable_events-worker-started-with-E.526.json')).ok, true)
    assert.deepEqual(readAcknowledgement(payload('pidbox.nosuch.526.json')), { ok: false, text: "KeyError('nosuch')" })
    assert.equal(readAcknowledgement(null).ok, false)
    assert.equal(readAcknowledgement({ ok: { a: 1 } }).ok, false)
  })

  it('nothing a worker says makes anything throw', () => {
    const field = fc.constantFrom(
      'ok',
      'error',
      'pool',
      'processes',
      'implementation',
      'name',
      'pid',
      'threads',
      'worker_send_task_events',
    )
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof({ maxDepth: 3 }, fc.jsonValue(), fc.array(tie('value')), fc.dictionary(field, tie('value'))),
    }))
    fc.assert(
      fc.property(value, (answer) => {
        readRegistered(answer)
        readAcknowledgement(answer)
        celery.readFacts({ registered: answer, stats: answer, active_queues: answer, conf: answer })
        readAnswers(bytes(answer ?? null), 'application/json', 'utf-8')
      }),
    )
  })
})

describe('plumbing', () => {
  const uuid = '3d9a0f4e-50a2-4ad5-9d64-6a8e2a3f8c11'
  for (const name of [
    `celeryev.${uuid}`,
    'w1@host.celery.pidbox',
    `${uuid}.reply.celery.pidbox`,
    'celery_delayed_27',
    'warren.events.1',
    uuid,
  ]) {
    it(`${name} holds no tasks`, () => assert.equal(isPlumbing(name), true))
  }
  for (const name of [
    'celery',
    'celeryev',
    'orders.pidbox',
    'celery_delayed_orders',
    'warren-demo.work',
    'my.celery.pidbox.tasks',
    '',
  ]) {
    it(`${JSON.stringify(name)} may hold tasks`, () => assert.equal(isPlumbing(name), false))
  }

  it('a queue with a UUID for a name is a result queue only if it looks like one', () => {
    assert.equal(isPlumbing(uuid, { arguments: { 'x-expires': 86_400_000 }, autoDelete: true }), true)
    assert.equal(isPlumbing(uuid, { arguments: {}, autoDelete: true }), false)
    assert.equal(isPlumbing(uuid, { arguments: { 'x-expires': 1 }, autoDelete: false }), false)
  })

  it('other names of exchanges are followed', () => {
    const names = celeryNames('shopev', 'shop', 'shopevents')
    assert.deepEqual([names.commandExchange, names.replyExchange], ['shop.pidbox', 'reply.shop.pidbox'])
    assert.equal(isPlumbing('w1@host.shop.pidbox', {}, names), true)
    assert.equal(isPlumbing('shopevents.1', {}, names), true)
    assert.equal(isPlumbing('w1@host.celery.pidbox', {}, names), false)
    assert.deepEqual([defaultNames.eventExchange, defaultNames.replyExchange], ['celeryev', 'reply.celery.pidbox'])
  })
})
