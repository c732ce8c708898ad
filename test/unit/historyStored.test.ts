import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { TaskEvent } from '../../broker-bridge/sources/events.ts'
import { Lives } from '../../broker-bridge/tasks/life.ts'
import { toDetail } from '../../broker-bridge/tasks/picture.ts'
import { merge, TaskRecord } from '../../broker-bridge/tasks/record.ts'
import { fromStored, join, readStored, toStored } from '../../broker-bridge/tasks/stored.ts'
import { taskEvents } from './historyTasks.ts'
import { taskEvent, wholeTask } from './taskEvents.ts'

/** A record and the lives it is to be read with. */
interface Held {
  readonly task: TaskRecord
  readonly lives: Lives
}

function held(events: readonly TaskEvent[], lives = new Lives()): Held {
  const task = new TaskRecord('c', 'a')
  for (const event of events) merge(task, event, lives)
  return { task, lives }
}

function restored({ task, lives }: Held): Held {
  const other = new Lives()
  // Numbers of states and workers differ from store to store.
  held([taskEvent('x', 'STRANGE', 1, { worker: 'stranger@host' }), taskEvent('x', 'ODD', 2, { worker: 'other@host' })], other)
  const stored = readStored(JSON.stringify(toStored(task, lives)))
  assert.ok(stored)
  return { task: fromStored('c', stored, other), lives: other }
}

const detail = ({ task, lives }: Held) => toDetail(task, lives, [])

test('a task that was stored and read again is the same task', () => {
  fc.assert(
    fc.property(taskEvents('a'), (events) => {
      const before = held(events)
      assert.deepEqual(detail(restored(before)), detail(before))
    }),
  )
})

test('the events of a restored task change nothing when they come again, and others do what they would have done', () => {
  fc.assert(
    fc.property(taskEvents('a'), taskEvents('a'), (events, more) => {
      const [before, after] = [held(events), restored(held(events))]
      for (const event of events) assert.equal(merge(after.task, event, after.lives), false)
      for (const event of more) assert.equal(merge(after.task, event, after.lives), merge(before.task, event, before.lives))
      assert.deepEqual(detail(after), detail(before))
    }),
  )
})

test('two records of one task together know what one would that had seen all events', () => {
  const whole = [
    taskEvent('a', 'PENDING', 1, { worker: 'gen1@host', name: 'shop.pay', queue: 'mail', root: 'r', retries: 0 }),
    taskEvent('a', 'RECEIVED', 2, { name: 'shop.pay', args: '(1,)', root: 'r', parent: 'p', retries: 0 }),
    taskEvent('a', 'STARTED', 3),
    taskEvent('a', 'RETRY', 4, { exception: "KeyError('a')", traceback: 'T1' }),
    taskEvent('a', 'RECEIVED', 5, { name: 'shop.pay', args: '(1, 2)', root: 'r', parent: 'a', retries: 1 }),
    taskEvent('a', 'STARTED', 6, { worker: 'w2@host' }),
    taskEvent('a', 'PROGRESS', 7, { worker: 'w2@host', custom: { current: 1, total: 2 } }),
    taskEvent('a', 'SUCCESS', 8, { worker: 'w2@host', result: '3', runtime: 2 }),
  ]
  const expected = detail(held(whole))
  fc.assert(
    fc.property(fc.subarray(whole), fc.boolean(), (some, turned) => {
      const rest = whole.filter((event) => !some.includes(event))
      const one = held(turned ? rest : some)
      const other = restored(held(turned ? some : rest))
      const both = restored(one)
      const again = readStored(JSON.stringify(toStored(other.task, other.lives)))
      assert.ok(again)
      join(both.task, fromStored('c', again, both.lives), both.lives)
      assert.deepEqual(detail(both), expected)
    }),
  )
})

test('a task that retries for ever is stored with its true state', () => {
  const storm = Array.from({ length: 1_000 }, (_, round) => taskEvent('a', round % 2 ? 'RETRY' : 'STARTED', round))
  assert.deepEqual(detail(restored(held(storm))), detail(held(storm)))
})

test('every field of a record is stored, but for those that belong to its place in a store', () => {
  const { task, lives } = held([...wholeTask('a', 'FAILURE'), taskEvent('a', 'SUCCESS', 2_000, { result: '1', runtime: 0 })])
  const place = [
    'connection',
    'state',
    'activity',
    'revision',
    'newer',
    'older',
    'kind',
    'link',
    'kin',
    'place',
    'text',
    'touched',
    'home',
    'orphaned',
    'fromHistory',
  ]
  const filled = Object.assign(task, {
    ...Object.fromEntries(Object.keys(task).map((key) => [key, task[key as keyof TaskRecord] ?? 'said'])),
    custom: { at: 1, fields: {} },
    retriedAs: ['b'],
    runtime: 1,
  })
  const stored = toStored(filled, lives)
  assert.deepEqual(new Set(Object.keys(task).filter((key) => !(key in stored))), new Set(place.filter((key) => key in task)))
})

test('what is no stored task is not taken for one', () => {
  for (const json of ['', '{', '[]', 'null', '{"id":1,"moments":[]}', '{"id":"a","moments":[[1,2]]}', '{"id":"a"}'])
    assert.equal(readStored(json), undefined)
})
