import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import * as v from 'valibot'
import { WebSocket, WebSocketServer } from 'ws'
import type { RawData } from 'ws'
import { protocolVersion, requestSchemas } from '../protocol/index.ts'
import type { ErrorCode, Transport } from '../protocol/index.ts'

/** Limits of one socket; the defaults are for real use, tests take smaller ones. */
export interface SocketLimits {
  /** Milliseconds until the first frame must have come. */
  readonly helloWithin: number
  /** Bytes of the first frame. */
  readonly helloSize: number
  /** Bytes of any frame that comes in. */
  readonly frameSize: number
  /** Milliseconds between two pings; two without an answer end the socket. */
  readonly pingEvery: number
  /** Bytes that may wait for a client that does not read; more end the socket. */
  readonly backlog: number
}

export const socketLimits: SocketLimits = {
  helloWithin: 5_000,
  helloSize: 4_096,
  frameSize: 1_048_576,
  pingEvery: 15_000,
  backlog: 64_000_000,
}

/** Close codes of our own, for clients to branch on. */
export const closeCodes = { hello: 4400, unauthorized: 4401, protocol: 4402 } as const

export interface SocketOwner {
  /** True for the right token; notes a wrong one. */
  authorize(token: string): boolean
  /** A client said hello. Sets `transport.onMessage`, which at once gets the hello frame to answer. */
  onViewer(transport: Transport): void
  log(line: string): void
}

/** Turns accepted upgrades into transports of authenticated clients. */
export class Sockets {
  readonly #server: WebSocketServer
  readonly #owner: SocketOwner
  readonly #limits: SocketLimits

  constructor(owner: SocketOwner, limits: SocketLimits) {
    this.#owner = owner
    this.#limits = limits
    this.#server = new WebSocketServer({
      noServer: true,
      clientTracking: true,
      perMessageDeflate: false,
      maxPayload: limits.frameSize,
    })
    // Whatever ws finds wrong with a handshake it answers itself; nothing is left for us to do.
    this.#server.on('wsClientError', (_error, socket) => socket.destroy())
  }

  get size(): number {
    return this.#server.clients.size
  }

  accept(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.#server.handleUpgrade(request, socket, head, (client) => this.#greet(client))
  }

  /** Ends every socket at once. */
  close(): void {
    for (const client of this.#server.clients) client.terminate()
    this.#server.close()
  }

  #greet(client: WebSocket): void {
    const transport = new SocketTransport(client, this.#limits)
    const deadline = setTimeout(() => end(client, closeCodes.hello, 'Say hello first.'), this.#limits.helloWithin)
    transport.onClose = () => clearTimeout(deadline)
    transport.onMessage = (frame) => {
      clearTimeout(deadline)
      // One try: whatever comes after a wrong first frame is not looked at.
      transport.onMessage = undefined
      const refusal = this.#refuse(frame)
      if (refusal === undefined) {
        this.#owner.onViewer(transport)
        ;(transport as Transport).onMessage?.(frame)
        return
      }
      if (refusal.id !== undefined) transport.send(JSON.stringify({ id: refusal.id, error: refusal.error }))
      end(client, refusal.close, refusal.error.message)
    }
  }

  #refuse(frame: string): HelloRefusal | undefined {
    const hello = frame.length > this.#limits.helloSize ? undefined : parseHello(frame)
    if (hello === undefined) return refusal(undefined, closeCodes.hello, 'invalid', 'The first frame must be a hello.')
    if (!this.#owner.authorize(hello.params.token))
      return refusal(hello.id, closeCodes.unauthorized, 'unauthorized', 'The token is wrong.')
    if (hello.params.protocol === protocolVersion) return undefined
    const message = `The bridge speaks protocol ${protocolVersion}, not ${hello.params.protocol}; reload the window.`
    return refusal(hello.id, closeCodes.protocol, 'refused', message)
  }
}

/** Closes with a reason, and without waiting for long for the other side to agree. */
function end(client: WebSocket, code: number, reason: string): void {
  client.close(code, reason)
  setTimeout(() => client.terminate(), 1_000).unref()
}

interface HelloRefusal {
  readonly id: number | undefined
  readonly close: number
  readonly error: { readonly code: ErrorCode; readonly message: string }
}

function refusal(id: number | undefined, close: number, code: ErrorCode, message: string): HelloRefusal {
  return { id, close, error: { code, message } }
}

const helloFrame = v.object({ id: v.number(), method: v.literal('hello'), params: requestSchemas.hello })

function parseHello(frame: string): v.InferOutput<typeof helloFrame> | undefined {
  try {
    const result = v.safeParse(helloFrame, JSON.parse(frame))
    return result.success ? result.output : undefined
  } catch {
    return undefined
  }
}

/** A WebSocket as the protocol sees it. */
class SocketTransport implements Transport {
  onMessage: ((frame: string) => void) | undefined
  onClose: ((reason: string) => void) | undefined
  readonly #client: WebSocket
  readonly #limits: SocketLimits
  #unanswered = 0

  constructor(client: WebSocket, limits: SocketLimits) {
    this.#client = client
    this.#limits = limits
    const pings = setInterval(() => this.#ping(), limits.pingEvery)
    // A broken frame closes the socket with the right code by itself; without a listener it would end the process.
    client.on('error', () => undefined)
    client.on('pong', () => (this.#unanswered = 0))
    client.on('ping', () => this.#endIfBehind())
    client.on('message', (data, isBinary) => this.#receive(data, isBinary))
    client.on('close', (code, reason) => {
      clearInterval(pings)
      this.onClose?.(reason.toString() || `The client went away (${code}).`)
    })
  }

  get backlog(): number {
    return this.#client.bufferedAmount
  }

  send(frame: string): void {
    if (this.#client.readyState !== WebSocket.OPEN) return
    this.#client.send(frame, () => undefined)
    this.#endIfBehind()
  }

  close(): void {
    this.#client.close()
  }

  #receive(data: RawData, isBinary: boolean): void {
    // What still comes in while we close is not looked at: a wrong first frame has one try.
    if (this.#client.readyState !== WebSocket.OPEN) return
    if (isBinary || !Buffer.isBuffer(data)) end(this.#client, 1003, 'Frames are JSON texts.')
    else this.onMessage?.(data.toString('utf8'))
  }

  #ping(): void {
    if (this.#unanswered >= 2) return this.#client.terminate()
    this.#unanswered++
    this.#client.ping()
  }

  #endIfBehind(): void {
    if (this.#client.bufferedAmount > this.#limits.backlog) this.#client.terminate()
  }
}
