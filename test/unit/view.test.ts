import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { readQuery } from '../../broker-bridge/protocol/index.ts'
import type { ViewWindow } from '../../broker-bridge/tasks/filter.ts'
import { TaskStore } from '../../broker-bridge/tasks/store.ts'
import { taskEvent, wholeTask } from './taskEvents.ts'

const read = (text: string) => {
  const reading = readQuery(text, 0)
  return reading.ok ? reading.query : assert.fail(reading.problem)
}

const params = (more: Partial<ViewWindow> = {}): ViewWindow => ({
  view: 'v',
  filter: {},
  first: 0,
  count: 10,
  resting: false,
  ...more,
})
const add = (store: TaskStore, ...ids: string[]) => {
  for (const id of ids) store.apply('c', wholeTask(id), 1)
  store.drain()
}
const ids = (view: { snapshot(): { rows: readonly { id: string }[] } }) => view.snapshot().rows.map((row) => row.id)

test('a view shows the newest activity first and follows it', () => {
  const store = new TaskStore(100)
  add(store, 'a', 'b')
  const view = store.openView(params())
  assert.deepEqual(ids(view), ['b', 'a'])
  add(store, 'c')
  store.apply('c', [taskEvent('a', 'FAILURE', 2_000)], 1)
  store.drain()
  assert.deepEqual(ids(view), ['a', 'c', 'b'])
})

test('the tasks of any rows are told in the order shown, also while it rests', () => {
  const store = new TaskStore(100)
  add(store, 'a', 'b', 'c', 'd')
  const view = store.openView(params({ count: 1, resting: true }))
  add(store, 'e')
  store.apply('c', [taskEvent('b', 'RETRY', 2_000)], 1)
  store.drain()
  const { tasks, matched } = view.range(1, 2)
  assert.deepEqual(
    tasks.map(({ id, state }) => [id, state]),
    [
      ['c', 'SUCCESS'],
      ['b', 'RETRY'],
    ],
  )
  assert.equal(matched, 4)
  assert.deepEqual(view.range(9, 5).tasks, [])
})

test('a resting view keeps every row in its place, updates contents, counts what waits, and lets it in afterwards', () => {
  const store = new TaskStore(100)
  add(store, 'a', 'b')
  const view = store.openView(params({ resting: true }))
  add(store, 'c')
  store.apply('c', [taskEvent('a', 'RETRY', 2_000)], 1)
  store.drain()
  const resting = view.snapshot()
  assert.deepEqual(
    resting.rows.map((row) => [row.id, row.state]),
    [
      ['b', 'SUCCESS'],
      ['a', 'RETRY'],
    ],
  )
  assert.equal(resting.newer, 2)
  assert.equal(resting.matched, 2)
  assert.equal(resting.total, 3)
  view.move(params({ resting: false }))
  assert.deepEqual(ids(view), ['a', 'c', 'b'])
  assert.equal(view.snapshot().newer, 0)
})

test('a filtered view lets tasks in and out as they change, and counts them by state', () => {
  const store = new TaskStore(100)
  add(store, 'a', 'b')
  const view = store.openView(params({ filter: { states: ['FAILURE'] } }))
  assert.deepEqual(ids(view), [])
  store.apply('c', wholeTask('f', 'FAILURE'), 1)
  store.drain()
  assert.deepEqual(ids(view), ['f'])
  assert.deepEqual({ ...view.snapshot().states }, { SUCCESS: 2, FAILURE: 1 })
  store.apply('c', [taskEvent('f', 'RETRY', 3_000)], 1)
  store.drain()
  assert.deepEqual(ids(view), [])
  assert.deepEqual({ ...view.snapshot().states }, { SUCCESS: 2, RETRY: 1 })
})

test('words of a text filter must all occur, in any case, and are not patterns', () => {
  const store = new TaskStore(100)
  add(store, 'abc', 'xyz')
  assert.deepEqual(ids(store.openView(params({ filter: { query: read('SHOP abc') } }))), ['abc'])
  assert.deepEqual(ids(store.openView(params({ filter: { query: read('"(1,"') } }))), ['xyz', 'abc'])
  assert.deepEqual(ids(store.openView(params({ filter: { query: read('a.c') } }))), [])
})

test('after any history a view equals one opened afresh', () => {
  const change = fc.record({
    id: fc.integer({ min: 0, max: 30 }),
    state: fc.constantFrom('STARTED', 'FAILURE', 'SUCCESS', 'RETRY'),
    rest: fc.boolean(),
  })
  fc.assert(
    fc.property(fc.array(change, { maxLength: 120 }), fc.boolean(), (changes, filtered) => {
      const filter = filtered ? { states: ['FAILURE', 'RETRY'] } : {}
      const store = new TaskStore(20)
      const view = store.openView(params({ filter, count: 50 }))
      changes.forEach(({ id, state, rest }, at) => {
        view.move(params({ filter, count: 50, resting: rest }))
        store.apply('c', [taskEvent(`t${id}`, state, at)], 1)
        if (at % 3 === 0) store.drain()
      })
      store.drain()
      view.move(params({ filter, count: 50 }))
      const fresh = store.openView(params({ filter, count: 50 }))
      assert.deepEqual(ids(view), ids(fresh))
      assert.deepEqual({ ...view.snapshot().states }, { ...fresh.snapshot().states })
    }),
  )
})

test('tasks that no event named are found by the empty name', () => {
  const store = new TaskStore(100)
  add(store, 'named')
  store.apply('c', [taskEvent('unnamed', 'STARTED', 1)], 1)
  store.drain()
  assert.deepEqual(ids(store.openView(params({ filter: { name: '' } }))), ['unnamed'])
})
