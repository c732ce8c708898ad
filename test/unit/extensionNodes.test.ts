import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { connectionNodes } from '../../extension/views/connectionNodes.ts'
import { gapNodes, historyNodes } from '../../extension/views/noticeNodes.ts'
import type { ViewNode } from '../../extension/views/node.ts'
import { runNodes, taskNameNodes } from '../../extension/views/taskNodes.ts'
import { workerNodes } from '../../extension/views/workerNodes.ts'
import { outline } from '../support/outline.ts'
import { entry, info, now, queue, queues, ready, summary, task, worker } from '../support/treeRows.ts'

function all(nodes: readonly ViewNode[]): ViewNode[] {
  return nodes.flatMap((node) => [node, ...all(node.children ?? [])])
}

describe('the Connections tree', () => {
  test('shows queues with their counts, the ones nothing consumes with a warning, and folds the plumbing away', () => {
    const list = queues([
      queue('celery', { ready: 12, unacked: 3, consumers: 2 }),
      queue('mail', { ready: 4, consumers: 0, warnings: ['unconsumed'] }),
      queue('celeryev.1', { plumbing: true }),
      queue('w.celery.pidbox', { plumbing: true }),
    ])
    assert.equal(
      outline(connectionNodes(ready, [entry('shop')], list, now)),
      `v shop | connected (vm-active)
  - Connected | RabbitMQ 3.10.8 (pass)
  > celery | 12 ready · 3 unacked · 2 consumers (inbox)
  > mail | 4 ready · 0 unacked · 0 consumers · nothing consumes it (warning)
  > Celery plumbing (2) (tools)
  > Schedules (clock)
`,
    )
  })

  test('of very many queues shows some and says how to see more', () => {
    const some = Array.from({ length: 50 }, (_, index) => queue(`q${index}`))
    const nodes = all(connectionNodes(ready, [entry('shop')], queues(some, { matched: 10_000 }), now))
    const more = nodes.find(({ contextValue }) => contextValue === 'more')
    assert.deepEqual([more?.label, more?.description], ['Show more queues', '50 of 10000 shown'])
    assert.deepEqual(more?.target, { kind: 'more', of: 'queues:shop' })
  })

  test('shows a dash for what is not known, never a zero, and says why', () => {
    const unknown = { ready: null, unacked: null, consumers: null }
    const list = queues([queue('celery', unknown)], {}, 'No management plug-in.')
    const nodes = connectionNodes(ready, [entry('shop')], list, now)
    assert.equal(
      outline(nodes),
      `v shop | connected (vm-active)
  - Connected | RabbitMQ 3.10.8 (pass)
  > celery | – ready · – unacked · – consumers (inbox)
  - Some numbers are not known | No management plug-in. (info)
  > Schedules (clock)
`,
    )
    assert.equal(
      all(nodes).find(({ label }) => label === 'celery')?.accessibility,
      'Queue celery, unknown ready, unknown unacked, unknown consumers',
    )
  })

  test('names each state in words and offers the next step', () => {
    const failed = { kind: 'failed', since: now, message: 'The broker refused the password.', reason: 'credentials' } as const
    const away = { kind: 'reconnecting', since: now, message: 'The broker went away. Trying again.', attempt: 2 } as const
    const entries = [
      entry('a', { info: info('a', { status: failed }) }, { environment: 'production', readOnly: true }),
      entry('b', { info: info('b', { status: away }) }),
      entry('c', { info: undefined }),
      entry('d', { info: undefined, problem: { reason: 'unknown', message: 'The file x cannot be read.' } }),
      entry('e', { active: false, info: undefined }),
    ]
    assert.equal(
      outline(connectionNodes(ready, entries, new Map(), now)),
      `v a | wrong credentials · PRODUCTION · read-only (key)
  - Enter Password… | The broker refused the password. (key) => warren.enterPassword
v b | reconnecting (sync)
  - Reconnecting | The broker went away. Trying again. (sync)
v c | connecting (sync)
  - Connecting | Waiting for Warren’s bridge. (sync)
v d | failed (error)
  - Not connected | The file x cannot be read. (error)
- e | not connected (debug-disconnect) => warren.connect
`,
    )
  })

  test('says what hides or lost tasks: silent workers, gaps, messages not understood, an alarm', () => {
    const trouble = info('shop', {
      blocked: 'low on memory',
      silentWorkers: { certain: ['w@h'], likely: [], keptOn: false },
      gaps: [{ from: now - 60, until: now - 48, missed: null, reason: 'disconnected' }],
      malformed: { 'not JSON': 3, pickle: 2 },
    })
    assert.equal(
      outline(connectionNodes(ready, [entry('shop', { info: trouble })], queues([]), now)),
      `v shop | connected (vm-active)
  - Connected | RabbitMQ 3.10.8 (pass)
  - The broker accepts no messages | low on memory (warning)
  - 1 worker sends no task events | Turn On Task Events (warning) => warren.turnOnEvents
  - Events missing for 12 s | 11:59:00 (history)
  - 5 messages not understood | not JSON (question)
  - No queues yet (info)
  > Schedules (clock)
`,
    )
  })

  test('says of each gap why, when asked', () => {
    const gaps = (['disconnected', 'bridge'] as const).map((reason) => ({
      from: now - 60,
      until: now - 48,
      missed: null,
      reason,
    }))
    const [node] = gapNodes(info('shop', { gaps }), now)
    assert.equal(
      node?.tooltip,
      '11:59:00: Events missing for 12 s (the broker was not connected)\n' +
        '11:59:00: Events missing for 12 s (Warren’s bridge ended and was started again)',
    )
    assert.match(node.accessibility, /bridge ended/)
  })

  test('say what became of the history', () => {
    const history = { file: '/data/history.db', kept: false, bytes: null, tasks: null, skipped: 0, writtenHere: true }
    const sentence = 'The history is paused: its disk is full.'
    assert.deepEqual(
      historyNodes(info('shop', { history: { ...history, message: sentence } })).map(({ label, description, tooltip }) => [
        label,
        description,
        tooltip,
      ]),
      [['No history is kept', sentence, `${sentence}\n/data/history.db`]],
    )
    assert.deepEqual(historyNodes(info('shop', { history: { ...history, kept: true, message: null } })), [])
    assert.deepEqual(historyNodes(info('shop', { history: null })), [])
  })

  test('begins with the bridge when that is the trouble', () => {
    const nodes = connectionNodes({ kind: 'stopped', message: 'It ended five times.' }, [], new Map(), now)
    assert.equal(outline(nodes), '- Warren’s bridge was given up | It ended five times. (warning) => warren.restartBridge\n')
  })
})

describe('the Workers tree', () => {
  test('shows who is online first, and what each consumes and runs', () => {
    const nodes = workerNodes(
      [worker('b@h', { online: false, lastSeen: now - 30 }), worker('a@h', { sendsEvents: false })],
      [info('shop')],
      now,
    )
    assert.equal(
      outline(nodes),
      `> a@h | online · 1 active · 7 processed · no task events (server-process)
  - Queues | celery, mail
  - Pool | prefork, 4 processes
  - Task events | not sent
  - Software | py-celery 5.2.6
  - Process | 12
  - Load | 0.50 1.00 2.00
> b@h | offline since 11:59:30 · 1 active · 7 processed (server-process)
  - Queues | celery, mail
  - Pool | prefork, 4 processes
  - Task events | sent
  - Software | py-celery 5.2.6
  - Process | 12
  - Load | 0.50 1.00 2.00
`,
    )
  })
})

test('every line of every tree has words for a screen reader and an id of its own', () => {
  const nodes = [
    ...connectionNodes(
      ready,
      [entry('shop'), entry('e', { active: false })],
      queues([queue('celery'), queue('x', { plumbing: true })]),
      now,
    ),
    ...taskNameNodes([summary('t', { failed: 1 })], [info('shop')]),
    ...runNodes({ parent: 'p', tasks: [task('1'), task('2')], matched: 9, named: true }, [info('shop')], now),
    ...workerNodes([worker('w@h')], [info('shop')], now),
  ]
  const lines = all(nodes)
  for (const { accessibility, label } of lines) assert.ok(accessibility.length >= label.length - 2, label)
  assert.equal(new Set(lines.map(({ id }) => id)).size, lines.length)
})
