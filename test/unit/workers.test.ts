import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { WorkerEvent } from '../../broker-bridge/sources/events.ts'
import { WorkerRegistry } from '../../broker-bridge/tasks/workers.ts'
import type { WorkerFacts } from '../../broker-bridge/tasks/worker.ts'
import { taskEvent } from './taskEvents.ts'

const beat = (processed: number | null, more: Partial<WorkerEvent> = {}): WorkerEvent => ({
  kind: 'heartbeat',
  worker: 'w1@host',
  at: 0,
  pid: 10,
  clock: 1,
  interval: 2,
  active: 0,
  processed,
  load: null,
  software: 'py-celery 5.2.6',
  ...more,
})

const facts: WorkerFacts = {
  pool: 'prefork',
  concurrency: 2,
  queues: ['celery'],
  configuredToSendEvents: false,
  defaultQueue: 'celery',
}

test('a worker that works without any task event is silent; one that sends events is not', () => {
  const workers = new WorkerRegistry('c')
  for (const [second, processed] of [5, 6, 7, 8].entries()) workers.apply(beat(processed), second * 2)
  assert.deepEqual(workers.certainlySilent(), ['w1@host'])
  workers.sawTaskEvent(taskEvent('a', 'RECEIVED', 9), 9)
  assert.deepEqual(workers.certainlySilent(), [])
  assert.equal(workers.rows()[0]?.sendsEvents, true)
})

test('an idle worker is not called silent, and one configured without events only likely', () => {
  const workers = new WorkerRegistry('c')
  for (let second = 0; second < 20; second += 2) workers.apply(beat(5), second)
  assert.deepEqual(workers.certainlySilent(), [])
  workers.setFacts('w1@host', facts, 20)
  assert.deepEqual(workers.likelySilent(), ['w1@host'])
})

test('work and events that overlap by a heartbeat do not make a worker silent', () => {
  const workers = new WorkerRegistry('c')
  for (let processed = 0; processed < 20; processed++) {
    workers.apply(beat(processed), processed * 2)
    workers.sawTaskEvent(taskEvent('a', 'SUCCESS', processed), processed * 2 + 1)
  }
  assert.deepEqual(workers.certainlySilent(), [])
})

test('a worker that stops sending events while it works is found silent again', () => {
  const workers = new WorkerRegistry('c')
  workers.apply(beat(1), 0)
  workers.sawTaskEvent(taskEvent('a', 'RECEIVED', 1), 1)
  for (const [index, processed] of [2, 3, 4, 5, 6].entries()) workers.apply(beat(processed), 2 + index * 2)
  assert.deepEqual(workers.certainlySilent(), ['w1@host'])
})

test('a restarted worker counts as having come back, and nothing is known of its events', () => {
  const workers = new WorkerRegistry('c')
  assert.equal(workers.apply(beat(5), 0), true)
  assert.equal(workers.apply(beat(6), 2), false)
  workers.sawTaskEvent(taskEvent('a', 'RECEIVED', 3), 3)
  assert.equal(workers.apply(beat(0, { pid: 11 }), 4), true)
  assert.equal(workers.rows()[0]?.sendsEvents, null)
})

test('a worker is offline when it says so, and after four missed heartbeats', () => {
  const workers = new WorkerRegistry('c')
  workers.apply(beat(1), 0)
  assert.equal(workers.expire(7.9), false)
  assert.equal(workers.expire(8.1), true)
  assert.deepEqual(workers.online(), [])
  workers.apply(beat(1), 10)
  assert.deepEqual(workers.online(), ['w1@host'])
  workers.apply(beat(null, { kind: 'offline' }), 11)
  assert.deepEqual(workers.online(), [])
})

test('the default queue is what the workers say, as long as those online agree', () => {
  const workers = new WorkerRegistry('c')
  assert.equal(workers.defaultQueue(), null)
  workers.setFacts('w1@host', { ...facts, defaultQueue: 'shop' }, 0)
  workers.setFacts('w1@host', { ...facts, defaultQueue: null }, 1)
  assert.equal(workers.defaultQueue(), 'shop', 'an answer that is missing takes nothing back')
  workers.setFacts('w2@host', { ...facts, defaultQueue: 'mail' }, 1)
  assert.equal(workers.defaultQueue(), null)
  workers.apply(beat(1), 60)
  workers.expire(60)
  assert.equal(workers.defaultQueue(), 'shop')
})
