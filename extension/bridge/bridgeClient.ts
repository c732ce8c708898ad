import { WebSocket } from 'ws'
import { Client, protocolVersion } from '../../broker-bridge/protocol/index.ts'
import type { Result, Transport } from '../../broker-bridge/protocol/index.ts'

const openTimeout = 3_000
const heartbeat = 5_000
/** A picture of many queues is large; a frame beyond this is not Warren's. */
const longestFrame = 64 * 1024 * 1024

/**
 * Opens the WebSocket of a bridge on this machine. A bridge that stops answering pings is treated as gone: the transport
 * closes with a reason, so that nobody waits on a frozen process.
 * @throws Error when it does not open
 */
export function openTransport(port: number, beat = heartbeat): Promise<Transport> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/socket`, {
      handshakeTimeout: openTimeout,
      perMessageDeflate: false,
      maxPayload: longestFrame,
    })
    socket.once('error', reject)
    socket.once('open', () => {
      socket.off('error', reject)
      resolve(transportOver(socket, beat))
    })
  })
}

function transportOver(socket: WebSocket, beat: number): Transport {
  const transport: Transport = {
    send: (frame) => {
      if (socket.readyState === WebSocket.OPEN) socket.send(frame)
    },
    close: () => socket.close(1000),
    get backlog() {
      return socket.bufferedAmount
    },
    onMessage: undefined,
    onClose: undefined,
  }
  const stopBeating = keepBeating(socket, beat)
  let reason = 'The connection to the bridge ended.'
  socket.on('error', (error) => (reason = `The connection to the bridge broke: ${error.message}`))
  socket.on('message', (data, isBinary) => {
    if (!isBinary && Buffer.isBuffer(data)) transport.onMessage?.(data.toString('utf8'))
  })
  socket.on('close', (_, said) => {
    stopBeating()
    transport.onClose?.(said.length > 0 ? said.toString('utf8') : reason)
  })
  return transport
}

function keepBeating(socket: WebSocket, beat: number): () => void {
  let answered = true
  socket.on('pong', () => (answered = true))
  const timer = setInterval(() => {
    if (!answered) return socket.terminate()
    answered = false
    socket.ping()
  }, beat)
  return () => clearInterval(timer)
}

/** A client that has introduced itself, and what the bridge answered. */
export interface Greeted {
  readonly client: Client
  readonly hello: Result<'hello'>
}

/**
 * Connects to a bridge and introduces this client to it.
 * @throws RequestError when the bridge refuses the secret or speaks another version, Error when it cannot be reached
 */
export async function connectClient(port: number, token: string, name: string): Promise<Greeted> {
  const client = new Client(await openTransport(port))
  try {
    return { client, hello: await client.request('hello', { token, protocol: protocolVersion, client: name }) }
  } catch (error) {
    client.close()
    throw error
  }
}
