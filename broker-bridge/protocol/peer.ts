import { messageOf, RequestError } from './errors.ts'
import type { ErrorCode } from './errors.ts'
import type { NotificationName, Notifications } from './notifications.ts'
import type { Method, Params, Result } from './requests.ts'
import type { Transport } from './transport.ts'

type Frame =
  | { readonly id: number; readonly method: string; readonly params: unknown }
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly error: { readonly code: ErrorCode; readonly message: string; readonly data?: unknown } }
  | { readonly event: string; readonly data: unknown }

interface Waiting {
  readonly resolve: (result: unknown) => void
  readonly reject: (error: Error) => void
  readonly timer: unknown
}

// The protocol knows neither Node nor the DOM; these two exist in both.
declare function setTimeout(callback: () => void, milliseconds: number): unknown
declare function clearTimeout(timer: unknown): void

/** The client's end: typed calls that are always answered, refused, timed out or failed by the peer's going away. */
export class Client {
  readonly #transport: Transport
  readonly #waiting = new Map<number, Waiting>()
  readonly #listeners = new Map<string, Set<(data: never) => void>>()
  #nextId = 1
  #closed: string | undefined

  /** Called once when the connection ends, with the reason as a sentence. */
  onClose: ((reason: string) => void) | undefined

  constructor(transport: Transport) {
    this.#transport = transport
    transport.onMessage = (frame) => this.#receive(frame)
    transport.onClose = (reason) => this.#end(reason)
  }

  /**
   * Sends one request.
   * @param timeout milliseconds until the answer is given up
   * @throws RequestError with the bridge's refusal, `timeout` or `closed`
   */
  request<M extends Method>(method: M, params: Params<M>, timeout = 15_000): Promise<Result<M>> {
    if (this.#closed !== undefined) return Promise.reject(new RequestError('closed', this.#closed))
    const id = this.#nextId++
    return new Promise<Result<M>>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(id)
        reject(new RequestError('timeout', `The bridge did not answer "${method}" within ${timeout / 1000} seconds.`))
      }, timeout)
      this.#waiting.set(id, { resolve: resolve as (result: unknown) => void, reject, timer })
      try {
        this.#transport.send(JSON.stringify({ id, method, params }))
      } catch (error) {
        this.#settle(id)
        reject(new RequestError('closed', `The request could not be sent: ${messageOf(error)}`))
      }
    })
  }

  /** Listens to one notification; call the answer to stop. */
  on<N extends NotificationName>(name: N, listener: (data: Notifications[N]) => void): () => void {
    const listeners = this.#listeners.get(name) ?? new Set()
    this.#listeners.set(name, listeners.add(listener))
    return () => listeners.delete(listener)
  }

  close(): void {
    this.#transport.close()
    this.#end('The connection to the bridge was closed.')
  }

  #receive(text: string): void {
    const frame = parseFrame(text)
    if (frame === undefined) return
    if ('event' in frame) this.#notify(frame.event, frame.data)
    else if ('result' in frame) this.#settle(frame.id)?.resolve(frame.result)
    else if ('error' in frame) {
      this.#settle(frame.id)?.reject(new RequestError(frame.error.code, frame.error.message, frame.error.data))
    }
  }

  #notify(name: string, data: unknown): void {
    for (const listener of this.#listeners.get(name) ?? []) {
      // One broken listener must not silence the others.
      try {
        listener(data as never)
      } catch (error) {
        reportError(error)
      }
    }
  }

  #settle(id: number): Waiting | undefined {
    const waiting = this.#waiting.get(id)
    if (waiting) clearTimeout(waiting.timer)
    this.#waiting.delete(id)
    return waiting
  }

  #end(reason: string): void {
    if (this.#closed !== undefined) return
    this.#closed = reason
    for (const id of [...this.#waiting.keys()]) this.#settle(id)?.reject(new RequestError('closed', reason))
    this.onClose?.(reason)
  }
}

declare const console: { error(...values: unknown[]): void }
function reportError(error: unknown): void {
  console.error(error)
}

/** Answers one request, or throws; a thrown RequestError crosses the wire as it is. */
export type Handle = (method: string, params: unknown) => Promise<unknown>

/** The bridge's end: hands every request to one handler and always answers, also when the handler throws. */
export class ServerPeer {
  readonly #transport: Transport
  readonly #handle: Handle

  constructor(transport: Transport, handle: Handle) {
    this.#transport = transport
    this.#handle = handle
    transport.onMessage = (frame) => void this.#receive(frame)
  }

  get backlog(): number {
    return this.#transport.backlog
  }

  notify<N extends NotificationName>(name: N, data: Notifications[N]): void {
    this.#transport.send(JSON.stringify({ event: name, data }))
  }

  async #receive(text: string): Promise<void> {
    const frame = parseFrame(text)
    if (frame === undefined || !('method' in frame)) return
    const answer = await this.#answer(frame.id, frame.method, frame.params)
    try {
      this.#transport.send(answer)
    } catch (error) {
      // The client went away while its request was handled: there is nobody left to answer.
      reportError(error)
    }
  }

  async #answer(id: number, method: string, params: unknown): Promise<string> {
    try {
      return JSON.stringify({ id, result: (await this.#handle(method, params)) ?? null })
    } catch (error) {
      return JSON.stringify({ id, error: toWire(error) })
    }
  }
}

function toWire(error: unknown): { code: ErrorCode; message: string; data?: unknown } {
  if (error instanceof RequestError) return { code: error.code, message: error.message, data: error.data }
  return { code: 'internal', message: messageOf(error) }
}

function parseFrame(text: string): Frame | undefined {
  try {
    const frame: unknown = JSON.parse(text)
    if (typeof frame !== 'object' || frame === null) return undefined
    if ('event' in frame && typeof frame.event === 'string') return frame as Frame
    if ('id' in frame && typeof frame.id === 'number') return frame as Frame
    return undefined
  } catch {
    return undefined
  }
}
