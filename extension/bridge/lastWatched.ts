import type { ConnectionInfo } from '../../broker-bridge/protocol/index.ts'

/**
 * Until when the events of each connection were read, as far as this window knows. When a bridge ends, what it missed from then on
 * would be forgotten with it; the next one is told. Times are epoch seconds.
 */
export class LastWatched {
  readonly #until = new Map<string, number | 'now'>()
  readonly #addresses = new Map<string, string>()

  /** Takes in what the bridge says of its connections. */
  note(connections: readonly ConnectionInfo[]): void {
    for (const { id, gaps, capabilities } of connections) {
      const gap = gaps.find(({ until }) => until === null)
      if (gap) this.#until.set(id, gap.from)
      else if (capabilities.events.available) this.#until.set(id, 'now')
      else this.#until.delete(id)
    }
  }

  /** The bridge is gone, or out of reach. @param alive when it was last known to live */
  lose(alive: number): void {
    for (const [id, until] of this.#until) if (until === 'now') this.#until.set(id, alive)
  }

  /**
   * A connection is handed to a bridge.
   * @returns until when an earlier one read its events; undefined where none did, or those were of another broker
   */
  hand(id: string, address: string): number | undefined {
    if (this.#addresses.get(id) !== address) this.#until.delete(id)
    this.#addresses.set(id, address)
    const until = this.#until.get(id)
    return until === 'now' ? undefined : until
  }

  /** Nobody wants to watch this connection any more. */
  forget(id: string): void {
    this.#until.delete(id)
    this.#addresses.delete(id)
  }
}
