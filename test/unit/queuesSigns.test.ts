import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { QueueLine } from '../../broker-bridge/protocol/index.ts'
import { QueueHistory } from '../../broker-bridge/sources/queueHistory.ts'
import { arrange } from '../../broker-bridge/sources/queueOrder.ts'
import { look, noPast, warningsOf } from '../../broker-bridge/sources/queueSigns.ts'
import type { QueueLook } from '../../broker-bridge/sources/queueSigns.ts'

/** The warnings after looks two seconds apart. */
function after(looks: readonly Partial<QueueLook>[], later = 0): string[] {
  const usual = { ready: 0, consumers: 1, inRate: null, outRate: null }
  const past = looks.reduce((before, one, index) => look(before, { ...usual, ...one, at: index * 2 }), noPast)
  return warningsOf(past, (looks.length - 1) * 2 + later)
}

const times = (count: number, one: (index: number) => Partial<QueueLook>) =>
  Array.from({ length: count }, (_, index) => one(index))

describe('what nobody consumes', () => {
  test('is a warning after ten seconds and not before', () => {
    assert.deepEqual(after(times(5, () => ({ ready: 3, consumers: 0 }))), [])
    assert.deepEqual(after(times(6, () => ({ ready: 3, consumers: 0 }))), ['unconsumed'])
  })

  test('is none while it is empty, consumed, or not known to be unconsumed', () => {
    assert.deepEqual(after(times(20, () => ({ ready: 0, consumers: 0 }))), [])
    assert.deepEqual(after(times(20, () => ({ ready: 3, consumers: 1 }))), [])
    assert.deepEqual(after(times(20, () => ({ ready: 3, consumers: null }))), [])
    assert.deepEqual(after(times(20, (index) => ({ ready: 3, consumers: index === 17 ? 1 : 0 }))), [])
  })

  test('a look that says nothing of the number leaves what is known', () => {
    assert.deepEqual(after(times(8, (index) => ({ ready: index === 4 ? null : 3, consumers: 0 }))), ['unconsumed'])
  })
})

describe('growth', () => {
  test('is a warning when it goes on over several looks', () => {
    assert.deepEqual(after(times(4, (index) => ({ ready: index }))), [])
    assert.deepEqual(after(times(8, (index) => ({ ready: index }))), ['growing'])
  })

  test('may pause, as a broker’s own counts do, and ends with a fall or a long pause', () => {
    const pausing = times(20, (index) => ({ ready: Math.floor(index / 3) }))
    assert.deepEqual(after(pausing), ['growing'])
    assert.deepEqual(after([...pausing, { ready: 2 }]), [])
    assert.deepEqual(after([...pausing, ...times(40, () => ({ ready: 6 }))]), [])
  })

  test('is none where as much goes out as comes in', () => {
    assert.deepEqual(after(times(20, (index) => ({ ready: index, inRate: 5, outRate: 5 }))), [])
    assert.deepEqual(after(times(20, (index) => ({ ready: index, inRate: 5, outRate: 2 }))), ['growing'])
  })
})

function line(name: string, members: Partial<QueueLine> = {}): QueueLine {
  return {
    connection: 'c',
    virtualHost: '/',
    name,
    type: 'classic',
    ready: 0,
    unacked: 0,
    consumers: 1,
    plumbing: false,
    state: null,
    inRate: null,
    outRate: null,
    oldest: null,
    policy: null,
    deadLetter: null,
    warnings: [],
    trend: [],
    ...members,
  }
}

describe('the order of queues', () => {
  const all = [
    line('b', { ready: 2 }),
    line('celeryev.1', { plumbing: true, ready: 9 }),
    line('A', { ready: null }),
    line('c', { ready: 5, warnings: ['growing'] }),
    line('ab', { ready: 2 }),
  ]
  const wish = { text: '', warned: false, plumbing: false }
  const names = (more: Partial<Parameters<typeof arrange>[1]>) => arrange(all, { ...wish, ...more }).rows.map(({ name }) => name)

  test('is by name, or by what was asked for, and what is not known comes last either way', () => {
    assert.deepEqual(names({}), ['A', 'ab', 'b', 'c'])
    assert.deepEqual(names({ sort: { by: 'ready', descending: true } }), ['c', 'ab', 'b', 'A'])
    assert.deepEqual(names({ sort: { by: 'ready', descending: false } }), ['ab', 'b', 'c', 'A'])
    assert.deepEqual(names({ sort: { by: 'name', descending: true } }), ['c', 'b', 'ab', 'A'])
  })

  test('plumbing is counted, shown when asked for, and then behind the rest', () => {
    assert.deepEqual(names({ plumbing: true, sort: { by: 'ready', descending: true } }), ['c', 'ab', 'b', 'A', 'celeryev.1'])
    const { matched, plumbing, warned } = arrange(all, wish)
    assert.deepEqual([matched, plumbing, warned], [4, 1, 1])
  })

  test('is narrowed by a part of the name in any case and to those with a warning', () => {
    assert.deepEqual(names({ text: ' a' }), ['A', 'ab'])
    assert.deepEqual(names({ warned: true }), ['c'])
  })
})

test('trends are kept of queues in sight only, are bounded, and go when nobody looks', () => {
  const history = new QueueHistory()
  const rows = [line('seen', { ready: 1 }), line('unseen', { ready: 1 })]
  for (let at = 0; at < 100; at += 2) history.take(rows, at, new Set(['seen']))
  assert.equal(history.trend('seen').length, 30)
  assert.deepEqual(history.trend('unseen'), [])
  history.take(rows, 1_000, new Set())
  assert.deepEqual(history.trend('seen'), [])
  history.take([], 1_002, new Set())
  assert.deepEqual(history.warnings('seen', 1_002), [])
})
