import type { ChannelModel } from 'amqplib'
import type { Capability } from '../../protocol/index.ts'
import type { QueueListing, QueueTraits } from '../broker.ts'
import { withDeadline } from './deadline.ts'
import { abandon, openChannel } from './channels.ts'
import { listQueues, ManagementError } from './management.ts'
import type { ManagedQueue } from './management.ts'
import type { ManagementAddress } from './managementAddress.ts'

type Row = QueueListing['queues'][number]

/** Most queues whose numbers are asked live; the rest show the management plug-in's, some seconds old. */
const liveLimit = 200
const declareTimeout = 5_000
/** How long a queue that was not there, or a management API that refused, is left alone, in milliseconds. */
const missingRest = 15_000
const refusedRest = 15_000

interface Numbers {
  readonly ready: number
  readonly consumers: number
}

/** Lists queues with whatever the broker lets us have: the management plug-in, passive declares, or both. */
export class QueueLister {
  readonly #virtualHost: string
  readonly #management: ManagementAddress | undefined
  readonly #missing = new Map<string, number>()
  #refusedUntil = 0
  readonly #traits = new Map<string, QueueTraits>()
  #capability: Capability

  readonly #ca: string | undefined

  /** @param ca PEM text of the authority behind an https management address */
  constructor(virtualHost: string, management: ManagementAddress | undefined, ca: string | undefined) {
    this.#virtualHost = virtualHost
    this.#management = management
    this.#ca = ca
    this.#capability = management
      ? { available: true }
      : { available: false, reason: 'No address of the management plug-in was given.' }
  }

  get capability(): Capability {
    return this.#capability
  }

  traits(queue: string): QueueTraits | undefined {
    return this.#traits.get(queue)
  }

  /**
   * @param hints names known from elsewhere, the only ones there are without the plug-in
   * @param isWork whether a queue is worth live numbers
   */
  async list(model: ChannelModel, hints: readonly string[], isWork: (queue: string) => boolean): Promise<QueueListing> {
    const managed = await this.#managed()
    if (managed === undefined) return this.#live(model, hints)
    const rows = managed.queues.map(toRow)
    const open = managed.queues.filter((queue) => !queue.exclusive && isWork(queue.name)).slice(0, liveLimit)
    const live = await this.#declare(
      model,
      open.map((queue) => queue.name),
    )
    return {
      queues: rows.map((row) => ({ ...row, ...live.get(row.name) })),
      truncated: managed.total > rows.length,
      limits: managed.total > rows.length ? `Only the first ${rows.length} of ${managed.total} queues are listed.` : null,
    }
  }

  /** Live numbers, without asking again and again for queues that were not there: each such question is an error in the broker's log. */
  async #declare(model: ChannelModel, names: readonly string[]): Promise<Map<string, Numbers>> {
    const now = Date.now()
    for (const [name, until] of this.#missing) if (until < now) this.#missing.delete(name)
    const asked = names.filter((name) => !this.#missing.has(name))
    const { numbers, missing } = await declarePassively(model, asked)
    for (const name of missing) this.#missing.set(name, now + missingRest)
    return numbers
  }

  async #managed(): Promise<{ queues: ManagedQueue[]; total: number } | undefined> {
    if (!this.#management || Date.now() < this.#refusedUntil) return undefined
    try {
      const page = await listQueues(this.#management, this.#virtualHost, this.#ca)
      this.#capability = { available: true }
      for (const queue of page.queues) this.#traits.set(queue.name, { autoDelete: queue.auto_delete, arguments: queue.arguments })
      return page
    } catch (error) {
      const reason = error instanceof ManagementError ? error.message : String(error)
      this.#capability = { available: false, reason }
      if (error instanceof ManagementError && error.refused) this.#refusedUntil = Date.now() + refusedRest
      return undefined
    }
  }

  async #live(model: ChannelModel, hints: readonly string[]): Promise<QueueListing> {
    const live = await this.#declare(model, hints)
    const queues = [...live].map(([name, numbers]) => ({
      virtualHost: this.#virtualHost,
      name,
      type: null,
      unacked: null,
      ...numbers,
    }))
    const why = this.#capability.available ? '' : ` ${this.#capability.reason}`
    return {
      queues: queues.sort((one, other) => one.name.localeCompare(other.name)),
      truncated: false,
      limits: `Without RabbitMQ’s management plug-in only the queues that workers and events name are known, and unacked counts are not.${why}`,
    }
  }
}

function toRow(queue: ManagedQueue): Row {
  return {
    virtualHost: queue.vhost,
    name: queue.name,
    type: queue.type ?? null,
    ready: queue.messages_ready ?? null,
    unacked: queue.messages_unacknowledged ?? null,
    consumers: queue.consumers ?? null,
  }
}

/**
 * Live numbers of queues. A passive declare needs no right, and a missing or foreign exclusive queue closes the channel, so
 * the next one gets a new channel.
 */
async function declarePassively(
  model: ChannelModel,
  names: readonly string[],
): Promise<{ numbers: Map<string, Numbers>; missing: string[] }> {
  const numbers = new Map<string, Numbers>()
  const missing: string[] = []
  let channel = await openChannel(model)
  for (const name of names) {
    try {
      const answer = await withDeadline(channel.checkQueue(name), declareTimeout)
      if (answer === 'late') break
      numbers.set(name, { ready: answer.messageCount, consumers: answer.consumerCount })
    } catch {
      missing.push(name)
      channel = await openChannel(model)
    }
  }
  abandon(channel)
  return { numbers, missing }
}
