import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import fc from 'fast-check'
import { HistoryFile } from '../../broker-bridge/history/historyFile.ts'
import { readQuery } from '../../broker-bridge/protocol/index.ts'
import type { Query } from '../../broker-bridge/protocol/index.ts'
import type { TaskEvent } from '../../broker-bridge/sources/events.ts'
import { Lives } from '../../broker-bridge/tasks/life.ts'
import { toTest } from '../../broker-bridge/tasks/query.ts'
import { merge, TaskRecord } from '../../broker-bridge/tasks/record.ts'
import { toStored } from '../../broker-bridge/tasks/stored.ts'
import { someQuery, someTasks } from './historyTasks.ts'
import { taskEvent, wholeTask } from './taskEvents.ts'

const folder = mkdtempSync(join(tmpdir(), 'warren-history-'))
after(() => rmSync(folder, { recursive: true }))

const file = new HistoryFile({ file: join(folder, 'history.db'), days: 100_000, megabytes: 500, owner: 'test' })
after(() => file.close())

let brokers = 0

interface Written {
  readonly broker: string
  readonly tasks: readonly TaskRecord[]
  readonly lives: Lives
}

/** Writes each task's events as the store would have merged them, in a history of their own. */
function write(tasks: readonly (readonly TaskEvent[])[]): Written {
  const lives = new Lives()
  const records = tasks.map((events) => {
    const task = new TaskRecord('c', events[0]?.id ?? '')
    for (const event of events) merge(task, event, lives)
    return task
  })
  const broker = `broker ${++brokers}`
  assert.equal(file.write({ broker, jsons: records.map((task) => JSON.stringify(toStored(task, lives))) }), true)
  return { broker, tasks: records, lives }
}

function find({ broker }: Written, query: Query, limit = 100, before: number | null = null) {
  return file.find({ broker, connection: 'c', query, before, limit })
}

/** All pages. */
function findAll(written: Written, query: Query, limit: number): string[] {
  const ids: string[] = []
  let before: number | null = null
  do {
    const page = find(written, query, limit, before)
    ids.push(...page.tasks.map(({ id }) => id))
    before = page.next
  } while (before !== null)
  return ids
}

function read(text: string): Query {
  const reading = readQuery(text, 10_000)
  assert.ok(reading.ok, text)
  return reading.query
}

test('the history finds what the memory finds, whatever the query', () => {
  fc.assert(
    fc.property(someTasks, fc.array(someQuery, { minLength: 1, maxLength: 5 }), (tasks, queries) => {
      const written = write(tasks)
      for (const query of queries) {
        const holds = toTest(query, written.lives)
        const expected = written.tasks.filter(holds).map(({ id }) => id)
        const found = find(written, query)
        assert.deepEqual(found.tasks.map(({ id }) => id).sort(), expected.sort(), JSON.stringify(query))
        assert.equal(found.counted, expected.length)
        assert.equal(found.countedAll, true)
        assert.deepEqual(findAll(written, query, 2).sort(), expected)
      }
    }),
    { numRuns: 400 },
  )
})

test('a failure is found by the name of its cause', () => {
  const written = write([wholeTask('failed', 'FAILURE'), wholeTask('well')])
  const fingerprint = written.tasks[0]?.errors?.[0]?.fingerprint ?? assert.fail('it has a cause')
  assert.deepEqual(findAll(written, read(`fingerprint:${fingerprint}`), 10), ['failed'])
})

test('pages are newest first, and none comes twice where many have the same time', () => {
  const written = write(
    Array.from({ length: 3_000 }, (_, number) => wholeTask(`t${number}`, 'SUCCESS', Math.floor(number / 1_500))),
  )
  const ids = findAll(written, read('state:succeeded'), 70)
  assert.equal(new Set(ids).size, 3_000)
  assert.ok(ids.slice(0, 1_500).every((id) => Number(id.slice(1)) >= 1_500))
  const first = find(written, read('state:succeeded'), 70)
  assert.deepEqual([first.tasks.length, first.counted, first.countedAll], [70, 1_000, false])
  assert.deepEqual([find(written, read('state:failed')).counted, find(written, read('id:t7')).tasks[0]?.id], [0, 't7'])
})

test('a task that is written again is there once, with all that was ever said', () => {
  const written = write([wholeTask('a', 'FAILURE')])
  const lives = new Lives()
  const later = new TaskRecord('c', 'a')
  merge(later, taskEvent('a', 'RETRY', 2_000, { exception: "KeyError('b')" }), lives)
  file.write({ broker: written.broker, jsons: [JSON.stringify(toStored(later, lives))] })
  const found = find(written, read('name:shop.add boom'))
  assert.deepEqual(
    found.tasks.map(({ id, state, at, fromHistory }) => ({ id, state, at, fromHistory })),
    [{ id: 'a', state: 'RETRY', at: 2_000, fromHistory: true }],
  )
  assert.equal(find(written, { kind: 'all' }).counted, 1)
  assert.equal(find(written, read('state:failed')).counted, 0)
  const detail = file.get({ broker: written.broker, connection: 'c', id: 'a' })
  assert.equal(detail?.timeline.length, 4)
  assert.equal(detail.traceback, null)
})

test('a query reaches no task of another broker', () => {
  const one = write([wholeTask('mine')])
  write([wholeTask('theirs')])
  assert.deepEqual(findAll(one, { kind: 'all' }, 10), ['mine'])
  assert.deepEqual(findAll(one, read('theirs'), 10), [])
  assert.equal(file.get({ broker: one.broker, connection: 'c', id: 'theirs' }), null)
})

test('times and ids of any size are kept and found', () => {
  const odd = [Number.MAX_SAFE_INTEGER, -5, 1e300, 0].map((at, number) => [taskEvent(`odd${number}`, 'STARTED', at)])
  const long = 'i'.repeat(1_000)
  const written = write([...odd, [taskEvent(long, 'RECEIVED', 1, { name: '\0\u0001\ud800', args: 'x'.repeat(100_000) })]])
  assert.equal(findAll(written, { kind: 'all' }, 2).length, 5)
  assert.deepEqual(findAll(written, read(`id:${long.slice(0, 400)}*`), 2), [long])
  assert.deepEqual(findAll(written, { kind: 'text', field: 'name', pattern: { parts: ['\0\u0001\ud800'] } }, 2), [long])
  assert.deepEqual(findAll(written, { kind: 'word', text: '\0\u0001\ud800' }, 2), [long])
})
