import type { QueueLine, QueueList } from '../protocol/index.ts'
import type { Broker, ListedQueue } from './broker.ts'
import { QueueHistory } from './queueHistory.ts'
import type { TaskSystem } from './taskSystem.ts'

/** Milliseconds between two looks while somebody watches; longer when a look itself took long, so that a broker is not burdened. */
const pollEvery = 2_000
const restFactor = 4
const longestRest = 30_000
/** How long a refresh goes on asking for further pages. */
const refreshTime = 5_000

/** Names of the queues that a watcher sees at this moment. */
export type InSight = () => readonly string[]

/** The picture of a connection's queues, kept fresh only while somebody looks, one request in flight at a time. */
export class QueueWatch {
  readonly #connection: string
  readonly #broker: Broker
  readonly #system: TaskSystem
  readonly #hints: () => readonly string[]
  readonly #changed: () => void
  readonly #history = new QueueHistory()
  readonly #watchers = new Set<InSight>()
  #list: QueueList
  #lines: readonly QueueLine[] | undefined
  #facts: ReadonlyMap<string, ListedQueue> = new Map()
  #total = 0
  #more = false
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

  /** How many queues there are, listed or not. */
  get total(): number {
    return this.#total
  }

  /** Every listed queue with what earlier looks say of it. */
  get lines(): readonly QueueLine[] {
    this.#lines ??= this.#list.queues.map((row) => {
      const { state = null, inRate = null, outRate = null, oldest = null, policy = null, deadLetter = null } = this.#of(row.name)
      const warnings = this.#history.warnings(row.name, this.#list.at)
      const trend = this.#history.trend(row.name)
      return { ...row, state, inRate, outRate, oldest, policy, deadLetter, warnings, trend }
    })
    return this.#lines
  }

  /** @param inSight tells at each look which queues this watcher sees */
  watch(inSight: InSight = () => []): () => void {
    const watcher: InSight = () => inSight()
    this.#watchers.add(watcher)
    if (this.#watchers.size === 1) void this.#poll()
    return () => {
      if (this.#watchers.delete(watcher) && this.#watchers.size === 0) clearTimeout(this.#timer)
    }
  }

  /** Somebody sees other queues than before: their numbers are wanted soon. */
  hurry(): void {
    if (this.#watchers.size > 0 && this.#timer !== undefined && !this.#refreshing) void this.#poll()
  }

  async refresh(): Promise<void> {
    const began = Date.now()
    do await this.#lookOnce()
    while (this.#more && Date.now() - began < refreshTime)
  }

  dispose(): void {
    this.#watchers.clear()
    clearTimeout(this.#timer)
  }

  #lookOnce(): Promise<void> {
    this.#refreshing ??= this.#look().finally(() => (this.#refreshing = undefined))
    return this.#refreshing
  }

  async #poll(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const began = Date.now()
    await this.#lookOnce()
    clearTimeout(this.#timer)
    if (this.#watchers.size > 0) this.#timer = setTimeout(() => void this.#poll(), this.#rest(Date.now() - began))
  }

  /** A look that failed was no burden, however long it took: the broker was away or frozen. */
  #rest(took: number): number {
    if (this.#failed) return pollEvery
    if (this.#more) return Math.min(pollEvery, took / 2)
    return Math.min(longestRest, Math.max(pollEvery, took * restFactor))
  }

  #of(queue: string): Partial<ListedQueue> {
    return this.#facts.get(queue) ?? {}
  }

  #isPlumbing(queue: string): boolean {
    return this.#system.isPlumbing(queue, this.#broker.traits(queue))
  }

  async #look(): Promise<void> {
    this.#failed = false
    const shown = [...new Set([...this.#watchers].flatMap((inSight) => inSight()))]
    try {
      const listing = await this.#broker.listQueues({
        hints: this.#hints(),
        shown,
        isWork: (queue) => !this.#isPlumbing(queue),
      })
      const at = Date.now() / 1000
      const queues = listing.queues.map(({ virtualHost, name, type, ready, unacked, consumers }) => ({
        ...{ virtualHost, name, type, ready, unacked, consumers },
        connection: this.#connection,
        plumbing: this.#isPlumbing(name),
      }))
      this.#facts = new Map(listing.queues.map((queue) => [queue.name, queue]))
      this.#history.take(
        queues.map((row) => ({ ...this.#of(row.name), ...row })),
        at,
        new Set(shown),
      )
      this.#list = { connection: this.#connection, queues, truncated: listing.truncated, limits: listing.limits, at }
      this.#lines = undefined
      this.#total = listing.total ?? queues.length
      this.#more = listing.more ?? false
      this.#changed()
    } catch {
      // Not connected: the connection's own status says so, and the last picture stays with its time.
      this.#failed = true
      this.#more = false
    }
  }
}
