import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readQuery } from '../../broker-bridge/protocol/index.ts'
import type { WorkerEvent } from '../../broker-bridge/sources/events.ts'
import { TaskStore } from '../../broker-bridge/tasks/store.ts'
import { WorkerRegistry } from '../../broker-bridge/tasks/workers.ts'
import { taskEvent, wholeTask } from './taskEvents.ts'

const worker = 'w1@host'
const orphaned = (store: TaskStore, id: string) => store.detail({ connection: 'c', id })?.orphaned
const [gone, restarted] = [/^Its worker went away while the task ran/, /^Its worker was started anew while the task ran/]

/** A store with one task that runs in process 10 of the worker, and the registry that tells it of workers. */
function running(): { store: TaskStore; workers: WorkerRegistry } {
  const store = new TaskStore(100)
  const workers = new WorkerRegistry('c', (life) => store.learn('c', life))
  workers.apply(sign('online', 10), 1)
  store.apply('c', wholeTask('a').slice(0, 2), 1)
  return { store, workers }
}

function sign(kind: WorkerEvent['kind'], pid: number): WorkerEvent {
  const nothing = { interval: 2, active: 0, processed: 0, load: null, software: null }
  return { kind, worker, at: 0, pid, clock: 1, ...nothing }
}

test('a task whose worker said goodbye, or fell silent, is an orphan until the worker is heard again', () => {
  const { store, workers } = running()
  workers.apply(sign('offline', 10), 2)
  assert.match(orphaned(store, 'a') ?? '', gone)
  workers.apply(sign('heartbeat', 10), 3)
  assert.equal(orphaned(store, 'a'), undefined)
  assert.equal(workers.expire(5), false)
  assert.equal(workers.expire(60), true)
  assert.match(orphaned(store, 'a') ?? '', gone)
  workers.setFacts(worker, { pool: null, concurrency: null, queues: [], configuredToSendEvents: null, defaultQueue: null }, 61)
  assert.equal(orphaned(store, 'a'), undefined)
})

test('a task of a former process is an orphan, one of the new process is not', () => {
  const { store, workers } = running()
  // It may be heard of before its worker is.
  store.apply('c', [taskEvent('b', 'STARTED', 1_100, { pid: 11 })], 2)
  // Events that the task itself sends come from a child of the worker.
  store.apply('c', [taskEvent('a', 'PROGRESS', 1_100, { pid: 12 })], 2)
  workers.apply(sign('online', 11), 2)
  assert.match(orphaned(store, 'a') ?? '', restarted)
  assert.equal(orphaned(store, 'b'), undefined)
  store.apply('c', [taskEvent('late', 'STARTED', 1_050)], 3)
  assert.match(orphaned(store, 'late') ?? '', restarted)
})

test('a process that died before its heartbeat was heard is known by its tasks', () => {
  const store = new TaskStore(100)
  store.apply('c', wholeTask('a').slice(0, 2), 1)
  store.learn('c', { worker, online: true, pid: 0 })
  assert.equal(orphaned(store, 'a'), undefined)
  store.learn('c', { worker, online: true, pid: 11 })
  assert.match(orphaned(store, 'a') ?? '', restarted)
})

test('a task that was only received is said to come back', () => {
  const { store, workers } = running()
  store.apply('c', wholeTask('b').slice(0, 1), 1)
  workers.apply(sign('offline', 10), 2)
  assert.match(
    orphaned(store, 'b') ?? '',
    /^Its worker went away before the task began; the broker most likely gives it to another/,
  )
})

test('what ended, waits or was taken by another worker is no orphan', () => {
  const { store, workers } = running()
  for (const end of ['SUCCESS', 'FAILURE'] as const) store.apply('c', wholeTask(end, end), 1)
  store.apply('c', [taskEvent('retried', 'RETRY', 5), taskEvent('sent', 'PENDING', 5)], 1)
  workers.apply(sign('offline', 10), 2)
  for (const id of ['SUCCESS', 'FAILURE', 'retried', 'sent']) assert.equal(orphaned(store, id), undefined, id)
  assert.match(orphaned(store, 'a') ?? '', gone)
  store.apply('c', [taskEvent('a', 'STARTED', 1_200, { worker: 'w2@host', pid: 20 })], 3)
  assert.equal(orphaned(store, 'a'), undefined)
})

test('an end that comes late takes the mark away', () => {
  const { store, workers } = running()
  workers.apply(sign('online', 11), 2)
  const before = store.record({ connection: 'c', id: 'a' })?.revision ?? 0
  store.apply('c', wholeTask('a').slice(2), 3)
  assert.equal(orphaned(store, 'a'), undefined)
  assert.ok((store.record({ connection: 'c', id: 'a' })?.revision ?? 0) > before)
})

test('two workers that share a name make no orphans of each other’s tasks', () => {
  const { store, workers } = running()
  workers.apply(sign('heartbeat', 11), 2)
  assert.match(orphaned(store, 'a') ?? '', restarted)
  workers.apply(sign('heartbeat', 10), 3)
  workers.apply(sign('heartbeat', 11), 4)
  assert.equal(orphaned(store, 'a'), undefined)
})

test('the goodbye of a former process says nothing of its successor', () => {
  const { store, workers } = running()
  workers.apply(sign('online', 11), 2)
  store.apply('c', [taskEvent('b', 'STARTED', 1_100, { pid: 11 })], 2)
  workers.apply(sign('offline', 10), 3)
  assert.equal(orphaned(store, 'b'), undefined)
  assert.match(orphaned(store, 'a') ?? '', restarted)
})

test('orphans are found by is:orphan, and a view hears of them', () => {
  const { store, workers } = running()
  store.apply('c', wholeTask('b'), 1)
  const reading = readQuery('is:orphan', 0)
  assert.ok(reading.ok)
  const filter = { query: reading.query }
  const view = store.openView({ view: 'v', filter, first: 0, count: 10, resting: false })
  store.drain()
  assert.equal(view.snapshot().matched, 0)
  workers.apply(sign('offline', 10), 2)
  store.drain()
  assert.deepEqual(
    view.snapshot().rows.map(({ id }) => id),
    ['a'],
  )
  workers.apply(sign('heartbeat', 10), 3)
  store.drain()
  assert.equal(view.snapshot().matched, 0)
  assert.equal(store.list(filter, 0, 10).matched, 0)
})

test('tasks that were let go are forgotten here too', () => {
  const store = new TaskStore(2)
  store.apply('c', [taskEvent('a', 'STARTED', 1), taskEvent('b', 'STARTED', 2), taskEvent('d', 'STARTED', 3)], 1)
  store.drain()
  store.learn('c', { worker, online: false, pid: 10 })
  assert.deepEqual(
    store.drain().map(({ id }) => id),
    ['b', 'd'],
  )
})
