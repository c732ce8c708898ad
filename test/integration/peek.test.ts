import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Params, Peek } from '../../broker-bridge/protocol/index.ts'
import { messagesApi } from '../../broker-bridge/server/messages.ts'
import type { ApiRequest } from '../../broker-bridge/server/server.ts'
import { confirmation, eventually, freshKey, refusal, startLiveBridge, type LiveBridge } from '../support/liveBridge.ts'
import { hold, numbers, ownQueues, type QueueOwner } from '../support/messageQueues.ts'
import { startRabbit, type PrivateRabbit } from '../support/rabbit.ts'
import { untilEqual } from '../support/until.ts'

let rabbit: PrivateRabbit
let owner: QueueOwner
let live: LiveBridge
before(async () => {
  rabbit = await startRabbit()
  owner = await ownQueues(rabbit.amqpUrl)
  live = await startLiveBridge()
  const isConnected = ({ status }: { status: { kind: string } }) => status.kind === 'connected'
  await live.connect({ address: rabbit.amqpUrl, management: rabbit.managementUrl ?? undefined }, isConnected)
  // Without the management plug-in the nature of a queue is not known.
  await live.connect({ id: 'bare', address: rabbit.amqpUrl, management: 'http://127.0.0.1:9' }, isConnected)
  await live.connect(
    { id: 'read', address: rabbit.amqpUrl, management: rabbit.managementUrl ?? undefined, readOnly: true },
    isConnected,
  )
})
after(async () => {
  await live[Symbol.asyncDispose]()
  await owner[Symbol.asyncDispose]()
  await rabbit[Symbol.asyncDispose]()
})

/** Looks, with the user's yes where the bridge asks. */
async function peek(queue: string, more: Partial<Params<'peekMessages'>> = {}): Promise<Peek> {
  const request = { connection: 'c', queue, ...more }
  const plan = await live.request('planPeek', request)
  if (plan.agreed) return live.request('peekMessages', request)
  const asked = await confirmation(live.request('peekMessages', request))
  assert.equal(asked.detail, plan.effects.join('\n\n'))
  return live.request('peekMessages', { ...request, nonce: asked.nonce })
}

const bodies = ({ messages }: Peek): string[] => messages.map(({ body }) => body)

describe('looking', () => {
  const kinds: readonly (readonly [string, Record<string, unknown>])[] = [
    ['classic', {}],
    ['lazy', { 'x-queue-mode': 'lazy' }],
    ['quorum', { 'x-queue-type': 'quorum' }],
    ['priority', { 'x-max-priority': 5 }],
    ['ttl', { 'x-message-ttl': 600_000 }],
    ['single', { 'x-single-active-consumer': true }],
  ]
  for (const [name, args] of kinds) {
    for (const connection of ['c', 'bare'])
      it(`shows the head of a ${name} queue three times over, and changes neither count nor order (${connection})`, async () => {
        const queue = await owner.declare(`look.${name}.${connection}`, args)
        await owner.fill(queue, 300)
        // A look at a quorum queue whose limit cannot be seen ends after the first message.
        const shown = connection === 'bare' && name === 'quorum' ? 1 : 200
        for (let round = 0; round < 3; round++) {
          const seen = await peek(queue, { connection, count: 200 })
          assert.deepEqual(bodies(seen), numbers(300).slice(0, shown))
          await eventually('all are back', async () => (await owner.count(queue)) === 300)
        }
        assert.deepEqual(await owner.drain(queue), numbers(300))
      })
  }

  it('reads a stream from any place, without any effect and without a question', async () => {
    const queue = await owner.declare('look.stream', { 'x-queue-type': 'stream' })
    await owner.fill(queue, 100)
    for (const connection of ['c', 'bare', 'read']) {
      assert.deepEqual(bodies(await live.request('peekMessages', { connection, queue, count: 5 })), numbers(5))
      const later = await live.request('peekMessages', { connection, queue, count: 3, offset: 50 })
      assert.deepEqual(
        later.messages.map(({ body, position }) => [body, position]),
        [
          ['50', 50],
          ['51', 51],
          ['52', 52],
        ],
      )
    }
    const error = await refusal(live.request('purgeQueue', { connection: 'c', queue, key: freshKey() }), 'refused')
    assert.match(error.message, /stream keeps its messages/)
  })

  it('reads the end of a stream, what was written since a time, and nothing beyond its end', async () => {
    const queue = await owner.declare('look.stream.places', { 'x-queue-type': 'stream' })
    // Each confirm of its own makes a chunk of its own, as a stream that is written slowly has them.
    for (let index = 0; index < 8; index++) await owner.fill(queue, 1, {}, () => String(index))
    const look = async (offset: Params<'peekMessages'>['offset'], count = 5): Promise<string[]> =>
      bodies(await live.request('peekMessages', { connection: 'read', queue, count, offset }))
    assert.deepEqual(await look('last'), numbers(8).slice(3))
    assert.deepEqual(await look('last', 50), numbers(8))
    assert.deepEqual(await look(6), ['6', '7'])
    assert.deepEqual(await look(8), [])
    // Chunks have milliseconds, and the time of a look whole seconds.
    const since = Math.ceil(Date.now() / 1_000) + 1
    await eventually('a second has begun', () => Date.now() / 1_000 > since)
    await owner.fill(queue, 300, {}, (index) => `later ${index}`)
    assert.deepEqual(await look({ time: since }, 2), ['later 0', 'later 1'])
    assert.deepEqual(await look({ time: 0 }, 2), ['0', '1'])
    // One chunk of many: the last of them are at its end.
    assert.deepEqual(await look('last', 3), ['later 297', 'later 298', 'later 299'])
  })

  it('is refused where messages could be lost by it, with what is safe instead', async () => {
    const limited = await owner.declare('look.limited', { 'x-queue-type': 'quorum', 'x-delivery-limit': 3 })
    await owner.fill(limited, 5)
    for (let round = 0; round < 6; round++) {
      const error = await refusal(live.request('peekMessages', { connection: 'c', queue: limited }), 'refused')
      assert.match(error.message, /after 3 failed deliveries.*Move messages to a classic queue/)
    }
    await untilEqual(() => owner.count(limited), 5)
    const single = await owner.declare('look.quorum.single', { 'x-queue-type': 'quorum', 'x-single-active-consumer': true })
    assert.match((await live.request('planPeek', { connection: 'c', queue: single })).refused ?? '', /single active consumer/)
    const full = await owner.declare('look.quorum.full', { 'x-queue-type': 'quorum', 'x-max-length': 5 })
    assert.match((await live.request('planPeek', { connection: 'c', queue: full })).refused ?? '', /nearly full/)
  })

  it('is refused on a read-only connection, for it leaves a mark', async () => {
    const queue = await owner.declare('look.read')
    await owner.fill(queue, 1)
    const error = await refusal(live.request('peekMessages', { connection: 'read', queue }), 'refused')
    assert.match(error.message, /read-only/)
    const message = await owner.channel.get(queue)
    assert.ok(message !== false && !message.fields.redelivered)
    owner.channel.ack(message)
  })

  it('says in one sentence that a queue is exclusive, or not there', async () => {
    const other = await ownQueues(rabbit.amqpUrl)
    await other.declare('look.exclusive', {}, { exclusive: true, durable: false })
    for (const connection of ['c', 'bare'])
      assert.match(
        (await refusal(live.request('planPeek', { connection, queue: 'look.exclusive' }), 'refused')).message,
        /exclusive/,
      )
    await refusal(live.request('planPeek', { connection: 'c', queue: 'look.nowhere' }), 'not_found')
    await other[Symbol.asyncDispose]()
  })

  it('shows bodies from nothing to 10 MB by their beginnings, and one whole without touching the queue again', async () => {
    const queue = await owner.declare('look.large')
    const large = 'x'.repeat(10_000_000)
    owner.channel.sendToQueue(queue, Buffer.from(''))
    owner.channel.sendToQueue(queue, Buffer.from(large))
    owner.channel.sendToQueue(queue, Buffer.from('last'))
    await owner.channel.waitForConfirms()
    const seen = await peek(queue)
    assert.deepEqual(
      seen.messages.map(({ kind, bytes, cut }) => [kind, bytes, cut]),
      [
        ['empty', 0, false],
        ['text', 10_000_000, true],
      ],
    )
    assert.match(seen.limits ?? '', /8 MiB/)
    const whole = await live.request('getMessage', { connection: 'c', queue, mark: seen.messages[1]?.mark ?? '' })
    assert.equal(whole.body.length, 4_000_000)
    await untilEqual(() => owner.count(queue), 3)
  })

  it('ends where more consumers would mix up the order of a quorum queue', async () => {
    const queue = await owner.declare('look.mixed', { 'x-queue-type': 'quorum' })
    owner.channel.sendToQueue(queue, Buffer.from('x'.repeat(3 * 2 ** 20)))
    await owner.fill(queue, 100)
    const { messages, limits } = await peek(queue, { count: 50 })
    assert.equal(messages.length, 30)
    assert.match(limits ?? '', /behind a large message.*another order/)
    await untilEqual(() => owner.count(queue), 101)
    const [first, ...others] = await owner.drain(queue)
    assert.equal(first?.length, 3 * 2 ** 20)
    assert.deepEqual(others, numbers(100))
  })

  it('reads headers at which amqplib gives up its connection', async () => {
    const queue = await owner.declare('look.headers')
    // What py-amqp makes of an integer beyond 2^31 (type L) cannot be sent with amqplib; RabbitMQ hands out `l` and it alike.
    owner.channel.sendToQueue(queue, Buffer.from('x'), {
      headers: { sent: { '!': 'long', value: 9_007_199_254_740_993n } },
    })
    await owner.channel.waitForConfirms()
    assert.equal((await peek(queue)).messages[0]?.headers, '{"sent":9007199254740993}')
  })

  it('does not wait for messages that others hold', async () => {
    const queue = await owner.declare('look.held', { 'x-queue-type': 'quorum' })
    await owner.fill(queue, 10)
    const holding = await hold(owner, queue, 10)
    await eventually('all are held', async () => (await owner.count(queue)) === 0)
    assert.deepEqual(bodies(await peek(queue)), [])
    await holding.close()
  })
})

describe('few rights', () => {
  const user = async (name: string, rights: object) => {
    await rabbit.management(`users/${name}`, { password: 'p', tags: 'management' })
    await rabbit.management(`permissions/%2F/${name}`, rights)
    const address = `amqp://${name}:p@127.0.0.1:${rabbit.ports.amqp}/`
    await live.connect(
      { id: name, address, management: rabbit.managementUrl ?? undefined },
      ({ status }) => status.kind === 'connected',
    )
  }

  it('each refusal names what to grant, in one sentence, and nothing is touched', async () => {
    const [queue, target] = [await owner.declare('rights.work'), await owner.declare('rights.target')]
    await owner.fill(queue, 5)
    await user('nothing', { configure: '^$', write: '^$', read: '^$' })
    await user('reader', { configure: '^$', write: '^$', read: '^rights' })
    const asNothing = { connection: 'nothing', queue }
    const look = await confirmation(live.request('peekMessages', asNothing))
    assert.match(
      (await refusal(live.request('peekMessages', { ...asNothing, nonce: look.nonce }), 'refused')).message,
      /grant read on it/,
    )
    const purge = { ...asNothing, key: freshKey() }
    const purging = await confirmation(live.request('purgeQueue', purge))
    assert.match(
      (await refusal(live.request('purgeQueue', { ...purge, nonce: purging.nonce }), 'refused')).message,
      /grant read on it/,
    )
    const publish = { connection: 'reader', queue: target, body: 'x', key: freshKey() }
    assert.match(
      (await refusal(live.request('publishMessage', publish), 'refused')).message,
      /grant write on the default exchange/,
    )
    const move = { connection: 'reader', queue, target, key: freshKey() }
    const moving = await confirmation(live.request('moveMessages', move))
    const { id } = await live.request('moveMessages', { ...move, nonce: moving.nonce })
    const find = () => live.bridge.picture('operations').find((one) => one.id === id)
    await eventually(
      'the move gave up',
      () => find()?.endedAt != null,
      () => JSON.stringify(find()),
    )
    assert.match(
      find()?.report ?? '',
      /^This user may not send messages: grant write on the default exchange \(amq\.default\)\. Moved 0 messages/,
    )
    assert.deepEqual(await owner.drain(queue), numbers(5))
  })
})

describe('over HTTP', () => {
  it('looks, asks, acts once per key, and lists operations', async () => {
    const queue = await owner.declare('http.work', {})
    const api = messagesApi(live.bridge)
    const ask = async (method: string, path: string, body = '', key?: string) => {
      const url = new URL(`http://h${path}`)
      const headers = key === undefined ? {} : { 'idempotency-key': key }
      const request = { method, path: url.pathname, query: url.searchParams, headers, body: () => Promise.resolve(body) }
      const answer = await api(request as unknown as ApiRequest)
      return { status: answer?.status, text: typeof answer?.body === 'string' ? answer.body : '' }
    }
    const at = `/api/queues/%2F/${queue}`
    for (let again = 0; again < 2; again++)
      assert.equal(
        (await ask('POST', `${at}/messages?connection=c`, '{"body":"[1]","headers":"{\\"n\\":300}"}', 'press-0001')).status,
        200,
      )
    await untilEqual(() => owner.count(queue), 1)
    assert.match((await ask('GET', `${at}/messages/plan?connection=c`)).text, /"method":"take"/)
    const seen = await ask('GET', `${at}/messages?connection=c&count=5`)
    assert.equal(seen.status, 200, seen.text)
    const [message] = (JSON.parse(seen.text) as Peek).messages
    assert.deepEqual([message?.body, message?.headers, message?.kind], ['[1]', '{"n":300}', 'json'])
    await untilEqual(() => owner.count(queue), 1)
    const purge = await ask('POST', `${at}/purge?connection=c`, '{}', 'press-0002')
    assert.equal(purge.status, 409)
    const { confirmation: question } = JSON.parse(purge.text) as { confirmation: { nonce: string; count: number } }
    assert.equal(question.count, 1)
    const done = await ask('POST', `${at}/purge?connection=c`, JSON.stringify({ nonce: question.nonce }), 'press-0002')
    assert.equal(done.text, '{"purged":1}')
    assert.equal((await ask('GET', '/api/operations')).status, 200)
    assert.equal((await ask('POST', `${at}/messages/move?connection=c`, '{"target":5}')).status, 400)
    assert.equal((await ask('POST', `${at}/purge?connection=read`)).status, 403)
  })
})
