import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { joinSorted } from '../../broker-bridge/joinSorted.ts'
import type { TaskSelection } from '../../broker-bridge/tasks/filter.ts'
import { TaskStore } from '../../broker-bridge/tasks/store.ts'
import { taskEvent, wholeTask } from './taskEvents.ts'

// Work is counted, not timed: which tasks something looked at does not depend on the machine.

const names = ['shop.add', 'shop.pay', 'shop.mail']

/** A store of so many tasks on two connections, in turn of three names; every tenth failed. */
function filled(count: number): TaskStore {
  const store = new TaskStore(count)
  for (let number = 0; number < count; number++) {
    const name = names[number % names.length] ?? ''
    const state = number % 10 === 0 ? 'FAILURE' : 'SUCCESS'
    store.apply(
      `c${number % 2}`,
      [taskEvent(`t${number}`, 'RECEIVED', number, { name }), taskEvent(`t${number}`, state, number)],
      1,
    )
  }
  store.drain()
  return store
}

/** Ids of the tasks of which any member is read from now on, their links in chains included. */
function watchLooks(store: TaskStore): Set<string> {
  const looked = new Set<string>()
  for (const record of [...store.select({})]) {
    const { id, link } = record
    for (const part of [record, link]) {
      for (const [key, value] of Object.entries(part) as [string, unknown][]) {
        let held = value
        const get = () => (looked.add(id), held)
        Object.defineProperty(part, key, { get, set: (next) => void (held = next) })
      }
    }
  }
  return looked
}

const pages: [string, TaskSelection][] = [
  ['a name', { connection: 'c1', name: 'shop.pay' }],
  ['the failed ones of all names', { states: ['FAILURE'] }],
  ['a name and states', { name: 'shop.add', states: ['FAILURE', 'SUCCESS'] }],
  ['a connection', { connection: 'c0' }],
  ['everything', {}],
]
for (const [what, filter] of pages) {
  test(`a page of ${what} looks at the rows it shows and at one more per list, whatever else is held`, () => {
    const store = filled(3_000)
    const expected = [...store.select({})].filter(
      ({ connection, name, state }) =>
        (filter.connection ?? connection) === connection &&
        (filter.name ?? name) === name &&
        (filter.states?.includes(state) ?? true),
    )
    const ids = expected.slice(5, 25).map(({ id }) => id)
    const looked = watchLooks(store)
    const { tasks, matched } = store.list(filter, 5, 20)
    assert.ok(looked.size <= 25 + 2 * names.length, `${looked.size} tasks were looked at`)
    assert.deepEqual([tasks.map(({ id }) => id), matched], [ids, expected.length])
  })
}

test('a change is shown to every open view at the cost of a look at the task that changed and at the rows shown', () => {
  const store = filled(3_000)
  const views = [{}, { name: 'shop.pay' }, { text: 'SHOP', states: ['FAILURE'] }, { worker: 'none' }].map((filter) =>
    store.openView({ view: 'v', filter, first: 100, count: 10, resting: false }),
  )
  const rows = views.flatMap((view) => view.snapshot().rows.map(({ id }) => id))
  const looked = watchLooks(store)
  store.apply('c0', [taskEvent('t1498', 'RETRY', 5_000)], 1)
  store.activity(1)
  // The neighbours in its chains are relinked.
  assert.ok(looked.size <= 8, `${looked.size} tasks were looked at`)
  looked.clear()
  store.drain()
  assert.deepEqual([...looked], ['t1498'])
  for (const view of views) view.snapshot()
  assert.ok(looked.size <= rows.length + 3, `${looked.size} tasks were looked at`)
})

test('a view has nothing new to show when what it neither shows nor counts changes', () => {
  const store = filled(30)
  const view = store.openView({ view: 'v', filter: { name: 'shop.pay' }, first: 0, count: 10, resting: false })
  const before = view.revision
  store.apply('c0', [taskEvent('t0', 'RETRY', 5_000)], 1)
  store.drain()
  assert.equal(view.revision, before)
  store.apply('c1', [taskEvent('t1', 'RETRY', 5_000)], 1)
  store.drain()
  assert.equal(view.revision, before + 1)
  store.apply('c0', wholeTask('new'), 1)
  store.drain()
  assert.equal(view.revision, before + 2, 'it shows how many tasks there are')
})

test('the summary of a name differs whenever one of its tasks changed, and only then', () => {
  const store = filled(30)
  const revisions = () =>
    new Map(
      store
        .summaries()
        .map(({ connection, name, revision, failedRevision }) => [`${connection} ${name}`, [revision, failedRevision]]),
    )
  const changed = (id: string, state: string) => {
    const before = revisions()
    store.apply('c0', [taskEvent(id, state, 5_000)], 1)
    return [...revisions()].flatMap(([key, [revision, failed]]) => {
      const [revisionBefore, failedBefore] = before.get(key) ?? []
      return [...(revision === revisionBefore ? [] : [key]), ...(failed === failedBefore ? [] : [`failed ${key}`])]
    })
  }
  assert.deepEqual(changed('t2', 'STARTED'), ['c0 shop.mail'])
  assert.deepEqual(changed('t2', 'STARTED'), [], 'known already')
  assert.deepEqual(changed('t10', 'RETRY'), ['c0 shop.pay', 'failed c0 shop.pay'], 'had failed')
  assert.deepEqual(changed('t10', 'PROGRESS'), ['c0 shop.pay'])
})

test('sorted lists are joined into one', () => {
  const ascending = (one: number, other: number) => one - other
  fc.assert(
    fc.property(fc.array(fc.array(fc.nat(50))), (lists) => {
      for (const list of lists) list.sort(ascending)
      assert.deepEqual([...joinSorted(lists, ascending)], lists.flat().sort(ascending))
    }),
  )
})
