import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { ConnectionInfo, Gap } from '../../broker-bridge/protocol/index.ts'
import { parseAddress } from '../../broker-bridge/protocol/address.ts'
import { Gaps } from '../../broker-bridge/sources/gaps.ts'
import { connectTimeoutOf, heartbeatOf, nextSearch } from '../../broker-bridge/sources/rabbitmq/waits.ts'
import { LastWatched } from '../../extension/bridge/lastWatched.ts'

describe('gaps', () => {
  test('last until events flow again, and whatever else goes wrong meanwhile belongs to them', () => {
    const gaps = new Gaps()
    gaps.open(10, 'unbound')
    gaps.open(11, 'disconnected')
    assert.deepEqual(gaps.all, [{ from: 10, until: null, missed: null, reason: 'unbound' }])
    gaps.close(12)
    gaps.close(13)
    gaps.open(14, 'disconnected')
    assert.deepEqual(
      gaps.all.map(({ from, until }) => [from, until]),
      [
        [10, 12],
        [14, null],
      ],
    )
  })

  test('of one burst of overflow are one, with all that was missed', () => {
    const gaps = new Gaps()
    gaps.overflowed(1, 10, 11)
    gaps.overflowed(2, 12, 20)
    gaps.overflowed(4, 39, 40)
    assert.deepEqual(
      gaps.all.map(({ from, until, missed }) => [from, until, missed]),
      [
        [10, 20, 3],
        [39, 40, 4],
      ],
    )
  })

  test('are handed on, also one that lasts, and change nothing where they came from', () => {
    const before = new Gaps()
    before.overflowed(1, 1, 2)
    before.open(5, 'disconnected')
    const after = new Gaps(before.all)
    after.open(7, 'disconnected')
    after.close(9)
    assert.deepEqual(
      [before, after].map(({ all }) => all.map(({ until }) => until)),
      [
        [2, null],
        [2, 9],
      ],
    )
  })

  test('are bounded: the oldest go', () => {
    const gaps = new Gaps()
    for (let time = 0; time < 100; time += 2) {
      gaps.open(time, 'disconnected')
      gaps.close(time + 1)
    }
    assert.deepEqual([gaps.all.length, gaps.all.at(-1)?.from], [20, 98])
  })
})

describe('what a window remembers of a bridge that ended', () => {
  const info = (events: boolean, gaps: readonly Gap[] = []): ConnectionInfo => ({
    id: 'c',
    name: 'c',
    address: 'amqp://h/',
    readOnly: false,
    status: { kind: 'connected', since: 0, message: 'Connected.' },
    broker: null,
    capabilities: {
      events: events ? { available: true } : { available: false, reason: 'Not yet.' },
      control: { available: true },
      management: { available: true },
    },
    blocked: null,
    gaps,
    silentWorkers: { certain: [], likely: [], keptOn: false },
    malformed: {},
  })
  const address = 'amqp://bob:x@h/'

  /** @returns until when the connection was watched, as the next bridge is told */
  function after(...steps: ((watched: LastWatched) => unknown)[]): number | undefined {
    const watched = new LastWatched()
    watched.hand('c', address)
    for (const step of steps) step(watched)
    return watched.hand('c', address)
  }
  const reads = (watched: LastWatched) => watched.note([info(true)])
  const dies = (watched: LastWatched) => {
    watched.lose(100)
    watched.note([])
  }

  const gap = (from: number): Gap => ({ from, until: null, missed: null, reason: 'disconnected' })
  const cases: [string, ((watched: LastWatched) => unknown)[], number | undefined][] = [
    ['nothing of one that never read events', [(watched) => watched.note([info(false)]), dies], undefined],
    ['nothing while it lives', [reads], undefined],
    ['when it died', [reads, dies], 100],
    ['when the first died, where the second never read anything', [reads, dies, (watched) => watched.lose(200)], 100],
    ['since when its broker was away', [reads, (watched) => watched.note([info(true, [gap(50)])]), dies], 50],
    [
      'when it died, where earlier gaps are over',
      [(watched) => watched.note([info(true, [{ ...gap(50), until: 60 }])]), dies],
      100,
    ],
    ['nothing of a connection nobody wants any more', [reads, (watched) => watched.forget('c'), dies], undefined],
    ['nothing of another broker', [reads, dies, (watched) => watched.hand('c', 'amqp://other/')], undefined],
    ['nothing once it was only out of reach', [reads, dies, reads], undefined],
  ]
  for (const [what, steps, expected] of cases) test(`is ${what}`, () => assert.equal(after(...steps), expected))
})

describe('how patient an address is', () => {
  const of = (query: string): [number, number] => {
    const address = parseAddress(`amqp://h/${query}`)
    assert.ok(!('problem' in address))
    return [heartbeatOf(address), connectTimeoutOf(address)]
  }
  const cases: [string, number, number][] = [
    ['', 10, 5_000],
    ['?heartbeat=30&connection_timeout=20000', 30, 20_000],
    ['?heartbeat=0&connection_timeout=0', 0, 60_000],
    ['?heartbeat=86400&connection_timeout=600000', 600, 60_000],
    ['?connection_timeout=10', 10, 1_000],
  ]
  for (const [query, heartbeat, timeout] of cases) {
    test(`“${query}” means heartbeats of ${heartbeat} s and ${timeout} ms to connect`, () =>
      assert.deepEqual(of(query), [heartbeat, timeout]))
  }

  test('a missing exchange is looked for less and less often', () => {
    const waits: number[] = []
    for (let look = 0; look < 7; look++) waits.push(nextSearch(waits.at(-1)))
    assert.deepEqual(waits, [500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000])
  })
})
