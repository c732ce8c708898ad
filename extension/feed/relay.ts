import { messageOf } from '../../broker-bridge/protocol/index.ts'
import type { FromHost, Transport } from '../../broker-bridge/protocol/index.ts'
import type { Disposable } from '../lifecycle.ts'

const mostWaiting = 1_000

/**
 * Carries a page's frames over a WebSocket of the extension, where the page's own does not get through. The frames are the
 * page's: it introduces itself to the bridge with the secret, as over its own WebSocket.
 */
export class Relay implements Disposable {
  readonly #open: () => Promise<Transport>
  readonly #post: (message: FromHost) => void
  #transport: Transport | undefined
  #waiting: string[] | undefined
  #turn = 0

  constructor(open: () => Promise<Transport>, post: (message: FromHost) => void) {
    this.#open = open
    this.#post = post
  }

  /** Opens a way to the bridge; an earlier one is closed. Trouble is told to the page, never thrown. */
  async open(): Promise<void> {
    this.close()
    const turn = this.#turn
    this.#waiting = []
    try {
      const transport = await this.#open()
      if (turn !== this.#turn) return transport.close()
      this.#use(transport)
    } catch (error) {
      if (turn === this.#turn) this.#closed(messageOf(error))
    }
  }

  /** Sends a frame, or keeps it until the way is open. */
  send(frame: string): void {
    if (this.#transport) this.#transport.send(frame)
    else if (this.#waiting && this.#waiting.length < mostWaiting) this.#waiting.push(frame)
  }

  close(): void {
    this.#turn += 1
    this.#waiting = undefined
    const transport = this.#transport
    this.#transport = undefined
    if (!transport) return
    transport.onClose = undefined
    transport.onMessage = undefined
    transport.close()
  }

  dispose(): void {
    this.close()
  }

  #use(transport: Transport): void {
    this.#transport = transport
    transport.onMessage = (frame) => this.#post({ type: 'relayFrame', frame })
    transport.onClose = (reason) => this.#closed(reason)
    for (const frame of this.#waiting ?? []) transport.send(frame)
    this.#waiting = undefined
  }

  #closed(reason: string): void {
    this.#transport = undefined
    this.#waiting = undefined
    this.#post({ type: 'relayClosed', reason })
  }
}
