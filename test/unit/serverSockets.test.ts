import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { describe, test } from 'node:test'
import { WebSocket } from 'ws'
import { protocolVersion } from '../../broker-bridge/protocol/index.ts'
import { ended, enter, openSocket, sendRaw, serve, upgradeText } from '../support/bridgeServer.ts'
import { until } from '../support/until.ts'

describe('a socket', () => {
  const hello = (token: string, protocol = protocolVersion) =>
    JSON.stringify({ id: 1, method: 'hello', params: { token, protocol, client: 't' } })
  const opened = (socket: WebSocket) => new Promise((resolve) => socket.on('open', resolve))
  const first: [string, (token: string) => string | Buffer, number][] = [
    ['a wrong token', () => hello('wrong'), 4401],
    ['an empty token', () => hello(''), 4401],
    ['another protocol', (token) => hello(token, 999), 4402],
    ['another request', () => '{"id":1,"method":"listTasks","params":{}}', 4400],
    ['no JSON', () => 'hello', 4400],
    ['an array', () => '[]', 4400],
    ['null', () => 'null', 4400],
    [
      'a token that is no text',
      () => '{"id":1,"method":"hello","params":{"token":{"length":43},"protocol":1,"client":"x"}}',
      4400,
    ],
    ['a hello of more than 4 KB', (token) => hello(token).padEnd(5_000), 4400],
    ['binary', (token) => Buffer.from(hello(token)), 1003],
    ['two megabytes', () => 'x'.repeat(2_000_000), 1009],
    ['invalid UTF-8', () => 'INVALID', 1007],
  ]
  for (const [name, frame, code] of first) {
    test(`whose first frame is ${name} is closed with ${code}`, async (context) => {
      const { server, core } = await serve(context)
      const socket = openSocket(server)
      const end = ended(socket)
      await opened(socket)
      const data = frame(server.token)
      if (data === 'INVALID') socket.send(Buffer.from([0xff, 0xfe]), { binary: false })
      else socket.send(data)
      // Whatever follows is not looked at.
      socket.send(hello(server.token))
      assert.equal((await end).code, code)
      assert.equal(core.listeners, 0)
    })
  }

  test('that says nothing is closed in time, and one that asks instead of hello too', async (context) => {
    const { server } = await serve(context, { limits: { helloWithin: 50 } })
    const socket = openSocket(server)
    assert.equal((await ended(socket)).code, 4400)
  })

  test('that broke the protocol gets a typed error before it is closed', async (context) => {
    const { server } = await serve(context)
    const socket = openSocket(server)
    const frames: string[] = []
    socket.on('message', (data: Buffer) => frames.push(data.toString()))
    await opened(socket)
    socket.send(hello(server.token, 999))
    await ended(socket)
    const refusal = `"id":1,"error":{"code":"refused","message":"The bridge speaks protocol ${protocolVersion}, not 999`
    assert.ok(frames[0]?.includes(refusal), frames[0])
  })

  test('is asked for by its token even from an allowed Origin, and needs no Origin with it', async (context) => {
    const { server, core } = await serve(context)
    server.allowAuthority('box.example:8123')
    for (const headers of [
      {},
      { Origin: `http://127.0.0.1:${server.port}` },
      { Origin: 'vscode-webview://1d9' },
      // Through a workbench's /proxy/PORT/: the path is cut, the Host is the workbench's.
      { Host: 'box.example:8123', Origin: 'https://box.example:8123' },
    ]) {
      const socket = openSocket(server, headers)
      const answer = new Promise((resolve) => socket.on('message', (data: Buffer) => resolve(data.toString())))
      await opened(socket)
      socket.send(hello(server.token))
      assert.deepEqual((JSON.parse(String(await answer)) as { result: unknown }).result, {
        protocol: protocolVersion,
        version: '1.2.3',
        connections: core.connections,
      })
      const stranger = openSocket(server, headers)
      const end = ended(stranger)
      await opened(stranger)
      stranger.send(hello('guess'))
      assert.equal((await end).code, 4401)
    }
  })

  test('that answers no pings is ended after two', async (context) => {
    const { server } = await serve(context, { limits: { pingEvery: 30 } })
    const socket = new WebSocket(`ws://127.0.0.1:${server.port}/socket`, { autoPong: false })
    const end = ended(socket)
    await opened(socket)
    socket.send(hello(server.token))
    await end
    await until(() => server.viewers === 0, 'the socket is gone')
    const lively = await enter(server)
    let pings = 0
    lively.socket.on('ping', () => pings++)
    await until(() => pings >= 5, 'five pings came to who answers them')
    assert.equal(lively.socket.readyState, WebSocket.OPEN)
  })

  test('compression is not offered, an unmasked frame and a flood of fragments end it', async (context) => {
    const { server } = await serve(context, { limits: { frameSize: 10_000 } })
    const compressed = new WebSocket(`ws://127.0.0.1:${server.port}/socket`, { perMessageDeflate: true })
    await opened(compressed)
    assert.equal(compressed.extensions, '')
    compressed.terminate()

    const unmasked = await sendRaw(server.port, upgradeText('/socket', [`Host: 127.0.0.1:${server.port}`]) + '\x81\x02hi')
    assert.equal(unmasked.status, 101)

    const { socket } = await enter(server)
    const end = ended(socket)
    for (let index = 0; index < 30; index++) socket.send('x'.repeat(1_000), { fin: false })
    assert.equal((await end).code, 1009)
    await until(() => server.viewers === 0, 'all sockets are gone')
  })

  test('a flood of pings of a client that reads nothing is bounded', async (context) => {
    const { server } = await serve(context, { limits: { backlog: 200_000 } })
    const { socket } = await enter(server)
    socket.pause()
    const end = new Promise((resolve) => socket.on('close', resolve).on('error', () => undefined))
    const flood = setInterval(() => {
      for (let index = 0; index < 2_000 && socket.readyState === WebSocket.OPEN; index++) socket.ping('x'.repeat(125))
    }, 1)
    context.after(() => clearInterval(flood))
    await until(() => server.viewers === 0, 'the flooding socket was ended')
    socket.resume()
    await end
  })

  test('bad frames after hello are ignored or refused and never end the process', async (context) => {
    const { server } = await serve(context)
    const { client, socket } = await enter(server)
    for (const frame of [
      '',
      '{',
      'null',
      '[]',
      '{"id":"1"}',
      '{"id":1}',
      '{"event":"x","data":1}',
      '{"id":9,"result":1}',
      '{"id":9,"method":{"a":1}}',
    ])
      socket.send(frame)
    assert.equal((await client.request('hello', { token: '', protocol: 1, client: 'x' })).version, '1.2.3')
  })
})

describe('too many connections', () => {
  test('idle and slow ones are capped and ended, and the server answers afterwards', async (context) => {
    const { server } = await serve(context)
    const sockets = Array.from({ length: 200 }, () =>
      connect(server.port, '127.0.0.1', function (this: { write(text: string): void }) {
        this.write('GET / HTTP/1.1\r\nX-Slow: ')
      }),
    )
    let closed = 0
    for (const socket of sockets) socket.on('error', () => undefined).on('close', () => closed++)
    await until(() => closed >= 136, 'all but 64 were turned away')
    for (const socket of sockets) socket.destroy()
    await until(() => closed === 200, 'all are closed')
    assert.equal((await fetch(server.url)).status, 200)
  })
})
