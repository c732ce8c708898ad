import { createServer } from 'node:http'
import type { IncomingMessage, Server as HttpServer, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Transport } from '../protocol/index.ts'
import { Authorities } from './authorities.ts'
import type { Refusal } from './authorities.ts'
import { described, readBody, reasonOf, refuseSocket, target, TooLarge, valuesOf } from './incoming.ts'
import { listen } from './listening.ts'
import type { Page } from './page.ts'
import { json, send, text } from './responses.ts'
import type { ApiResponse } from './responses.ts'
import { Guesses, OneTimeCodes, randomSecret, Token } from './secrets.ts'
import { socketLimits, Sockets } from './sockets.ts'
import type { SocketLimits } from './sockets.ts'

/** One request of the HTTP API, its token already checked. */
export interface ApiRequest {
  readonly method: string
  /** As it came, without its query: still percent-encoded. */
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: IncomingMessage['headers']
  /** @throws TooLarge above 1 MiB, which the server answers with 413 */
  body(): Promise<string>
  /** The body as it comes, of any length; instead of `body`. */
  readonly bytes: AsyncIterable<Uint8Array>
}

/** Answers a request of the HTTP API, or undefined where there is nothing of that name. */
export type Api = (request: ApiRequest) => Promise<ApiResponse | undefined>

export interface ServerOptions {
  readonly page: Page
  /** 0 lets the system choose. */
  readonly port: number
  readonly api: Api
  /** Whether `GET /metrics` needs no token. */
  readonly openMetrics?: boolean
  /** A client said hello with the right token; see `SocketOwner.onViewer`. */
  readonly onViewer: (transport: Transport) => void
  readonly log: (line: string) => void
  /** One line per request answered; without it, `log` gets them too. */
  readonly logRequest?: (line: string) => void
  /** The secret that a parent process chose; without it one is drawn. */
  readonly token?: string
  /** A one-time link was opened: the terminal can show a fresh one. */
  readonly onLinkUsed?: () => void
  readonly limits?: Partial<SocketLimits>
}

const largestBody = 1_048_576
const largestCode = 1_024

/**
 * Starts listening on 127.0.0.1.
 * @throws ListenProblem when the port is taken or not allowed
 */
export async function startServer(options: ServerOptions): Promise<BridgeServer> {
  const http = createServer({
    headersTimeout: 10_000,
    requestTimeout: 30_000,
    connectionsCheckingInterval: 2_000,
    maxHeaderSize: 16_384,
  })
  http.maxConnections = 64
  await listen(http, options.port)
  return new BridgeServer(http, options)
}

/** One port on loopback for the page, the WebSocket and the HTTP API. */
export class BridgeServer {
  readonly port: number
  readonly #http: HttpServer
  readonly #options: ServerOptions
  readonly #authorities: Authorities
  readonly #token: Token
  readonly #codes = new OneTimeCodes()
  readonly #guesses = new Guesses()
  readonly #sockets: Sockets

  constructor(http: HttpServer, options: ServerOptions) {
    this.#http = http
    this.#options = options
    this.port = (http.address() as AddressInfo).port
    this.#authorities = new Authorities(this.port)
    this.#token = new Token(options.token ?? randomSecret())
    const { onViewer, log } = options
    this.#sockets = new Sockets(
      { authorize: (token) => this.#authorize(token), onViewer, log },
      { ...socketLimits, ...options.limits },
    )
    http.on('request', (request, response) => void this.#answer(request, response))
    http.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head))
    http.on('connect', (_request, socket) => socket.destroy())
    http.on('checkExpectation', (_request, response) => void send(response, { status: 417 }))
    http.on('clientError', (error, socket) =>
      refuseSocket(socket, 'code' in error && error.code === 'HPE_HEADER_OVERFLOW' ? 431 : 400),
    )
    http.on('error', (error) => log(`The server: ${reasonOf(error)}`))
  }

  /** `http://127.0.0.1:PORT/`, which needs a code or a token to be of use. */
  get url(): string {
    return `http://127.0.0.1:${this.port}/`
  }

  /** The secret of this process; for the parent process and `--json` only. */
  get token(): string {
    return this.#token.text
  }

  /** Sockets open now. */
  get viewers(): number {
    return this.#sockets.size
  }

  /**
   * An address that opens the page once, within ten minutes.
   * @param base where the page is seen from, if not from this machine
   */
  mintLink(base = this.url): string {
    return `${base}#code=${this.#codes.mint(Date.now())}`
  }

  /** Lets in what comes by way of this authority (`host` or `host:port`), such as the workbench's own. */
  allowAuthority(authority: string): boolean {
    return this.#authorities.allow(authority)
  }

  /** Ends everything, also what is in the middle of something. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#http.close(() => resolve()))
    this.#sockets.close()
    this.#http.closeAllConnections()
    this.#codes.dispose()
    this.#token.dispose()
    await closed
  }

  #logRequest(line: string): void {
    const { logRequest, log } = this.#options
    ;(logRequest ?? log)(line)
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const started = performance.now()
    request.on('error', () => undefined)
    response.on('error', () => undefined)
    try {
      await send(response, await this.#route(request))
    } catch (error) {
      this.#options.log(`${described(request)} failed: ${reasonOf(error)}`)
      response.destroy()
    }
    this.#logRequest(`${described(request)} ${response.statusCode} ${(performance.now() - started).toFixed(0)} ms`)
  }

  async #route(request: IncomingMessage): Promise<ApiResponse> {
    const refused = this.#refuse(request)
    if (refused !== undefined) return { status: refused, headers: { Connection: 'close' } }
    const { path, query } = target(request)
    if (path === '/api/session') return this.#session(request)
    if (path.startsWith('/api/') || path === '/healthcheck' || path === '/metrics') return this.#callApi(request, path, query)
    const file = this.#options.page.get(path)
    if (file === undefined) return { status: 404 }
    if (request.method !== 'GET' && request.method !== 'HEAD') return { status: 405, headers: { Allow: 'GET, HEAD' } }
    return { status: 200, headers: { 'Content-Type': file.type }, body: file.body }
  }

  #refuse(request: IncomingMessage): Refusal | undefined {
    if (!request.url?.startsWith('/')) return 400
    return this.#authorities.check({
      hosts: valuesOf(request, 'host'),
      origin: joined(valuesOf(request, 'origin')),
      fetchSite: valuesOf(request, 'sec-fetch-site').at(-1),
      fetchMode: valuesOf(request, 'sec-fetch-mode').at(-1),
    })
  }

  /** Trades a one-time code for the token. */
  async #session(request: IncomingMessage): Promise<ApiResponse> {
    if (request.method !== 'POST') return { status: 405, headers: { Allow: 'POST' } }
    // A form or a plain-text request of a foreign page needs no preflight; JSON does.
    if (!/^application\/json\s*(;|$)/i.test(request.headers['content-type'] ?? '')) return { status: 415 }
    const code = readCode(await bodyOr413(request, largestCode))
    if (typeof code !== 'string') return code
    if (!this.#codes.use(code, Date.now())) return this.#wrongSecret()
    this.#options.onLinkUsed?.()
    return json({ token: this.#token.text })
  }

  async #callApi(request: IncomingMessage, path: string, query: URLSearchParams): Promise<ApiResponse> {
    const open = this.#options.openMetrics === true && path === '/metrics' && request.method === 'GET'
    if (!open && !this.#token.matchesHeader(request.headers.authorization)) return this.#wrongSecret()
    try {
      const body = (): Promise<string> => readBody(request, largestBody)
      const answer = await this.#options.api({
        method: request.method ?? '',
        path,
        query,
        headers: request.headers,
        body,
        bytes: request,
      })
      return answer ?? { status: 404 }
    } catch (error) {
      if (error instanceof TooLarge) return tooLarge
      this.#options.log(`${described(request)} failed: ${reasonOf(error)}`)
      return text('The bridge failed at this request; its log says more.', 500)
    }
  }

  #authorize(token: string): boolean {
    const right = this.#token.matches(token)
    if (!right) this.#wrongSecret()
    return right
  }

  /** Says nothing but that it was wrong, and after too many that it is time to stop. */
  #wrongSecret(): ApiResponse {
    return this.#guesses.wrong(Date.now()) ? { status: 429, headers: { 'Retry-After': '60' } } : { status: 401 }
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => socket.destroy())
    const status = this.#refuse(request) ?? (target(request).path === '/socket' && request.method === 'GET' ? undefined : 404)
    this.#logRequest(`${described(request)} ${status ?? 101} WebSocket`)
    if (status !== undefined) refuseSocket(socket, status)
    else this.#sockets.accept(request, socket, head)
  }
}

const tooLarge: ApiResponse = { status: 413 }

/** Two Origins make one that is none. */
function joined(values: readonly string[]): string | undefined {
  return values.length === 0 ? undefined : values.join(', ')
}

async function bodyOr413(request: IncomingMessage, limit: number): Promise<string | ApiResponse> {
  try {
    return await readBody(request, limit)
  } catch (error) {
    if (error instanceof TooLarge) return tooLarge
    throw error
  }
}

function readCode(body: string | ApiResponse): string | ApiResponse {
  if (typeof body !== 'string') return body
  try {
    const value: unknown = JSON.parse(body)
    if (typeof value === 'object' && value !== null && 'code' in value && typeof value.code === 'string') return value.code
  } catch {
    // Answered below as any other body without a code.
  }
  return { status: 400 }
}
