import type { QueueList } from '../protocol/index.ts'
import type { Broker } from './broker.ts'
import type { TaskSystem } from './taskSystem.ts'

/** Milliseconds between two looks while somebody watches; longer when a look itself took long, so that a broker is not burdened. */
const pollEvery = 2_000
const restFactor = 4
const longestRest = 30_000

/** The picture of a connection's queues, kept fresh only while somebody looks, one request in flight at a time. */
export class QueueWatch {
  readonly #connection: string
  readonly #broker: Broker
  readonly #system: TaskSystem
  readonly #hints: () => readonly string[]
  readonly #changed: () => void
  #list: QueueList
  #watchers = 0
  #failed = false
  #timer: NodeJS.Timeout | undefined
  #refreshing: Promise<void> | undefined

  constructor(connection: string, broker: Broker, system: TaskSystem, hints: () => readonly string[], changed: () => void) {
    this.#connection = connection
    this.#broker = broker
    this.#system = system
    this.#hints = hints
    this.#changed = changed
    this.#list = { connection, queues: [], truncated: false, limits: null, at: 0 }
  }

  get list(): QueueList {
    return this.#list
  }

  watch(): () => void {
    if (++this.#watchers === 1) void this.#poll()
    let stopped = false
    return () => {
      if (stopped) return
      stopped = true
      if (--this.#watchers === 0) clearTimeout(this.#timer)
    }
  }

  refresh(): Promise<void> {
    this.#refreshing ??= this.#look().finally(() => (this.#refreshing = undefined))
    return this.#refreshing
  }

  dispose(): void {
    this.#watchers = 0
    clearTimeout(this.#timer)
  }

  async #poll(): Promise<void> {
    clearTimeout(this.#timer)
    const began = Date.now()
    await this.refresh()
    if (this.#watchers > 0) this.#timer = setTimeout(() => void this.#poll(), this.#rest(Date.now() - began))
  }

  /** A look that failed was no burden, however long it took: the broker was away or frozen. */
  #rest(took: number): number {
    return this.#failed ? pollEvery : Math.min(longestRest, Math.max(pollEvery, took * restFactor))
  }

  #isPlumbing(queue: string): boolean {
    return this.#system.isPlumbing(queue, this.#broker.traits(queue))
  }

  async #look(): Promise<void> {
    this.#failed = false
    try {
      const { queues, truncated, limits } = await this.#broker.listQueues(this.#hints(), (queue) => !this.#isPlumbing(queue))
      this.#list = {
        connection: this.#connection,
        queues: queues.map((queue) => ({
          ...queue,
          connection: this.#connection,
          plumbing: this.#isPlumbing(queue.name),
        })),
        truncated,
        limits,
        at: Date.now() / 1000,
      }
      this.#changed()
    } catch {
      // Not connected: the connection's own status says so, and the last picture stays with its time.
      this.#failed = true
    }
  }
}
