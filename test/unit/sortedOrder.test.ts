import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { taskColumns } from '../../broker-bridge/protocol/index.ts'
import type { ColumnValue, Sort } from '../../broker-bridge/protocol/index.ts'
import { compareValues } from '../../broker-bridge/tasks/columns.ts'
import type { Placed } from '../../broker-bridge/tasks/places.ts'
import { SortedOrder } from '../../broker-bridge/tasks/sortedOrder.ts'
import { TaskStore } from '../../broker-bridge/tasks/store.ts'
import { taskEvent } from './taskEvents.ts'

interface Item extends Placed {
  value: ColumnValue
}

const newItems = (): Item[] => Array.from({ length: 120 }, (_, place) => ({ place, value: null }))
const newOrder = (sort: Pick<Sort, 'descending'>) =>
  new SortedOrder<Item, ColumnValue>(
    ({ value }) => value,
    (one, oneValue, other, otherValue) => compareValues(oneValue, otherValue, sort) || one.place - other.place,
  )

test('any mixture of changes and removals gives the windows of a plain sort, whatever the items were filled with', () => {
  const step = fc.record({
    place: fc.integer({ min: 0, max: 119 }),
    value: fc.option(fc.integer({ min: 0, max: 30 })),
    gone: fc.boolean(),
  })
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 400 }),
      fc.uniqueArray(fc.integer({ min: 0, max: 119 })),
      fc.boolean(),
      fc.nat(120),
      fc.nat(40),
      (steps, filled, descending, first, count) => {
        const items = newItems()
        const held = new Set<Item>(items.filter(({ place }) => filled.includes(place)))
        const order = newOrder({ descending })
        for (const item of held) order.putOldest(item)
        for (const { place, value, gone } of steps) {
          const item = items[place] ?? assert.fail()
          item.value = value
          if (gone) order.remove(item)
          else order.put(item)
          if (gone) held.delete(item)
          else held.add(item)
        }
        const plain = [...held].sort(
          (one, other) => compareValues(one.value, other.value, { descending }) || one.place - other.place,
        )
        assert.equal(order.size, plain.length)
        assert.deepEqual(order.window(first, count), plain.slice(first, first + count))
        for (const item of items) assert.equal(order.has(item), held.has(item))
      },
    ),
  )
})

test('a change among 200,000 items looks at few of them', () => {
  let looks = 0
  const items = Array.from({ length: 200_000 }, (_, place): Item => ({ place, value: (place * 7_919) % 200_003 }))
  const order = new SortedOrder<Item, ColumnValue>(
    ({ value }) => value,
    (one, oneValue, other, otherValue) => {
      looks++
      return compareValues(oneValue, otherValue, { descending: false }) || one.place - other.place
    },
  )
  for (const item of items) order.putOldest(item)
  looks = 0
  for (const item of items.slice(0, 1_000)) {
    item.value = Number(item.value) / 2
    order.put(item)
  }
  assert.ok(looks / 1_000 < 120, `${looks / 1_000} comparisons for each change`)
})

test('after any history a sorted view equals one opened afresh, by every column and in both directions', () => {
  const change = fc.record({
    id: fc.integer({ min: 0, max: 30 }),
    state: fc.constantFrom('PENDING', 'RECEIVED', 'STARTED', 'FAILURE', 'SUCCESS', 'RETRY'),
    rest: fc.boolean(),
  })
  const sort = fc.record({ column: fc.constantFrom(...taskColumns), descending: fc.boolean() })
  fc.assert(
    fc.property(fc.array(change, { maxLength: 120 }), sort, (changes, chosen) => {
      const window = (resting: boolean) => ({ view: 'v', filter: {}, first: 0, count: 50, resting, sort: chosen })
      const store = new TaskStore(20)
      const view = store.openView(window(false))
      changes.forEach(({ id, state, rest }, at) => {
        view.move(window(rest))
        store.apply('c', [taskEvent(`t${id}`, state, at)], 1)
        if (at % 3 === 0) store.drain()
      })
      store.drain()
      view.move(window(false))
      assert.deepEqual(view.snapshot().rows, store.openView(window(false)).snapshot().rows)
    }),
  )
})

test('a view is sorted by what its rows show, what is not known stands last, and rows carry the further columns asked for', () => {
  const store = new TaskStore(10)
  const events = (id: string, sent: number, started: number) => [
    taskEvent(id, 'PENDING', sent),
    taskEvent(id, 'RECEIVED', sent + 1),
    taskEvent(id, 'STARTED', started),
  ]
  store.apply('c', [...events('short', 10, 12), ...events('long', 10, 40), taskEvent('waits', 'PENDING', 5)], 1)
  store.drain()
  const view = store.openView({
    ...{ view: 'v', filter: {}, first: 0, count: 10, resting: false },
    ...{ sort: { column: 'waited', descending: true }, extra: ['waited', 'sent'] },
  })
  const shown = () => view.snapshot().rows.map(({ id, extra }) => [id, extra?.waited, extra?.sent])
  assert.deepEqual(shown(), [
    ['long', 30, 10],
    ['short', 2, 10],
    ['waits', null, 5],
  ])
  store.apply('c', [taskEvent('waits', 'STARTED', 20)], 1)
  store.drain()
  assert.deepEqual(
    shown().map(([id]) => id),
    ['long', 'waits', 'short'],
  )
})
