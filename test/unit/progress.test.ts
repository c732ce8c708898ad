import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { readProgress } from '../../broker-bridge/tasks/progress.ts'
import { TaskStore } from '../../broker-bridge/tasks/store.ts'
import { taskEvent } from './taskEvents.ts'

describe('progress', () => {
  const read: [Record<string, unknown>, ReturnType<typeof readProgress>][] = [
    [
      { current: 3, total: 12 },
      { percent: 25, current: 3, total: 12, message: null },
    ],
    [
      { done: 3, total: 10 },
      { percent: 30, current: 3, total: 10, message: null },
    ],
    [
      { current: 3, total: 0 },
      { percent: null, current: 3, total: null, message: null },
    ],
    [{ current: 7 }, { percent: null, current: 7, total: null, message: null }],
    [
      { percent: 41.5, status: 'half' },
      { percent: 41.5, current: null, total: null, message: 'half' },
    ],
    [{ percent: 140 }, { percent: 100, current: null, total: null, message: null }],
    [
      { current: -4, total: 10 },
      { percent: 0, current: -4, total: 10, message: null },
    ],
    [{ progress: 0.25 }, { percent: 25, current: null, total: null, message: null }],
    [{ progress: 25 }, { percent: 25, current: null, total: null, message: null }],
    [
      { step: 2, steps: 4, message: 'copying' },
      { percent: 50, current: 2, total: 4, message: 'copying' },
    ],
    [
      { step: 'copying', message: 'a.jpg' },
      { percent: null, current: null, total: null, message: 'copying: a.jpg' },
    ],
    // As `update_state` takes it; the inner fields are the more particular.
    [
      { current: 1, meta: { current: 2, total: 4 } },
      { percent: 50, current: 2, total: 4, message: null },
    ],
  ]
  for (const [fields, expected] of read)
    it(`is read from ${JSON.stringify(fields)}`, () => assert.deepEqual(readProgress(fields), expected))

  const silent = [
    {},
    { message: 'a log line' },
    { progress: 1 },
    { progress: 'NaN' },
    { current: '3' },
    { meta: [] },
    { total: 4 },
  ]
  for (const fields of silent) it(`is not seen in ${JSON.stringify(fields)}`, () => assert.equal(readProgress(fields), null))

  it('of one attempt is not that of the next', () => {
    const store = new TaskStore(10)
    const told = taskEvent('a', 'PROGRESS', 2, { custom: { current: 1, total: 2 } })
    store.apply('c', [taskEvent('a', 'STARTED', 1), told], 5)
    assert.equal(store.detail({ connection: 'c', id: 'a' })?.progress?.percent, 50)
    store.apply('c', [taskEvent('a', 'RETRY', 3), taskEvent('a', 'STARTED', 4)], 5)
    assert.equal(store.detail({ connection: 'c', id: 'a' })?.progress, null)
  })
})
