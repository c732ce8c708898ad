import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { confirmed } from '../../broker-bridge/protocol/index.ts'
import type { HistoryPage } from '../../broker-bridge/protocol/index.ts'
import { startBridgeProcess, type BridgeProcess } from '../support/bridgeProcess.ts'
import { startWorker, testApp, type CeleryWorker } from '../support/celeryWorker.ts'
import { startPublisher, wholeTask, type EventPublisher } from '../support/events.ts'
import { eventually, freshKey, isReading } from '../support/liveBridge.ts'
import { startRabbit, type PrivateRabbit } from '../support/rabbit.ts'

let rabbit: PrivateRabbit
let worker: CeleryWorker
let publisher: EventPublisher
let folder: string
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'warren-history-'))
  rabbit = await startRabbit({ management: false })
  worker = await startWorker(testApp(rabbit.amqpUrl))
  publisher = await startPublisher(rabbit.amqpUrl)
})
after(async () => {
  await publisher[Symbol.asyncDispose]()
  await worker[Symbol.asyncDispose]()
  await rabbit[Symbol.asyncDispose]()
  await rm(folder, { recursive: true })
})

async function start(...options: string[]): Promise<BridgeProcess> {
  const bridge = await startBridgeProcess({}, ['--history', join(folder, 'history.db'), ...options])
  await bridge.client.request('connect', { id: 'c', name: 'test', address: rabbit.amqpUrl })
  await bridge.until('connected and reading events', isReading)
  return bridge
}

const find = (bridge: BridgeProcess, query: string): Promise<HistoryPage> =>
  bridge.client.request('queryHistory', { connection: 'c', query, limit: 10, extra: ['started', 'waited'] })

async function found(bridge: BridgeProcess, query: string, count: number): Promise<HistoryPage> {
  let page: HistoryPage | undefined
  await eventually(
    `the history has ${count} of ${query}`,
    async () => (page = await find(bridge, query)).counted === count,
    () => JSON.stringify(page),
  )
  return page as unknown as HistoryPage
}

test('a task that the memory let go is found, opened and run again from the history, and its row says where it is from', async () => {
  let id = ''
  {
    await using bridge = await start()
    const params = { connection: 'c', key: freshKey(), name: 'tasksapp.add', args: '[2, 40]', queue: 'celery' }
    id = (await bridge.client.request('enqueue', params)).id
    await found(bridge, `id:${id} state:succeeded`, 1)
    assert.equal((await find(bridge, `id:${id}`)).tasks[0]?.fromHistory, false)
  }
  await using bridge = await start('--max-tasks', '1')
  await publisher.send(wholeTask('newer'))
  await eventually('the memory has the newer task only', async () => {
    const { tasks } = await bridge.client.request('listTasks', { filter: {}, limit: 10 })
    return tasks.length === 1 && tasks[0]?.id === 'newer'
  })
  const [row] = (await find(bridge, `id:${id}`)).tasks
  assert.equal(row?.fromHistory, true)
  assert.ok(typeof row.extra?.started === 'number' && row.extra.exchange === undefined)
  assert.equal((await found(bridge, 'id:newer', 1)).tasks[0]?.fromHistory, false)
  const key = { connection: 'c', id }
  assert.equal(await bridge.client.request('watchTask', { task: key }), null)
  const task = await bridge.client.request('getTask', key)
  assert.deepEqual([task.state, task.result, task.fromHistory], ['SUCCESS', '42', true])
  const plan = await bridge.client.request('planRetry', key)
  assert.deepEqual([plan.name, plan.args, plan.kwargs, plan.source], ['tasksapp.add', '[2, 40]', '{}', 'event'])
  const questions: string[] = []
  const ask = (confirmation: { readonly question: string }) => Promise.resolve(questions.push(confirmation.question) > 0)
  const sent = await confirmed(bridge.client, 'retry', { ...key, key: freshKey(), queue: 'celery' }, ask)
  assert.deepEqual(questions, ['Run tasksapp.add again?'])
  assert.ok(sent)
  const again = await found(bridge, `id:${sent.id} state:succeeded`, 1)
  assert.equal(again.tasks[0]?.name, 'tasksapp.add')
  assert.equal((await bridge.client.request('getTask', { connection: 'c', id: sent.id })).result, '42')
  await assert.rejects(
    bridge.client.request('planRetry', { connection: 'c', id: 'nobody' }),
    /neither in memory nor in the history/,
  )
})
