import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { placeLine } from '../../broker-bridge/protocol/index.ts'
import type { RevokeParams, Revoked, RevokeTarget } from '../../broker-bridge/protocol/index.ts'
import { runPython, startWorker, testApp, type CeleryApp, type CeleryWorker } from '../support/celeryWorker.ts'
import { confirmation, eventually, freshKey, refusal, startLiveBridge, type LiveBridge } from '../support/liveBridge.ts'
import { startRabbit, type PrivateRabbit } from '../support/rabbit.ts'

let rabbit: PrivateRabbit
let app: CeleryApp
let worker: CeleryWorker
let other: CeleryWorker
let live: LiveBridge

before(async () => {
  rabbit = await startRabbit()
  app = testApp(rabbit.amqpUrl, join(rabbit.folder, 'results.db'))
  ;[worker, other] = await Promise.all([
    startWorker(app, { concurrency: 1 }),
    startWorker(app, { hostname: 'solo@test', queues: ['elsewhere'], args: ['--pool=solo'] }),
  ])
  live = await startLiveBridge()
  await live.connect({ address: rabbit.amqpUrl })
  await live.workers(worker.hostname, other.hostname)
})

after(async () => {
  await live[Symbol.asyncDispose]()
  await Promise.all([worker.kill(), other.kill()])
  await rabbit[Symbol.asyncDispose]()
})

async function enqueue(name: string, args: string, more: { countdown?: number } = {}): Promise<string> {
  return (await live.request('enqueue', { connection: 'c', name, args, queue: 'celery', key: freshKey(), ...more })).id
}

type Request = Omit<RevokeParams, 'nonce' | 'terminate' | 'signal'> & Partial<RevokeParams>

function request(target: RevokeTarget, more: Partial<RevokeParams> = {}): Request {
  return { connection: 'c', target, key: freshKey(), ...more }
}

async function yes(params: Request): Promise<Revoked> {
  const asked = await confirmation(live.request('revokeTasks', params))
  return live.request('revokeTasks', { ...params, nonce: asked.nonce })
}

/** Who was told; on a busy machine a worker may take longer than the second that is waited for its answer. */
const everybody = ({ answers, silent }: Revoked): string[] => [...answers.map(({ worker: name }) => name), ...silent].sort()

const byIds = (...ids: string[]): RevokeTarget => ({ by: 'ids', ids })
const state = (id: string, wanted: string) => live.task(id, wanted, (task) => task.state === wanted)

describe('revoking', () => {
  it('drops a task that waits, after a question that says what a revoke is', async () => {
    // Busy for longer than it takes to ask, to be asked back and to revoke.
    const busy = await enqueue('tasksapp.sleep', '[10]')
    const waiting = await enqueue('tasksapp.add', '[1, 2]')
    await state(busy, 'STARTED')
    const params = request(byIds(waiting))
    const asked = await confirmation(live.request('revokeTasks', params))
    assert.match(asked.question, /^Revoke tasksapp\.add \([0-9a-f-]{36}\)\?$/)
    assert.match(asked.detail, /keeps the ids in its memory .*2 workers are told\.$/s)
    assert.match(placeLine(asked.place), /^test \(amqp:/)
    const done = await live.request('revokeTasks', { ...params, nonce: asked.nonce })
    assert.deepEqual([done.tasks, done.ended], [1, 0])
    assert.deepEqual(everybody(done), ['solo@test', 'worker@test'])
    assert.ok(done.answers.every(({ ok }) => ok))
    await state(waiting, 'REVOKED')
    await state(busy, 'SUCCESS')
  })

  it('terminates a task that runs, in prefork', async () => {
    const id = await enqueue('tasksapp.sleep', '[60]')
    await state(id, 'STARTED')
    const params = request(byIds(id), { terminate: true, signal: 'SIGKILL' })
    const asked = await confirmation(live.request('revokeTasks', params))
    assert.deepEqual([asked.action, /ends the process .* The signal is SIGKILL/s.test(asked.detail)], ['Terminate', true])
    const done = await live.request('revokeTasks', { ...params, nonce: asked.nonce })
    assert.deepEqual(everybody(done), ['solo@test', 'worker@test'])
    for (const { worker: name, text } of done.answers)
      assert.equal(text, name === 'worker@test' ? `terminate: ${id}` : 'terminate: tasks unknown')
    await state(id, 'REVOKED')
    assert.ok(worker.running())
  })

  it('acts on what was shown: what ended meanwhile is left out, and what came since is left alone', async () => {
    const first = await Promise.all([1, 2, 3].map(() => enqueue('tasksapp.echo', '["later"]', { countdown: 600 })))
    for (const id of first) await state(id, 'RECEIVED')
    const params = request({ by: 'filter', filter: { name: 'tasksapp.echo' } })
    const asked = await confirmation(live.request('revokeTasks', params))
    assert.deepEqual([asked.question, asked.count], ['Revoke 3 tasks?', 3])
    assert.match(asked.detail, /^3 × tasksapp\.echo \(3 RECEIVED\)/)
    const later = await enqueue('tasksapp.echo', '["too late"]', { countdown: 600 })
    await state(later, 'RECEIVED')
    const done = await live.request('revokeTasks', { ...params, nonce: asked.nonce })
    assert.deepEqual([done.tasks, done.ended], [3, 0])
    const inMemory = await live.request('inspectWorkers', { connection: 'c', workers: ['worker@test'], question: 'revoked' })
    const known = inMemory.reports[0]?.payload as string[]
    assert.ok(first.every((id) => known.includes(id)))
    assert.ok(!known.includes(later))
    await yes(request(byIds(later)))
  })

  it('takes back what remains of a workflow', async () => {
    const canvas =
      'from celery import chain, group\nfrom tasksapp import *\nresult = chain(sleep.si(0), group([echo.si(n).set(countdown=600) for n in range(4)])).apply_async()\nprint(result.parent.id)'
    const root = (await runPython(app, canvas)).trim()
    await live.task(root, 'has sent its group', ({ children }) => children.length === 4)
    const params = request({ by: 'workflow', id: root })
    const asked = await confirmation(live.request('revokeTasks', params))
    assert.equal(asked.count, 4)
    assert.equal((await live.request('revokeTasks', { ...params, nonce: asked.nonce })).tasks, 4)
  })

  it('refuses what has ended, and what matches nothing', async () => {
    const id = await enqueue('tasksapp.add', '[1, 1]')
    await state(id, 'SUCCESS')
    const ended = await refusal(live.request('revokeTasks', request(byIds(id))), 'refused')
    assert.equal(ended.message, 'Nothing was revoked: this task has ended already (SUCCESS).')
    const filter = { by: 'filter', filter: { name: 'no.such' } } as const
    assert.match(
      (await refusal(live.request('revokeTasks', request(filter)), 'refused')).message,
      /every task that matches has ended/,
    )
    const signal = 'SIGSTOP' as unknown as 'SIGTERM'
    await refusal(live.request('revokeTasks', request(byIds('x'), { signal })), 'invalid')
  })

  it('by a stamp is refused by workers before 5.3, with the reason', async () => {
    const stamped = () => yes(request({ by: 'stamp', header: 'tenant', values: ['acme'] }))
    let done = await stamped()
    await eventually('both answer', async () => done.silent.length === 0 || (done = await stamped()).silent.length === 0)
    assert.equal(done.tasks, null)
    assert.deepEqual(
      done.answers.map(({ ok, text }) => [ok, /older than 5\.3/.test(text)]),
      [
        [false, true],
        [false, true],
      ],
    )
  })

  it('names the workers that do not know of it', async () => {
    // Deaf for longer than it takes to see that it is, to be asked back and to wait for its answer.
    const busy = (
      await live.request('enqueue', {
        connection: 'c',
        name: 'tasksapp.sleep',
        args: '[15]',
        queue: 'elsewhere',
        key: freshKey(),
      })
    ).id
    await eventually('the solo worker is busy', async () => {
      const { silent } = await live.request('inspectWorkers', { connection: 'c', workers: null, question: 'ping' })
      return silent.includes('solo@test')
    })
    const done = await yes(request(byIds('not-held-here')))
    assert.deepEqual([done.tasks, done.silent], [1, ['solo@test']])
    await live.task(busy, 'ended', ({ state: now }) => now === 'SUCCESS')
  })

  it('wants the name of production typed for more than one task', async () => {
    await live.connect({ id: 'p', name: 'orders', address: rabbit.amqpUrl, environment: 'production' })
    const ask = (...ids: string[]) => confirmation(live.request('revokeTasks', { ...request(byIds(...ids)), connection: 'p' }))
    assert.equal((await ask('one')).typed, undefined)
    const many = await ask('one', 'two')
    assert.deepEqual([many.typed, many.count], ['orders', 2])
    await live.request('disconnect', { connection: 'p' })
  })

  it('does nothing on a read-only connection', async () => {
    await live.connect({ id: 'r', address: rabbit.amqpUrl, readOnly: true })
    await refusal(live.request('revokeTasks', { ...request(byIds('x')), connection: 'r' }), 'read_only')
  })
})
