import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { ConnectionInfo, QueueList } from '../../broker-bridge/protocol/index.ts'
import { startWorker, testApp, type CeleryWorker } from '../support/celeryWorker.ts'
import { wholeTask, startPublisher } from '../support/events.ts'
import { eventually, freshKey, refusal, startLiveBridge, type LiveBridge } from '../support/liveBridge.ts'
import { startRabbit, type PrivateRabbit } from '../support/rabbit.ts'

let rabbit: PrivateRabbit
let worker: CeleryWorker
before(async () => {
  rabbit = await startRabbit()
  worker = await startWorker(testApp(rabbit.amqpUrl))
})
after(async () => {
  await worker.kill()
  await rabbit[Symbol.asyncDispose]()
})

interface Rights {
  readonly configure: string
  readonly write: string
  readonly read: string
}

async function userWith(name: string, rights: Rights, tags = ''): Promise<string> {
  await rabbit.management(`users/${name}`, { password: `${name}-password`, tags })
  await rabbit.management(`permissions/%2F/${name}`, rights)
  return `amqp://${name}:${name}-password@127.0.0.1:${rabbit.ports.amqp}/`
}

const isConnected = ({ status }: ConnectionInfo): boolean => status.kind === 'connected'
const nowhere = 'http://127.0.0.1:9'

/** Watches the queues until the picture is as asked. */
async function queues(live: LiveBridge, what: string, holds: (list: QueueList) => boolean): Promise<QueueList> {
  const pictures: QueueList[] = []
  const stop = live.client.on('queues', (lists) => pictures.push(...lists))
  await live.request('watch', { topics: ['queues'] })
  const found = () => pictures.find((list) => list.at > 0 && holds(list))
  await eventually(
    what,
    () => found() !== undefined,
    () => JSON.stringify(pictures.at(-1)),
  )
  stop()
  await live.request('watch', { topics: [] })
  return found() ?? assert.fail()
}

describe('a user without any right', () => {
  it('is connected, is told what to grant for what, and everything works once it is granted', async () => {
    const none = { configure: '^$', write: '^$', read: '^$' }
    const address = await userWith('powerless', none)
    await using live = await startLiveBridge()
    const tried = ({ capabilities }: ConnectionInfo) =>
      JSON.stringify(capabilities).includes('write on the exchange celery.pidbox')
    const info = await live.connect({ address, management: nowhere }, (now) => isConnected(now) && tried(now))
    assert.match(JSON.stringify(info.capabilities.events), /may not read events.*Grant configure, write and read on/)
    const error = await refusal(live.request('enqueue', { connection: 'c', name: 'tasksapp.echo', key: freshKey() }), 'refused')
    assert.match(error.message, /may not publish.*amq\.default/)
    await refusal(live.request('listRegisteredTasks', { connection: 'c' }), 'refused')
    const { queues: rows } = await queues(live, 'the default queue is known', (list) => list.queues.length > 0)
    assert.deepEqual(
      rows.map(({ name, ready }) => ({ name, ready })),
      [{ name: 'celery', ready: 0 }],
    )
    assert.equal(live.info().status.kind, 'connected')
    await userWith('powerless', { configure: '.*', write: '.*', read: '.*' })
    await live.until('c', 'events are read', ({ capabilities }) => capabilities.events.available)
    await eventually('workers can be asked', () =>
      live.request('listRegisteredTasks', { connection: 'c' }).then(
        ({ tasks }) => tasks.length > 0,
        () => false,
      ),
    )
    await live.request('enqueue', { connection: 'c', name: 'tasksapp.echo', key: freshKey() })
  })

  it('leaves nothing behind while it tries in vain', async () => {
    const address = await userWith('hopeful', { configure: '^warren\\.', write: '^warren\\.', read: '^warren\\.' })
    await using live = await startLiveBridge()
    await live.connect({ address, management: nowhere }, ({ capabilities, status }) => {
      return status.kind === 'connected' && JSON.stringify(capabilities.events).includes('may not read events')
    })
    await eventually('no event queue stays', async () => {
      const all = (await rabbit.management('queues/%2F?columns=name')) as { name: string }[]
      return !all.some(({ name }) => /^warren\.(events|overflow)/.test(name))
    })
  })
})

describe('a user with the rights of a monitor', () => {
  it('sees events and asks workers; a refused publish harms neither', async () => {
    const address = await userWith('lens', {
      configure: '^warren\\.',
      write: '^(warren\\..*|celery\\.pidbox)$',
      read: '^(warren\\..*|celeryev)$',
    })
    await using live = await startLiveBridge()
    const info = await live.connect({ address, management: nowhere })
    assert.deepEqual([info.capabilities.events, info.status.kind], [{ available: true }, 'connected'])
    await live.workers(worker.hostname)
    for (let round = 0; round < 3; round++) {
      await refusal(live.request('enqueue', { connection: 'c', name: 'tasksapp.echo', key: freshKey() }), 'refused')
      await eventually('workers can be asked', async () => {
        const { tasks } = await live.request('listRegisteredTasks', { connection: 'c' })
        return tasks.length > 0
      })
    }
    await using publisher = await startPublisher(rabbit.amqpUrl)
    await publisher.send(wholeTask('seen-by-the-lens'))
    await live.task('seen-by-the-lens', 'is seen', (task) => task.state === 'SUCCESS')
    assert.deepEqual(live.info().gaps, [])
  })
})

describe('the management plug-in', () => {
  it('is told to be missing, and what workers consume is listed without it', async () => {
    await using live = await startLiveBridge()
    await live.connect({ address: rabbit.amqpUrl, management: nowhere })
    await live.workers(worker.hostname)
    const list = await queues(live, 'the worker’s queue is known', ({ queues: rows }) =>
      rows.some(({ consumers }) => consumers === 1),
    )
    assert.match(list.limits ?? '', /Without RabbitMQ’s management plug-in.*cannot be reached/)
    assert.deepEqual(
      list.queues.map(({ name, type, unacked, plumbing }) => ({ name, type, unacked, plumbing })),
      [{ name: 'celery', type: null, unacked: null, plumbing: false }],
    )
    const { management } = live.info().capabilities
    assert.equal(management.available, false)
    const names = await live.request('listQueueNames', { connection: 'c' })
    assert.deepEqual(names, { queues: ['celery'], default: 'celery' })
  })

  it('gives unacked numbers and types, with Celery’s plumbing marked', async () => {
    await using live = await startLiveBridge()
    await live.connect({ address: rabbit.amqpUrl, management: rabbit.managementUrl ?? '' })
    for (const seconds of [20, 20]) {
      await live.request('enqueue', {
        connection: 'c',
        name: 'tasksapp.sleep',
        args: `[${seconds}]`,
        countdown: 30,
        key: freshKey(),
      })
    }
    const list = await queues(live, 'unacked tasks show', ({ queues: rows }) =>
      rows.some(({ name, unacked }) => name === 'celery' && unacked !== null && unacked >= 2),
    )
    assert.equal(list.limits, null)
    const [main] = list.queues.filter(({ plumbing }) => !plumbing)
    assert.deepEqual([main?.name, main?.type, main?.consumers], ['celery', 'classic', 1])
    const plumbing = list.queues.filter((queue) => queue.plumbing).map(({ name }) => name)
    for (const pattern of [/^celeryev\./, /\.celery\.pidbox$/, /^warren\.events\./, /^warren\.reply\./, /^warren\.overflow\./]) {
      assert.ok(
        plumbing.some((name) => pattern.test(name)),
        `${pattern.source} among ${plumbing.join(' ')}`,
      )
    }
    assert.deepEqual(live.info().capabilities.management, { available: true })
  })

  it('tells a wrong password from missing rights', async () => {
    await userWith('plain', { configure: '.*', write: '.*', read: '.*' })
    await using live = await startLiveBridge()
    const port = rabbit.ports.management
    for (const [user, reason] of [
      ['plain:wrong', /refused the user name or the password/],
      ['plain:plain-password', /needs the tag/],
    ] as const) {
      await live.connect({ address: rabbit.amqpUrl, management: `http://${user}@127.0.0.1:${port}` })
      const list = await queues(live, 'the reason is told', ({ limits }) => reason.test(limits ?? ''))
      assert.ok(!JSON.stringify([list, live.info()]).includes(user))
    }
  })
})
