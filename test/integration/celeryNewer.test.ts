import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { confirmed, inspections } from '../../broker-bridge/protocol/index.ts'
import type { CanvasTask, ControlAnswers, ControlCommand, Revoked, RevokeTarget } from '../../broker-bridge/protocol/index.ts'
import { runPython, startWorker, testApp, type CeleryApp, type CeleryWorker } from '../support/celeryWorker.ts'
import { eventually, freshKey, refusal, startLiveBridge, type LiveBridge } from '../support/liveBridge.ts'
import { ownQueues, type QueueOwner } from '../support/messageQueues.ts'
import { celeryOf } from '../support/otherCelery.ts'
import { findOther } from '../support/otherDebian.ts'
import { startRabbit, type PrivateRabbit } from '../support/rabbit.ts'

for (const [suite, minor] of [
  ['trixie', '5.5'],
  ['sid', '5.6'],
] as const) {
  const found = await findOther(suite, minor, celeryOf)
  const python = typeof found === 'string' ? '' : found.python
  describe(`workers of Celery ${minor}`, { skip: typeof found === 'string' ? found : false }, () => {
    let rabbit: PrivateRabbit
    let owner: QueueOwner
    let app: CeleryApp
    let worker: CeleryWorker
    let live: LiveBridge
    before(async () => {
      rabbit = await startRabbit()
      owner = await ownQueues(rabbit.amqpUrl)
      await owner.channel.assertQueue('steady', { durable: true, arguments: { 'x-queue-type': 'quorum' } })
      app = { ...testApp(rabbit.amqpUrl, join(rabbit.folder, 'results.db')), python }
      worker = await startWorker(app, { queues: ['celery'] })
      live = await startLiveBridge()
      await live.connect({ address: rabbit.amqpUrl, management: rabbit.managementUrl ?? '' })
      await live.workers(worker.hostname)
    })
    after(async () => {
      await live[Symbol.asyncDispose]()
      await worker.kill()
      await owner[Symbol.asyncDispose]()
      await rabbit[Symbol.asyncDispose]()
    })

    const ended = (id: string, state: string) => live.task(id, state, (task) => task.state === state)

    async function enqueue(name: string, args: string, more: { queue?: string; countdown?: number; priority?: number } = {}) {
      const task = { connection: 'c', name: `tasksapp.${name}`, args, queue: 'celery', key: freshKey(), ...more }
      return (await live.request('enqueue', task)).id
    }

    async function tell(control: ControlCommand): Promise<ControlAnswers> {
      const params = { connection: 'c', workers: [worker.hostname], control, key: freshKey() }
      return (
        (await confirmed(live.client, 'controlWorkers', params, () => Promise.resolve(true))) ?? assert.fail('nobody said no')
      )
    }

    async function revoke(target: RevokeTarget, terminate: boolean): Promise<Revoked> {
      const params = { connection: 'c', target, terminate, signal: 'SIGTERM', key: freshKey() } as const
      return (await confirmed(live.client, 'revokeTasks', params, () => Promise.resolve(true))) ?? assert.fail('nobody said no')
    }

    async function processes(): Promise<number> {
      const { reports } = await live.request('inspectWorkers', { connection: 'c', workers: null, question: 'stats' })
      // Nobody answered in time.
      if (reports[0] === undefined) return 0
      return (reports[0].payload as { pool: { processes: unknown[] } }).pool.processes.length
    }

    it('run what Warren enqueues, with every header it sets, and stay alive', async () => {
      const later = await enqueue('echo', '[1, "é", null]', { countdown: 1, priority: 9 })
      const { result } = await ended(later, 'SUCCESS')
      assert.match(result ?? '', /^\[\[1, 'é', None\], \{\}\]$/)
      assert.ok(worker.running())
    })

    it('run a failed task again, linked with its first run', async () => {
      const id = await enqueue('fail', '[]')
      const failed = await ended(id, 'FAILURE')
      assert.match(failed.traceback ?? '', /KeyError.*ValueError.*Broken/s)
      const plan = await live.request('planRetry', { connection: 'c', id })
      assert.equal(plan.args, '[]')
      const again = await confirmed(live.client, 'retry', { connection: 'c', id, key: freshKey() }, () => Promise.resolve(true))
      assert.ok(again)
      assert.equal((await ended(again.id, 'FAILURE')).retryOf, id)
    })

    it('complete a chord from Warren', async () => {
      const step = (name: string, args: string): CanvasTask => ({ kind: 'task', name: `tasksapp.${name}`, args, kwargs: '{}' })
      const canvas = { kind: 'chord', header: [step('add', '[1, 2]'), step('add', '[3, 4]')], body: step('echo', '[]') } as const
      const { last } = await live.request('enqueueCanvas', { connection: 'c', canvas, key: freshKey() })
      assert.match((await ended(last ?? '', 'SUCCESS')).result ?? '', /\[\[3, 7\]\]/)
    })

    it('drop what carries a stamp, and end what runs with it, and nothing else', async () => {
      const stamped = 'from tasksapp import *\nprint(sleep.si(60).stamp(tenant="acme").apply_async().id)'
      const running = (await runPython(app, stamped)).trim()
      await ended(running, 'STARTED')
      const waiting = (await runPython(app, stamped)).trim()
      const other = await enqueue('add', '[1, 1]')
      await live.task(waiting, 'waits', () => true)
      const { answers, silent } = await revoke({ by: 'stamp', header: 'tenant', values: ['acme'] }, true)
      assert.deepEqual([answers.map(({ ok }) => ok), silent], [[true], []])
      for (const id of [running, waiting]) await ended(id, 'REVOKED')
      await ended(other, 'SUCCESS')
    })

    it('answer every question', async () => {
      for (const question of inspections)
        await eventually(`${question} is answered`, async () => {
          const { reports, silent } = await live.request('inspectWorkers', { connection: 'c', workers: null, question })
          assert.ok(reports.every(({ problem }) => problem === null))
          return silent.length === 0 && reports.length === 1
        })
    })

    it('do what they are told', async () => {
      const said: readonly (readonly [ControlCommand, RegExp])[] = [
        [{ command: 'pool_grow', n: 2 }, /pool will grow/],
        [{ command: 'rate_limit', task: 'tasksapp.add', rate: '100/m' }, /new rate limit set/],
        [{ command: 'time_limit', task: 'tasksapp.sleep', soft: 10, hard: 20 }, /time limits set/],
        [{ command: 'add_consumer', queue: 'plain' }, /add consumer plain/],
        [{ command: 'disable_events' }, /disabled|already/],
        [{ command: 'enable_events' }, /enabled|already/],
      ]
      for (const [control, words] of said) {
        const { answers, silent } = await tell(control)
        assert.deepEqual([control.command, answers.map(({ ok }) => ok), silent], [control.command, [true], []])
        assert.match(answers[0]?.text ?? '', words)
      }
      await eventually('the pool has grown', async () => (await processes()) === 3)
      assert.match((await tell({ command: 'pool_shrink', n: 1 })).answers[0]?.text ?? '', /pool will shrink/)
      assert.ok(worker.running())
    })

    it('are not told to consume a quorum queue beside others: their connection would break (K8)', async () => {
      const told = tell({ command: 'add_consumer', queue: 'steady' })
      assert.match((await refusal(told, 'refused')).message, /“steady” is a quorum queue, and worker@test counts/)
      assert.ok(worker.running())
    })

    it('run what is for later and in a quorum queue; the queues in which Celery holds such tasks are its plumbing', async () => {
      const settings = { task_default_queue: 'steady', task_default_queue_type: 'quorum' }
      const env = { ...app.env, CELERY_SETTINGS: JSON.stringify(settings) }
      await using ofSteady = await startWorker({ ...app, env }, { hostname: 'steady@test' })
      await live.workers(ofSteady.hostname)
      await ended(await enqueue('add', '[2, 3]', { queue: 'steady', countdown: 1 }), 'SUCCESS')
      const delays = async (plumbing: boolean) =>
        (await live.request('listQueues', { text: 'celery_delayed_', plumbing })).rows.length
      let known = 0
      await eventually(
        'all of them are known',
        async () => {
          await live.request('refresh', {})
          known = await delays(true)
          return known === 28
        },
        () => String(known),
      )
      assert.equal(await delays(false), 0)
    })
  })
}
