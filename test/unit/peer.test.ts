import assert from 'node:assert/strict'
import { describe, mock, test } from 'node:test'
import fc from 'fast-check'
import { RequestError } from '../../broker-bridge/protocol/index.ts'
import type { Handle } from '../../broker-bridge/protocol/index.ts'
import { pair } from '../support/wire.ts'

async function failure(request: Promise<unknown>): Promise<RequestError> {
  try {
    await request
  } catch (error) {
    if (error instanceof RequestError) return error
  }
  return assert.fail('the request did not fail with a RequestError')
}

const never = (): Promise<unknown> => new Promise(() => undefined)

describe('every request', () => {
  test('is answered with what the handler gives, whatever the order of the answers', async () => {
    const waiting: (() => void)[] = []
    const { client } = pair((_method, params) => new Promise((resolve) => waiting.push(() => resolve(params))))
    const first = client.request('refresh', { connection: 'a' })
    const second = client.request('refresh', { connection: 'b' })
    await new Promise((resolve) => setImmediate(resolve))
    for (const answer of waiting.reverse()) answer()
    assert.deepEqual(await Promise.all([first, second]), [{ connection: 'a' }, { connection: 'b' }])
  })

  const throwing: [string, Handle, string, RegExp][] = [
    ['a RequestError', () => Promise.reject(new RequestError('read_only', 'No.')), 'read_only', /^No\.$/],
    ['an Error', () => Promise.reject(new Error('boom')), 'internal', /^boom$/],
    // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- that is the point
    ['something that is no Error', () => Promise.reject('text'), 'internal', /^text$/],
    [
      'an Error before it gives a promise',
      () => {
        throw new Error('at once')
      },
      'internal',
      /^at once$/,
    ],
    ['an answer that is no JSON', () => Promise.resolve(1n), 'internal', /BigInt/],
  ]
  for (const [name, handle, code, message] of throwing) {
    test(`is answered when the handler throws ${name}`, async () => {
      const error = await failure(pair(handle).client.request('refresh', {}))
      assert.equal(error.code, code)
      assert.match(error.message, message)
    })
  }

  test('keeps the data of a refusal', async () => {
    const { client } = pair(() => Promise.reject(new RequestError('confirmation_needed', 'Sure?', { nonce: 'n', count: 2 })))
    assert.deepEqual((await failure(client.request('refresh', {}))).data, { nonce: 'n', count: 2 })
  })

  test('is answered with null where the handler gives nothing', async () => {
    assert.equal(await pair(() => Promise.resolve(undefined)).client.request('refresh', {}), null)
  })

  test('times out in time, and its late answer is dropped', async (context) => {
    mock.timers.enable({ apis: ['setTimeout'] })
    context.after(() => mock.timers.reset())
    let answer: (value: unknown) => void = () => undefined
    const { client } = pair(() => new Promise((resolve) => (answer = resolve)))
    const request = failure(client.request('refresh', {}, 2_000))
    await Promise.resolve()
    mock.timers.tick(1_999)
    mock.timers.tick(1)
    const error = await request
    assert.deepEqual([error.code, error.message], ['timeout', 'The bridge did not answer "refresh" within 2 seconds.'])
    answer(1)
    await new Promise((resolve) => setImmediate(resolve))
  })

  test('fails when the other end goes away, and so do later ones, at once', async () => {
    const { client, ends } = pair(never)
    const reasons: string[] = []
    client.onClose = (reason) => reasons.push(reason)
    const request = failure(client.request('refresh', {}))
    ends.client.onClose?.('The bridge ended.')
    ends.client.onClose?.('again')
    assert.equal((await request).code, 'closed')
    assert.deepEqual(reasons, ['The bridge ended.'])
    assert.equal((await failure(client.request('refresh', {}))).message, 'The bridge ended.')
  })

  test('fails when this end closes', async () => {
    const { client } = pair(never)
    const request = failure(client.request('refresh', {}))
    client.close()
    assert.equal((await request).code, 'closed')
  })
})

describe('a carrier that throws', () => {
  test('fails the request at once instead of after its time-out', async () => {
    const { client, ends } = pair(never)
    ends.client.send = () => {
      throw new Error('not open')
    }
    const error = await failure(client.request('refresh', {}))
    assert.deepEqual([error.code, error.message], ['closed', 'The request could not be sent: not open'])
  })

  test('at the bridge’s end does not end the bridge', async (context) => {
    const reported = mock.method(console, 'error', () => undefined)
    context.after(() => reported.mock.restore())
    const { client, ends } = pair(() => Promise.resolve(1))
    ends.server.send = () => {
      throw new Error('gone')
    }
    void client.request('refresh', {}, 1).catch(() => undefined)
    await new Promise((resolve) => setImmediate(resolve))
    assert.equal(reported.mock.callCount(), 1)
  })
})

describe('frames that are none', () => {
  const frames = [
    '',
    '{',
    'null',
    '1',
    '"x"',
    '[]',
    '{}',
    '{"id":"1","result":1}',
    '{"id":1}',
    '{"event":1}',
    '{"id":1e999,"result":1}',
  ]

  test('are ignored at both ends', async () => {
    const { client, ends } = pair((_method, params) => Promise.resolve(params))
    for (const frame of frames) {
      ends.client.onMessage?.(frame)
      ends.server.onMessage?.(frame)
    }
    assert.deepEqual(await client.request('refresh', { connection: 'x' }), { connection: 'x' })
  })

  test('never throw, whatever they hold', () => {
    const { ends } = pair(() => Promise.resolve(null))
    const text = fc.oneof(fc.string({ unit: 'binary' }), fc.json())
    fc.assert(
      fc.property(text, (frame) => {
        ends.client.onMessage?.(frame)
        ends.server.onMessage?.(frame)
      }),
    )
  })

  test('an answer that nobody asked for changes nothing', async () => {
    const { client, ends } = pair((_method, params) => Promise.resolve(params))
    ends.client.onMessage?.('{"id":99,"result":1}')
    ends.client.onMessage?.('{"id":98,"error":{"code":"internal","message":"x"}}')
    assert.deepEqual(await client.request('refresh', {}), {})
  })
})

describe('notifications', () => {
  test('reach every listener until it stops, also when one of them throws', async (context) => {
    const silent = mock.method(console, 'error', () => undefined)
    context.after(() => silent.mock.restore())
    const { client, peer } = pair(never)
    const seen: unknown[] = []
    client.on('workers', () => {
      throw new Error('a broken listener')
    })
    const stop = client.on('workers', (workers) => seen.push(workers.length))
    peer.notify('workers', [])
    await new Promise((resolve) => setImmediate(resolve))
    stop()
    peer.notify('workers', [])
    await new Promise((resolve) => setImmediate(resolve))
    assert.deepEqual(seen, [0])
    assert.equal(silent.mock.callCount(), 2)
  })

  test('of a name that nobody knows are ignored', () => {
    const { ends } = pair(never)
    ends.client.onMessage?.('{"event":"__proto__","data":1}')
    ends.client.onMessage?.('{"event":"new","data":1}')
  })
})

test('a frame of one request is exactly what the protocol says', () => {
  const { client, ends } = pair(never)
  void client.request('closeView', { view: 'v' }, 1).catch(() => undefined)
  assert.deepEqual(ends.client.sent, ['{"id":1,"method":"closeView","params":{"view":"v"}}'])
})
