import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { OneTimeCodes, Token } from '../../broker-bridge/server/secrets.ts'
import { enter, requestText, sendRaw, serve } from '../support/bridgeServer.ts'
import { until } from '../support/until.ts'

describe('the token', () => {
  const wrong: [string, string | undefined][] = [
    ['none', undefined],
    ['empty', ''],
    ['only the scheme', 'Bearer'],
    ['an empty one', 'Bearer '],
    ['a short one', 'Bearer x'],
    ['a long one', `Bearer ${'x'.repeat(15_000)}`],
    ['Latin letters', 'Bearer é'],
    ['another scheme', 'Basic TOKEN'],
    ['two', 'Bearer TOKEN TOKEN'],
    ['one with a tail', 'Bearer TOKENx'],
    ['the token bare', 'TOKEN'],
  ]
  for (const [name, header] of wrong) {
    test(`${name}: 401, nothing else said, on every path of the API`, async (context) => {
      const { server, core } = await serve(context)
      const authorization = header === undefined ? [] : [`Authorization: ${header.replaceAll('TOKEN', server.token)}`]
      for (const line of [
        'GET /api/tasks',
        'GET /api/none',
        'GET /healthcheck',
        'POST /api/task/send-task/x',
        'DELETE /api/tasks',
      ]) {
        const { status, body, head } = await sendRaw(
          server.port,
          requestText(line, [`Host: 127.0.0.1:${server.port}`, ...authorization]),
        )
        assert.equal(status, 401, line)
        assert.equal(body, '')
        assert.doesNotMatch(head, /www-authenticate|allow:/i)
      }
      assert.deepEqual(core.calls, [])
    })
  }

  test('is not read from a query or a cookie', async (context) => {
    const { server } = await serve(context)
    const url = new URL(`healthcheck?token=${server.token}&access_token=${server.token}`, server.url)
    assert.equal((await fetch(url, { headers: { Cookie: `token=${server.token}` } })).status, 401)
    assert.equal((await fetch(url, { headers: { Authorization: `Bearer ${server.token}` } })).status, 200)
  })

  test('guessing ten thousand times throws nothing, is slowed, and does not lock out the right one', async (context) => {
    const { server } = await serve(context)
    const url = new URL('healthcheck', server.url)
    const seen = new Set<number>()
    for (let round = 0; round < 60; round++)
      seen.add((await fetch(url, { headers: { Authorization: `Bearer ${round}` } })).status)
    assert.deepEqual([...seen], [401, 429])
    assert.equal((await fetch(url, { headers: { Authorization: `Bearer ${server.token}` } })).status, 200)
    const token = new Token('the right one')
    context.after(() => token.dispose())
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 50 }), (text) => !token.matches(text)),
      { numRuns: 10_000 },
    )
    assert.ok(token.matches('the right one'))
    assert.ok(!token.matches('x'.repeat(1_000_000)))
  })

  test('has 256 bits and is another one for every server', async (context) => {
    const tokens = new Set([(await serve(context)).server.token, (await serve(context)).server.token])
    assert.equal(tokens.size, 2)
    for (const token of tokens) assert.equal(Buffer.from(token, 'base64url').length, 32)
    assert.equal((await serve(context, { token: 'given by the parent' })).server.token, 'given by the parent')
  })

  test('is in no log, and neither are codes and queries', async (context) => {
    const { server, log } = await serve(context)
    const link = server.mintLink()
    const code = link.split('#code=')[1] ?? ''
    const headers = { Authorization: `Bearer ${server.token}` }
    await fetch(new URL(`healthcheck?token=${server.token}`, server.url), { headers })
    await fetch(new URL(`api/task/info/${server.token}`, server.url), { headers })
    await fetch(new URL(`${code}?code=${code}`, server.url))
    await fetch(new URL('api/session', server.url), {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ code }),
    })
    const { client } = await enter(server)
    client.close()
    await until(() => server.viewers === 0, 'the viewer is gone')
    const text = log.join('\n')
    assert.match(text, /GET \/healthcheck 200/)
    assert.match(text, /GET \/api\/task\/info\/\*\*\* 404/)
    assert.ok(!text.includes(server.token) && !text.includes(code) && !text.includes('?'), text)
  })

  test('a hostile path is shown in the log, not obeyed', async (context) => {
    const { server, log } = await serve(context)
    await sendRaw(
      server.port,
      Buffer.from(requestText('GET /\u001b[31m\u0085x', [`Host: 127.0.0.1:${server.port}`]), 'latin1'),
      500,
    )
    assert.doesNotMatch(log.join('\n'), /[\u001b\u0085]/)
  })
})

describe('the one-time code', () => {
  const trade = async (url: string, code: string) => {
    const answer = await fetch(new URL('api/session', url), {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Origin: new URL(url).origin },
      body: JSON.stringify({ code }),
    })
    return answer.status === 200 ? ((await answer.json()) as { token: string }).token : answer.status
  }

  test('is traded for the token once, and then a new one can be made', async (context) => {
    let used = 0
    const { server } = await serve(context, { onLinkUsed: () => used++ })
    const [url = '', code = ''] = server.mintLink().split('#code=')
    assert.equal(url, server.url)
    assert.equal(Buffer.from(code, 'base64url').length, 32)
    assert.equal(await trade(url, code), server.token)
    assert.equal(used, 1)
    assert.equal(await trade(url, code), 401)
    assert.equal(used, 1)
    assert.equal(await trade(url, server.mintLink().split('#code=')[1] ?? ''), server.token)
  })

  test('is refused after ten minutes, and the oldest go when there are too many', () => {
    const codes = new OneTimeCodes()
    const code = codes.mint(0)
    assert.equal(codes.use(code, 600_000), false)
    const [first = '', ...others] = Array.from({ length: 21 }, () => codes.mint(1))
    assert.equal(codes.use(first, 2), false)
    for (const other of others) assert.equal(codes.use(other, 2), true)
    codes.dispose()
  })
})
