import { WebSocket } from 'ws'
import { Client, protocolVersion } from '../protocol/index.ts'
import type { Transport } from '../protocol/index.ts'

const openTimeout = 5_000
const longestFrame = 64 * 2 ** 20

/**
 * Joins a bridge that runs already.
 * @param url its address, `http://127.0.0.1:PORT/`
 * @param onClose called once when it has gone, with the reason
 * @throws Error or RequestError where it cannot be reached or does not let in
 */
export async function attach(url: string, token: string, name: string, onClose: (reason: string) => void): Promise<Client> {
  const client = new Client(await open(socketAddress(url)))
  await client.request('hello', { token, protocol: protocolVersion, client: name })
  client.onClose = onClose
  return client
}

/** @throws Error with a sentence; only this machine is meant, for the token is sent there */
function socketAddress(url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : null
  const isHere = parsed?.protocol === 'http:' && ['127.0.0.1', 'localhost', '[::1]'].includes(parsed.hostname)
  if (!isHere) throw new Error('WARREN_URL must be http://127.0.0.1:PORT/, as a running Warren tells it.')
  return `ws://${parsed.host}/socket`
}

function open(address: string): Promise<Transport> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(address, { handshakeTimeout: openTimeout, perMessageDeflate: false, maxPayload: longestFrame })
    socket.once('error', (error) => reject(new Error(`No Warren answers at WARREN_URL: ${error.message}`)))
    socket.once('open', () => resolve(transportOver(socket)))
  })
}

function transportOver(socket: WebSocket): Transport {
  const transport: Transport = {
    send: (frame) => socket.send(frame),
    close: () => socket.close(1000),
    get backlog() {
      return socket.bufferedAmount
    },
    onMessage: undefined,
    onClose: undefined,
  }
  socket.on('message', (data, isBinary) => {
    if (!isBinary && Buffer.isBuffer(data)) transport.onMessage?.(data.toString('utf8'))
  })
  socket.on('error', () => undefined)
  socket.on('close', (_, said) => transport.onClose?.(said.length > 0 ? said.toString('utf8') : 'Warren’s bridge ended.'))
  return transport
}
