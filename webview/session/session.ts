import { Client, messageOf, protocolVersion, RequestError } from '../../broker-bridge/protocol/index.ts'
import type { Method, Params, Result } from '../../broker-bridge/protocol/index.ts'
import type { OpenTransport } from '../transport/open.ts'
import { backoff } from './backoff.ts'

/** Where a bridge is, and its secret. */
export interface BridgeAddress {
  /** http(s) base address, possibly with a path. */
  readonly url: string
  readonly token: string
}

/** What stands between this page and its bridge. Messages are whole sentences. */
export type Link =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'open'; readonly version: string; readonly relayed: boolean }
  | { readonly kind: 'gone'; readonly message: string; readonly attempt: number }
  | { readonly kind: 'refused'; readonly message: string }

/** The page's connection to its bridge: opens it, says hello, and comes back by itself until told to stop. */
export class Session {
  readonly #open: OpenTransport
  readonly #clientName: string
  #client: Client | undefined
  #address: BridgeAddress | undefined
  #generation = 0
  #wake: (() => void) | undefined
  link: Link = { kind: 'connecting' }

  /** Called on every change of `link`. */
  onLink: (() => void) | undefined
  /** Called with a fresh client, after hello and before anything else is asked. */
  onClient: ((client: Client, hello: Result<'hello'>) => void) | undefined

  constructor(open: OpenTransport, clientName: string) {
    this.#open = open
    this.#clientName = clientName
  }

  /** Connects to this bridge, instead of any earlier one. */
  use(address: BridgeAddress): void {
    this.#abandon()
    this.#address = address
    this.#setLink({ kind: 'connecting' })
    void this.#keepOpen(address, this.#generation)
  }

  /** The bridge is known to be away and nothing is tried until `use`. */
  leave(link: Link): void {
    this.#abandon()
    this.#setLink(link)
  }

  /** Ends the wait before the next attempt. */
  retryNow(): void {
    this.#wake?.()
  }

  /** @throws RequestError with the bridge's refusal, `timeout` or `closed` */
  request<M extends Method>(method: M, params: Params<M>, timeout?: number): Promise<Result<M>> {
    if (!this.#client) return Promise.reject(new RequestError('closed', 'There is no connection to the bridge right now.'))
    return this.#client.request(method, params, timeout)
  }

  /**
   * Sends a request of the HTTP API, for what is too large for one answer.
   * @param path without a slash before it
   */
  post(path: string, body: string, signal: AbortSignal): Promise<Response> {
    const { url = '', token = '' } = this.#address ?? {}
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
    return fetch(new URL(path, url), { method: 'POST', headers, body, signal })
  }

  async #keepOpen(address: BridgeAddress, generation: number): Promise<void> {
    for (let attempt = 1; generation === this.#generation; attempt++) {
      try {
        const { ended } = await this.#openOnce(address, generation)
        attempt = 0
        this.#drop(generation, { kind: 'gone', message: await ended, attempt })
      } catch (error) {
        if (isRefusal(error)) return this.#drop(generation, { kind: 'refused', message: error.message })
        this.#drop(generation, { kind: 'gone', message: messageOf(error), attempt })
      }
      if (generation === this.#generation) await this.#pause(backoff(attempt + 1, Math.random()))
    }
  }

  /** @returns `ended`, the reason why the opened connection ended once it does */
  async #openOnce(address: BridgeAddress, generation: number): Promise<{ readonly ended: Promise<string> }> {
    const { transport, relayed } = await this.#open(address.url)
    const client = new Client(transport)
    const ended = new Promise<string>((resolve) => (client.onClose = resolve))
    const params = { token: address.token, protocol: protocolVersion, client: this.#clientName }
    const hello = await client.request('hello', params).catch((error: unknown) => {
      client.close()
      throw error
    })
    if (generation !== this.#generation) client.close()
    else this.#begin(client, hello, relayed)
    return { ended }
  }

  #begin(client: Client, hello: Result<'hello'>, relayed: boolean): void {
    this.#client = client
    this.onClient?.(client, hello)
    this.#setLink({ kind: 'open', version: hello.version, relayed })
  }

  #drop(generation: number, link: Link): void {
    if (generation !== this.#generation) return
    this.#client = undefined
    this.#setLink(link)
  }

  #abandon(): void {
    this.#generation++
    this.#client?.close()
    this.#client = undefined
    this.#wake?.()
  }

  #pause(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds)
      this.#wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  #setLink(link: Link): void {
    this.link = link
    this.onLink?.()
  }
}

function isRefusal(error: unknown): error is RequestError {
  return error instanceof RequestError && error.code === 'unauthorized'
}
