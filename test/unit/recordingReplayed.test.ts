import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { RecordingInfo } from '../../broker-bridge/protocol/index.ts'
import { Gaps } from '../../broker-bridge/sources/gaps.ts'
import { SlidingCount } from '../../broker-bridge/tasks/sliding.ts'
import { TaskStore } from '../../broker-bridge/tasks/store.ts'
import { FailureNotices } from '../../extension/notifications/failureNotices.ts'
import { gapNodes } from '../../extension/views/noticeNodes.ts'
import { recordingNodes } from '../../extension/views/recordingNodes.ts'
import { noticesOf } from '../../webview/feed/notices.ts'
import { pictureOf, shopGroup } from '../support/scriptedFailures.ts'
import { connected } from '../support/scriptedTasks.ts'
import { wholeTask } from './taskEvents.ts'

describe('a gap', () => {
  const gaps = (): Gaps => {
    const all = new Gaps([{ from: 10, until: 20, missed: null, reason: 'unbound' }])
    all.open(100, 'disconnected')
    all.close(200)
    all.open(300, 'bridge')
    return all
  }

  test('is filled from where the recording holds everything, unless nothing could be recorded, or it still lasts', () => {
    const all = gaps()
    all.fill(150)
    assert.deepEqual(
      all.all.map(({ filledFrom }) => filledFrom),
      [undefined, 150, undefined],
    )
    all.fill(50)
    assert.equal(all.all[1]?.filledFrom, 100)
    all.fill(180)
    assert.equal(all.all[1].filledFrom, 100, 'what was filled stays so')
  })

  const gap = { from: 1_000, until: 1_060, missed: null, reason: 'disconnected' } as const

  test('that is filled is no warning any more, in tree and page', () => {
    const info = connected({ gaps: [{ ...gap, filledFrom: 1_000 }] })
    const [node] = gapNodes(info, 2_000)
    assert.deepEqual([node?.label, node?.icon?.color], ['A gap was filled from the broker’s recording', undefined])
    const [notice] = noticesOf([info], 2_000)
    assert.deepEqual([notice?.severity, notice?.closable], ['info', true])
    assert.match(notice?.text ?? '', /was filled from the broker’s recording\.$/)
  })

  test('that is filled in part says from when, and an open one goes first', () => {
    const open = { ...gap, filledFrom: 1_030 }
    const info = connected({ gaps: [open, { ...gap, from: 1_100, until: 1_110, filledFrom: 1_100 }] })
    assert.equal(gapNodes(info, 2_000)[0]?.label, 'Events missing for 30 s')
    const [notice] = noticesOf([info], 2_000)
    assert.match(notice?.text ?? '', /are missing\. Since .* they were filled/)
    assert.equal(notice?.severity, 'warning')
  })

  test('offers to record where nothing is recorded and that may be changed', () => {
    const action = (more: object) => noticesOf([connected({ gaps: [gap], ...more })], 2_000)[0]?.action?.kind
    const recording: RecordingInfo = { queue: 'warren.history', replay: null, message: null }
    assert.deepEqual([action({}), action({ readOnly: true }), action({ recording })], ['record', undefined, undefined])
  })
})

describe('what is replayed', () => {
  test('counts once and at its own time, is no rate and no news', () => {
    const store = new TaskStore(100)
    const events = wholeTask('a', 'FAILURE', 10_000)
    store.apply('c', events.slice(0, 1), 10_000)
    store.replay('c', events, 10_300, 10_290)
    store.replay('c', events, 10_300, 10_290)
    const { events: count, eventsPerSecond, recentFailures } = store.activity(10_300)
    assert.deepEqual([count, eventsPerSecond, recentFailures], [3, 0, 1])
    assert.equal(store.activity(10_700).recentFailures, 0, 'ten minutes after the failure, not after the replay')
    assert.equal(store.failures.picture().groups[0]?.lastHeard, 0)
    store.replay('c', wholeTask('b', 'FAILURE', 10_295), 10_300, 10_290)
    assert.equal(store.failures.picture().groups[0]?.lastHeard, 10_300, 'it happened while somebody listened again')
  })

  test('of longer ago than is counted leaves the count alone', () => {
    const recent = new SlidingCount(600, 600)
    recent.addPast(1_000, 5_000)
    recent.addPast(4_500, 5_000)
    assert.deepEqual([recent.count(5_000), recent.count(5_099), recent.count(5_101)], [1, 1, 0])
  })

  test('is not told by a notification, but what fails afterwards is', () => {
    const rules = { failures: 'all', mutedTasks: [] } as const
    const notices = new FailureNotices(1_000)
    notices.take(pictureOf([shopGroup(0, { lastSeen: 2_000, lastHeard: 0, count: 7 })]), rules)
    notices.take(pictureOf([shopGroup(0, { lastSeen: 2_100, lastHeard: 0, count: 9 })]), rules)
    assert.equal(notices.due(3_000), undefined)
    notices.take(pictureOf([shopGroup(0, { lastSeen: 2_200, lastHeard: 2_200, count: 10 })]), rules)
    assert.equal(notices.next(3_000)?.groups.length, 1)
  })

  test('is shown in the tree and above the list while it comes', () => {
    const replay = { events: 41_200, total: 80_000, since: 1 }
    const info = connected({ recording: { queue: 'warren.history', replay, message: null } })
    const text = 'Replaying 41,200 of about 80,000 events…'
    assert.deepEqual([recordingNodes(info)[0]?.label, noticesOf([info], 2)[0]?.text], [text, text])
    const idle = connected({ recording: { queue: 'warren.\u202ehistory', replay: null, message: 'It is\nbroken.' } })
    const [node] = recordingNodes(idle)
    assert.deepEqual([node?.label, node?.description], ['Recorded on the broker', 'It is broken.'])
    assert.ok(!node?.tooltip?.includes('\u202e'))
    assert.deepEqual(recordingNodes(connected()), [])
  })
})
