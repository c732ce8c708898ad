import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { readQuery } from '../../broker-bridge/protocol/index.ts'
import type { FailureGroup } from '../../broker-bridge/protocol/index.ts'
import type { TaskEvent } from '../../broker-bridge/sources/events.ts'
import { Lives } from '../../broker-bridge/tasks/life.ts'
import { toTest } from '../../broker-bridge/tasks/query.ts'
import { TaskStore } from '../../broker-bridge/tasks/store.ts'
import { taskEvent } from './taskEvents.ts'

const now = 1_700_000_000
const broker = 'broker:5672//'

function opened(): TaskStore {
  const store = new TaskStore(10_000)
  store.failures.open('c', broker)
  return store
}

function failed(id: string, at: number, place = 'charge', more: Partial<TaskEvent> = {}): TaskEvent {
  const traceback = `Traceback (most recent call last):\n  File "/app/shop/tasks.py", line 7, in ${place}\n    do()\nValueError: ${id}\n`
  return taskEvent(id, 'FAILURE', at, { exception: `ValueError('${id}')`, traceback, ...more })
}

function groupsOf(store: TaskStore): readonly FailureGroup[] {
  return store.failures.picture().groups
}

function onlyGroup(store: TaskStore): FailureGroup {
  const [group, ...others] = groupsOf(store)
  assert.ok(group)
  assert.equal(others.length, 0)
  return group
}

describe('a group', () => {
  test('says how often, when, whom and where', () => {
    const store = opened()
    store.apply(
      'c',
      [
        taskEvent('a', 'RECEIVED', now - 7_300, { name: 'shop.pay' }),
        failed('a', now - 7_200),
        taskEvent('b', 'RECEIVED', now - 20, { name: 'shop.pay' }),
        failed('b', now - 10, 'charge', { worker: 'w2@host' }),
        failed('x', now - 5, 'refund'),
      ],
      now,
    )
    const [refund, charge] = groupsOf(store)
    assert.equal(refund?.place, 'refund (shop/tasks.py)')
    assert.ok(charge)
    const { fingerprint, ...rest } = charge
    assert.match(fingerprint, /^[0-9a-f]{16}$/)
    const hours = new Array<number>(24).fill(0)
    hours[23] = 1
    hours[21] = 1
    assert.deepEqual(rest, {
      connection: 'c',
      type: 'ValueError',
      place: 'charge (shop/tasks.py)',
      exception: "ValueError('b')",
      count: 2,
      firstSeen: now - 7_200,
      lastSeen: now - 10,
      lastHeard: now,
      hours,
      hour: Math.floor(now / 3_600),
      names: [{ name: 'shop.pay', count: 2 }],
      otherNames: 0,
      workers: [
        { name: 'w1@host', count: 1 },
        { name: 'w2@host', count: 1 },
      ],
      otherWorkers: 0,
      examples: [
        { id: 'b', name: 'shop.pay', at: now - 10 },
        { id: 'a', name: 'shop.pay', at: now - 7_200 },
      ],
      mark: 'new',
      cameBack: false,
    })
  })

  test('counts each failed attempt of a task, and no event twice', () => {
    const store = opened()
    const twice = [failed('a', now - 100), taskEvent('a', 'RECEIVED', now - 50, { name: 'shop.pay' }), failed('a', now - 40)]
    store.apply('c', twice, now)
    store.apply('c', twice, now)
    const { count, examples } = onlyGroup(store)
    assert.equal(count, 2)
    assert.deepEqual(examples, [{ id: 'a', name: 'shop.pay', at: now - 40 }])
  })

  test('a retry is no failure', () => {
    const store = opened()
    store.apply('c', [taskEvent('a', 'RETRY', now, { exception: "ValueError('x')", traceback: 'Traceback …' })], now)
    assert.deepEqual(groupsOf(store), [])
  })

  test('its tasks are found by its fingerprint', () => {
    const store = opened()
    store.apply('c', [failed('a', now), failed('b', now, 'refund'), failed('a2', now)], now)
    const { fingerprint } = groupsOf(store).find(({ place }) => place?.startsWith('charge')) ?? assert.fail()
    const reading = readQuery(`fingerprint:${fingerprint}`, now)
    assert.ok(reading.ok)
    const found = [...store.select({})].filter(toTest(reading.query, new Lives())).map(({ id }) => id)
    assert.deepEqual(found.sort(), ['a', 'a2'])
  })

  test('a clock in the future moves neither the order nor the hours', () => {
    const store = opened()
    store.apply('c', [failed('a', now - 10), failed('b', now + 9e9)], now)
    assert.equal(onlyGroup(store).lastSeen, now)
    assert.equal(onlyGroup(store).hour, Math.floor(now / 3_600))
  })
})

describe('in whatever order events come, and however often, the groups are the same', () => {
  const oneTask = fc.record({
    id: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g'),
    place: fc.constantFrom('charge', 'refund'),
    worker: fc.constantFrom('w1', 'w2'),
    failures: fc.uniqueArray(fc.integer({ min: now - 200_000, max: now - 1 }), { maxLength: 4 }),
  })
  const events = fc
    .uniqueArray(oneTask, { selector: ({ id }) => id })
    .map((tasks) =>
      tasks.flatMap(({ id, place, worker, failures }) => [
        taskEvent(id, 'RECEIVED', now - 300_000, { name: `shop.${id}` }),
        ...failures.map((at) => failed(id, at, place, { worker, exception: `ValueError('${at}')` })),
      ]),
    )
  test('property', () =>
    fc.assert(
      fc.property(
        events.chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray([...all, ...all], { minLength: 2 * all.length }))),
        ([inOrder, shuffled]) => {
          const [one, other] = [opened(), opened()]
          one.apply('c', inOrder, now)
          for (const event of shuffled) other.apply('c', [event], now)
          const sorted = (store: TaskStore) => [...groupsOf(store)].sort((a, b) => (a.fingerprint < b.fingerprint ? -1 : 1))
          assert.deepEqual(sorted(other), sorted(one))
        },
      ),
    ))
})

describe('bounds', () => {
  test('of groups: the longest unchanged go, and are counted', () => {
    const store = opened()
    for (let n = 0; n < 600; n++) store.apply('c', [failed(`t${n}`, now - 600 + n, `place_${n}`)], now)
    const { groups, total, letGo } = store.failures.picture()
    assert.deepEqual([groups.length, total, letGo], [200, 500, 100])
    assert.equal(groups[0]?.place, 'place_599 (shop/tasks.py)')
  })

  test('of what a group holds, whatever was sent', () => {
    const store = opened()
    for (let n = 0; n < 3_000; n++) {
      const more = { worker: `w${n}`, name: `n${n}`, exception: `ValueError('${'x'.repeat(20_000)}')` }
      store.apply('c', [taskEvent(`t${n}`, 'RECEIVED', now - 1, more), failed(`t${n}`, now, 'charge', more)], now)
    }
    const group = onlyGroup(store)
    assert.deepEqual([group.count, group.names.length, group.otherNames, group.otherWorkers], [3_000, 20, 2_980, 2_980])
    assert.ok(JSON.stringify(group).length < 5_000)
  })

  test('of the cost of an event: it does not grow with the tasks and groups held', () => {
    const store = new TaskStore(1_000_000)
    store.failures.open('c', broker)
    const cost = (from: number): number => {
      const batch = Array.from({ length: 4_000 }, (_, n) => failed(`t${from + n}`, now, `place_${n % 700}`))
      const began = process.cpuUsage()
      store.apply('c', batch, now)
      store.drain()
      return process.cpuUsage(began).user
    }
    cost(0)
    const early = Math.min(cost(4_000), cost(8_000))
    for (let from = 12_000; from < 80_000; from += 4_000) cost(from)
    const late = Math.min(cost(100_000), cost(104_000), cost(108_000))
    assert.ok(late < 4 * early + 20_000, `${early} µs, then ${late} µs`)
  })
})

describe('tasks kept from earlier days', () => {
  test('bring their failures back, each once, whether or not they are held already', () => {
    const before = opened()
    before.apply(
      'c',
      [taskEvent('a', 'RECEIVED', now - 101, { name: 'shop.pay' }), failed('a', now - 100), failed('b', now - 50)],
      now,
    )
    const kept = ['b', 'a'].map((id) => before.toStored(before.record({ connection: 'c', id }) ?? assert.fail()))
    const after = opened()
    after.apply('c', [failed('b', now - 50), failed('b', now - 10)], now)
    after.restore('c', kept)
    const [group] = [onlyGroup(after)]
    assert.deepEqual([group.count, group.firstSeen, group.lastSeen], [3, now - 100, now - 10])
    assert.deepEqual(
      group.examples.map(({ id, name }) => [id, name]),
      [
        ['b', null],
        ['a', 'shop.pay'],
      ],
    )
    after.apply('c', [failed('a', now - 100)], now)
    assert.equal(onlyGroup(after).count, 3)
  })
})

describe('marks', () => {
  test('stand until they are changed; what is not held cannot be marked', () => {
    const store = opened()
    store.apply('c', [failed('a', now - 10)], now)
    const { fingerprint } = onlyGroup(store)
    assert.equal(store.failures.fresh, 1)
    assert.equal(store.failures.mark('c', [fingerprint, 'nothing'], 'known', now), 1)
    assert.equal(onlyGroup(store).mark, 'known')
    assert.equal(store.failures.fresh, 0)
    store.apply('c', [failed('b', now + 1)], now + 2)
    assert.equal(onlyGroup(store).mark, 'known')
    store.failures.mark('c', [fingerprint], 'new', now)
    assert.equal(onlyGroup(store).mark, 'new')
    assert.equal(onlyGroup(store).cameBack, false)
    assert.equal(store.failures.mark('other', [fingerprint], 'known', now), 0)
  })

  test('a resolved group that fails again comes back as new; a late report of an old failure is no return', () => {
    const store = opened()
    store.apply('c', [failed('a', now - 10)], now)
    const { fingerprint } = onlyGroup(store)
    store.failures.mark('c', [fingerprint], 'resolved', now)
    store.apply('c', [failed('b', now - 5)], now + 1)
    assert.deepEqual([onlyGroup(store).mark, onlyGroup(store).cameBack], ['resolved', false])
    store.apply('c', [failed('c', now + 5)], now + 6)
    assert.deepEqual([onlyGroup(store).mark, onlyGroup(store).cameBack], ['new', true])
    assert.equal(store.activity(now + 6).newFailures, 1)
  })

  test('belong to the broker: there again under another connection to it, and not on another broker', () => {
    const store = opened()
    store.apply('c', [failed('a', now - 10)], now)
    store.failures.mark('c', [onlyGroup(store).fingerprint], 'known', now)
    store.drop('c')
    assert.deepEqual(groupsOf(store), [])
    store.failures.open('again', broker)
    store.apply('again', [failed('a', now)], now)
    assert.equal(onlyGroup(store).mark, 'known')
    store.drop('again')
    store.failures.open('again', 'other:5672//')
    store.apply('again', [failed('a', now)], now)
    assert.equal(onlyGroup(store).mark, 'new')
  })

  test('every change of a picture has a revision of its own', () => {
    const store = opened()
    const seen = new Set([store.failures.revision])
    const changes = [
      () => store.apply('c', [failed('a', now - 10)], now),
      () => store.apply('c', [taskEvent('a', 'RECEIVED', now - 11, { name: 'shop.pay' })], now),
      () => store.failures.mark('c', [onlyGroup(store).fingerprint], 'known', now),
      () => store.drop('c'),
    ]
    for (const change of changes) {
      change()
      assert.ok(!seen.has(store.failures.revision))
      seen.add(store.failures.revision)
    }
  })
})
