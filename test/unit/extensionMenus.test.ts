import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import * as v from 'valibot'
import type { PeriodicTask } from '../../broker-bridge/protocol/index.ts'
import { failureNodes } from '../../extension/views/failureNodes.ts'
import type { ViewNode } from '../../extension/views/node.ts'
import { silentWorkerNodes } from '../../extension/views/noticeNodes.ts'
import { queueNode } from '../../extension/views/queueNodes.ts'
import { recordingNodes } from '../../extension/views/recordingNodes.ts'
import { scheduleNodes } from '../../extension/views/scheduleNodes.ts'
import { runNodes, taskNameNodes } from '../../extension/views/taskNodes.ts'
import { workerNodes } from '../../extension/views/workerNodes.ts'
import { pictureOf, shopGroup } from '../support/scriptedFailures.ts'
import { queueLine } from '../support/scriptedQueues.ts'
import { connected, queue, shopTask, worker } from '../support/scriptedTasks.ts'

const Manifest = v.object({
  contributes: v.object({
    menus: v.object({ 'view/item/context': v.array(v.object({ command: v.string(), when: v.string() })) }),
  }),
})
const manifest = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
const menu = v.parse(v.pipe(v.string(), v.parseJson(), Manifest), manifest).contributes.menus['view/item/context']
const now = 1_795_000_000

/** As VS Code reads the few forms that the manifest's clauses for lines have. */
function holds(when: string, view: string, viewItem: string): boolean {
  return when.split(' && ').every((clause) => {
    const [, key, sign, value] = /^(view|viewItem) (==|=~) (.+)$/.exec(clause) ?? assert.fail(`not understood: ${clause}`)
    const actual = key === 'view' ? view : viewItem
    return sign === '==' ? actual === value : new RegExp(value?.slice(1, -1) ?? '').test(actual)
  })
}

function offered(view: string, node: ViewNode): string[] {
  return [
    ...new Set(menu.filter(({ when }) => holds(when, view, node.contextValue)).map(({ command }) => command.slice(7))),
  ].sort()
}

const periodic: PeriodicTask = {
  id: 1,
  name: 'nightly',
  task: 'shop.totals',
  schedule: 'every hour',
  args: '[]',
  kwargs: '{}',
  queue: null,
  enabled: true,
  lastRun: null,
  runs: 0,
  nextRun: null,
  note: null,
  refusal: null,
}

/** What the menus offer for one line of each kind. */
function menusOf(readOnly: boolean): Record<string, string[]> {
  const info = connected({
    readOnly,
    silentWorkers: { certain: ['w'], likely: [], keptOn: false },
    recording: { queue: 'warren.history', replay: null, message: null },
  })
  const access = readOnly ? 'readOnly' : 'writable'
  const schedules = { due: [], dueTotal: 0, database: null, periodic: [periodic] }
  const run = (state: string): ViewNode[] =>
    runNodes({ parent: 'p', tasks: [shopTask(1, now, { state, exception: null })], matched: 1, named: true }, [info], now)
  const summary = { connection: 'local', name: 'a', total: 1, failed: 0, running: 0, revision: 1, failedRevision: 1 }
  const [group] = failureNodes(pictureOf([shopGroup(1)]), [info], now)
  const lines: Record<string, [string, ViewNode | undefined]> = {
    'a task that ended': ['warren.tasks', run('SUCCESS')[0]],
    'a task that runs': ['warren.tasks', run('STARTED')[0]],
    'a state that an application calls “writable”': ['warren.tasks', run('writable')[0]],
    'the name of tasks': ['warren.tasks', taskNameNodes([summary], [info]).at(-1)],
    'a group of failures': ['warren.failures', group],
    'one of its tasks': ['warren.failures', group?.children?.[0]],
    'a worker': ['warren.workers', workerNodes([worker(1, { connection: 'local', sendsEvents: false })], [info], now).at(-1)],
    'silent workers': ['warren.workers', silentWorkerNodes(info)[0]],
    'a recording': ['warren.connections', recordingNodes(info)[0]],
    'a periodic task': ['warren.connections', scheduleNodes('local', schedules, access, now)[0]],
    'a queue': ['warren.connections', queueNode(queueLine(queue('celery')), readOnly, now)],
  }
  return Object.fromEntries(Object.entries(lines).map(([what, [view, node]]) => [what, offered(view, node ?? assert.fail(what))]))
}

describe('the menus of the trees', () => {
  const looking = ['debugTask', 'showTask', 'showWorkflow', 'turnIntoTest']

  test('on a read-only connection offer only what reads, or what is Warren’s own', () => {
    assert.deepEqual(menusOf(true), {
      'a task that ended': looking,
      'a task that runs': looking,
      'a state that an application calls “writable”': looking,
      'the name of tasks': [],
      'a group of failures': ['markFailureKnown', 'markFailureResolved'],
      'one of its tasks': ['debugTask', 'showTask', 'showTraceback', 'showWorkflow', 'turnIntoTest'],
      'a worker': ['inspectWorker'],
      'silent workers': [],
      'a recording': [],
      'a periodic task': [],
      'a queue': ['openMessage', 'showMessages'],
    })
  })

  test('offer what acts elsewhere', () => {
    const menus = menusOf(false)
    assert.deepEqual(menus['a task that ended'], ['debugTask', 'retryTask', 'retryWithEdits', ...looking.slice(1)])
    assert.deepEqual(menus['a task that runs'], [
      'debugTask',
      'revokeTask',
      ...looking.slice(1, 3),
      'terminateTask',
      'turnIntoTest',
    ])
    assert.deepEqual(menus['the name of tasks'], ['enqueueTask', 'retryMatching', 'revokeTask'])
    assert.ok(menus['a group of failures']?.includes('retryMatching'))
    assert.ok(menus['one of its tasks']?.includes('retryTask'))
    for (const acting of ['growPool', 'shutDownWorker', 'setRateLimit', 'turnOnEvents'])
      assert.ok(menus['a worker']?.includes(acting), acting)
    assert.deepEqual(menus['silent workers'], ['turnOnEvents'])
    assert.deepEqual(menus['a recording'], ['stopRecording'])
    assert.deepEqual(menus['a periodic task'], ['disablePeriodicTask', 'runPeriodicTask'])
    assert.ok(menus['a queue']?.includes('purgeQueue'))
  })

  test('of silent workers, and the line itself, say why nothing can be done about them', () => {
    const [line] = silentWorkerNodes(connected({ readOnly: true, silentWorkers: { certain: ['w'], likely: [], keptOn: false } }))
    assert.equal(line?.command, undefined)
    assert.match(line?.tooltip ?? '', /This connection is read-only/)
  })
})
