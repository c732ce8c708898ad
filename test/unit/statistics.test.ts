import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Digest } from '../../broker-bridge/tasks/digest.ts'
import { TaskStore } from '../../broker-bridge/tasks/store.ts'
import { EndedTimeline } from '../../broker-bridge/tasks/timeline.ts'
import { taskEvent } from './taskEvents.ts'

test('percentiles are right to some 2 %, in whatever order the values came', () => {
  const seconds = fc.double({ min: 0.001, max: 100_000, noNaN: true })
  fc.assert(
    fc.property(fc.array(seconds, { minLength: 1, maxLength: 300 }), (values) => {
      const digest = new Digest()
      for (const value of values) digest.add(value)
      const sorted = values.toSorted((one, other) => one - other)
      const found = digest.percentiles() ?? assert.fail()
      for (const [share, value] of [
        [0.5, found.p50],
        [0.95, found.p95],
        [0.99, found.p99],
      ] as const) {
        const exact = sorted[Math.ceil(share * sorted.length) - 1] ?? assert.fail()
        assert.ok(Math.abs(value / exact - 1) < 0.021, `${value} instead of ${exact}`)
      }
    }),
  )
})

test('what is no duration is not counted, and no value gives no percentile', () => {
  const digest = new Digest()
  digest.add(Number.NaN)
  digest.add(-1)
  assert.equal(digest.percentiles(), null)
  digest.add(0)
  assert.ok((digest.percentiles()?.p99 ?? 1) <= 1e-4)
  for (let n = 0; n < 1_000; n++) digest.add(1e300)
  assert.ok(Number.isFinite(digest.percentiles()?.p99))
})

test('a timeline counts like a plain list, however late and shuffled the ends come', () => {
  const end = fc.record({ at: fc.integer({ min: 0, max: 400 }), failed: fc.boolean() })
  fc.assert(
    fc.property(fc.array(end, { maxLength: 100 }), fc.integer({ min: 400, max: 900 }), (ends, now) => {
      const timeline = new EndedTimeline(10, 60)
      for (const { at, failed } of ends) timeline.add(at, failed)
      const { from, step, ended, failed } = timeline.picture(now)
      assert.equal(from + 60 * step > now && from + 59 * step <= now, true)
      const expected = ended.map((_, place) => ends.filter(({ at }) => Math.floor((at - from) / step) === place))
      assert.deepEqual(
        [...ended],
        expected.map(({ length }) => length),
      )
      assert.deepEqual(
        [...failed],
        expected.map((some) => some.filter((each) => each.failed).length),
      )
    }),
  )
})

test('a store tells what ended when, and how long the tasks of each name ran and waited', () => {
  const store = new TaskStore(100)
  const now = 1_000_000
  const name = 'shop.pay'
  for (let n = 1; n <= 100; n++) {
    const at = now - n * 10
    store.apply(
      'c',
      [
        taskEvent(`t${n}`, 'PENDING', at - n - 2, { name }),
        taskEvent(`t${n}`, 'STARTED', at - n),
        n % 10 === 0 ? taskEvent(`t${n}`, 'FAILURE', at) : taskEvent(`t${n}`, 'SUCCESS', at, { runtime: n }),
      ],
      now,
    )
  }
  // Heard once more: it is no second end.
  store.apply('c', [taskEvent('t1', 'SUCCESS', now - 10, { runtime: 1 })], now)
  const [statistics] = store.statistics.picture(now).names
  assert.deepEqual([statistics?.name, statistics?.ended, statistics?.failed], [name, 100, 10])
  assert.ok(Math.abs((statistics?.runtime?.p95 ?? 0) / 95 - 1) < 0.021)
  assert.ok(Math.abs((statistics?.waited?.p50 ?? 0) / 2 - 1) < 0.021)
  assert.equal(
    statistics?.recent.reduce((sum, count) => sum + count, 0),
    100,
  )
  const [timelines] = store.statistics.timelines(now)
  assert.deepEqual(
    [timelines?.hour, timelines?.day].map((timeline) => [
      timeline?.ended.reduce((sum, count) => sum + count, 0),
      timeline?.failed.reduce((sum, count) => sum + count, 0),
    ]),
    [
      [100, 10],
      [100, 10],
    ],
  )
  store.drop('c')
  assert.deepEqual([store.statistics.timelines(now), store.statistics.picture(now).names], [[], []])
})

test('a clock that is ahead counts as now, and made-up names do not pile up', () => {
  const store = new TaskStore(2_000)
  const now = 1_000_000
  for (let n = 0; n < 700; n++) store.apply('c', [taskEvent(`t${n}`, 'RECEIVED', 1, { name: `made.up.${n}` })], now)
  for (let n = 0; n < 700; n++) store.apply('c', [taskEvent(`t${n}`, 'SUCCESS', now + 90_000)], now)
  const { names, letGo } = store.statistics.picture(now)
  assert.deepEqual([names.length, letGo], [500, 200])
  assert.equal(names.at(-1)?.name, 'made.up.699')
  assert.equal(store.statistics.timelines(now)[0]?.hour.ended.at(-1), 700)
})
