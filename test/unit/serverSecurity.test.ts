import assert from 'node:assert/strict'
import { networkInterfaces } from 'node:os'
import { connect } from 'node:net'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { Authorities } from '../../broker-bridge/server/authorities.ts'
import { requestText, sendRaw, serve, upgradeText } from '../support/bridgeServer.ts'

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
