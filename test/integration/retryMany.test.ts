import assert from 'node:assert/strict'
import { after, before, it } from 'node:test'
import { confirmed } from '../../broker-bridge/protocol/index.ts'
import type { Operation, Params, RetryReport, RetryTarget } from '../../broker-bridge/protocol/index.ts'
import { runPython, startWorker, testApp, type CeleryApp, type CeleryWorker } from '../support/celeryWorker.ts'
import { enter } from '../support/bridgeServer.ts'
import { confirmation, eventually, freshKey, refusal, startLiveBridge, type LiveBridge } from '../support/liveBridge.ts'
import { hold, ownQueues } from '../support/messageQueues.ts'
import { startRabbit, type PrivateRabbit } from '../support/rabbit.ts'

/** What amqplib leaves as `any`. */
interface Properties {
  readonly correlationId: unknown
  readonly priority: unknown
  readonly headers?: Readonly<Record<string, unknown>>
}

let rabbit: PrivateRabbit
let app: CeleryApp
let worker: CeleryWorker
let live: LiveBridge

before(async () => {
  rabbit = await startRabbit()
  // Without a result backend: each failure would wait for the disk, which others may keep busy, and nothing here asks for results.
  app = testApp(rabbit.amqpUrl)
  worker = await startWorker(app, { concurrency: 2 })
  live = await startLiveBridge()
  await live.connect({ address: rabbit.amqpUrl, management: rabbit.managementUrl ?? '' })
  await live.workers(worker.hostname)
})

after(async () => {
  await live[Symbol.asyncDispose]()
  await worker.kill()
  await rabbit[Symbol.asyncDispose]()
})

/** Sends tasks from Python and waits until all have ended. */
async function failed(count: number, expression = 'fail.delay(7 + number)'): Promise<string[]> {
  const code = `from tasksapp import *\nfor number in range(${count}): print((${expression}).id)`
  const ids = (await runPython(app, code)).trim().split('\n')
  const stateOf = (id: string): string => live.bridge.findTask({ connection: 'c', id })?.state ?? 'unknown'
  const left = (): string[] => ids.filter((id) => !['FAILURE', 'SUCCESS'].includes(stateOf(id)))
  const seen = (): string => {
    const [{ gaps } = { gaps: [] }] = live.bridge.picture('connections')
    return JSON.stringify({ left: left().map((id) => `${id} ${stateOf(id)}`), gaps })
  }
  // Each by itself: patience is for what stands still, not for how many there are.
  for (const [index, id] of ids.entries())
    await eventually(`${index + 1} of ${count} tasks have ended`, () => !left().includes(id), seen)
  return ids
}

type Wish = Partial<Params<'retryMany'>> & { target: RetryTarget }
const retryMany = (wish: Wish): Promise<Operation> => live.request('retryMany', { connection: 'c', key: freshKey(), ...wish })

async function agreed(wish: Wish): Promise<Operation> {
  const keyed = { key: freshKey(), ...wish }
  const { nonce } = await confirmation(retryMany(keyed))
  return retryMany({ ...keyed, nonce })
}

async function ended({ id }: Operation): Promise<Operation> {
  const look = (): Operation | undefined => live.bridge.picture('operations').find((operation) => operation.id === id)
  await eventually(
    'the work has ended',
    () => look()?.endedAt != null,
    () => JSON.stringify(look()),
  )
  return look() as Operation
}

const report = ({ id }: Operation): Promise<RetryReport> => live.request('getRetryReport', { operation: id })
const byIds = (ids: readonly string[]): RetryTarget => ({ by: 'ids', ids: [...ids] })

/** How often the worker took each of these. */
async function taken(ids: readonly string[]): Promise<number[]> {
  const log = await worker.log()
  return ids.map((id) => log.split(`[${id}] received`).length - 1)
}

it('sends 200 failed tasks again at the chosen rate, each once, and finds the new runs', async () => {
  const ids = await failed(200)
  const plan = await live.request('planRetryMany', { connection: 'c', target: byIds(ids) })
  assert.deepEqual([plan.ready, plan.edit, plan.blocked, plan.beyond], [200, 0, 0, 0])
  assert.deepEqual(plan.names, [{ name: 'tasksapp.fail', count: 200 }])
  assert.deepEqual(plan.queues, [{ name: 'celery', count: 200 }])
  const wish = { target: byIds(ids), key: freshKey(), rate: 50 }
  const asked = await confirmation(retryMany(wish))
  assert.deepEqual([asked.question, asked.count], ['Run 200 tasks again?', 200])
  assert.match(asked.detail, /tasksapp\.fail \(200\).*“celery”.*At most 50 a second/s)
  const began = performance.now()
  // Twice at once, as a double click or two windows would.
  const [one, other] = await Promise.all([retryMany({ ...wish, nonce: asked.nonce }), retryMany({ ...wish, nonce: asked.nonce })])
  assert.equal(one.id, other.id)
  const done = await ended(one)
  const took = performance.now() - began
  assert.equal(done.state, 'done')
  assert.equal(done.report, 'Sent 200 tasks again.')
  // The last one is due after 3,980 ms; timers may fire a fraction of a millisecond early.
  assert.ok(took > 3_500, `200 tasks at 50 a second took ${Math.round(took)} ms`)
  const { counts, tasks, query } = await report(one)
  assert.deepEqual(counts, { retried: 200, failed: 0, uncertain: 0, skipped: 0, unsent: 0 })
  assert.deepEqual(new Set(tasks.map(({ id }) => id)), new Set(ids))
  const newIds = tasks.map(({ newId }) => newId ?? '')
  assert.equal(new Set(newIds).size, 200)
  for (let next = 20; next <= 200; next += 20)
    await eventually(`${next} of 200 new runs have ended`, async () => {
      const { matched } = await live.request('listTasks', { filter: { query, states: ['FAILURE'] }, limit: 1 })
      return next < 200 ? matched >= next : matched === 200
    })
  assert.deepEqual(new Set(await taken(newIds)), new Set([1]))
  // The same key again, from another viewer, is the same operation.
  const { client } = await enter(live.server)
  const again = await client.request('retryMany', { connection: 'c', ...wish, nonce: asked.nonce })
  client.close()
  assert.equal(again.id, one.id)
  const blocked = await live.request('planRetryMany', { connection: 'c', target: byIds(ids) })
  assert.deepEqual([blocked.ready, blocked.blocked], [0, 200])
  assert.match(blocked.heaps[0]?.reason ?? '', /^Retried already/)
  await refusal(retryMany({ target: byIds(ids) }), 'refused')
})

it('says in a dry run what is ready, what has to be completed and what is blocked, and why', async () => {
  const [plain = ''] = await failed(1, 'fail.delay(70)')
  const [long = ''] = await failed(1, 'fail.delay("x" * 3000)')
  const [good = ''] = await failed(1, 'echo.delay("once")')
  const unknown = (await runPython(app, 'from tasksapp import *\nprint(app.send_task("gone.task").id)')).trim()
  const running = (await runPython(app, 'from tasksapp import *\nprint(sleep.delay(600).id)')).trim()
  await live.task(running, 'runs', ({ state }) => state === 'STARTED')
  const target = byIds([plain, long, good, unknown, running, 'no-such-task'])
  const plan = await live.request('planRetryMany', { connection: 'c', target })
  const told = plan.heaps.map(({ verdict, count, reason }) => `${verdict} ${count}: ${reason}`).join('\n')
  assert.deepEqual([plan.ready, plan.edit, plan.blocked], [2, 1, 3], told)
  assert.match(told, /^ready 2: The arguments were read back/m)
  assert.match(told, /^edit 1: .*shortened/m)
  assert.match(told, /^blocked 1: Has not ended yet/m)
  assert.match(told, /^blocked 1: Held neither in memory nor in the history/m)
  assert.match(told, /^blocked 1: No worker has registered “gone\.task”/m)
  const asked = await confirmation(retryMany({ target }))
  assert.equal(asked.count, 2)
  assert.match(asked.detail, /1 task of them had succeeded/)
  assert.match(asked.detail, /Left out: 1 task to be completed first, 3 tasks that cannot be sent now/)
})

it('finds what failed for the same reason, and by a filter only what failed', async () => {
  const ids = await failed(3, 'fail.delay(90 + number)')
  const group = live.bridge.picture('failures').groups.find(({ examples }) => examples.some(({ id }) => ids.includes(id)))
  assert.ok(group)
  const target: RetryTarget = { by: 'failures', fingerprints: [group.fingerprint] }
  const plan = await live.request('planRetryMany', { connection: 'c', target })
  assert.ok(plan.ready >= 3, JSON.stringify(plan.heaps))
  const [good = ''] = await failed(1, 'echo.delay("fine")')
  const filter = { query: [...ids, good].map((id) => `id:${id}`).join(' OR ') }
  const filtered = await live.request('planRetryMany', { connection: 'c', target: { by: 'filter', filter } })
  assert.equal(filtered.ready + filtered.blocked + filtered.edit, 3)
})

it('stops where it is cancelled, and tells what was not sent', async () => {
  const ids = await failed(60)
  const started = await agreed({ target: byIds(ids), rate: 20 })
  await eventually('some are sent', () => (live.bridge.picture('operations')[0]?.done ?? 0) >= 5)
  await live.request('cancelOperation', { operation: started.id })
  const done = await ended(started)
  const { counts, tasks } = await report(started)
  assert.equal(done.state, 'cancelled')
  assert.equal(counts.retried + counts.unsent, 60)
  assert.ok(counts.retried >= 5 && counts.unsent > 0, JSON.stringify(counts))
  assert.match(done.report ?? '', /^Stopped as asked\. Sent \d+ tasks again\. \d+ tasks were not sent\.$/)
  const unsent = tasks.filter(({ outcome }) => outcome === 'unsent').map(({ id }) => id)
  // What was not sent can be sent now; what was sent, cannot.
  const plan = await live.request('planRetryMany', { connection: 'c', target: byIds(ids) })
  assert.deepEqual([plan.ready, plan.blocked], [unsent.length, counts.retried])
})

it('two operations over the same tasks never send one of them twice', async () => {
  const ids = await failed(40)
  const [one, other] = [
    { target: byIds(ids), key: freshKey(), rate: 40 },
    { target: byIds(ids), key: freshKey(), rate: 40 },
  ]
  const [first, second] = [await confirmation(retryMany(one)), await confirmation(retryMany(other))]
  const outcomes = await Promise.allSettled([
    retryMany({ ...one, nonce: first.nonce }),
    retryMany({ ...other, nonce: second.nonce }),
  ])
  const begun = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []))
  const reports = await Promise.all(begun.map(async (operation) => ended(operation).then(report)))
  const sent = reports.flatMap(({ tasks }) => tasks.filter(({ outcome }) => outcome === 'retried').map(({ id }) => id))
  assert.equal(sent.length, 40)
  assert.equal(new Set(sent).size, 40)
})

it('sends nothing to a queue that nobody consumes, or that is gone', async () => {
  const other = await startWorker(app, { hostname: 'other@test', queues: ['elsewhere'] })
  const ids = await failed(2, 'fail.apply_async((number,), queue="elsewhere")')
  const reason = async (): Promise<string> => {
    const plan = await live.request('planRetryMany', { connection: 'c', target: byIds(ids) })
    return plan.heaps.map((heap) => `${heap.verdict} ${heap.count}: ${heap.reason}`).join()
  }
  assert.match(await reason(), /^ready 2/)
  await other.kill()
  await eventually('nobody consumes', async () => (await reason()).startsWith('blocked 2: No worker consumes'))
  await using owner = await ownQueues(rabbit.amqpUrl)
  await owner.channel.deleteQueue('elsewhere')
  assert.match(await reason(), /^blocked 2: There is no queue “elsewhere” any more\./)
})

it('refuses on a read-only connection, where a dry run says so', async () => {
  const [id = ''] = await failed(1)
  await live.connect({ id: 'seen', address: rabbit.amqpUrl, management: rabbit.managementUrl ?? '', readOnly: true })
  const plan = await live.request('planRetryMany', { connection: 'seen', target: byIds([id]) })
  assert.deepEqual([plan.ready, plan.blocked], [0, 1])
  assert.match(plan.heaps[0]?.reason ?? '', /read-only/)
  await refusal(retryMany({ connection: 'seen', target: byIds([id]) }), 'read_only')
  await live.request('disconnect', { connection: 'seen' })
})

it('one retry keeps priority, headers and expiry of what Warren itself sent, and carries what was to follow only if asked', async () => {
  await using owner = await ownQueues(rabbit.amqpUrl)
  await owner.declare('kept')
  const expires = new Date(Date.now() + 3_600_000).toISOString().replace('Z', '+00:00')
  const first = { name: 'tasksapp.echo', args: '[1]', queue: 'kept', priority: 7, expires, key: freshKey() }
  const sent = await confirmed(live.client, 'enqueue', { connection: 'c', ...first }, () => Promise.resolve(true))
  const id = sent?.id ?? ''
  const plan = await live.request('planRetry', { connection: 'c', id })
  assert.deepEqual([plan.kept?.priority, plan.kept?.expires], [7, expires])
  const retried = async (change: Partial<Params<'retry'>>): Promise<string> => {
    const params = { connection: 'c', id, key: freshKey(), ...change }
    const { nonce } = await confirmation(live.request('retry', params))
    return (await live.request('retry', { ...params, nonce })).id
  }
  const same = await retried({})
  const other = await retried({ priority: null, expires: null, headers: '{"tenant":"acme","big":9007199254740993}' })
  await refusal(live.request('retry', { connection: 'c', id, carryCanvas: true, key: freshKey() }), 'refused')
  const seen = new Map<string, { priority: unknown; headers: Readonly<Record<string, unknown>> }>()
  for (let message = await owner.channel.get('kept'); message !== false; message = await owner.channel.get('kept')) {
    const { correlationId, priority, headers } = message.properties as Properties
    seen.set(String(correlationId), { priority, headers: headers ?? {} })
    owner.channel.ack(message)
  }
  assert.equal(seen.get(same)?.priority, 7)
  assert.equal(Date.parse(String(seen.get(same)?.headers['expires'])), Date.parse(expires))
  assert.equal(seen.get(other)?.priority, undefined)
  assert.deepEqual([seen.get(other)?.headers['expires'], seen.get(other)?.headers['tenant']], [null, 'acme'])
})

it('stops where the connection is another one by now: the yes was for the former', async () => {
  const ids = await failed(20)
  const started = await agreed({ target: byIds(ids), rate: 5 })
  await eventually('some are sent', () => (live.bridge.picture('operations')[0]?.done ?? 0) >= 3)
  await live.connect({ address: rabbit.amqpUrl, management: rabbit.managementUrl ?? '', name: 'made anew' })
  const done = await ended(started)
  const { counts } = await report(started)
  // One may have been on its way right then: the disk takes its time to confirm it.
  assert.match(
    done.report ?? '',
    counts.uncertain === 0 ? /changed or made anew meanwhile/ : /may or may not have been delivered/,
  )
  assert.ok(counts.retried >= 3 && counts.uncertain <= 1 && counts.unsent > 0, JSON.stringify(counts))
  assert.equal(counts.retried + counts.uncertain + counts.unsent, 20, JSON.stringify(counts))
  await live.workers(worker.hostname)
})

it('stops cleanly when the broker dies in the middle, and counts what was sent, what was not, and what is uncertain', async () => {
  const ids = await failed(100)
  // What is sent stays where it can be counted: there is a consumer, which takes one message and keeps it.
  await worker.kill()
  const owner = await ownQueues(rabbit.amqpUrl)
  await hold(owner, 'celery', 1)
  await rabbit.flush()
  const started = await agreed({ target: byIds(ids), rate: 25 })
  await eventually('some are sent', () => (live.bridge.picture('operations')[0]?.done ?? 0) >= 10)
  await rabbit.kill()
  const done = await ended(started)
  const { counts, tasks } = await report(started)
  assert.equal(done.state, 'failed', done.report ?? '')
  assert.equal(counts.retried + counts.unsent + counts.uncertain, 100, JSON.stringify(counts))
  assert.ok(counts.uncertain <= 1 && counts.retried >= 10 && counts.unsent > 0, JSON.stringify(counts))
  assert.match(done.report ?? '', /Sent \d+ tasks again\./)
  await rabbit.start()
  const of = (wanted: string): string[] => tasks.flatMap(({ outcome, newId }) => (outcome === wanted && newId ? [newId] : []))
  const waiting = await waitingIds()
  const [sent, maybe] = [of('retried'), of('uncertain')]
  assert.deepEqual(waiting.filter((id) => sent.includes(id)).sort(), [...sent].sort(), 'each that was confirmed is there, once')
  const prefix = sent[0]?.slice(0, 8) ?? ''
  const others = waiting.filter((id) => id.startsWith(prefix) && !sent.includes(id))
  assert.ok(
    others.every((id) => maybe.includes(id)),
    'nothing that is called unsent was sent',
  )
})

/** Ids of all tasks that wait in the workers' queue. */
async function waitingIds(): Promise<string[]> {
  await using owner = await ownQueues(rabbit.amqpUrl)
  const ids: string[] = []
  for (let message = await owner.channel.get('celery'); message !== false; message = await owner.channel.get('celery'))
    ids.push(String(message.properties.correlationId))
  return ids
}
