import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { startWorker, testApp, type CeleryWorker } from '../support/celeryWorker.ts'
import { eventually, startLiveBridge, type LiveBridge } from '../support/liveBridge.ts'
import { startRabbit, type PrivateRabbit } from '../support/rabbit.ts'

let rabbit: PrivateRabbit
let worker: CeleryWorker
let live: LiveBridge

before(async () => {
  rabbit = await startRabbit()
  worker = await startWorker(testApp(rabbit.amqpUrl), { hostname: 'flower@test', concurrency: 2 })
  live = await startLiveBridge()
  await live.connect({ address: rabbit.amqpUrl })
  await live.workers(worker.hostname)
})

after(async () => {
  await live[Symbol.asyncDispose]()
  await worker.kill()
  await rabbit[Symbol.asyncDispose]()
})

interface Asked {
  readonly status: number
  readonly text: string
  readonly json: Record<string, unknown>
}

async function ask(method: 'GET' | 'POST', path: string, body?: string | URLSearchParams): Promise<Asked> {
  const headers = { Authorization: `Bearer ${live.server.token}` }
  const signal = AbortSignal.timeout(30_000)
  const answer = await fetch(new URL(path, live.server.url), { method, headers, signal, ...(body === undefined ? {} : { body }) })
  const text = await answer.text()
  return { status: answer.status, text, json: text.startsWith('{') ? (JSON.parse(text) as Record<string, unknown>) : {} }
}
const get = (path: string) => ask('GET', path)
const post = (path: string, body?: string | URLSearchParams) => ask('POST', path, body)
const message = async (path: string, body?: string | URLSearchParams) => (await post(path, body)).json['message']

/** The message about what may as well be told twice: a busy machine may take longer than the second that is waited for a worker. */
async function repeated(path: string, body?: string | URLSearchParams): Promise<unknown> {
  let seen: unknown
  await eventually(`${path} is answered`, async () => (seen = await message(path, body)) !== undefined)
  return seen
}

describe('scripts written for Flower', () => {
  it('grow and shrink a pool, which keeps its last process', async () => {
    // A worker of its own: Celery 5.2.6 was seen to hand a task to a process that was just going, where it stays.
    const queues = ['pool']
    await using pool = await startWorker(testApp(rabbit.amqpUrl), { hostname: 'pool@test', concurrency: 2, queues })
    await live.workers(pool.hostname)
    assert.equal(await message('/api/worker/pool/grow/pool@test?n=1'), "Growing 'pool@test' worker's pool by 1")
    const processes = async (): Promise<number | undefined> => {
      const { reports } = await live.request('inspectWorkers', { connection: 'c', workers: ['pool@test'], question: 'stats' })
      return (reports[0]?.payload as { pool: { processes: unknown[] } } | undefined)?.pool.processes.length
    }
    await eventually('there are three processes', async () => (await processes()) === 3)
    assert.equal(
      await message('/api/worker/pool/shrink/pool%40test', new URLSearchParams({ n: '2' })),
      "Shrinking 'pool@test' worker's pool by 2",
    )
    await eventually('there is one process', async () => (await processes()) === 1)
    const refused = await post('/api/worker/pool/shrink/pool@test')
    assert.equal(refused.status, 403)
    assert.match(refused.text, /^Failed to shrink 'pool@test' worker's pool: pool@test has 1 process; .*has to stay\.$/)
  })

  it('restart and scale pools where the worker lets them', async () => {
    const restarted = await post('/api/worker/pool/restart/flower@test')
    assert.deepEqual(
      [restarted.status, /^Failed to restart the 'flower@test' pool: .*worker_pool_restarts/.test(restarted.text)],
      [403, true],
    )
    const scaled = await post('/api/worker/pool/autoscale/flower@test?min=1&max=3')
    assert.deepEqual([scaled.status, /^Failed to autoscale 'flower@test' worker: /.test(scaled.text)], [403, true])
    assert.equal((await post('/api/worker/pool/autoscale/flower@test?min=1')).status, 400)
    assert.equal((await post('/api/worker/pool/autoscale/flower@test?min=3&max=1')).status, 400)
  })

  it('add and cancel consumers', async () => {
    assert.equal(await repeated('/api/worker/queue/add-consumer/flower@test?queue=sample'), 'add consumer sample')
    assert.equal(await repeated('/api/worker/queue/cancel-consumer/flower@test?queue=sample'), 'no longer consuming from sample')
    assert.equal((await post('/api/worker/queue/add-consumer/flower@test')).status, 400)
  })

  it('set limits', async () => {
    const limits = new URLSearchParams({ workername: 'flower@test', soft: '30', hard: '100' })
    assert.equal(await repeated('/api/task/timeout/tasksapp.sleep', limits), 'time limits set successfully')
    const rate = new URLSearchParams({ workername: 'flower@test', ratelimit: '200' })
    assert.equal(await repeated('/api/task/rate-limit/tasksapp.sleep', rate), 'new rate limit set successfully')
    const unknown = await post('/api/task/rate-limit/no.such', rate)
    assert.deepEqual([unknown.status, unknown.text], [404, "Unknown task 'no.such'"])
    assert.equal((await post('/api/task/timeout/tasksapp.sleep')).status, 400)
    const worst = new URLSearchParams({ workername: 'flower@test', ratelimit: 'often' })
    assert.equal((await post('/api/task/rate-limit/tasksapp.sleep', worst)).status, 400)
  })

  it('apply tasks and read their results', async () => {
    const applied = await post('/api/task/apply/tasksapp.add', '{"args":[1,2]}')
    assert.deepEqual([applied.status, applied.json['state'], applied.json['result']], [200, 'SUCCESS', '3'])
    const failed = await post('/api/task/apply/tasksapp.fail', '{}')
    assert.match(String(failed.json['result']), /^Broken\(/)
    assert.match(String(failed.json['traceback']), /^Traceback/)
    const sent = await post('/api/task/async-apply/tasksapp.sleep', '{"args":[0.5]}')
    assert.deepEqual(Object.keys(sent.json).sort(), ['state', 'task-id'])
    const result = await get(`/api/task/result/${String(sent.json['task-id'])}?timeout=30`)
    assert.deepEqual(result.json, { 'task-id': sent.json['task-id'], state: 'SUCCESS', result: '0.5' })
    assert.deepEqual((await get('/api/task/result/never-heard-of')).json, { 'task-id': 'never-heard-of', state: 'PENDING' })
    for (const way of ['apply', 'async-apply']) assert.equal((await post(`/api/task/${way}/no.such.task`, '{}')).status, 404)
    assert.equal((await post('/api/task/abort/x')).status, 503)
    assert.deepEqual((await get('/api/task/types')).json, {
      'task-types': ['tasksapp.add', 'tasksapp.fail', 'tasksapp.sleep'],
    })
  })

  it('revoke and terminate', async () => {
    const sent = await post('/api/task/async-apply/tasksapp.sleep', '{"args":[60]}')
    const id = String(sent.json['task-id'])
    await live.task(id, 'runs', ({ state }) => state === 'STARTED')
    assert.equal(await message(`/api/task/revoke/${id}?terminate=true&signal=KILL`), `Revoked '${id}'`)
    await live.task(id, 'is over', ({ state }) => state === 'REVOKED')
    assert.equal((await post(`/api/task/revoke/${id}`)).status, 403)
    assert.equal((await post('/api/task/revoke/x?terminate=true&signal=SIGSTOP')).status, 400)
  })

  it('scrape metrics, with the token', async () => {
    const { status, text } = await get('/metrics')
    assert.equal(status, 200)
    for (const line of [
      /^flower_events_total\{worker="flower@test",type="task-failed",task="tasksapp\.fail"\} 1$/m,
      /^flower_worker_online\{worker="flower@test"\} 1$/m,
      /^celery_task_runtime_bucket\{.*name="tasksapp\.add".*\} 1$/m,
      /^celery_queue_length\{queue_name="celery"\} 0$/m,
      /^celery_active_process_count\{queue_name="celery"\} 2$/m,
    ])
      assert.match(text, line)
    assert.equal((await fetch(new URL('/metrics', live.server.url))).status, 401)
  })

  it('are told of a worker nobody knows, and of a read-only connection', async () => {
    const unknown = await post('/api/worker/shutdown/nobody@test')
    assert.deepEqual([unknown.status, unknown.text], [404, "Unknown worker 'nobody@test'"])
    await live.connect({ id: 'r', address: rabbit.amqpUrl, readOnly: true })
    await eventually('both know the worker', () => live.bridge.picture('workers').filter(({ online }) => online).length === 2)
    assert.equal((await post('/api/worker/shutdown/flower@test?connection=r')).status, 403)
    assert.ok(worker.running())
    await live.request('disconnect', { connection: 'r' })
  })

  it('shut a worker down', async () => {
    assert.equal(await message('/api/worker/shutdown/flower@test'), 'Shutting down!')
    await worker.ended
    assert.equal((await post('/api/worker/shutdown/flower@test')).status, 403)
  })
})
