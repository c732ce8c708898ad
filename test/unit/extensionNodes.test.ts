import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type {
  ConnectionInfo,
  QueueLine,
  QueueSnapshot,
  TaskNameSummary,
  TaskRow,
  WorkerRow,
} from '../../broker-bridge/protocol/index.ts'
import type { BookEntry } from '../../extension/connections/connectionBook.ts'
import { connectionNodes } from '../../extension/views/connectionNodes.ts'
import { gapNodes, historyNodes } from '../../extension/views/noticeNodes.ts'
import type { ViewNode } from '../../extension/views/node.ts'
import { statusPicture } from '../../extension/views/statusText.ts'
import { runNodes, taskNameNodes } from '../../extension/views/taskNodes.ts'
import { treeChange } from '../../extension/views/treeChanges.ts'
import { workerNodes } from '../../extension/views/workerNodes.ts'
import { outline } from '../support/outline.ts'
import { queueLine } from '../support/scriptedQueues.ts'

const now = new Date(2026, 10, 21, 12, 0, 0).getTime() / 1000
const ready = { kind: 'idle' } as const
const can = { available: true } as const

function info(id: string, more: Partial<ConnectionInfo> = {}): ConnectionInfo {
  return {
    id,
    name: id,
    address: 'amqp://guest@localhost/',
    readOnly: false,
    status: { kind: 'connected', since: now, message: `Connected to ${id}.` },
    broker: 'RabbitMQ 3.10.8',
    capabilities: { events: can, control: can, management: can },
    blocked: null,
    gaps: [],
    silentWorkers: { certain: [], likely: [], keptOn: false },
    malformed: {},
    ...more,
  }
}

function entry(id: string, more: Partial<BookEntry> = {}, saved: Partial<BookEntry['saved']> = {}): BookEntry {
  return {
    saved: {
      id,
      name: id,
      address: 'amqp://guest:***@localhost/',
      management: null,
      readOnly: false,
      environment: 'development',
      keepEventsOn: false,
      files: { ca: null, cert: null, key: null },
      ...saved,
    },
    active: true,
    info: info(id),
    problem: undefined,
    ...more,
  }
}

function queue(name: string, more: Partial<QueueLine> = {}): QueueLine {
  const row = { connection: 'shop', virtualHost: '/', name, type: 'classic', plumbing: false }
  return queueLine({ ...row, ready: 0, unacked: 0, consumers: 1 }, more)
}

/** What the tree's window on the queues of `shop` holds. */
function queues(
  rows: readonly QueueLine[],
  more: Partial<QueueSnapshot> = {},
  limits: string | null = null,
): Map<string, QueueSnapshot> {
  const own = rows.filter(({ plumbing }) => !plumbing)
  const origin = { connection: 'shop', virtualHost: '/', total: rows.length, listed: rows.length, limits, at: now }
  const counts = { matched: own.length, plumbing: rows.length - own.length, warned: 0 }
  const snapshot = { view: 'tree:shop', revision: 1, first: 0, rows: own, ...counts, origins: [origin], ...more }
  return new Map([['shop', snapshot]])
}

function task(id: string, more: Partial<TaskRow> = {}): TaskRow {
  return {
    connection: 'shop',
    id,
    name: 'shop.pay',
    state: 'SUCCESS',
    at: now,
    worker: 'w@h',
    queue: 'celery',
    runtime: 0.25,
    args: '(1, 2)',
    kwargs: '{}',
    retries: 0,
    exception: null,
    progress: null,
    retryOf: null,
    ...more,
  }
}

function summary(name: string, more: Partial<TaskNameSummary> = {}): TaskNameSummary {
  return { connection: 'shop', name, total: 1, failed: 0, running: 0, revision: 1, failedRevision: 1, ...more }
}

function worker(name: string, more: Partial<WorkerRow> = {}): WorkerRow {
  return {
    connection: 'shop',
    name,
    online: true,
    lastSeen: now,
    active: 1,
    processed: 7,
    pool: 'prefork',
    concurrency: 4,
    queues: ['celery', 'mail'],
    software: 'py-celery 5.2.6',
    pid: 12,
    load: [0.5, 1, 2],
    sendsEvents: true,
    ...more,
  }
}

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

describe('the Tasks tree', () => {
  test('has the failed ones first, then every name in order', () => {
    const names = [summary('shop.pay', { total: 9, failed: 2, running: 1 }), summary('shop.add', { total: 3 })]
    assert.equal(
      outline(taskNameNodes(names, [info('shop')])),
      `> Failed (2) (error)
> shop.add | 3 runs (symbol-method)
> shop.pay | 9 runs · 1 running · 2 failed (symbol-method)
`,
    )
  })

  test('names the connection where there are several', () => {
    const nodes = taskNameNodes(
      [summary('t'), summary('t', { connection: 'other' })],
      [info('shop'), info('other', { name: 'Other' })],
    )
    assert.equal(
      outline(nodes),
      '- Failed (0) (error)\n> t | 1 run · Other (symbol-method)\n> t | 1 run · shop (symbol-method)\n',
    )
    assert.equal(new Set(nodes.map(({ id }) => id)).size, 3)
  })

  test('draws again only the names whose tasks changed, and the failed ones only when those did', () => {
    const drawn = (names: TaskNameSummary[]) => taskNameNodes(names, [info('shop')])
    const [add, pay] = [summary('shop.add', { failed: 1 }), summary('shop.pay')]
    const changes = (after: TaskNameSummary[]) => treeChange(drawn([add, pay]), drawn(after))
    assert.deepEqual(changes([add, { ...pay, revision: 2 }]), { kind: 'some', ids: [`name:shop:shop.pay`] })
    assert.deepEqual(changes([{ ...add, revision: 2, failedRevision: 2 }, pay]), {
      kind: 'some',
      ids: ['failed', `name:shop:shop.add`],
    })
  })

  test('is empty, for its welcome, when no task has been seen', () => assert.deepEqual(taskNameNodes([], [info('shop')]), []))

  test('shows runs by their arguments with time, runtime or error, and how many more there are', () => {
    const tasks = [
      task('1', { state: 'FAILURE', exception: "KeyError('x')", runtime: null }),
      task('2'),
      task('3', { state: 'STARTED', runtime: null, args: '()', kwargs: "{'a': 1}" }),
      task('4', { state: 'PENDING', runtime: null, args: null, kwargs: null, at: now - 86_400 }),
      task('5', { state: 'PROGRESS', runtime: null }),
      task('6', { runtime: 0.0004 }),
    ]
    assert.equal(
      outline(runNodes({ parent: 'p', tasks, matched: 30, named: false }, [info('shop')], now)),
      `- (1, 2) | 12:00:00 · KeyError('x') (error) => warren.showTraceback
- (1, 2) | 12:00:00 · 250 ms (pass) => warren.showTask
- {'a': 1} | 12:00:00 · started (play-circle) => warren.showTask
- 4 | 2026-11-20 12:00:00 · sent (circle-outline) => warren.showTask
- (1, 2) | 12:00:00 · progress (play-circle) => warren.showTask
- (1, 2) | 12:00:00 · <1 ms (pass) => warren.showTask
- Show more… | 24 more (ellipsis) => warren.showMore
`,
    )
  })

  test('says in a run’s context what the menus may offer', () => {
    const contextOf = (more: Partial<TaskRow>): string | undefined =>
      runNodes({ parent: 'p', tasks: [task('1', more)], matched: 1, named: true }, [info('shop')], now)[0]?.contextValue
    assert.equal(contextOf({ state: 'FAILURE', exception: 'E()' }), 'task FAILURE ended traceback writable')
    assert.equal(contextOf({}), 'task SUCCESS ended writable')
    assert.equal(contextOf({ state: 'RETRY', exception: 'E()' }), 'task RETRY traceback writable')
  })

  test('shows hostile names and errors, and obeys none', () => {
    const hostile = 'a\u202eb\u001b[31m\nc\u0000'
    const nodes = [
      ...taskNameNodes([summary(hostile)], [info('shop')]),
      ...runNodes(
        {
          parent: 'p',
          tasks: [task(hostile, { name: hostile, args: hostile, exception: hostile, worker: hostile })],
          matched: 1,
          named: true,
        },
        [info('shop')],
        now,
      ),
    ]
    for (const { label, description = '', tooltip = '', accessibility } of nodes) {
      assert.doesNotMatch(label + description + accessibility, /[\u0000-\u001f\u202e]/)

      assert.doesNotMatch(tooltip, /[\u0000-\u0009\u000b-\u001f\u202e]/)
    }
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

describe('the status bar', () => {
  const shown = (entries: BookEntry[], failures = 0): string => {
    const { text, background = 'plain' } = statusPicture(ready, entries, failures)
    return `${text} (${background})`
  }

  test('says that nothing is connected', () => assert.equal(shown([]), '$(plug) Warren (plain)'))
  test('is short while all is well', () => assert.equal(shown([entry('shop')]), '$(broadcast) shop (plain)'))
  test('counts recent failures', () => assert.equal(shown([entry('shop')], 3), '$(broadcast) shop · 3 failed (plain)'))

  test('names the worst of several connections', () => {
    const status = { kind: 'unresponsive', since: now, message: 'Silent.' } as const
    assert.equal(shown([entry('a'), entry('b', { info: info('b', { status }) })]), '$(warning) b: not responding (warning)')
  })

  test('names production and staging; production that may be changed has a colour as well', () => {
    const production = (readOnly: boolean) => entry('shop', {}, { environment: 'production', readOnly })
    assert.equal(shown([production(false)]), '$(broadcast) shop · PRODUCTION (warning)')
    assert.equal(shown([production(true)]), '$(broadcast) shop · $(lock) PRODUCTION (plain)')
    assert.equal(shown([entry('shop', {}, { environment: 'staging' })]), '$(broadcast) shop · STAGING (plain)')
    assert.equal(shown([entry('a'), production(false)], 2), '$(broadcast) 2 brokers · PRODUCTION · 2 failed (warning)')
    const { accessibility, tooltip } = statusPicture(ready, [production(true)], 0)
    assert.match(accessibility, /shop connected, production, read-only/)
    assert.match(tooltip, /shop \(production, read-only\): connected/)
  })

  test('shows that the bridge was given up, whatever the connections were', () =>
    assert.equal(statusPicture({ kind: 'stopped', message: 'Why.' }, [entry('a')], 0).text, '$(error) Warren: bridge ended'))

  test('takes no icon from a name', () =>
    assert.equal(shown([entry('a', {}, { name: '$(zap) x' })]), '$(broadcast) \\$(zap) x (plain)'))
})
