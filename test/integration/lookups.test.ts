import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { startWorker, testApp, type CeleryWorker } from '../support/celeryWorker.ts'
import { makeDjangoTables } from '../support/djangoTables.ts'
import { confirmation, freshKey, refusal, startLiveBridge, type LiveBridge } from '../support/liveBridge.ts'
import { startRabbit, type PrivateRabbit } from '../support/rabbit.ts'

describe('what events do not tell', () => {
  let folder = ''
  let rabbit: PrivateRabbit
  let worker: CeleryWorker
  let live: LiveBridge

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'warren-lookups-'))
    makeDjangoTables(join(folder, 'django.sqlite3'))
    rabbit = await startRabbit({ management: false })
    worker = await startWorker(testApp(rabbit.amqpUrl, join(folder, 'results.db')))
    live = await startLiveBridge({ lookups: new URL('../../broker-bridge/lookups/worker.ts', import.meta.url) })
    await live.connect({ address: rabbit.amqpUrl })
    await live.workers(worker.hostname)
  })

  after(async () => {
    await live[Symbol.asyncDispose]()
    await worker.kill()
    await rabbit[Symbol.asyncDispose]()
    await rm(folder, { recursive: true })
  })

  const run = async (name: string, args: string, state: string): Promise<string> => {
    const { id } = await live.request('enqueue', { connection: 'c', name, args, key: freshKey() })
    await live.task(id, state, (task) => task.state === state)
    return id
  }

  it('the result backend that workers name is asked once the user agreed to open its file', async () => {
    const failed = await run('tasksapp.fail', '[]', 'FAILURE')
    const asked = await confirmation(live.request('askBackend', { connection: 'c', id: failed }))
    assert.ok(asked.detail.includes(join(folder, 'results.db')), asked.detail)
    await refusal(live.request('askBackend', { connection: 'c', id: failed, nonce: '/etc/passwd' }), 'confirmation_needed')
    const { file, answers } = await live.request('askBackend', { connection: 'c', id: failed, nonce: asked.nonce })
    assert.equal(file, 'results.db')
    const [answer] = answers
    assert.equal(answer?.source, 'celery_taskmeta in results.db')
    assert.equal(answer.state, 'FAILURE')
    assert.match(answer.traceback ?? '', /tasksapp\.Broken: the report could not be made/)
    // Celery pickles what it stores there.
    assert.equal(answer.result, null)
    assert.match(answer.inert ?? '', /^It is a pickle of \d+ bytes/)
    assert.ok(Math.abs((answer.at ?? 0) - Date.now() / 1_000) < 300)
    const done = await run('tasksapp.add', '[1, 2]', 'SUCCESS')
    assert.equal((await live.request('askBackend', { connection: 'c', id: done })).answers[0]?.state, 'SUCCESS')
    assert.deepEqual((await live.request('askBackend', { connection: 'c', id: 'unheard of' })).answers, [])
  })

  it('tasks wait for their time in a list, the nearest first', async () => {
    const send = (countdown: number) =>
      live.request('enqueue', { connection: 'c', name: 'tasksapp.add', args: '[1, 2]', countdown, key: freshKey() })
    const [late, early] = [await send(7_200), await send(3_600)]
    for (const { id } of [late, early]) await live.task(id, 'is held by a worker', ({ state }) => state === 'RECEIVED')
    const { due, dueTotal, database } = await live.request('listSchedules', { connection: 'c' })
    assert.deepEqual([due.map(({ id }) => id), dueTotal], [[early.id, late.id], 2])
    assert.ok(Math.abs((due[0]?.due ?? 0) - Date.now() / 1_000 - 3_600) < 300)
    // The file that was agreed to holds results and no schedules.
    assert.equal(database?.problem, 'It has no tables of django-celery-beat.')
  })

  it('periodic tasks are shown, turned off and run now, through the door', async () => {
    await live.connect({ id: 'd', address: rabbit.amqpUrl, resultBackend: join(folder, 'django.sqlite3') })
    const often = async () => {
      const { periodic } = await live.request('listSchedules', { connection: 'd' })
      return periodic.find(({ name }) => name === 'often') ?? assert.fail('It is listed.')
    }
    const { id, name } = await often()
    const turnOff = { connection: 'd', id, name, enabled: false, key: freshKey() }
    const asked = await confirmation(live.request('setPeriodic', turnOff))
    assert.equal(asked.question, 'Disable “often”?')
    assert.match(asked.detail, /into django\.sqlite3, for everybody who uses it: tasksapp\.add, every 10 seconds\./)
    assert.equal((await often()).enabled, true)
    await live.request('setPeriodic', { ...turnOff, nonce: asked.nonce })
    assert.equal((await often()).enabled, false)
    const runNow = { connection: 'd', id, name, key: freshKey() }
    const { nonce, detail } = await confirmation(live.request('runPeriodic', runNow))
    assert.match(detail, /^Sends tasksapp\.add to the default queue, with \[1, 2\] and \{\}\./)
    const sent = await live.request('runPeriodic', { ...runNow, nonce })
    const task = await live.task(sent.id, 'succeeds', ({ state }) => state === 'SUCCESS', 'd')
    assert.equal(task.result, '3')
    assert.equal((await often()).runs, 7)
  })

  it('a read-only connection changes no schedules', async () => {
    await live.connect({ id: 'r', address: rabbit.amqpUrl, readOnly: true, resultBackend: join(folder, 'django.sqlite3') })
    const change = { connection: 'r', id: 1, name: 'often', enabled: true, key: freshKey() }
    await refusal(live.request('setPeriodic', change), 'read_only')
    await refusal(live.request('runPeriodic', { ...change, key: freshKey() }), 'read_only')
  })

  it('consent holds for one broker, not for another under the same id', async () => {
    await live.connect({ address: `${rabbit.amqpUrl}?heartbeat=9` })
    await confirmation(live.request('askBackend', { connection: 'c', id: 'any' }))
  })
})
