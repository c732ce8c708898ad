import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { reportOf, roughly } from '../../broker-bridge/actions/operationsReport.ts'
import { homeOf } from '../../broker-bridge/sources/messages/deaths.ts'
import type { QueueState } from '../../broker-bridge/sources/messages/queues.ts'
import { newProperties, readProperties, sameProperties } from '../../broker-bridge/sources/rabbitmq/messageQueueProperties.ts'
import { readTable, writeEntry } from '../../broker-bridge/sources/rabbitmq/messageQueueTable.ts'
import { planLook } from '../../broker-bridge/sources/rabbitmq/peekPlan.ts'

describe('AMQP tables', () => {
  it('an integer as py-amqp writes it (type L) is read to the last digit', () => {
    const value = Buffer.alloc(8)
    value.writeBigInt64BE(9_007_199_254_740_993n)
    const table = Buffer.concat([Buffer.of(1), Buffer.from('nL'), value])
    assert.equal(readTable(table).values['n'], 9_007_199_254_740_993n)
  })

  it('a type nobody knows ends the reading, not the process', () => {
    const table = Buffer.concat([writeEntry('a', 1), Buffer.of(1), Buffer.from('b?xx')])
    assert.deepEqual({ ...readTable(table).values }, { a: 1, '[not readable]': true })
  })

  it('no integer is written in a type that ends Celery’s workers', () => {
    for (const value of [0, 1, 127, 128, 300, 32_767, -1, -200])
      assert.equal(String.fromCharCode(writeEntry('n', value)[2] ?? 0), 'I')
    assert.equal(String.fromCharCode(writeEntry('n', 2n ** 40n)[2] ?? 0), 'l')
  })

  it('what is written is read again', () => {
    const values = { text: 'é', yes: true, none: null, list: [1, 'two', { three: 3.5 }], table: { big: 2n ** 60n } }
    const table = Buffer.concat(Object.entries(values).map(([name, value]) => writeEntry(name, value)))
    assert.deepEqual(JSON.parse(text(readTable(table).values)), JSON.parse(text(values)))
  })
})

const text = (value: unknown): string =>
  JSON.stringify(value, (_, item: unknown) => (typeof item === 'bigint' ? `${item}n` : item))

describe('properties of a message that is sent again', () => {
  const bytes = newProperties({
    contentType: 'application/json',
    headers: { task: 'a', CC: ['elsewhere'], 'x-delivery-count': 3, n: 2n ** 60n },
    priority: 3,
    timestamp: 1_700_000_000,
    userId: 'somebody',
    appId: 'shop',
  })

  it('go byte by byte, but for what the broker would refuse, obey again or counts itself', () => {
    const again = readProperties(sameProperties(readProperties(bytes)))
    assert.deepEqual(Object.keys(again), ['contentType', 'headers', 'priority', 'timestamp', 'appId'])
    assert.deepEqual({ ...(again.headers as object) }, { task: 'a', n: 2n ** 60n })
    assert.equal(again.timestamp, 1_700_000_000)
  })

  it('change only where they are told to', () => {
    const again = readProperties(sameProperties(readProperties(bytes), { task: undefined, eta: 'now' }))
    assert.deepEqual({ ...(again.headers as object) }, { n: 2n ** 60n, eta: 'now' })
  })
})

describe('how a queue is looked into', () => {
  const state = (more: Partial<QueueState>): QueueState => ({
    virtualHost: '/',
    queue: 'q',
    version: '3.10.8',
    type: 'quorum',
    ready: 10,
    consumers: 0,
    exclusive: false,
    settings: {},
    deliveryLimit: null,
    ...more,
  })
  const refused = (more: Partial<QueueState>) => planLook(state(more)).refused

  it('a delivery limit forbids it until a version that does not count returns', () => {
    assert.equal(refused({}), null)
    assert.match(refused({ settings: { 'delivery-limit': 3 } }) ?? '', /after 3 failed/)
    assert.match(refused({ version: '4.1.2' }) ?? '', /after 20 failed/)
    assert.match(refused({ version: '4.1.2', deliveryLimit: 7 }) ?? '', /after 7 failed/)
    assert.equal(refused({ version: '4.1.2', deliveryLimit: 'unlimited' }), null)
    assert.equal(refused({ version: '4.3.0' }), null)
    assert.match(refused({ version: '4.3.0', settings: { 'delayed-retry-type': 'all' } }) ?? '', /delay/)
    assert.match(refused({ version: null, settings: { 'delivery-limit': 3 } }) ?? '', /after 3 failed/)
  })

  it('a stream is read without any effect', () => {
    assert.deepEqual(planLook(state({ type: 'stream' })), { method: 'read', effects: [], refused: null })
  })
})

describe('words', () => {
  it('a dead letter goes home to the queue it died in last, not through the queues of its delay', () => {
    const death = (queue: string) => ({ queue, exchange: '', routingKeys: [], reason: 'rejected', count: 1, at: null })
    assert.equal(homeOf([death('work'), death('celery_delayed_3')], 'dead'), 'work')
    assert.equal(homeOf([death('dead'), death('work')], 'dead'), 'work')
    assert.equal(homeOf([], 'dead'), null)
  })

  it('a question is not asked again for each message that comes', () => {
    assert.deepEqual(
      [roughly(1), roughly(19), roughly(10_412), roughly(10_449)],
      ['1 message', '19 messages', 'about 10,000 messages', 'about 10,000 messages'],
    )
  })

  it('a report says what was moved, what stayed, and what may be in both', () => {
    const transferred = { seen: 10, done: 5, left: 1, doubtful: 2, unsure: true, stopped: 'The connection broke off.' }
    assert.equal(
      reportOf(transferred, { done: 'Moved', from: 'a', to: ' to “b”', cancelled: false }),
      'The connection broke off. Moved 5 messages from “a” to “b”. 1 was left in its place. 2 were on the way when it broke off: still in “a”, and perhaps at the other end as well. Of the last ones, some may be in the queue again: nobody knows whether the broker heard of them.',
    )
  })
})
