import { messageOf } from '../../broker-bridge/protocol/index.ts'
import type { QueueSnapshot } from '../../broker-bridge/protocol/index.ts'
import { everyQueue } from '../feed/queues.ts'
import type { QueueWish } from '../feed/queues.ts'
import type { Session } from './session.ts'

const view = 'queues'

/** The page's window on the queues: tells the bridge which rows are in sight, one request at a time, and holds what it said last. */
export class QueueWatch {
  readonly #session: Session
  readonly #changed: () => void
  #window = { first: 0, count: 60 }
  #shown = false
  #sent = ''
  #busy = false
  wish: QueueWish = everyQueue
  snapshot: QueueSnapshot | null = null
  /** Why the bridge refused to show queues; null while it does. */
  problem: string | null = null

  constructor(session: Session, changed: () => void) {
    this.#session = session
    this.#changed = changed
  }

  narrow(change: Partial<QueueWish>): void {
    this.wish = { ...this.wish, ...change }
    this.#window = { ...this.#window, first: 0 }
    this.#changed()
    void this.#tell()
  }

  look(window: { readonly first: number; readonly count: number }): void {
    this.#window = window
    void this.#tell()
  }

  /** Somebody looks at the queues, or no longer. */
  show(shown: boolean): void {
    if (this.#shown === shown) return
    this.#shown = shown
    void this.#tell()
  }

  take(snapshot: QueueSnapshot): void {
    if (snapshot.view !== view) return
    this.snapshot = snapshot
    this.problem = null
    this.#changed()
  }

  /** A fresh bridge knows of no view. */
  repeat(): void {
    this.#sent = ''
    void this.#tell()
  }

  get #params() {
    const { connection, sort, ...rest } = this.wish
    return {
      ...{ view, ...rest, ...this.#window },
      ...(connection === null ? {} : { connection }),
      ...(sort === null ? {} : { sort }),
    }
  }

  async #tell(): Promise<void> {
    if (this.#busy) return
    this.#busy = true
    for (let wish = this.#wanted(); wish !== this.#sent; wish = this.#wanted()) {
      this.#sent = wish
      try {
        if (wish === '') await this.#session.request('closeQueueView', { view })
        else await this.#session.request('setQueueView', this.#params)
      } catch (error) {
        this.problem = this.#session.link.kind === 'open' ? messageOf(error) : null
        this.#changed()
        break
      }
    }
    this.#busy = false
  }

  #wanted(): string {
    return this.#shown ? JSON.stringify(this.#params) : ''
  }
}
