import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Schedules } from '../../broker-bridge/protocol/index.ts'
import { scheduleNodes, scheduleProblemNode, schedulesNode, schedulesOf } from '../../extension/views/scheduleNodes.ts'
import { outline } from '../support/outline.ts'
import { connected } from '../support/scriptedTasks.ts'

const now = 1_795_000_000

describe('schedules in the tree', () => {
  const schedules: Schedules = {
    due: [{ id: 'due', name: 'shop.pay', due: now + 60, state: 'RECEIVED', worker: 'w', queue: 'q', args: '(1,)' }],
    dueTotal: 3,
    database: { file: 'db.sqlite3', problem: null },
    periodic: [
      {
        id: 1,
        name: 'nightly',
        task: 'shop.totals',
        schedule: 'every hour at :05 (UTC)',
        args: '[]',
        kwargs: '{}',
        queue: null,
        enabled: false,
        lastRun: null,
        runs: 0,
        nextRun: null,
        note: null,
        refusal: null,
      },
    ],
  }

  test('stand below a line that is asked when it is opened, and asked again later', () => {
    const node = schedulesNode(connected({ id: 'shop' }), now)
    assert.equal(schedulesOf(node), 'shop')
    assert.equal(schedulesOf({ ...node, id: 'connection:shop' }), undefined)
    assert.notEqual(schedulesNode(connected({ id: 'shop' }), now + 60).revision, node.revision)
  })

  test('periodic tasks come first, then what waits, then what is left', () => {
    const nodes = scheduleNodes('shop', schedules, 'writable', now)
    const [periodic, due, ...rest] = outline(nodes).trim().split('\n')
    assert.equal(periodic, '- nightly | every hour at :05 (UTC) · disabled (history)')
    assert.match(due ?? '', /^- shop\.pay \| due [\d: -]+ \(watch\) => warren\.showTask$/)
    assert.deepEqual(rest, ['- 2 more tasks wait for their time (info)'])
    assert.deepEqual(nodes[1]?.target, { kind: 'task', key: { connection: 'shop', id: 'due' }, state: 'RECEIVED' })
  })

  test('a periodic task can be acted on, and run now where nothing would be lost', () => {
    const [task] = schedules.periodic
    assert.ok(task)
    const [off] = scheduleNodes('shop', schedules, 'writable', now)
    assert.deepEqual(off?.target, { kind: 'periodic', connection: 'shop', id: 1, name: 'nightly' })
    assert.equal(off.contextValue, 'periodic disabled runnable writable')
    const refused = { ...task, enabled: true, refusal: 'It has an exchange of its own.' }
    const [on] = scheduleNodes('shop', { ...schedules, periodic: [refused] }, 'readOnly', now)
    assert.equal(on?.contextValue, 'periodic enabled readOnly')
    assert.match(on.tooltip ?? '', /exchange of its own/)
  })

  test('say what would show more, or what is wrong', () => {
    const none = { ...schedules, due: [], dueTotal: 0, periodic: [], database: null }
    assert.match(outline(scheduleNodes('shop', none, 'writable', now)), /^- No database of periodic tasks is named/)
    assert.equal(outline([scheduleProblemNode('shop', new Error('It is locked.'))]), '- It is locked. (info)\n')
  })
})
