import type { ChannelModel } from 'amqplib'
import type { Capability } from '../../protocol/index.ts'
import type { ListedQueue, QueueListing, QueuesWanted, QueueTraits } from '../broker.ts'
import { ManagementError } from './management.ts'
import type { ManagementPlace } from './management.ts'
import { PassiveDeclares } from './passiveDeclare.ts'
import type { LiveNumbers } from './passiveDeclare.ts'
import { QueueRounds } from './queueRounds.ts'
import type { QueuePicture } from './queueRounds.ts'

/** Most queues whose numbers are asked live; the rest show the management plug-in's, some seconds old. */
const liveLimit = 200
/** How long a management API that refused is left alone, in milliseconds. */
const refusedRest = 15_000
/** For so long, in milliseconds, what it told stays true enough to be shown while it does not answer. */
const keptFor = 60_000

/** Lists queues with whatever the broker lets us have: the management plug-in, passive declares, or both. */
export class QueueLister {
  readonly #virtualHost: string
  readonly #rounds: QueueRounds | undefined
  readonly #declares = new PassiveDeclares()
  #refusedUntil = 0
  #answered = 0
  /** What the last declares said: between the pages of a round nobody is asked again. */
  #live: ReadonlyMap<string, LiveNumbers> = new Map()
  #capability: Capability

  constructor(virtualHost: string, place: ManagementPlace | undefined) {
    this.#virtualHost = virtualHost
    this.#rounds = place && new QueueRounds(place)
    this.#capability = place
      ? { available: true }
      : { available: false, reason: 'No address of the management plug-in was given.' }
  }

  get capability(): Capability {
    return this.#capability
  }

  traits(queue: string): QueueTraits | undefined {
    return this.#rounds?.traits(queue)
  }

  async list(model: ChannelModel, wanted: QueuesWanted): Promise<QueueListing> {
    const rounds = (await this.#managed(wanted.shown)) ?? this.#kept()
    if (rounds === undefined) return this.#withoutPlugin(model, wanted)
    const { queues, total, more } = rounds
    if (!more || this.#live.size === 0) this.#live = await this.#declares.ask(model, this.#worthAsking(wanted, queues))
    return {
      queues: queues.map((row) => ({ ...row, ...this.#live.get(row.name) })),
      truncated: total > queues.length,
      limits: this.#capability.available ? null : `What is listed was told earlier. ${this.#capability.reason}`,
      total,
      more,
    }
  }

  /** Those in sight; where nobody says what is, the first ones. */
  #worthAsking({ shown, isWork }: QueuesWanted, queues: readonly ListedQueue[]): string[] {
    const candidates = shown.length > 0 ? shown : queues.map(({ name }) => name)
    const rounds = this.#rounds
    const open: string[] = []
    for (const name of candidates) {
      if (open.length >= liveLimit) break
      if (rounds?.isOpen(name) === true && isWork(name)) open.push(name)
    }
    return open
  }

  async #managed(shown: readonly string[]): Promise<QueuePicture | undefined> {
    if (!this.#rounds || Date.now() < this.#refusedUntil) return undefined
    try {
      const picture = await this.#rounds.look(shown)
      this.#capability = { available: true }
      this.#answered = Date.now()
      return picture
    } catch (error) {
      const reason = error instanceof ManagementError ? error.message : String(error)
      this.#capability = { available: false, reason }
      if (error instanceof ManagementError && error.refused) this.#refusedUntil = Date.now() + refusedRest
      return undefined
    }
  }

  /** A broker that is busy for a moment has not lost its queues. */
  #kept(): QueuePicture | undefined {
    const recent = Date.now() - this.#answered < keptFor && Date.now() >= this.#refusedUntil
    return recent && this.#rounds ? { ...this.#rounds.known, more: false } : undefined
  }

  async #withoutPlugin(model: ChannelModel, { hints }: QueuesWanted): Promise<QueueListing> {
    const live = await this.#declares.ask(model, hints)
    const queues = [...live].map(([name, numbers]) => ({
      virtualHost: this.#virtualHost,
      name,
      type: null,
      unacked: null,
      ...numbers,
    }))
    return {
      queues: queues.sort((one, other) => one.name.localeCompare(other.name)),
      truncated: false,
      limits: limitsOf(this.#capability),
    }
  }
}

/** What is missing, why, and what would change that. */
function limitsOf(capability: Capability): string {
  const missing =
    'Without RabbitMQ’s management plug-in only the queues that workers and events name are known, and unacked messages, rates, types, policies and bindings are not.'
  if (capability.available) return missing
  return `${missing} ${capability.reason} ${howToTurnOn}`
}

export const howToTurnOn =
  'To turn it on run “rabbitmq-plugins enable rabbitmq_management” on the broker, give the user the tag “monitoring” or “management”, and name its address in the connection.'
