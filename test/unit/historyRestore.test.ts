import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { StoredTask } from '../../broker-bridge/tasks/stored.ts'
import { TaskStore } from '../../broker-bridge/tasks/store.ts'
import { taskEvent, wholeTask } from './taskEvents.ts'

const window = { view: 'v', filter: {}, first: 0, count: 10, resting: false }

/** What an earlier store kept, newest first. */
function keptTasks(...ids: readonly string[]): StoredTask[] {
  const store = new TaskStore(100)
  for (const id of [...ids].reverse()) store.apply('c', wholeTask(id), 5_000)
  return [...store.select({})].map((task) => store.toStored(task))
}

test('tasks of earlier days lie behind what was heard since, in every list', () => {
  const store = new TaskStore(100)
  const view = store.openView(window)
  store.apply('c', wholeTask('live', 'FAILURE', 100), 5_000)
  store.drain()
  assert.equal(store.restore('c', keptTasks('new', 'middle')), true)
  assert.equal(store.restore('c', keptTasks('old')), true)
  store.drain()
  const ids = ['live', 'new', 'middle', 'old']
  assert.deepEqual(
    view.snapshot().rows.map(({ id }) => id),
    ids,
  )
  assert.deepEqual(
    store.list({}, 0, 10).tasks.map(({ id }) => id),
    ids,
  )
  assert.deepEqual(
    store.list({ states: ['SUCCESS'] }, 0, 10).tasks.map(({ id }) => id),
    ids.slice(1),
  )
  assert.deepEqual({ ...store.activity(5_000).states }, { FAILURE: 1, SUCCESS: 3 })
  assert.deepEqual(
    view.snapshot().rows.map(({ fromHistory }) => fromHistory ?? false),
    [false, true, true, true],
  )
  store.apply('c', [taskEvent('old', 'RETRY', 9_000)], 5_000)
  store.drain()
  assert.deepEqual(
    view.snapshot().rows.map(({ id }) => id),
    ['old', 'live', 'new', 'middle'],
  )
  assert.equal(view.snapshot().rows[0]?.fromHistory, undefined)
})

test('a view that rests shows them behind its rows, which keep their places', () => {
  const store = new TaskStore(100)
  store.apply('c', wholeTask('live'), 5_000)
  store.drain()
  const view = store.openView({ ...window, resting: true })
  store.restore('c', keptTasks('old'))
  store.apply('c', wholeTask('newer'), 5_000)
  store.drain()
  assert.deepEqual(
    view.snapshot().rows.map(({ id }) => id),
    ['live', 'old'],
  )
  assert.equal(view.snapshot().newer, 1)
  view.move(window)
  assert.deepEqual(
    view.snapshot().rows.map(({ id }) => id),
    ['newer', 'live', 'old'],
  )
  assert.equal(view.snapshot().newer, 0)
})

test('what was heard of a task before it came back is not lost, nor is what was kept', () => {
  const store = new TaskStore(100)
  store.apply('c', [taskEvent('a', 'RETRY', 2_000, { exception: "KeyError('x')" })], 5_000)
  store.restore('c', keptTasks('a'))
  const detail = store.detail({ connection: 'c', id: 'a' })
  assert.deepEqual(
    [detail?.name, detail?.state, detail?.timeline.length, detail?.fromHistory],
    ['shop.add', 'RETRY', 4, undefined],
  )
  assert.deepEqual({ ...store.activity(5_000).states }, { RETRY: 1 })
})

test('no more comes back than there is room for', () => {
  const store = new TaskStore(2)
  store.apply('c', wholeTask('live'), 5_000)
  assert.equal(store.restore('c', keptTasks('new', 'old')), false)
  assert.deepEqual(
    store.list({}, 0, 10).tasks.map(({ id }) => id),
    ['live', 'new'],
  )
  assert.equal(store.activity(5_000).letGo, 0)
})
