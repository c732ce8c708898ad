import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { connect } from 'amqplib'
import type { Confirmation, Params } from '../../broker-bridge/protocol/index.ts'
import { startWorker, type CeleryApp, type CeleryWorker } from '../support/celeryWorker.ts'
import { confirmation, freshKey, refusal, startLiveBridge, type LiveBridge } from '../support/liveBridge.ts'
import { startRabbit, type PrivateRabbit } from '../support/rabbit.ts'

const module = (task: string): string => `
import os
from celery import Celery

app = Celery("shop", broker=os.environ["CELERY_BROKER_URL"])


@app.task(name="${task}")
def run(*args):
    return "done"
`

let rabbit: PrivateRabbit
let folder = ''
let workers: CeleryWorker[] = []
let live: LiveBridge

before(async () => {
  rabbit = await startRabbit()
  folder = await mkdtemp(join(tmpdir(), 'warren-shop-'))
  await writeFile(join(folder, 'paying.py'), module('shop.pay'))
  await writeFile(join(folder, 'mailing.py'), module('shop.mail'))
  const app = (name: string): CeleryApp => ({ folder, module: name, env: { CELERY_BROKER_URL: rabbit.amqpUrl } })
  await declare('waiting', {})
  await declare('ranked', { 'x-max-priority': 5 })
  workers = await Promise.all([
    startWorker(app('paying'), { hostname: 'pay@test', queues: ['orders', 'shared'] }),
    startWorker(app('mailing'), { hostname: 'mail@test', queues: ['mail', 'shared'] }),
  ])
  live = await startLiveBridge()
  await live.connect({ address: rabbit.amqpUrl, management: rabbit.managementUrl ?? '' })
  await live.workers('pay@test', 'mail@test')
})

after(async () => {
  await live[Symbol.asyncDispose]()
  await Promise.all(workers.map((worker) => worker.kill()))
  await rabbit[Symbol.asyncDispose]()
  await rm(folder, { recursive: true })
})

async function declare(queue: string, args: object): Promise<void> {
  const connection = await connect(rabbit.amqpUrl)
  const channel = await connection.createChannel()
  await channel.assertQueue(queue, { durable: true, arguments: args })
  await connection.close()
}

const enqueue = (name: string, queue: string, more: Partial<Params<'enqueue'>> = {}) =>
  live.request('enqueue', { connection: 'c', name, queue, key: freshKey(), ...more })
const asked = (name: string, queue: string): Promise<Confirmation> => confirmation(enqueue(name, queue))
const waiting = async (queue: string): Promise<number> => (await live.request('planPeek', { connection: 'c', queue })).ready

describe('before a task is sent, what workers say of it', () => {
  it('is no matter where those that consume the queue have the task', async () => {
    const { id } = await enqueue('shop.pay', 'orders')
    await live.task(id, 'succeeds', ({ state }) => state === 'SUCCESS')
  })

  it('says of arguments that look like a secret that they are none to keep', async () => {
    assert.equal((await enqueue('shop.pay', 'orders', { kwargs: '{"amount": 3}' })).secret, undefined)
    assert.equal((await enqueue('shop.pay', 'orders', { kwargs: '{"password": "hunter2"}' })).secret, true)
    assert.equal((await enqueue('shop.pay', 'orders', { args: '["amqp://shop:hunter2@broker/"]' })).secret, true)
  })

  it('asks about a queue that nobody consumes, and names those that would do; after a yes it is sent', async () => {
    const key = freshKey()
    const question = await confirmation(enqueue('shop.pay', 'waiting', { key }))
    assert.equal(question.question, 'Enqueue shop.pay to “waiting” anyway?')
    assert.match(
      question.detail,
      /^No worker that is online consumes “waiting”: .* Workers that have the task consume “orders”, “shared”\.$/,
    )
    assert.equal(await waiting('waiting'), 0)
    await enqueue('shop.pay', 'waiting', { key, nonce: question.nonce })
    assert.equal(await waiting('waiting'), 1)
  })

  it('asks about a task that the consumers of the queue do not have', async () => {
    assert.match(
      (await asked('shop.pay', 'mail')).detail,
      /^No worker that consumes “mail” has registered shop\.pay: whichever gets it throws it away\.$/,
    )
    assert.match((await asked('shop.nowhere', 'orders')).detail, /has registered shop\.nowhere/)
  })

  it('asks where only some of them have it', async () => {
    assert.match(
      (await asked('shop.pay', 'shared')).detail,
      /^mail@test consumes “shared” too and has not registered shop\.pay: /,
    )
  })

  it('is asked of every task of a canvas, in one question', async () => {
    const task = (name: string, queue: string) => ({ kind: 'task', name, args: '[]', kwargs: '{}', queue }) as const
    const canvas = {
      kind: 'chain',
      steps: [task('shop.pay', 'orders'), task('shop.mail', 'orders'), task('shop.mail', 'mail')],
    } as const
    const question = await confirmation(
      live.request('enqueueCanvas', { connection: 'c', canvas: { ...canvas, steps: [...canvas.steps] }, key: freshKey() }),
    )
    assert.equal(question.question, 'Enqueue these 3 tasks anyway?')
    assert.match(question.detail, /^No worker that consumes “orders” has registered shop\.mail: [^\n]*$/)
  })

  it('does not matter where the queue is not there: that is what is said', async () => {
    assert.match((await refusal(enqueue('shop.pay', 'nowhere'), 'unroutable')).message, /nowhere/)
  })

  it('over HTTP, a script that names one task and queue means it', async () => {
    const answer = await fetch(`http://127.0.0.1:${live.server.port}/api/task/send-task/shop.pay`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${live.server.token}`, 'Content-Type': 'application/json' },
      body: JSON.stringify({ queue: 'waiting' }),
    })
    assert.equal(answer.status, 200)
    assert.equal(await waiting('waiting'), 2)
  })
})

describe('what cannot be meant is refused with one sentence', () => {
  const cases: [string, Partial<Params<'enqueue'>>, RegExp][] = [
    ['an expiry before the ETA', { countdown: 60, expires: 30 }, /expire before it may start, .*give a later time\.$/],
    ['an expiry that is over', { expires: '2020-01-01T00:00:00Z' }, /expire before it may start/],
    ['ETA and countdown', { countdown: 60, eta: '2030-01-01T00:00:00Z' }, /either an ETA or a countdown/],
    ['a priority below none', { priority: -1 }, /a priority is a whole number from 0 to 255$/],
    ['a priority of no number', { priority: 1.5 }, /a priority is a whole number from 0 to 255$/],
    ['a countdown into the past', { countdown: -1 }, /seconds from now are 0 or more$/],
  ]
  for (const [what, options, expected] of cases)
    it(what, async () => {
      for (const queue of ['orders', 'waiting'])
        assert.match((await refusal(enqueue('shop.pay', queue, options), 'invalid')).message, expected)
    })

  it('a priority beyond those of the queue', async () => {
    const { message } = await refusal(enqueue('shop.pay', 'ranked', { priority: 9 }), 'invalid')
    assert.match(
      message,
      /^Queue “ranked” has priorities from 0 to 5 \(x-max-priority\), so 9 would count as 5; give at most 5\. Nothing was sent\.$/,
    )
    await confirmation(enqueue('shop.pay', 'ranked', { priority: 5 }))
    assert.deepEqual([await waiting('ranked'), await waiting('waiting')], [0, 2])
  })
})
