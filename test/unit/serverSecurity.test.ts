import assert from 'node:assert/strict'
import { networkInterfaces } from 'node:os'
import { connect } from 'node:net'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { Authorities } from '../../broker-bridge/server/authorities.ts'
import { OneTimeCodes, Token } from '../../broker-bridge/server/secrets.ts'
import { enter, requestText, sendRaw, serve, upgradeText } from '../support/bridgeServer.ts'
import { until } from '../support/until.ts'

describe('who may ask', () => {
  const port = 4711
  const host = `127.0.0.1:${port}`
  const cases: [string, { hosts?: string[]; origin?: string; fetchSite?: string; fetchMode?: string }, number | undefined][] = [
    ['our own page', { origin: `http://${host}` }, undefined],
    ['our own page by name', { hosts: [`localhost:${port}`], origin: `http://localhost:${port}` }, undefined],
    ['our own page over IPv6', { hosts: [`[::1]:${port}`], origin: `http://[::1]:${port}` }, undefined],
    ['a program without an Origin', {}, undefined],
    ['a webview of VS Code on the desktop', { origin: 'vscode-webview://0abc-1d', fetchSite: 'cross-site' }, undefined],
    ['the workbench in a browser', { hosts: ['box.example:8123'], origin: 'http://box.example:8123' }, undefined],
    ['the workbench behind TLS', { hosts: ['box.example:8123'], origin: 'https://box.example:8123' }, undefined],
    ['a workbench on a default port', { hosts: ['code.example'], origin: 'https://code.example' }, undefined],
    ['an address typed by the person', { fetchSite: 'none', fetchMode: 'navigate' }, undefined],
    ['a link followed from elsewhere', { fetchSite: 'cross-site', fetchMode: 'navigate' }, undefined],
    ['a script or image tag of a foreign page', { fetchSite: 'cross-site', fetchMode: 'no-cors' }, 403],
    ['a page on another port of this machine, without Origin', { fetchSite: 'same-site', fetchMode: 'no-cors' }, 403],
    ['a foreign site', { origin: 'https://evil.com' }, 403],
    ['a sandboxed frame', { origin: 'null' }, 403],
    ['a file', { origin: 'file://' }, 403],
    ['another port of localhost', { origin: 'http://localhost:4712' }, 403],
    ['localhost without a port', { origin: 'http://localhost' }, 403],
    ['https on our port', { origin: `https://${host}` }, 403],
    ['a name that begins as ours', { origin: `http://127.0.0.1.evil.com:${port}` }, 403],
    ['a trailing dot', { origin: `http://localhost.:${port}` }, 403],
    ['upper case', { origin: `http://LOCALHOST:${port}` }, 403],
    ['a slash after the Origin', { origin: `http://${host}/` }, 400],
    ['a webview with a path', { origin: 'vscode-webview://a/b' }, 400],
    ['two Origins', { origin: `http://${host}, https://evil.com` }, 400],
    ['an empty Origin', { origin: '' }, 400],
    ['a broken Origin', { origin: 'http://[bad' }, 400],
    ['an Origin with a user', { origin: `http://a@${host}` }, 400],
    ['an impossible port in the Origin', { origin: 'http://localhost:99999999' }, 400],
    ['no Host', { hosts: [] }, 400],
    ['two Hosts', { hosts: [host, host] }, 400],
    ['an empty Host', { hosts: [''] }, 400],
    ['a broken Host', { hosts: ['[::1'] }, 400],
    ['a Host that is a port', { hosts: [':99999999'] }, 400],
    ['a Host with an impossible port', { hosts: ['localhost:99999'] }, 400],
    ['a Host with a space', { hosts: [`${host} x`] }, 400],
    ['a name made to resolve to 127.0.0.1', { hosts: [`rebind.evil.com:${port}`] }, 403],
    ['the address as one decimal number', { hosts: [`2130706433:${port}`] }, 403],
    ['the address in octal', { hosts: [`0177.0.0.1:${port}`] }, 403],
    ['the address in hexadecimal', { hosts: [`0x7f000001:${port}`] }, 403],
    ['the short form of the address', { hosts: [`127.1:${port}`] }, 403],
    ['another loopback address', { hosts: [`127.0.0.2:${port}`] }, 403],
    ['our Host without its port', { hosts: ['127.0.0.1'] }, 403],
    ['a Host with a trailing dot', { hosts: [`localhost.:${port}`] }, 403],
  ]
  const authorities = new Authorities(port)
  authorities.allow('box.example:8123')
  authorities.allow('Code.Example:443')
  for (const [name, { hosts = [host], origin, fetchSite, fetchMode }, expected] of cases) {
    test(`${name}: ${expected ?? 'let in'}`, () =>
      assert.equal(authorities.check({ hosts, origin, fetchSite, fetchMode }), expected))
  }

  test('no header makes it throw', () => {
    fc.assert(
      fc.property(fc.string(), fc.string({ unit: 'binary' }), (left, right) => {
        assert.ok(
          [400, 403].includes(authorities.check({ hosts: [left], origin: right, fetchSite: right, fetchMode: left }) ?? 0),
        )
      }),
    )
  })

  test('what is no authority is not allowed as one', () => {
    for (const text of ['', 'a b', 'http://a', 'a/b', '*', 'a:b', 'a@b']) assert.equal(authorities.allow(text), false, text)
  })
})

describe('the real server refuses', () => {
  const host = (port: number) => `Host: 127.0.0.1:${port}`
  const upgrades: [string, (port: number) => string[], number][] = [
    ['a foreign Origin', (port) => [host(port), 'Origin: https://evil.com'], 403],
    ['Origin null', (port) => [host(port), 'Origin: null'], 403],
    ['another port', (port) => [host(port), `Origin: http://127.0.0.1:${port === 1 ? 2 : port - 1}`], 403],
    ['a second Origin', (port) => [host(port), `Origin: http://127.0.0.1:${port}`, 'Origin: https://evil.com'], 400],
    ['a broken Origin', (port) => [host(port), 'Origin: http://[bad'], 400],
    ['a foreign Host', () => ['Host: evil.com'], 403],
    ['a broken Host', () => ['Host: [::1'], 400],
    ['a missing Host', () => [], 400],
    ['two Hosts', (port) => [host(port), 'Host: evil.com'], 400],
  ]
  for (const [name, headers, status] of upgrades) {
    test(`a WebSocket with ${name}, before the upgrade`, async (context) => {
      const { server } = await serve(context)
      assert.equal((await sendRaw(server.port, upgradeText('/socket', headers(server.port)))).status, status)
      assert.equal((await sendRaw(server.port, requestText('GET /', headers(server.port)))).status, status)
      assert.equal(server.viewers, 0)
      assert.equal((await fetch(server.url)).status, 200)
    })
  }

  test('a WebSocket on any other path', async (context) => {
    const { server } = await serve(context)
    for (const path of ['/', '/socket/', '/socket2', '//socket', '/SOCKET', '/api/socket', '/x/../socket']) {
      assert.equal((await sendRaw(server.port, upgradeText(path, [host(server.port)]))).status, 404, path)
    }
    assert.equal((await sendRaw(server.port, upgradeText('/socket', [host(server.port)]))).status, 101)
    assert.equal((await sendRaw(server.port, upgradeText('/socket?token=x', [host(server.port)]))).status, 101)
  })

  test('every path that is no key of the page, whatever file it may mean', async (context) => {
    const { server } = await serve(context)
    const paths = [
      '/../package.json',
      '/%2e%2e/package.json',
      '/..%2fpackage.json',
      '/..\\package.json',
      '/%00',
      '/index.html%00.js',
      '//127.0.0.1/',
      '//evil.com/%2f..',
      '/index.html/',
      '/INDEX.HTML',
      '/index.html::$DATA',
      '/C:\\windows\\win.ini',
      '/C:/windows/win.ini',
      '/%c0%ae%c0%ae/',
      '/./index.html',
      '/webview.js.map',
      '/.git/config',
      '/__proto__',
      '/constructor',
      '/etc/passwd',
    ]
    for (const path of paths) {
      const { status, body } = await sendRaw(server.port, requestText(`GET ${path}`, [host(server.port)]))
      assert.ok(status === 404 || status === 400, `${path}: ${status}`)
      assert.equal(body, '')
    }
    for (const line of ['GET http://evil.com/', 'GET index.html', 'GET *', 'GET #', 'CONNECT evil.com:443', 'OPTIONS *']) {
      const { status } = await sendRaw(server.port, requestText(line, [host(server.port)]), 1_000)
      assert.ok([400, 0].includes(status), `${line}: ${status}`)
    }
  })

  test('bytes that are no HTTP, and goes on', async (context) => {
    const { server } = await serve(context)
    const noise = [
      'GET',
      '\r\n\r\n',
      'GET / HTTP/9.9\r\n\r\n',
      '\x16\x03\x01\x02\x00\x01',
      'GET / HTTP/1.1\r\nHost: \x00\r\n\r\n',
    ]
    for (const bytes of [...noise, `GET / HTTP/1.1\r\nX: ${'x'.repeat(40_000)}\r\n\r\n`]) {
      const { status } = await sendRaw(server.port, bytes, 300)
      assert.ok([0, 400, 431].includes(status), `${JSON.stringify(bytes.slice(0, 30))}: ${status}`)
    }
    assert.equal((await fetch(server.url)).status, 200)
  })

  test('what CORS asks for: no preflight passes, and nothing is ever allowed', async (context) => {
    const { server } = await serve(context)
    for (const method of ['OPTIONS', 'GET', 'POST', 'DELETE', 'PUT']) {
      for (const path of ['/', '/api/tasks', '/api/session', '/nothing']) {
        const headers = {
          Origin: 'https://evil.com',
          'Access-Control-Request-Method': 'POST',
          Authorization: `Bearer ${server.token}`,
        }
        const answer = await fetch(new URL(path, server.url), { method, headers })
        assert.equal(answer.status, 403)
        assert.equal(
          [...answer.headers.keys()].some((name) => name.startsWith('access-control')),
          false,
        )
      }
    }
    assert.equal((await fetch(server.url, { method: 'OPTIONS' })).status, 405)
  })

  test('a session for a form, a plain text, a wrong body or none', async (context) => {
    const { server } = await serve(context)
    const code = server.mintLink().split('#code=')[1] ?? ''
    const post = (type: string, body: string) =>
      fetch(new URL('api/session', server.url), { method: 'POST', headers: { 'Content-Type': type }, body }).then(
        ({ status }) => status,
      )
    assert.equal(await post('text/plain', JSON.stringify({ code })), 415)
    assert.equal(await post('application/x-www-form-urlencoded', `code=${code}`), 415)
    assert.equal(await post('application/jsonp', JSON.stringify({ code })), 415)
    for (const body of ['', '{', '[]', 'null', '{"code":1}', '{"code":["a"]}', '"x"'])
      assert.equal(await post('application/json', body), 400)
    assert.equal(await post('application/json', JSON.stringify({ code: 'x'.repeat(5_000) })), 413)
    assert.equal(await post('application/json', JSON.stringify({ code: 'é🐇' })), 401)
    assert.equal((await fetch(new URL('api/session', server.url))).status, 405)
    assert.equal(await post('application/json; charset=utf-8', JSON.stringify({ code })), 200)
  })

  test('connections from any address that is not loopback', async (context) => {
    const { server } = await serve(context)
    const others = Object.values(networkInterfaces())
      .flatMap((addresses) => addresses ?? [])
      .filter(({ internal, family }) => !internal && family === 'IPv4')
    for (const { address } of [...others, { address: '127.0.0.2' }]) {
      const code = await new Promise((resolve) => {
        const socket = connect(server.port, address, () => resolve('connected'))
        socket.on('error', (error) => resolve('code' in error ? error.code : ''))
        socket.on('close', () => socket.destroy())
      })
      assert.equal(code, 'ECONNREFUSED', address)
    }
  })
})

describe('every answer', () => {
  test('carries the protecting headers and names no software', async (context) => {
    const { server } = await serve(context)
    const authorized = { Authorization: `Bearer ${server.token}` }
    const answers = [
      await fetch(server.url),
      await fetch(new URL('webview.js', server.url)),
      await fetch(new URL('none', server.url)),
      await fetch(new URL('healthcheck', server.url)),
      await fetch(new URL('healthcheck', server.url), { headers: authorized }),
      await fetch(new URL('api/tasks', server.url), { headers: authorized }),
    ]
    for (const { headers, url } of answers) {
      assert.match(
        headers.get('content-security-policy') ?? '',
        /^default-src 'none'; script-src 'self'; .*frame-ancestors 'none'$/,
        url,
      )
      assert.doesNotMatch(headers.get('content-security-policy') ?? '', /unsafe|\*/)
      for (const [name, value] of Object.entries({
        'cross-origin-resource-policy': 'same-origin',
        'cross-origin-opener-policy': 'same-origin',
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'x-frame-options': 'DENY',
        'cache-control': 'no-store',
      })) {
        assert.equal(headers.get(name), value, `${name} of ${url}`)
      }
      for (const name of ['server', 'x-powered-by', 'access-control-allow-origin', 'set-cookie'])
        assert.equal(headers.get(name), null)
    }
  })

  test('has no stack trace when something fails', async (context) => {
    const { server, core, log } = await serve(context)
    core.selectTasks = () => {
      throw new Error('boom at amqp://bob:hunter22@h')
    }
    const answer = await fetch(new URL('api/tasks', server.url), { headers: { Authorization: `Bearer ${server.token}` } })
    assert.equal(answer.status, 500)
    assert.doesNotMatch(await answer.text(), /boom|\.ts|\n/)
    assert.match(log.join('\n'), /boom at amqp:\/\/\*\*\*@h/)
    assert.doesNotMatch(log.join('\n'), /hunter22/)
  })
})

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
