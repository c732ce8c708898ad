import type { ListedQueue, QueueTraits } from '../broker.ts'
import { ManagementError } from './management.ts'
import type { ManagementPlace } from './management.ts'
import { fetchNamed, fetchPage, fitting, pageSize, toListed } from './managementQueues.ts'
import type { ManagedPage, ManagedQueue } from './managementQueues.ts'

/** Where all queues fit into one page, each look is at all of them; else a round over the pages is made now and then. */
const shortestRest = 30_000
const longestRest = 300_000
/** A round may take a twentieth of the time; the rest belongs to the broker. */
const restFactor = 19
/** Milliseconds between two looks at the queues in sight: the broker's own counts are as old as that. */
const namedRest = 5_000

interface Known {
  readonly row: ListedQueue
  readonly traits: QueueTraits
  readonly open: boolean
  /** The round that saw it last. */
  readonly round: number
}

export interface QueuePicture {
  readonly queues: readonly ListedQueue[]
  readonly total: number
  /** True while a round is being made. */
  readonly more: boolean
}

/** Reads the queues of a virtual host page by page, one request at a time, and keeps what it read. */
export class QueueRounds {
  readonly #place: ManagementPlace
  readonly #known = new Map<string, Known>()
  #round = 1
  /** The page to ask for next; 0 while no round is being made. */
  #page = 1
  #total = 0
  /** Milliseconds that this round's requests took so far. */
  #took = 0
  #nextRound = 0
  #nextNamed = 0

  constructor(place: ManagementPlace) {
    this.#place = place
  }

  traits(queue: string): QueueTraits | undefined {
    return this.#known.get(queue)?.traits
  }

  /** Whether others than its owner may ask for it. */
  isOpen(queue: string): boolean {
    return this.#known.get(queue)?.open === true
  }

  /**
   * Makes at most one request: for a page of the round, or for the queues in sight.
   * @throws ManagementError
   */
  async look(shown: readonly string[]): Promise<QueuePicture> {
    const now = Date.now()
    if (this.#page === 0 && (this.#total <= pageSize || now >= this.#nextRound)) this.#page = 1
    if (this.#page > 0) await this.#lookAtPage()
    else if (now >= this.#nextNamed) await this.#lookAtNamed(shown)
    return this.known
  }

  /** What earlier looks read. */
  get known(): QueuePicture {
    const queues = Array.from(this.#known.values(), ({ row }) => row)
    return { queues, total: Math.max(this.#total, queues.length), more: this.#page > 0 }
  }

  async #lookAtPage(): Promise<void> {
    const began = Date.now()
    const page = await this.#fetch()
    this.#took += Date.now() - began
    if (page) {
      this.#total = page.total_count
      this.#take(page)
    }
    const last = !page || this.#page >= page.page_count
    this.#page = last ? 0 : this.#page + 1
    if (last) this.#endRound()
  }

  /** Undefined for a page that is not there any more, because queues went away meanwhile. */
  async #fetch(): Promise<ManagedPage | undefined> {
    try {
      return await fetchPage(this.#place, this.#page)
    } catch (error) {
      if (error instanceof ManagementError && error.status === 400 && this.#page > 1) return undefined
      this.#page = 0
      this.#took = 0
      throw error
    }
  }

  #take({ items }: ManagedPage): void {
    for (const queue of items) this.#known.set(queue.name, known(queue, this.#round))
  }

  #endRound(): void {
    for (const [name, { round }] of this.#known) if (round !== this.#round) this.#known.delete(name)
    this.#round++
    this.#nextRound = Date.now() + Math.min(longestRest, Math.max(shortestRest, this.#took * restFactor))
    this.#took = 0
  }

  async #lookAtNamed(shown: readonly string[]): Promise<void> {
    const names = fitting(shown)
    if (names.length === 0) return
    const began = Date.now()
    const page = await fetchNamed(this.#place, names)
    this.#nextNamed = Date.now() + Math.max(namedRest, (Date.now() - began) * restFactor)
    // Whoever was asked for and is not there is gone.
    for (const name of names) this.#known.delete(name)
    for (const queue of page.items) this.#known.set(queue.name, known(queue, this.#round))
  }
}

function known(queue: ManagedQueue, round: number): Known {
  return {
    row: toListed(queue),
    traits: { autoDelete: queue.auto_delete, arguments: queue.arguments },
    open: !queue.exclusive,
    round,
  }
}
