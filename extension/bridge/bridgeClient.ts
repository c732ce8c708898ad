import { WebSocket } from 'ws'
import { Client, protocolVersion } from '../../broker-bridge/protocol/index.ts'
import type { Result, Transport } from '../../broker-bridge/protocol/index.ts'

const openTimeout = 3_000
const heartbeat = 5_000
/** A picture of many queues is large; a frame beyond this is not Warren's. */
const longestFrame = 64 * 1024 * 1024

/** The way to a bridge, which knows whether its other end lives. */
export interface BridgeTransport extends Transport {
  /** Epoch seconds until which the bridge is known to have lived: now, unless it owes an answer. */
  readonly alive: number
}

/**
 * Opens the WebSocket of a bridge on this machine. A bridge that stops answering pings is treated as gone: the transport
 * closes with a reason, so that nobody waits on a frozen process.
 * @throws Error when it does not open
 */
export function openTransport(port: number, beat = heartbeat): Promise<BridgeTransport> {
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

function transportOver(socket: WebSocket, beat: number): BridgeTransport {
  const beating = keepBeating(socket, beat)
  const transport: BridgeTransport = {
    send: (frame) => {
      if (socket.readyState === WebSocket.OPEN) socket.send(frame)
    },
    close: () => socket.close(1000),
    get backlog() {
      return socket.bufferedAmount
    },
    get alive() {
      return beating.alive()
    },
    onMessage: undefined,
    onClose: undefined,
  }
  let reason = 'The connection to the bridge ended.'
  socket.on('error', (error) => (reason = `The connection to the bridge broke: ${error.message}`))
  socket.on('message', (data, isBinary) => {
    if (!isBinary && Buffer.isBuffer(data)) transport.onMessage?.(data.toString('utf8'))
  })
  socket.on('close', (_, said) => {
    beating.stop()
    transport.onClose?.(said.length > 0 ? said.toString('utf8') : reason)
  })
  return transport
}

function keepBeating(socket: WebSocket, beat: number): { stop(): void; alive(): number } {
  let owed = false
  let answeredAt = now()
  socket.on('pong', () => {
    owed = false
    answeredAt = now()
  })
  const timer = setInterval(() => {
    if (owed) return socket.terminate()
    owed = true
    socket.ping()
  }, beat)
  return { stop: () => clearInterval(timer), alive: () => (owed ? answeredAt : now()) }
}

const now = () => Date.now() / 1000

/** A client that has introduced itself, and what the bridge answered. */
export interface Greeted {
  readonly client: Client
  readonly hello: Result<'hello'>
  readonly transport: BridgeTransport
}

/**
 * Connects to a bridge and introduces this client to it.
 * @throws RequestError when the bridge refuses the secret or speaks another version, Error when it cannot be reached
 */
export async function connectClient(port: number, token: string, name: string): Promise<Greeted> {
  const transport = await openTransport(port)
  const client = new Client(transport)
  try {
    return { client, transport, hello: await client.request('hello', { token, protocol: protocolVersion, client: name }) }
  } catch (error) {
    client.close()
    throw error
  }
}
