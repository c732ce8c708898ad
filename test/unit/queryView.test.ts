import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RequestError } from '../../broker-bridge/protocol/index.ts'
import type { ViewParams } from '../../broker-bridge/protocol/index.ts'
import { QueryView, readFilter } from '../../broker-bridge/queryView.ts'
import { TaskStore } from '../../broker-bridge/tasks/store.ts'
import { taskEvent } from './taskEvents.ts'

const params = (query: string | undefined, first = 0): ViewParams => ({
  view: 'v',
  filter: { query },
  first,
  count: 10,
  resting: false,
})

function filled(): TaskStore {
  const store = new TaskStore(100)
  for (const at of [100, 200, 300]) store.apply('c', [taskEvent(`t${at}`, 'RECEIVED', at, { name: 'shop.add' })], at)
  store.drain()
  return store
}

const shown = (view: QueryView) => view.snapshot().rows.map(({ id }) => id)
const isInvalid = (error: unknown) =>
  error instanceof RequestError && error.code === 'invalid' && /no field worke/.test(error.message)

test('a page of tasks is found by query, and one that cannot be read is refused with its place', () => {
  const store = filled()
  const { tasks, matched } = store.list(readFilter({ query: 'received:<150s name:shop.*' }, 300), 0, 10)
  assert.deepEqual([tasks.map(({ id }) => id), matched], [['t300', 't200'], 2])
  assert.throws(
    () => readFilter({ query: 'a worke:x' }, 300),
    (error) => {
      assert.ok(isInvalid(error) && error instanceof RequestError)
      assert.partialDeepStrictEqual(error.data, { at: 2, length: 5 })
      return true
    },
  )
})

test('a view counts ages from when its query came, whatever is asked of its window', () => {
  let now = 300
  const view = new QueryView(filled(), params('received:<150s'), () => now)
  assert.deepEqual(shown(view), ['t300', 't200'])
  now = 400
  view.move(params('received:<150s', 1))
  assert.deepEqual(shown(view), ['t200'])
  view.move(params('received:<150s '))
  assert.deepEqual(shown(view), ['t300'])
  view.move(params(undefined))
  assert.equal(view.snapshot().matched, 3)
})

test('a query that cannot be read leaves the view as it was', () => {
  const store = filled()
  assert.throws(() => new QueryView(store, params('worke:x'), () => 300), isInvalid)
  const view = new QueryView(store, params('t300'), () => 300)
  assert.throws(() => view.move(params('worke:x')), isInvalid)
  assert.deepEqual(shown(view), ['t300'])
  view.move(params('t200'))
  assert.deepEqual(shown(view), ['t200'])
})

test('a client’s view is sorted as it asks, anew when it asks otherwise, and carries the columns it asks for', () => {
  const store = filled()
  const view = new QueryView(store, { ...params(undefined), sort: { column: 'received', descending: false } }, () => 300)
  assert.deepEqual(shown(view), ['t100', 't200', 't300'])
  view.move({ ...params('received:<10h'), sort: { column: 'id', descending: true }, extra: ['received'] })
  assert.deepEqual(shown(view), ['t300', 't200', 't100'])
  assert.deepEqual(view.snapshot().rows[0]?.extra, { received: 300 })
  view.move(params(undefined))
  assert.deepEqual(shown(view), ['t300', 't200', 't100'], 'newest activity first again')
})
