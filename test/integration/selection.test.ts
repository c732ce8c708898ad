import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, it } from 'node:test'
import type { Client, ListedTask, Params } from '../../broker-bridge/protocol/index.ts'
import { enter } from '../support/bridgeServer.ts'
import { runPython, startWorker, testApp, type CeleryApp, type CeleryWorker } from '../support/celeryWorker.ts'
import { confirmation, eventually, freshKey, startLiveBridge, type LiveBridge } from '../support/liveBridge.ts'
import { startRabbit, type PrivateRabbit } from '../support/rabbit.ts'
import { until } from '../support/until.ts'

let rabbit: PrivateRabbit
let app: CeleryApp
let worker: CeleryWorker
let live: LiveBridge
let client: Client

before(async () => {
  rabbit = await startRabbit()
  app = testApp(rabbit.amqpUrl, join(rabbit.folder, 'results.db'))
  worker = await startWorker(app, { concurrency: 2 })
  live = await startLiveBridge()
  await live.connect({ address: rabbit.amqpUrl, management: rabbit.managementUrl ?? '' })
  await live.workers(worker.hostname)
  client = (await enter(live.server)).client
})

after(async () => {
  client.close()
  await live[Symbol.asyncDispose]()
  await worker.kill()
  await rabbit[Symbol.asyncDispose]()
})

/** Sends tasks from Python and waits until all are in this state. */
async function sent(count: number, expression: string, state: string): Promise<string[]> {
  const code = `from tasksapp import *\nfor number in range(${count}): print((${expression}).id)`
  const ids = (await runPython(app, code)).trim().split('\n')
  for (const id of ids) await live.task(id, state, (task) => task.state === state)
  return ids
}

/** What a page selects: rows of its resting view, most of them out of its sight. */
async function rows(query: string, first: number, count: number): Promise<readonly ListedTask[]> {
  await client.request('setView', { view: 'feed', filter: { query }, first: 0, count: 2, resting: true })
  return (await client.request('viewRange', { view: 'feed', first, count })).tasks
}

const states = async (ids: readonly string[]) =>
  (await client.request('viewStates', { view: 'feed', connection: 'c', ids: [...ids] })).states
const idsOf = (tasks: readonly ListedTask[]): string[] => tasks.map(({ id }) => id)

it('revokes the tasks of selected rows with one question; those that have ended are left out, and said', async () => {
  const [done = ''] = await sent(1, 'echo.delay("done")', 'SUCCESS')
  const waiting = await sent(6, 'echo.si(number).apply_async(countdown=600)', 'RECEIVED')
  const selected = idsOf(await rows('name:tasksapp.echo', 1, 4))
  assert.deepEqual(selected, waiting.toReversed().slice(1, 5))
  const target = { by: 'ids' as const, ids: [...selected, done] }
  const params: Params<'revokeTasks'> = { connection: 'c', target, key: freshKey() }
  const asked = await confirmation(client.request('revokeTasks', params))
  assert.deepEqual([asked.question, asked.count], ['Revoke 4 tasks?', 4])
  assert.match(asked.detail, /^4 × tasksapp\.echo \(4 RECEIVED\)/)
  assert.match(asked.detail, /1 of the named tasks has ended already and is left out\./)
  assert.match(asked.place.address, /^amqp:/)
  const revoked = await client.request('revokeTasks', { ...params, nonce: asked.nonce })
  assert.deepEqual([revoked.tasks, revoked.ended, revoked.silent], [4, 0, []])
  assert.deepEqual(
    revoked.answers.map(({ worker: name, ok }) => [name, ok]),
    [[worker.hostname, true]],
  )
  const { reports } = await client.request('inspectWorkers', { connection: 'c', workers: null, question: 'revoked' })
  assert.deepEqual(new Set(reports[0]?.payload as string[]), new Set(selected))
  assert.deepEqual(await states([...waiting, done, 'not-held']), [...waiting.map(() => 'RECEIVED'), 'SUCCESS', null])
})

it('runs the tasks of selected rows again, each once, and no other', async () => {
  const failed = await sent(5, 'fail.delay(300 + number)', 'FAILURE')
  const selected = idsOf(await rows('name:tasksapp.fail', 1, 3))
  assert.deepEqual(new Set(selected), new Set(failed.toReversed().slice(1, 4)))
  const target = { by: 'ids' as const, ids: selected }
  const plan = await client.request('planRetryMany', { connection: 'c', target })
  assert.deepEqual([plan.ready, plan.edit, plan.blocked], [3, 0, 0])
  const params: Params<'retryMany'> = { connection: 'c', target, rate: 100, key: freshKey() }
  const asked = await confirmation(client.request('retryMany', params))
  assert.deepEqual([asked.question, asked.count], ['Run 3 tasks again?', 3])
  const { id: operation } = await client.request('retryMany', { ...params, nonce: asked.nonce })
  await eventually('the work has ended', () =>
    live.bridge.picture('operations').some(({ id, endedAt }) => id === operation && endedAt !== null),
  )
  const { tasks, counts } = await client.request('getRetryReport', { operation })
  assert.equal(counts.retried, 3)
  assert.deepEqual(new Set(tasks.map(({ id }) => id)), new Set(selected))
  const runs = tasks.map(({ newId }) => newId ?? '')
  await until(async () => (await states(runs)).every((state) => state === 'FAILURE'))
  const log = await worker.log()
  assert.ok(runs.every((id) => log.split(`[${id}] received`).length === 2))
})
