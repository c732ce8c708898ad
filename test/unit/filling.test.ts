import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Filling } from '../../broker-bridge/filling.ts'
import { readQuery } from '../../broker-bridge/protocol/index.ts'
import type { Sort } from '../../broker-bridge/protocol/index.ts'
import type { TaskSelection, ViewWindow } from '../../broker-bridge/tasks/filter.ts'
import { TaskStore } from '../../broker-bridge/tasks/store.ts'
import type { TaskView } from '../../broker-bridge/tasks/view.ts'
import { until } from '../support/until.ts'
import { taskEvent, wholeTask } from './taskEvents.ts'

const read = (text: string) => {
  const reading = readQuery(text, 0)
  return reading.ok ? reading.query : assert.fail(reading.problem)
}
const windowOf = (more: Partial<ViewWindow> = {}): ViewWindow => ({
  view: 'v',
  filter: {},
  first: 0,
  count: 100,
  resting: false,
  ...more,
})
const idsOf = (view: TaskView) => view.snapshot().rows.map(({ id }) => id)

/** A store of so many tasks, t0 the oldest, whose views look at two tasks as they are opened. */
function storeOf(count: number, limit = 100): TaskStore {
  const store = new TaskStore(limit, 2)
  for (let number = 0; number < count; number++) store.apply('c', wholeTask(`t${number}`, number % 3 ? 'SUCCESS' : 'FAILURE'), 1)
  store.drain()
  return store
}

function fillWhole(store: TaskStore): void {
  while (store.isFilling) store.fill(1)
}

test('a view shows its newest rows at once and says that it still counts, until it has looked at all', () => {
  const store = storeOf(6)
  const view = store.openView(windowOf())
  assert.deepEqual(idsOf(view), ['t5', 't4'])
  assert.deepEqual([view.snapshot().matched, view.snapshot().total, view.snapshot().counting], [2, 6, true])
  const { revision } = view
  store.fill(3)
  assert.ok(view.revision > revision)
  assert.deepEqual(idsOf(view), ['t5', 't4', 't3', 't2', 't1'])
  assert.equal(view.snapshot().counting, true)
  store.fill(3)
  assert.deepEqual([view.snapshot().matched, view.snapshot().counting, store.isFilling], [6, undefined, false])
  assert.deepEqual({ ...view.snapshot().states }, { FAILURE: 2, SUCCESS: 4 })
})

test('slices in which nothing matches are nothing to show; the last one is', () => {
  const store = storeOf(20)
  const view = store.openView(windowOf({ filter: { query: read('nowhere') } }))
  const { revision } = view
  store.fill(5)
  assert.equal(view.revision, revision)
  fillWhole(store)
  assert.ok(view.revision > revision)
  assert.deepEqual([view.snapshot().matched, view.snapshot().counting], [0, undefined])
})

test('what changes before the view came to it is shown as the newest, once', () => {
  const store = storeOf(6)
  const view = store.openView(windowOf())
  store.apply('c', [taskEvent('t1', 'RETRY', 9_000)], 1)
  store.fill(2)
  store.drain()
  store.apply('c', [taskEvent('t3', 'RETRY', 9_001)], 1)
  store.drain()
  fillWhole(store)
  assert.deepEqual(idsOf(view), ['t3', 't1', 't5', 't4', 't2', 't0'])
  assert.deepEqual({ ...view.snapshot().states }, { RETRY: 2, SUCCESS: 3, FAILURE: 1 })
})

test('the task that the view would look at next may change its list', () => {
  const store = storeOf(6)
  const view = store.openView(windowOf({ filter: { name: 'shop.add' } }))
  store.apply('c', [taskEvent('t2', 'RETRY', 9_000)], 1)
  store.drain()
  fillWhole(store)
  assert.deepEqual(idsOf(view), ['t2', 't5', 't4', 't3', 't1', 't0'])
})

test('what is let go before the view came to it is not shown', () => {
  const store = storeOf(6, 6)
  const view = store.openView(windowOf())
  store.apply('c', [...wholeTask('new'), ...wholeTask('newer')], 1)
  fillWhole(store)
  store.drain()
  assert.deepEqual(idsOf(view), ['newer', 'new', 't5', 't4', 't3', 't2'])
})

test('a list that rests grows at its end; a sorted one waits, since its rows would move', () => {
  const store = storeOf(6)
  const resting = store.openView(windowOf({ resting: true }))
  const sort: Sort = { column: 'id', descending: false }
  const sorted = store.openView(windowOf({ sort, resting: true }))
  fillWhole(store)
  assert.deepEqual(idsOf(resting), ['t5', 't4', 't3', 't2', 't1', 't0'])
  assert.equal(sorted.snapshot().counting, true)
  sorted.move(windowOf({ sort }))
  fillWhole(store)
  assert.deepEqual(idsOf(sorted), ['t0', 't1', 't2', 't3', 't4', 't5'])
})

test('a view that was closed, or begins anew with another filter, is on no way any more', () => {
  const store = storeOf(10)
  const view = store.openView(windowOf())
  view.move(windowOf({ filter: { states: ['FAILURE'] } }))
  fillWhole(store)
  assert.deepEqual(idsOf(view), ['t9', 't6', 't3', 't0'])
  store.openView(windowOf()).close()
  assert.equal(store.isFilling, false)
})

test('earlier days of two connections, come back in turns while a view is filled, are all met in their order', () => {
  const store = new TaskStore(100, 1)
  store.apply('c1', wholeTask('t0'), 1)
  store.apply('c2', wholeTask('t1'), 1)
  store.drain()
  const view = store.openView(windowOf())
  store.restore('c1', [keptTask('t2')])
  store.fill(1)
  store.restore('c2', [keptTask('t3')])
  store.restore('c1', [keptTask('t4')])
  store.fill(2)
  store.drain()
  fillWhole(store)
  assert.deepEqual(idsOf(view), ['t1', 't0', 't2', 't3', 't4'])
})

const queries: readonly TaskSelection[] = [
  {},
  { states: ['FAILURE', 'RETRY'] },
  { name: 'shop.add' },
  { connection: 'c1' },
  { worker: 'w1@host' },
  { query: read('t1 OR state:failed') },
]

test('filled in slices while events come, tasks go and earlier days come back, a view equals one opened at the end', () => {
  const id = fc.integer({ min: 0, max: 30 }).map((number) => `t${number}`)
  const connection = fc.constantFrom('c1', 'c2')
  const step = fc.oneof(
    fc.record({ kind: fc.constant('event'), connection, id, state: fc.constantFrom('STARTED', 'FAILURE', 'SUCCESS', 'RETRY') }),
    fc.record({ kind: fc.constant('fill'), most: fc.integer({ min: 1, max: 4 }) }),
    fc.record({ kind: fc.constant('drain') }),
    fc.record({ kind: fc.constant('rest'), resting: fc.boolean() }),
    fc.record({ kind: fc.constant('restore'), connection, id }),
    fc.record({ kind: fc.constant('drop'), connection }),
  )
  const sort = fc.option(fc.record({ column: fc.constantFrom('state', 'id', 'at'), descending: fc.boolean() }), {
    nil: undefined,
  })
  fc.assert(
    fc.property(
      fc.nat(25),
      fc.nat(60),
      fc.array(step as fc.Arbitrary<Step>, { maxLength: 80 }),
      fc.constantFrom(...queries),
      sort as fc.Arbitrary<Sort | undefined>,
      (before, opened, steps, filter, chosen) => {
        const store = new TaskStore(15, 2)
        for (let number = 0; number < before; number++) store.apply(`c${(number % 2) + 1}`, wholeTask(`t${number}`), 1)
        let view: TaskView | undefined
        const window = (resting: boolean) => windowOf({ filter, resting, ...(chosen ? { sort: chosen } : {}) })
        steps.forEach((one, at) => {
          if (at === opened % (steps.length + 1)) view = store.openView(window(false))
          take(one, at, store, (resting) => view?.move(window(resting)))
        })
        view ??= store.openView(window(false))
        view.move(window(false))
        store.drain()
        fillWhole(store)
        const fresh = store.openView(window(false))
        fillWhole(store)
        const [known, afresh] = [view.snapshot(), fresh.snapshot()]
        assert.deepEqual(known.rows, afresh.rows)
        assert.deepEqual([known.matched, known.total, known.counting], [afresh.matched, afresh.total, undefined])
        assert.deepEqual({ ...known.states }, { ...afresh.states })
      },
    ),
    { numRuns: 1_000 },
  )
})

type Step =
  | { readonly kind: 'event'; readonly connection: string; readonly id: string; readonly state: string }
  | { readonly kind: 'fill'; readonly most: number }
  | { readonly kind: 'drain' }
  | { readonly kind: 'rest'; readonly resting: boolean }
  | { readonly kind: 'restore'; readonly connection: string; readonly id: string }
  | { readonly kind: 'drop'; readonly connection: string }

function take(step: Step, at: number, store: TaskStore, rest: (resting: boolean) => void): void {
  if (step.kind === 'event') store.apply(step.connection, [taskEvent(step.id, step.state, 5_000 + at)], 1)
  else if (step.kind === 'fill') store.fill(step.most)
  else if (step.kind === 'drain') store.drain()
  else if (step.kind === 'rest') rest(step.resting)
  else if (step.kind === 'drop') store.drop(step.connection)
  else store.restore(step.connection, [keptTask(step.id)])
}

function keptTask(id: string) {
  const store = new TaskStore(1)
  store.apply('kept', wholeTask(id), 1)
  const record = store.record({ connection: 'kept', id })
  return record ? store.toStored(record) : assert.fail()
}

test('turns go on until everything is filled, and stop when they are told to', async () => {
  const store = storeOf(2_000, 2_000)
  const view = store.openView(windowOf())
  let turns = 0
  const filling = new Filling(store, () => {
    turns++
  })
  filling.start()
  filling.start()
  assert.equal(view.snapshot().matched, 2)
  await until(() => !store.isFilling, 'all is filled')
  assert.equal(view.snapshot().matched, 2_000)
  await until(() => turns > 0, 'it was told')

  const other = store.openView(windowOf({ filter: { states: ['FAILURE'] } }))
  filling.start()
  filling.dispose()
  await new Promise((resolve) => setImmediate(resolve))
  assert.equal(other.snapshot().counting, true)
})
