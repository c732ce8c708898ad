import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { TaskNameSummary, TaskRow } from '../../broker-bridge/protocol/index.ts'
import { runNodes, taskNameNodes } from '../../extension/views/taskNodes.ts'
import { treeChange } from '../../extension/views/treeChanges.ts'
import { outline } from '../support/outline.ts'
import { info, now, summary, task } from '../support/treeRows.ts'

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
