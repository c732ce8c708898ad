import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { connect } from 'amqplib'
import { Bridge } from '../../broker-bridge/bridge.ts'
import { firstOf } from '../../broker-bridge/export/api.ts'
import { effects, protocolVersion } from '../../broker-bridge/protocol/index.ts'
import type { ActingMethod, ActionEntry, Client, Method, Params } from '../../broker-bridge/protocol/index.ts'
import { flowerApi, flowerRoutes } from '../../broker-bridge/server/flower.ts'
import { messageRoutes, messagesApi } from '../../broker-bridge/server/messages.ts'
import { startServer } from '../../broker-bridge/server/server.ts'
import type { BridgeServer } from '../../broker-bridge/server/server.ts'
import { Viewer } from '../../broker-bridge/server/viewer.ts'
import { fakePage } from '../support/bridgeServer.ts'
import { connectClient } from '../support/bridgeClient.ts'
import { eventually, freshKey, refusal } from '../support/liveBridge.ts'
import { startRabbit, type PrivateRabbit } from '../support/rabbit.ts'

let rabbit: PrivateRabbit
let bridge: Bridge
let server: BridgeServer

type Sample<M extends Method> = Omit<Params<M>, 'connection' | 'key' | 'nonce'>
const mark = { mark: 'mark-0001', position: 1 }

/** A request of each kind that acts: whoever adds one to the protocol has to add one here, or this file does not compile. */
const samples: { readonly [M in ActingMethod]: Sample<M> } = {
  enqueue: { name: 'shop.pay', queue: 'waiting' },
  enqueueCanvas: { canvas: { kind: 'task', name: 'shop.pay', args: '[]', kwargs: '{}' } },
  retry: { id: 'task-1' },
  retryWorkflow: { id: 'task-1' },
  retryMany: { target: { by: 'ids', ids: ['task-1'] } },
  enableEvents: {},
  recordHistory: {},
  stopRecording: {},
  recordPayloads: {},
  stopPayloads: {},
  controlWorkers: { workers: ['w@h'], control: { command: 'shutdown' } },
  revokeTasks: { target: { by: 'ids', ids: ['task-1'] } },
  setPeriodic: { id: 1, name: 'nightly', enabled: false },
  runPeriodic: { id: 1, name: 'nightly' },
  purgeQueue: { queue: 'waiting' },
  deleteMessages: { queue: 'waiting', messages: [mark] },
  moveMessages: { queue: 'waiting', target: 'other' },
  returnDeadLetters: { queue: 'waiting' },
  requeueMessage: { queue: 'waiting', message: mark },
  publishMessage: { queue: 'waiting', body: '{}' },
  actWithTool: { tool: 'enqueue_task', input: { connection: 'looked-at', task: 'shop.pay', args: '[]', kwargs: '{}' } },
}
const acting = (Object.keys(effects) as Method[]).filter((method): method is ActingMethod => effects[method] === 'acts')

/** Every way in by HTTP that acts, as `POST path` with a body. */
const posts: readonly (readonly [path: string, body?: object])[] = [
  ['/api/task/apply/shop.pay', { args: [] }],
  ['/api/task/async-apply/shop.pay', { args: [] }],
  ['/api/task/send-task/shop.pay', { args: [], queue: 'waiting' }],
  ['/api/task/timeout/shop.pay?workername=w@h&soft=1&hard=2'],
  ['/api/task/rate-limit/shop.pay?workername=w@h&ratelimit=1/s'],
  ['/api/task/revoke/task-1?terminate=true'],
  ['/api/worker/shutdown/w@h'],
  ['/api/worker/pool/restart/w@h'],
  ['/api/worker/pool/grow/w@h?n=1'],
  ['/api/worker/pool/shrink/w@h?n=1'],
  ['/api/worker/pool/autoscale/w@h?min=1&max=2'],
  ['/api/worker/queue/add-consumer/w@h?queue=waiting'],
  ['/api/worker/queue/cancel-consumer/w@h?queue=waiting'],
  ['/api/queues/%2F/waiting/messages', { body: '{}' }],
  ['/api/queues/%2F/waiting/purge'],
  ['/api/queues/%2F/waiting/messages/delete', { messages: [mark] }],
  ['/api/queues/%2F/waiting/messages/move', { target: 'other' }],
  ['/api/queues/%2F/waiting/messages/return'],
  ['/api/queues/%2F/waiting/messages/requeue', { message: mark }],
]
/** These write to nothing but Warren itself, or to nothing at all. */
const harmless = [/^\/api\/task\/abort\//, /^\/api\/operations\//]

before(async () => {
  rabbit = await startRabbit()
  await fill('waiting', 3)
  bridge = new Bridge({
    version: 'test',
    maxTasks: 1_000,
    eventQueueBytes: 2 ** 26,
    name: 'Warren test',
    dataFolder: rabbit.folder,
  })
  server = await startServer({
    page: fakePage,
    port: 0,
    api: firstOf(messagesApi(bridge), flowerApi(bridge)),
    onViewer: (transport) => {
      new Viewer(bridge, transport, () => undefined)
    },
    log: () => undefined,
  })
  for (const [id, readOnly] of [
    ['looked-at', true],
    ['writable', false],
  ] as const)
    await bridge.connect({
      id,
      name: id,
      address: rabbit.amqpUrl,
      management: rabbit.managementUrl ?? '',
      readOnly,
      keepEventsOn: false,
    })
  const isConnected = () => bridge.picture('connections').every(({ status }) => status.kind === 'connected')
  await eventually('both are connected', isConnected)
  const now = Date.now() / 1_000
  bridge.connection('looked-at').workers.apply({ kind: 'online', worker: 'w@h', ...beat, at: now }, now)
})

const beat = { pid: 7, clock: 1, interval: 3_600, active: 0, processed: 0, load: null, software: null }

after(async () => {
  await server.close()
  await bridge.dispose()
  await rabbit[Symbol.asyncDispose]()
})

/** Puts messages into a queue, and tells how many are in it then. */
async function fill(queue: string, count: number): Promise<number> {
  const connection = await connect(rabbit.amqpUrl)
  const channel = await connection.createConfirmChannel()
  await channel.assertQueue(queue, { durable: true })
  for (let index = 0; index < count; index++) channel.sendToQueue(queue, Buffer.from('{}'))
  await channel.waitForConfirms()
  const { messageCount } = await channel.checkQueue(queue)
  await connection.close()
  return messageCount
}

async function enter(name: string, readOnly: boolean): Promise<Client> {
  const { client } = await connectClient(server.port, server.token, name)
  if (readOnly) await client.request('hello', { token: server.token, protocol: protocolVersion, client: name, readOnly })
  return client
}

/** What each refusal was noted with, the newest first. */
async function refused(by: string): Promise<readonly ActionEntry[]> {
  const { entries } = await bridge.call('listActions', { limit: 1_000 })
  return entries.filter((entry) => entry.by.includes(by) && entry.outcome === 'refused')
}

const send = (client: Client, method: ActingMethod, connection: string): Promise<unknown> =>
  client.request(method, {
    ...samples[method],
    ...(method === 'actWithTool' ? {} : { connection }),
    key: freshKey(),
  } as unknown as Params<typeof method>)

function post(path: string, body: object = {}): Promise<Response> {
  return fetch(`http://127.0.0.1:${server.port}${path}${path.includes('?') ? '&' : '?'}connection=looked-at`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${server.token}`, 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  })
}

describe('a read-only connection', () => {
  it('refuses every request that acts over the WebSocket, and each refusal is noted', async () => {
    const client = await enter('a page', false)
    for (const method of acting) await refusal(send(client, method, 'looked-at'), 'read_only')
    const noted = await refused('a page')
    assert.equal(noted.length, acting.length)
    for (const { what, place, said } of noted) {
      assert.notEqual(what, '')
      assert.match(place, /^looked-at \(amqp:/)
      assert.equal(said, 'read-only')
    }
    client.close()
  })

  it('does not even mark a message by looking at it', async () => {
    const client = await enter('another page', false)
    const { message } = await refusal(client.request('peekMessages', { connection: 'looked-at', queue: 'waiting' }), 'refused')
    assert.match(message, /read-only/)
    client.close()
  })

  it('refuses every way in by HTTP that acts, and each refusal is noted', async () => {
    const ways = [...flowerRoutes, ...messageRoutes].filter(({ method }) => method !== 'GET').map(({ path }) => path)
    const paths = posts.map(([path]) => path.split('?')[0] ?? '')
    const untried = ways.filter((way) => !paths.some((path) => way.test(path)) && !harmless.some((one) => one.test(pathOf(way))))
    assert.deepEqual(untried, [])
    for (const [path, body] of posts) {
      const answer = await post(path, body)
      assert.equal(answer.status, 403, `${path}: ${answer.status} ${await answer.clone().text()}`)
      assert.match(await answer.text(), /This connection is read-only/, path)
    }
    assert.equal((await refused('HTTP')).length, posts.length)
  })

  it('has lost and got nothing by all that', async () => assert.equal(await fill('waiting', 0), 3))
})

describe('a client that may only look', () => {
  it('is refused whatever acts, leaves traces or changes what Warren holds, where others may', async () => {
    const client = await enter('a model', true)
    for (const method of acting) {
      if (method === 'actWithTool') continue
      await refusal(send(client, method, 'writable'), 'read_only')
    }
    await refusal(client.request('peekMessages', { connection: 'writable', queue: 'waiting' }), 'read_only')
    await refusal(client.request('disconnect', { connection: 'writable' }), 'read_only')
    assert.equal((await refused('a model')).length, acting.length - 1)
    const { ready } = await client.request('planPeek', { connection: 'writable', queue: 'waiting' })
    assert.equal(ready, 3)
    client.close()
  })

  it('does not get rid of that by a second hello', async () => {
    const client = await enter('a sly model', true)
    await client.request('hello', { token: server.token, protocol: protocolVersion, client: 'a sly model', readOnly: false })
    await refusal(send(client, 'purgeQueue', 'writable'), 'read_only')
    client.close()
    assert.equal(await fill('waiting', 0), 3)
  })
})

/** A path as a route's pattern writes it. */
function pathOf(way: RegExp): string {
  return way.source.replaceAll('\\/', '/').replace(/^\^/, '')
}
