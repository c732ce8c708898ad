import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { TaskEvent } from '../../broker-bridge/sources/events.ts'
import { TaskStore } from '../../broker-bridge/tasks/store.ts'
import { taskEvent, wholeTask } from './taskEvents.ts'

const key = (id: string) => ({ connection: 'c', id })

function stored(events: readonly TaskEvent[], limit = 1_000): TaskStore {
  const store = new TaskStore(limit)
  for (const event of events) store.apply('c', [event], 5_000)
  return store
}

test('a task that ran holds what its events said', () => {
  const detail = stored(wholeTask('a')).detail(key('a'))
  assert.equal(detail?.state, 'SUCCESS')
  assert.equal(detail.name, 'shop.add')
  assert.equal(detail.result, '3')
  assert.deepEqual(
    detail.timeline.map(({ state, at }) => [state, at]),
    [
      ['RECEIVED', 1_000],
      ['STARTED', 1_001],
      ['SUCCESS', 1_002],
    ],
  )
})

const retriedTask = [
  taskEvent('r', 'PENDING', 1, { worker: 'gen1@host', name: 'shop.flaky', queue: 'mail', root: 'r', retries: 0 }),
  taskEvent('r', 'RECEIVED', 2, { name: 'shop.flaky', args: '(1,)', root: 'r', parent: 'p', retries: 0 }),
  taskEvent('r', 'STARTED', 3),
  taskEvent('r', 'RECEIVED', 4, { name: 'shop.flaky', args: '(1,)', root: 'r', parent: 'r', retries: 1 }),
  taskEvent('r', 'RETRY', 4.5, { exception: "KeyError('a')" }),
  taskEvent('r', 'STARTED', 6, { worker: 'w2@host' }),
  taskEvent('r', 'PROGRESS', 6.5, { custom: { current: 1, total: 2 } }),
  taskEvent('r', 'FAILURE', 7, { worker: 'w2@host', exception: "KeyError('b')", traceback: 'T' }),
]

test('a glance at a task tells what its detail does', () => {
  const store = stored([...wholeTask('a'), taskEvent('a', 'RETRY', 2_000), ...wholeTask('b', 'FAILURE'), ...wholeTask('c')])
  const glances = [...store.glances({})]
  assert.deepEqual(
    glances.map(({ id }) => id),
    ['c', 'b', 'a'],
  )
  for (const glance of glances) {
    const { name, state, worker, args, kwargs, result, receivedAt, startedAt } = glance
    assert.partialDeepStrictEqual(store.detail(glance), { name, state, worker, args, kwargs, result, receivedAt, startedAt })
  }
})

test('whatever the order and however often events come, the task is the same', () => {
  const expected = stored(retriedTask).detail(key('r'))
  assert.equal(expected?.state, 'FAILURE')
  assert.equal(expected.exception, "KeyError('b')")
  assert.equal(expected.parent, 'p')
  assert.equal(expected.retries, 1)
  assert.equal(expected.worker, 'w2@host')
  const shuffled = fc.shuffledSubarray(retriedTask, { minLength: retriedTask.length })
  fc.assert(
    fc.property(shuffled, fc.array(fc.nat(retriedTask.length - 1)), (events, repeats) => {
      const again = repeats.flatMap((place) => retriedTask[place] ?? [])
      assert.deepEqual(stored([...events, ...again]).detail(key('r')), expected)
    }),
  )
})

test('a late earlier state does not bring an ended task back, a retry does', () => {
  assert.equal(stored([...wholeTask('a'), taskEvent('a', 'RECEIVED', 2_000)]).detail(key('a'))?.state, 'SUCCESS')
  assert.equal(stored([...wholeTask('a', 'FAILURE'), taskEvent('a', 'RETRY', 2_000)]).detail(key('a'))?.state, 'RETRY')
  assert.equal(stored([taskEvent('a', 'RETRY', 500), ...wholeTask('a', 'FAILURE')]).detail(key('a'))?.state, 'FAILURE')
})

test('a task that retries for ever keeps a bounded life and its true state', () => {
  const storm = Array.from({ length: 10_000 }, (_, round) => taskEvent('s', round % 2 ? 'RETRY' : 'STARTED', round))
  const detail = stored(storm).detail(key('s'))
  assert.equal(detail?.state, 'RETRY')
  assert.ok(detail.timeline.length <= 100)
})

test('the store keeps its bound, lets the longest inactive go, and says how many', () => {
  const store = stored(Array.from({ length: 50 }, (_, number) => wholeTask(`t${number}`)).flat(), 20)
  const { tasks, letGo, states } = store.activity(5_000)
  assert.equal(tasks, 20)
  assert.equal(letGo, 30)
  assert.deepEqual({ ...states }, { SUCCESS: 20 })
  assert.equal(store.detail(key('t0')), undefined)
  assert.equal(store.detail(key('t49'))?.state, 'SUCCESS')
  assert.deepEqual(
    store.summaries().map(({ name, total, failed, running }) => [name, total, failed, running]),
    [['shop.add', 20, 0, 0]],
  )
})

test('counts by name and state always equal a recount', () => {
  const ids = fc.constantFrom('a', 'b', 'c', 'd', 'e')
  const states = fc.constantFrom('PENDING', 'RECEIVED', 'STARTED', 'SUCCESS', 'FAILURE', 'RETRY', 'REVOKED', '__PROTO__', 'ODD')
  const names = fc.constantFrom('one', 'two', '__proto__', null)
  const event = fc.record({ id: ids, state: states, at: fc.nat(50), name: names })
  fc.assert(
    fc.property(fc.array(event, { maxLength: 80 }), (events) => {
      const store = stored(
        events.map(({ id, state, at, name }) => taskEvent(id, state, at, { name })),
        3,
      )
      const { tasks } = store.list({}, 0, 100)
      const recount: Record<string, number> = {}
      for (const task of tasks) recount[task.state] = (recount[task.state] ?? 0) + 1
      assert.deepEqual({ ...store.activity(5_000).states }, recount)
      for (const summary of store.summaries()) {
        const named = tasks.filter((task) => (task.name ?? '') === summary.name)
        assert.equal(summary.total, named.length)
        assert.equal(summary.failed, named.filter((task) => task.state === 'FAILURE').length)
      }
    }),
  )
})

test('children are known by their parents, and a retry of Warren’s is linked both ways', () => {
  const store = stored([
    ...wholeTask('parent', 'FAILURE'),
    taskEvent('child', 'RECEIVED', 3, { name: 'x', parent: 'parent', root: 'parent' }),
  ])
  store.linkRetry('c', 'parent', 'child')
  assert.deepEqual(store.detail(key('parent'))?.children, ['child'])
  assert.deepEqual(store.detail(key('parent'))?.retriedAs, ['child'])
  assert.equal(store.detail(key('child'))?.retryOf, 'parent')
})

test('recent failures and the rate fade with time', () => {
  const store = new TaskStore(100)
  store.apply('c', wholeTask('a', 'FAILURE'), 1_000)
  assert.equal(store.activity(1_000.1).recentFailures, 1)
  assert.ok(store.activity(1_000.1).eventsPerSecond > 0)
  assert.equal(store.activity(1_004).eventsPerSecond, 0)
  assert.equal(store.activity(1_000 + 700).recentFailures, 0)
})

test('an outage with long tracebacks is bounded by its text, not by its count', () => {
  const store = new TaskStore(100_000)
  const traceback = 'x'.repeat(2 ** 20)
  for (let number = 0; number < 200; number++)
    store.apply('c', [taskEvent(`t${number}`, 'FAILURE', number + 1, { traceback })], 1)
  const { tasks, letGo } = store.activity(1)
  assert.equal(tasks, 128)
  assert.equal(letGo, 72)
  assert.equal(store.detail(key('t199'))?.traceback?.length, 2 ** 20)
})
