import { connect } from 'node:net'
import type { TestContext } from 'node:test'
import type { WebSocket } from 'ws'
import type { Client } from '../../broker-bridge/protocol/index.ts'
import { flowerApi } from '../../broker-bridge/server/flower.ts'
import type { Page } from '../../broker-bridge/server/page.ts'
import { startServer } from '../../broker-bridge/server/server.ts'
import type { BridgeServer, ServerOptions } from '../../broker-bridge/server/server.ts'
import { Viewer } from '../../broker-bridge/server/viewer.ts'
import { connectClient, openSocket as openSocketOf } from './bridgeClient.ts'
import { FakeCore } from './fakeCore.ts'

const html = { type: 'text/html; charset=utf-8', body: Buffer.from('<!doctype html><title>Warren</title>') }
const script = { type: 'text/javascript; charset=utf-8', body: Buffer.from('"use strict"') }
export const fakePage: Page = new Map([
  ['/', html],
  ['/index.html', html],
  ['/webview.js', script],
])

export interface Served {
  readonly server: BridgeServer
  readonly core: FakeCore
  /** Every line that was logged. */
  readonly log: string[]
}

/** A real server over a fake core; it ends with the test. */
export async function serve(context: TestContext, options: Partial<ServerOptions> = {}): Promise<Served> {
  const core = new FakeCore()
  const log: string[] = []
  const server = await startServer({
    page: fakePage,
    port: 0,
    api: flowerApi(core),
    onViewer: (transport) => {
      new Viewer(core, transport, (line) => log.push(line))
    },
    log: (line) => log.push(line),
    ...options,
  })
  context.after(() => server.close())
  return { server, core, log }
}

export interface RawAnswer {
  /** 0 where the connection ended without an answer. */
  readonly status: number
  readonly head: string
  readonly body: string
}

/** Sends bytes as they are, and reads until the server ends the connection, or an answer without a WebSocket is complete. */
export function sendRaw(port: number, request: string | Buffer, patience = 30_000): Promise<RawAnswer> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => void socket.write(request))
    const chunks: Buffer[] = []
    const done = (): void => {
      clearTimeout(timer)
      socket.destroy()
      const text = Buffer.concat(chunks).toString('latin1')
      const [head = '', ...body] = text.split('\r\n\r\n')
      resolve({ status: Number(/^HTTP\/1\.1 (\d+)/.exec(head)?.[1] ?? 0), head, body: body.join('\r\n\r\n') })
    }
    const timer = setTimeout(done, patience)
    socket.on('data', (chunk: Buffer) => {
      chunks.push(chunk)
      if (Buffer.concat(chunks).toString('latin1').startsWith('HTTP/1.1 101')) done()
    })
    socket.on('error', done)
    socket.on('close', done)
  })
}

/** A request's text: header lines as given, then `Connection: close`. */
export function requestText(line: string, headers: readonly string[], body = ''): string {
  return [`${line} HTTP/1.1`, ...headers, 'Connection: close', '', body].join('\r\n')
}

/** A WebSocket handshake's text. */
export function upgradeText(path: string, headers: readonly string[]): string {
  const own = [
    'Upgrade: websocket',
    'Connection: Upgrade',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
  ]
  return [`GET ${path} HTTP/1.1`, ...headers, ...own, '', ''].join('\r\n')
}

export function openSocket(server: BridgeServer, headers: Record<string, string> = {}): WebSocket {
  return openSocketOf(server.port, { headers })
}

/** The code and reason with which a socket ended. */
export function ended(socket: WebSocket): Promise<{ code: number; reason: string }> {
  return new Promise((resolve) => {
    socket.on('error', () => undefined)
    socket.on('close', (code, reason) => resolve({ code, reason: reason.toString() }))
  })
}

/** A client that said hello. */
export const enter = (server: BridgeServer): Promise<{ client: Client; socket: WebSocket }> =>
  connectClient(server.port, server.token)
