import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { RequestError } from '../../broker-bridge/protocol/index.ts'
import type { EnqueueParams } from '../../broker-bridge/protocol/index.ts'
import { requestText, sendRaw, serve } from '../support/bridgeServer.ts'
import { connectionInfo } from '../support/fakeCore.ts'
import type { FakeCore } from '../support/fakeCore.ts'
import { flower } from '../support/flower.ts'

describe('sending a task', () => {
  const sent = (core: FakeCore) =>
    core.calls.filter(({ method }) => method === 'enqueue').map(({ params }) => params as EnqueueParams)
  const accept = (core: FakeCore) => core.answers.set('enqueue', () => ({ connection: 'c', id: 'new-id', queue: 'celery' }))

  test('answers with its id, and keeps every digit and key of its arguments', async (context) => {
    const { core, post } = await flower(context)
    accept(core)
    const answer = await post(
      'api/task/send-task/app%2Ftasks.add%20one',
      '{"args":[12345678901234567890, 1.0, 1e400, -0, "é\\ud800"],"kwargs":{"__proto__":{"a":0.10}},"queue":"q","priority":5}',
    )
    assert.equal(answer.status, 200, answer.text)
    assert.deepEqual(JSON.parse(answer.text), { 'task-id': 'new-id', state: 'PENDING' })
    const [params] = sent(core)
    assert.deepEqual(
      { ...params, key: '' },
      {
        connection: 'c',
        name: 'app/tasks.add one',
        args: '[12345678901234567890,1.0,1e400,-0,"é\\ud800"]',
        kwargs: '{"__proto__":{"a":0.10}}',
        queue: 'q',
        priority: 5,
        key: '',
      },
    )
  })

  const options: [string, Partial<EnqueueParams>][] = [
    ['', {}],
    ['{}', {}],
    ['{"task_id":"mine"}', { id: 'mine' }],
    ['{"countdown":"2.5"}', { countdown: 2.5 }],
    ['{"countdown":3}', { countdown: 3 }],
    ['{"eta":"2026-11-21 00:11:23.177521"}', { eta: '2026-11-21T00:11:23.177521Z' }],
    ['{"eta":"2026-11-21T00:11:23+0200"}', { eta: '2026-11-21T00:11:23+02:00' }],
    ['{"expires":60}', { expires: 60 }],
    ['{"expires":"60"}', { expires: 60 }],
    ['{"expires":"2026-11-21 00:11:23.0"}', { expires: '2026-11-21T00:11:23.0Z' }],
    ['{"queue":null,"priority":null}', {}],
  ]
  for (const [body, expected] of options) {
    test(`takes ${body || 'no body'}`, async (context) => {
      const { core, post } = await flower(context)
      accept(core)
      const answer = await post('api/task/send-task/t', body)
      assert.equal(answer.status, 200, answer.text)
      const [params] = sent(core)
      assert.deepEqual({ ...params, key: '' }, { connection: 'c', name: 't', args: '[]', kwargs: '{}', key: '', ...expected })
    })
  }

  const bad: [string, RegExp][] = [
    ['{', /JSON|end/i],
    ['[]', /^invalid options$/],
    ['1', /^invalid options$/],
    ['{"args":{}}', /^args must be an array$/],
    ['{"args":"[]"}', /^args must be an array$/],
    ['{"kwargs":[]}', /^kwargs must be an object$/],
    ['{"kwargs":1}', /^kwargs must be an object$/],
    ['{"args":[NaN]}', /./],
    ['{"eta":"tomorrow"}', /^Invalid option$/],
    ['{"eta":5}', /^Invalid eta/],
    ['{"countdown":"soon"}', /^Invalid option$/],
    ['{"countdown":-1}', /^Invalid countdown/],
    ['{"priority":1.5}', /^Invalid priority/],
    ['{"priority":300}', /^Invalid priority/],
    ['{"queue":7}', /^Invalid queue/],
    ['{"queue":""}', /^Invalid queue/],
    ['{"link":"x"}', /^The option 'link' is not supported; these are: queue,/],
    ['{"__proto__":{"queue":"q"}}', /'__proto__' is not supported/],
    ['{"connection":"d"}', /'connection' is not supported/],
    [`{"args":${'['.repeat(100_000)}${']'.repeat(100_000)}}`, /nested too deeply/],
  ]
  for (const [body, expected] of bad) {
    test(`refuses ${body.slice(0, 40)} with 400`, async (context) => {
      const { core, post } = await flower(context)
      accept(core)
      const { status, text } = await post('api/task/send-task/t', body)
      assert.equal(status, 400, text)
      assert.match(text, expected)
      assert.deepEqual(sent(core), [])
    })
  }

  test('of more than one megabyte is 413, announced or not', async (context) => {
    const { core, post, port, token } = await flower(context)
    accept(core)
    assert.equal((await post('api/task/send-task/t', `{"args":["${'x'.repeat(1_100_000)}"]}`)).status, 413)
    const chunk = `10000\r\n${'x'.repeat(65_536)}\r\n`
    const headers = [`Host: 127.0.0.1:${port}`, `Authorization: Bearer ${token}`, 'Transfer-Encoding: chunked']
    const { status } = await sendRaw(port, requestText('POST /api/task/send-task/t', headers, `${chunk.repeat(20)}0\r\n\r\n`))
    assert.equal(status, 413)
    assert.deepEqual(sent(core), [])
  })

  const refusals: [ConstructorParameters<typeof RequestError>, number, RegExp][] = [
    [['read_only', 'Read only mode is enabled'], 403, /^Read only mode is enabled$/],
    [['unroutable', 'There is no queue "q".'], 404, /no queue/],
    [['not_connected', 'Not connected.'], 503, /Not connected/],
    [['blocked', 'The broker is out of memory.'], 503, /memory/],
    [['timeout', 'No answer.'], 504, /No answer/],
    [['confirmation_needed', 'Sure?', { nonce: 'n', question: 'Sure?' }], 409, /"confirmation":\{"nonce":"n"/],
  ]
  for (const [error, status, expected] of refusals) {
    test(`that the bridge refuses as ${error[0]} is ${status}`, async (context) => {
      const { core, post } = await flower(context)
      core.answers.set('enqueue', () => {
        throw new RequestError(...error)
      })
      const answer = await post('api/task/send-task/t', '{"nonce":"n"}')
      assert.equal(answer.status, status)
      assert.match(answer.text, expected)
      assert.equal(sent(core)[0]?.nonce, 'n')
    })
  }

  test('needs one connection, or the name of one', async (context) => {
    const { core, post } = await flower(context)
    accept(core)
    core.connections = [connectionInfo('c'), connectionInfo('d')]
    const several = await post('api/task/send-task/t', '{}')
    assert.deepEqual([several.status, several.text], [400, 'Several brokers are connected; add ?connection= and one of: c, d'])
    assert.equal((await post('api/task/send-task/t?connection=d', '{}')).status, 200)
    assert.equal(sent(core)[0]?.connection, 'd')
    assert.equal((await post('api/task/send-task/t?connection=e', '{}')).status, 400)
    core.connections = []
    assert.equal((await post('api/task/send-task/t', '{}')).text, 'No broker is connected.')
  })

  test('twice with one Idempotency-Key says so to the bridge, else each is its own', async (context) => {
    const { server, core } = await serve(context)
    accept(core)
    const send = (headers: Record<string, string>) =>
      fetch(new URL('api/task/send-task/t', server.url), {
        method: 'POST',
        headers: { Authorization: `Bearer ${server.token}`, ...headers },
      })
    for (const headers of [{ 'Idempotency-Key': 'my-own-key' }, { 'Idempotency-Key': 'my-own-key' }, {}, {}])
      assert.equal((await send(headers)).status, 200)
    const [first, second, third, fourth] = sent(core).map(({ key }) => key)
    assert.deepEqual([first, second], ['my-own-key', 'my-own-key'])
    assert.notEqual(third, fourth)
    assert.equal((await send({ 'Idempotency-Key': 'short' })).status, 400)
  })
})
