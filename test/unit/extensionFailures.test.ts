import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { FailureGroup } from '../../broker-bridge/protocol/index.ts'
import { FailureNotices } from '../../extension/notifications/failureNotices.ts'
import type { NoticeRules } from '../../extension/notifications/failureNotices.ts'
import { failureNodes } from '../../extension/views/failureNodes.ts'
import { pictureOf, shopGroup } from '../support/scriptedFailures.ts'
import { connected } from '../support/scriptedTasks.ts'

const now = Date.now() / 1000

describe('the tree of failures', () => {
  const groups = [
    shopGroup(0, { mark: 'known', count: 12 }),
    shopGroup(1, { count: 1 }),
    shopGroup(2, { mark: 'resolved' }),
    shopGroup(3, { cameBack: true }),
  ]

  test('shows new groups first, then known ones, and leaves out the resolved', () => {
    const nodes = failureNodes(pictureOf(groups), [connected()], now)
    assert.deepEqual(
      nodes.map(({ label, contextValue, icon }) => [label, contextValue, icon?.color]),
      [
        ['IntegrityError in save (stock/models.py)', 'failure new writable', 'problemsErrorIcon.foreground'],
        ['NotRegistered', 'failure new writable', 'problemsWarningIcon.foreground'],
        ['ConnectionError in deliver (shop/gateway.py)', 'failure known writable', 'disabledForeground'],
      ],
    )
    assert.match(nodes[0]?.description ?? '', /^1 failure · last \d/)
    assert.match(nodes[1]?.description ?? '', /^came back · /)
    assert.match(nodes[2]?.accessibility ?? '', /^Known failure ConnectionError .*, known, 12 failures, last /)
  })

  test('below a group stand its newest runs, each a way to its traceback', () => {
    const [node] = failureNodes(pictureOf([shopGroup(1)]), [connected()], now)
    const [run] = node?.children ?? []
    assert.deepEqual(run?.target, { kind: 'task', key: { connection: 'local', id: 'id-1' }, state: 'FAILURE' })
    assert.equal(run.command, 'warren.showTraceback')
    assert.deepEqual(node?.target, { kind: 'failure', connection: 'local', fingerprint: shopGroup(1).fingerprint })
  })

  test('names the connection where there are several', () => {
    const [node] = failureNodes(pictureOf([shopGroup(1)]), [connected(), connected({ id: 'b', name: 'B' })], now)
    assert.match(node?.description ?? '', / · Shop$/)
  })

  test('hostile texts are shown, not obeyed', () => {
    const hostile = 'a\u202eb\nc\u001b[2J'
    const [node] = failureNodes(
      pictureOf([shopGroup(0, { type: hostile, place: hostile, exception: hostile })]),
      [connected()],
      now,
    )
    for (const text of [node?.label, node?.tooltip, node?.accessibility]) assert.ok(!/[\u202e\u001b]/.test(text ?? '\u001b'))
  })

  test('nothing known yet is an empty tree', () => assert.deepEqual(failureNodes(undefined, [], now), []))
})

describe('notifications of failures', () => {
  const rules = (failures: NoticeRules['failures'], ...mutedTasks: string[]): NoticeRules => ({ failures, mutedTasks })
  const fresh = (n: number, change: Partial<FailureGroup> = {}): FailureGroup => shopGroup(n, { lastSeen: now + 1, ...change })

  test('what failed before Warren looked is no news; what fails afterwards is', () => {
    const notices = new FailureNotices(now)
    notices.take(pictureOf([shopGroup(0, { lastSeen: now - 1 })]), rules('new'))
    assert.equal(notices.next(now), undefined)
    notices.take(pictureOf([shopGroup(0, { lastSeen: now - 1 }), fresh(1)]), rules('new'))
    assert.equal(notices.next(now)?.message, 'New failure: IntegrityError in save (stock/models.py), task stock.book')
    assert.equal(notices.next(now + 100), undefined)
  })

  test('are never a storm: what comes within half a minute is told together', () => {
    const notices = new FailureNotices(now)
    let told = 0
    for (let second = 0; second < 60; second++) {
      const groups = Array.from({ length: second + 1 }, (_, n) => fresh(n, { lastSeen: now + n }))
      notices.take(pictureOf(groups), rules('new'))
      if (notices.next(now + second)) told++
    }
    assert.equal(told, 2)
    assert.equal(notices.due(now + 59), 1)
    const notice = notices.next(now + 60)
    assert.match(notice?.message ?? '', /^29 new groups of failures, newest: .*, task /)
    assert.equal(notice?.groups.length, 29)
  })

  test('“new” tells of a group once, and again when it came back', () => {
    const notices = new FailureNotices(now)
    const steps: [Partial<FailureGroup>, boolean][] = [
      [{ count: 1 }, true],
      [{ count: 9 }, false],
      [{ count: 9, mark: 'resolved' }, false],
      [{ count: 10, mark: 'new', cameBack: true }, true],
      [{ count: 11, mark: 'new', cameBack: true }, false],
    ]
    steps.forEach(([change, told], index) => {
      notices.take(pictureOf([fresh(1, change)]), rules('new'))
      assert.equal(notices.next(now + 100 * index) !== undefined, told, `step ${index}`)
    })
  })

  test('“all” tells of every failure but those of known groups; “off” of none', () => {
    for (const [wanted, expected] of [
      ['all', [true, true, false, false]],
      ['off', [false, false, false, false]],
    ] as const) {
      const notices = new FailureNotices(now)
      const told = [
        fresh(1, { count: 1 }),
        fresh(1, { count: 2 }),
        fresh(1, { count: 2 }),
        fresh(1, { count: 3, mark: 'known' }),
      ].map((group, index) => {
        notices.take(pictureOf([group]), rules(wanted))
        return notices.next(now + 100 * index) !== undefined
      })
      assert.deepEqual(told, expected, wanted)
    }
  })

  test('say whether it is new, failed again or came back', () => {
    const notices = new FailureNotices(now)
    const said = (at: number, ...groups: FailureGroup[]): string | undefined => {
      notices.take(pictureOf(groups), rules('all'))
      return notices.next(now + at)?.message.split(/[:,]/)[0]
    }
    assert.equal(said(0, fresh(1)), 'New failure')
    assert.equal(said(100, fresh(1, { count: 9_000 })), 'Failed again')
    assert.equal(said(200, fresh(1, { count: 9_001, cameBack: true })), 'A failure came back')
    assert.equal(said(300, fresh(1, { count: 9_002 }), fresh(2)), 'Failures in 2 groups')
    assert.equal(said(400, fresh(3), fresh(4)), '2 new groups of failures')
  })

  test('a group that was marked while it waited is not told of', () => {
    const notices = new FailureNotices(now)
    notices.take(pictureOf([fresh(1)]), rules('new'))
    notices.take(pictureOf([fresh(1, { mark: 'known' })]), rules('new'))
    assert.equal(notices.next(now), undefined)
  })

  test('muted tasks are not told of, unless others are affected too', () => {
    const told = (names: string[], ...muted: string[]): boolean => {
      const notices = new FailureNotices(now)
      notices.take(pictureOf([fresh(1, { names: names.map((name) => ({ name, count: 1 })) })]), rules('new', ...muted))
      return notices.next(now) !== undefined
    }
    assert.equal(told(['shop.pay'], 'shop.pay'), false)
    assert.equal(told(['shop.pay'], 'shop.*'), false)
    assert.equal(told(['shopXpay'], 'shop.pay'), true)
    assert.equal(told(['shop.pay', 'mail.send'], 'shop.*'), true)
    assert.equal(told([], '*'), true)
  })

  test('a message is a text and no link', () => {
    const notices = new FailureNotices(now)
    notices.take(pictureOf([fresh(0, { type: '[x](command:evil)', place: null })]), rules('new'))
    assert.ok(!notices.next(now)?.message.includes(']('))
  })
})
