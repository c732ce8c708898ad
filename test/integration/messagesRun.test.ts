import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import type { Operation, Params, Peek } from '../../broker-bridge/protocol/index.ts'
import { runPython, startWorker, testApp, type CeleryApp, type CeleryWorker } from '../support/celeryWorker.ts'
import { confirmation, eventually, freshKey, startLiveBridge, type LiveBridge } from '../support/liveBridge.ts'
import { ownQueues, type QueueOwner } from '../support/messageQueues.ts'
import { startRabbit, type PrivateRabbit } from '../support/rabbit.ts'
import { untilEqual } from '../support/until.ts'

let rabbit: PrivateRabbit
let owner: QueueOwner
let live: LiveBridge
let folder: string
let app: CeleryApp
let worker: CeleryWorker

/** What an application gives: letters of others and nested things, beside a large integer. Written as Python writes JSON. */
const pythonJson = '{"note": "Grüße 🐰", "deep": {"list": [1, null, true]}}'

before(async () => {
  rabbit = await startRabbit()
  folder = await mkdtemp(join(tmpdir(), 'warren-run-'))
  app = testApp(rabbit.amqpUrl, join(folder, 'results.db'))
  owner = await ownQueues(rabbit.amqpUrl)
  for (const queue of ['work', 'parked', 'mail', 'dead']) await owner.declare(queue)
  // By a policy: Celery declares queues that it sends to, and refuses those with other arguments.
  await rabbit.ctl('set_policy', 'die', '^mail$', '{"dead-letter-exchange":"","dead-letter-routing-key":"dead"}')
  // It consumes `work` alone: what waits elsewhere waits until Warren sends it there.
  worker = await startWorker(app, { queues: ['work'], args: ['--pool=solo'] })
  live = await startLiveBridge()
  await live.connect({ address: rabbit.amqpUrl, management: rabbit.managementUrl ?? undefined })
  await live.workers(worker.hostname)
})
after(async () => {
  await live[Symbol.asyncDispose]()
  await worker[Symbol.asyncDispose]()
  await owner[Symbol.asyncDispose]()
  await rabbit[Symbol.asyncDispose]()
  await rm(folder, { recursive: true })
})

/** Sends a task as an application does. */
async function send(queue: string, id: string): Promise<void> {
  const call = `tasksapp.echo.apply_async((1, 2**60), json.loads('${pythonJson}'), queue='${queue}', task_id='${id}')`
  await runPython(app, `import json, tasksapp\n${call}`)
  await eventually('the message waits', async () => (await owner.count(queue)) === 1)
}

async function look(queue: string): Promise<Peek> {
  const request = { connection: 'c', queue }
  if ((await live.request('planPeek', request)).agreed) return live.request('peekMessages', request)
  const { nonce } = await confirmation(live.request('peekMessages', request))
  return live.request('peekMessages', { ...request, nonce })
}

type Act = 'moveMessages' | 'returnDeadLetters' | 'requeueMessage'

/** Says yes to what the bridge asks, and waits until the work is over. */
async function act<A extends Act>(method: A, params: Omit<Params<A>, 'connection' | 'key'>): Promise<void> {
  const request = { connection: 'c', key: freshKey(), ...params } as unknown as Params<A>
  const { nonce } = await confirmation(live.request(method, request))
  const { id } = (await live.request(method, { ...request, nonce })) as Operation
  const state = () => live.bridge.picture('operations').find((one) => one.id === id)?.state
  await eventually(
    'the work is done',
    () => state() === 'done',
    () => String(state()),
  )
}

/** What the task was called with, as its own result says in JSON of Python's, which keeps every digit. */
async function ran(id: string, called: string): Promise<void> {
  await live.task(id, 'has run', ({ state }) => state === 'SUCCESS')
  const print = `print(json.dumps(tasksapp.app.AsyncResult('${id}').get(timeout=20), ensure_ascii=False))`
  assert.equal((await runPython(app, `import json, tasksapp\n${print}`)).trim(), called)
}

describe('a message that Warren sent on is run by a real worker', () => {
  it('when it was moved to the queue of the worker, with the arguments its application gave', async () => {
    await send('parked', 'moved-1')
    await act('moveMessages', { queue: 'parked', target: 'work' })
    await ran('moved-1', `[[1, 1152921504606846976], ${pythonJson}]`)
  })

  it('when it was requeued with edits: with the new arguments to the last digit, under its own id', async () => {
    await send('parked', 'edited-1')
    const [message] = (await look('parked')).messages
    assert.ok(message && message.id === 'edited-1')
    const edits = { args: '[2, 12345678901234567890123]', kwargs: '{"note": "other"}' }
    await act('requeueMessage', { queue: 'parked', message, target: 'work', ...edits })
    await ran('edited-1', '[[2, 12345678901234567890123], {"note": "other"}]')
    await untilEqual(() => owner.count('parked'), 0)
  })

  it('when it was returned to the queue it died in, and a worker takes from that again', async () => {
    await send('mail', 'returned-1')
    const taken = await owner.channel.get('mail')
    assert.ok(taken !== false)
    owner.channel.nack(taken, false, false)
    await eventually('it is a dead letter', async () => (await owner.count('dead')) === 1)
    await act('returnDeadLetters', { queue: 'dead' })
    assert.deepEqual([await owner.count('mail'), await owner.count('dead')], [1, 0])
    await runPython(app, "import tasksapp; tasksapp.app.control.add_consumer('mail', reply=True)")
    await ran('returned-1', `[[1, 1152921504606846976], ${pythonJson}]`)
  })
})
