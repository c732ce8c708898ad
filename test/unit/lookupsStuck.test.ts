import assert from 'node:assert/strict'
import { mock, test } from 'node:test'
import { RequestError } from '../../broker-bridge/protocol/index.ts'
import type { BackendAnswer } from '../../broker-bridge/protocol/index.ts'
import { StuckTasks } from '../../broker-bridge/lookups/stuckTasks.ts'
import type { StuckTasksOptions } from '../../broker-bridge/lookups/stuckTasks.ts'
import type { Connection } from '../../broker-bridge/sources/connection.ts'
import { TaskStore } from '../../broker-bridge/tasks/store.ts'
import { taskEvent } from './taskEvents.ts'

const begin = Date.parse('2026-11-21T12:00:00Z')
const connection = { params: { id: 'c', name: 'shop' } } as unknown as Connection
const started: BackendAnswer = {
  source: 'Redis at h/0',
  state: 'SUCCESS',
  at: begin / 1_000,
  ...{ name: null, worker: null, queue: null, args: null, kwargs: null, exact: false, result: '3', inert: null, traceback: null },
}

/** A store whose time goes by as the test says, and what was asked of its backend. */
function stage(find: (ids: readonly string[]) => string[] = (ids) => [...ids]) {
  mock.timers.enable({ apis: ['setInterval', 'Date'], now: begin })
  const store = new TaskStore(10_000)
  const asked: string[][] = []
  const [log, changes] = [[] as string[], { count: 0 }]
  const lookups: StuckTasksOptions['lookups'] = {
    mayAsk: () => allowed.is,
    find: (_, ids) => {
      asked.push([...ids])
      return Promise.resolve().then(() => ({ file: 'Redis at h/0', found: find(ids).map((id) => ({ id, answer: started })) }))
    },
  }
  const allowed = { is: true }
  const stuck = new StuckTasks({
    store,
    lookups,
    connections: [connection],
    changed: () => changes.count++,
    log: (line) => log.push(line),
  })
  const pass = async (seconds: number): Promise<void> => {
    for (let gone = 0; gone < seconds; gone += 10) {
      mock.timers.tick(10_000)
      await new Promise(setImmediate)
    }
  }
  const end = (): void => {
    stuck.dispose()
    mock.timers.reset()
  }
  const hear = (id: string, state: string, after = 0): void =>
    store.apply('c', [taskEvent(id, state, begin / 1_000 + after)], begin / 1_000 + after)
  return { store, stuck, asked, log, changes, allowed, pass, end, hear }
}

test('a task of which nothing is heard for long is asked about, less and less often, and at last no more', async () => {
  const { asked, changes, pass, end, hear, store, stuck } = stage()
  hear('a', 'STARTED')
  await pass(290)
  assert.deepEqual(asked, [])
  await pass(20)
  assert.deepEqual(asked, [['a']])
  await pass(60)
  assert.equal(asked.length, 2)
  await pass(100)
  assert.equal(asked.length, 2)
  await pass(20_000)
  assert.equal(asked.length, 8)
  assert.equal(changes.count, 8)
  const detail = store.detail({ connection: 'c', id: 'a' }) ?? assert.fail()
  const { backend, state } = stuck.beside(detail)
  // What events said stays what it is.
  assert.deepEqual([state, backend?.file, backend?.answers[0]?.state], ['STARTED', 'Redis at h/0', 'SUCCESS'])
  end()
})

test('an event makes the answer old, and begins anew', async () => {
  const { asked, pass, end, hear, store, stuck } = stage()
  const key = { connection: 'c', id: 'a' }
  hear('a', 'RECEIVED')
  await pass(310)
  const before = stuck.revision(key)
  assert.ok(stuck.beside(store.detail(key) ?? assert.fail()).backend)
  hear('a', 'STARTED', 310)
  assert.equal(stuck.beside(store.detail(key) ?? assert.fail()).backend, undefined)
  await pass(290)
  assert.equal(asked.length, 1)
  await pass(20)
  assert.equal(asked.length, 2)
  assert.ok(stuck.revision(key) > before)
  end()
})

test('nobody is asked without consent, nor about what ended or waits for its time', async () => {
  const { asked, allowed, pass, end, hear, store } = stage()
  hear('done', 'STARTED')
  hear('done', 'SUCCESS', 1)
  const late = taskEvent('late', 'RECEIVED', begin / 1_000, { eta: '2026-11-22T12:00:00+00:00' })
  store.apply('c', [late], begin / 1_000)
  await pass(2_000)
  assert.deepEqual(asked, [])
  allowed.is = false
  hear('a', 'STARTED')
  await pass(1_000)
  assert.deepEqual(asked, [])
  allowed.is = true
  await pass(10)
  assert.deepEqual(asked, [['a']])
  end()
})

test('many are asked about a few at a time, each once before any twice is due', async () => {
  const { asked, pass, end, hear } = stage()
  for (let index = 0; index < 150; index++) hear(`t${index}`, 'STARTED')
  await pass(370)
  assert.ok(asked.every(({ length }) => length <= 20))
  assert.equal(new Set(asked.slice(0, 8).flat()).size, 150)
  end()
})

test('a backend that cannot be asked is left in peace for longer and longer', async () => {
  const { asked, log, pass, end, hear } = stage(() => {
    throw new RequestError('refused', 'Redis at h/0 wants a password.')
  })
  hear('a', 'STARTED')
  await pass(310)
  await pass(60)
  assert.equal(asked.length, 2)
  await pass(3_600)
  // 30, 60, 120, … seconds.
  assert.equal([...asked].length, 7)
  assert.equal(log[0], 'shop: the result backend was asked about tasks that seem stuck. Redis at h/0 wants a password.')
  end()
})
