import assert from 'node:assert/strict'
import { after, before, it } from 'node:test'
import { startWorker, testApp, type CeleryApp } from '../support/celeryWorker.ts'
import { eventually, freshKey, startLiveBridge, type LiveBridge } from '../support/liveBridge.ts'
import { startRabbit, type PrivateRabbit } from '../support/rabbit.ts'

let rabbit: PrivateRabbit
let app: CeleryApp
let live: LiveBridge
before(async () => {
  rabbit = await startRabbit({ management: false })
  app = testApp(rabbit.amqpUrl)
  live = await startLiveBridge()
})
after(async () => {
  await live[Symbol.asyncDispose]()
  await rabbit[Symbol.asyncDispose]()
})

const enqueue = (name: string, args: string) => live.request('enqueue', { connection: 'c', name, args, key: freshKey() })
const orphans = async () => (await live.request('listTasks', { filter: { query: 'is:orphan' }, limit: 10 })).tasks

it('a task whose worker is killed under it is marked, found, and not unmarked by the worker’s successor', async () => {
  const worker = await startWorker(app)
  await live.connect({ address: rabbit.amqpUrl })
  const { id } = await enqueue('tasksapp.sleep', '[600]')
  await live.task(id, 'runs', ({ state }) => state === 'STARTED')
  assert.deepEqual(await orphans(), [])
  await worker.kill()
  await using successor = await startWorker(app)
  const lost = await live.task(id, 'is an orphan', ({ orphaned }) => orphaned?.includes('was started anew while the task ran'))
  assert.equal(lost.state, 'STARTED')
  const next = await enqueue('tasksapp.add', '[1, 2]')
  await live.task(next.id, 'succeeds', ({ state }) => state === 'SUCCESS')
  assert.deepEqual(
    (await orphans()).map((task) => task.id),
    [id],
  )
  const { id: other } = await enqueue('tasksapp.sleep', '[600]')
  await live.task(other, 'runs', ({ state }) => state === 'STARTED')
  await successor.kill()
  // Nobody takes its place this time: four heartbeats are missed.
  await eventually('both are found', async () => (await orphans()).length === 2)
  assert.match((await live.task(other, 'is an orphan', ({ orphaned }) => orphaned)).orphaned ?? '', /^Its worker went away while/)
})
