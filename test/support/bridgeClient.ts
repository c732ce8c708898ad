import { WebSocket, type ClientOptions } from 'ws'
import { Client, protocolVersion } from '../../broker-bridge/protocol/index.ts'
import type { Transport } from '../../broker-bridge/protocol/index.ts'

/** Carries frames over an open socket, from either end. */
export function transportOf(socket: WebSocket): Transport {
  const transport: Transport = {
    send: (frame) => socket.send(frame),
    close: () => socket.close(),
    get backlog() {
      return socket.bufferedAmount
    },
    onMessage: undefined,
    onClose: undefined,
  }
  socket.on('message', (data: Buffer) => transport.onMessage?.(data.toString()))
  socket.on('close', (code, reason) => transport.onClose?.(reason.toString() || String(code)))
  socket.on('error', () => undefined)
  return transport
}

/** The socket of a bridge on this machine, not yet open. */
export function openSocket(port: number, options: ClientOptions = {}): WebSocket {
  return new WebSocket(`ws://127.0.0.1:${port}/socket`, { perMessageDeflate: false, ...options })
}

/** A client that said hello to the bridge on this port. */
export async function connectClient(
  port: number,
  token: string,
  name = 'test',
): Promise<{ readonly client: Client; readonly socket: WebSocket }> {
  const socket = openSocket(port)
  await new Promise((resolve, reject) => socket.on('open', resolve).on('error', reject))
  const client = new Client(transportOf(socket))
  await client.request('hello', { token, protocol: protocolVersion, client: name })
  return { client, socket }
}
