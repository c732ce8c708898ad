import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { Exporter } from '../../broker-bridge/export/exporter.ts'
import { openBundle } from '../../broker-bridge/export/openBundle.ts'
import { KeptTasks } from '../../broker-bridge/history/keptTasks.ts'
import { RequestError } from '../../broker-bridge/protocol/index.ts'
import type { ExportParams, TaskDetail, TaskFilter } from '../../broker-bridge/protocol/index.ts'
import { TaskStore } from '../../broker-bridge/tasks/store.ts'
import { connectionInfo } from '../support/fakeCore.ts'
import { until } from '../support/until.ts'
import { taskEvent, wholeTask } from './taskEvents.ts'

const program = new URL('../../broker-bridge/history/worker.ts', import.meta.url)

function exporterOf(store: TaskStore, kept: KeptTasks): Exporter {
  return new Exporter(store, {
    version: '1',
    connections: () => [connectionInfo('c')],
    workers: () => [],
    queues: () => [],
    kept: (filter) => kept.export(filter),
  })
}

/** A history with 2,500 tasks of a connection c, the tenth of them failed, of which the memory holds only the newest. */
async function keptOf(context: TestContext): Promise<Exporter> {
  const folder = await mkdtemp(join(tmpdir(), 'warren-history-'))
  const store = new TaskStore(5_000)
  const options = { file: join(folder, 'history.db'), days: 36_500, megabytes: 1_000, program }
  const kept = new KeptTasks(store, options, () => undefined)
  context.after(async () => {
    await kept.dispose()
    await rm(folder, { recursive: true, force: true })
  })
  await kept.open('c', 'amqp://broker')
  for (let number = 0; number < 2_500; number++) store.apply('c', eventsOf(number), 1)
  kept.collect(store.drain())
  await until(async () => (await countOf(kept)) === 2_500, 'all is written')
  const small = new TaskStore(10)
  small.apply('c', eventsOf(2_499), 1)
  return exporterOf(small, kept)
}

const start = Date.now() / 1_000 - 3_000
const eventsOf = (number: number) => [
  ...wholeTask(`t${number}`, number % 10 === 0 ? 'FAILURE' : 'SUCCESS', start + number),
  taskEvent(`t${number}`, 'RECEIVED', start + number + 0.5, {
    name: 'shop.add',
    kwargs: "{'password': 'hunter2', 'order': 7}",
  }),
]

async function countOf(kept: KeptTasks): Promise<number> {
  let count = 0
  for await (const { connection } of kept.export({ query: 'password' })) count += connection === 'c' ? 1 : 0
  return count
}

async function textOf(exporter: Exporter, change: Partial<ExportParams>): Promise<string> {
  const pieces: Buffer[] = []
  for await (const piece of exporter.file({ format: 'jsonl', filter: {}, mask: true, source: 'history', ...change }))
    pieces.push(Buffer.from(piece))
  const bytes = Buffer.concat(pieces)
  return change.format === 'bundle' ? gunzipSync(bytes).toString() : bytes.toString()
}

async function idsOf(exporter: Exporter, filter: TaskFilter): Promise<string[]> {
  const text = await textOf(exporter, { filter })
  return text
    .trimEnd()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => (JSON.parse(line) as TaskDetail).id)
}

test('what the history finds is exported, newest first, page after page, by query and states, with secrets masked', async (context) => {
  const exporter = await keptOf(context)
  const all = await idsOf(exporter, {})
  assert.deepEqual([all.length, all[0], all.at(-1)], [2_500, 't2499', 't0'])
  assert.equal((await idsOf(exporter, { states: ['FAILURE'] })).length, 250)
  assert.deepEqual(await idsOf(exporter, { query: 'id:t2490', states: ['FAILURE', 'RETRY'] }), ['t2490'])
  assert.deepEqual(await idsOf(exporter, { query: 'id:t2491', states: ['FAILURE'] }), [])
  assert.deepEqual(await idsOf(exporter, { name: 'shop.other' }), [])

  const csv = await textOf(exporter, { format: 'csv', filter: { query: 'id:t7', connection: 'c' } })
  assert.match(csv, /^id,name,state/)
  assert.match(csv, /t7,shop\.add,SUCCESS,c,/)
  assert.doesNotMatch(csv, /hunter2/)
  assert.match(await textOf(exporter, { format: 'csv', filter: { query: 'id:t7' }, mask: false }), /hunter2/)
})

test('a bundle of the history is opened again with all its moments', async (context) => {
  const exporter = await keptOf(context)
  const store = new TaskStore(5_000)
  const file = exporter.file({ format: 'bundle', filter: { states: ['FAILURE'] }, mask: true, source: 'history' })
  await openBundle(file as AsyncIterable<Uint8Array>, { store, name: 'bundle-1', changed: () => undefined })
  const detail = store.detail({ connection: 'bundle-1-1', id: 't2490' })
  assert.deepEqual([store.activity(1).tasks, detail?.state, detail?.timeline.length], [250, 'FAILURE', 4])
  assert.doesNotMatch(detail?.kwargs ?? '', /hunter2/)
})

test('where no history is kept, or the query cannot be read, that is said before anything is sent', async (context) => {
  const store = new TaskStore(10)
  const off = exporterOf(store, new KeptTasks(store, null, () => undefined))
  const refused = (code: string) => (error: unknown) => error instanceof RequestError && error.code === code
  assert.throws(() => off.file({ format: 'csv', filter: {}, mask: true, source: 'history' }), refused('refused'))
  const exporter = await keptOf(context)
  const unreadable = { format: 'csv', filter: { query: 'runtime:>soon' }, mask: true, source: 'history' } as const
  assert.throws(() => exporter.file(unreadable), refused('invalid'))
})
