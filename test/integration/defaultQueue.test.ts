import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, it } from 'node:test'
import { startWorker, type CeleryApp } from '../support/celeryWorker.ts'
import { freshKey, startLiveBridge } from '../support/liveBridge.ts'
import { startRabbit, type PrivateRabbit } from '../support/rabbit.ts'

const shop = `
import os
from celery import Celery

app = Celery("shop", broker=os.environ["CELERY_BROKER_URL"])
app.conf.task_default_queue = "orders"


@app.task(name="shop.add")
def add(a, b):
    return a + b
`

let rabbit: PrivateRabbit
let folder = ''
before(async () => {
  rabbit = await startRabbit()
  folder = await mkdtemp(join(tmpdir(), 'warren-shop-'))
  await writeFile(join(folder, 'shop.py'), shop)
})
after(async () => {
  await rabbit[Symbol.asyncDispose]()
  await rm(folder, { recursive: true })
})

it('a task that names no queue goes where its own application would send it', async () => {
  const app: CeleryApp = { folder, module: 'shop', env: { CELERY_BROKER_URL: rabbit.amqpUrl } }
  await using worker = await startWorker(app, { queues: ['bulk', 'orders'] })
  await using live = await startLiveBridge()
  await live.connect({ address: rabbit.amqpUrl })
  await live.workers(worker.hostname)
  assert.equal((await live.request('listQueueNames', { connection: 'c' })).default, 'orders')
  const { id, queue } = await live.request('enqueue', { connection: 'c', name: 'shop.add', args: '[1, 2]', key: freshKey() })
  assert.equal(queue, 'orders')
  assert.equal((await live.task(id, 'succeeds', ({ state }) => state === 'SUCCESS')).result, '3')
})
