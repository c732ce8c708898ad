import { blindSpotsOf, StreamSigns } from '../tasks/blindSpots.ts'
import type { BlindSpot, ConnectionInfo } from '../protocol/index.ts'
import { Counts } from '../tasks/counts.ts'
import type { TaskStore } from '../tasks/store.ts'
import type { WorkerRegistry } from '../tasks/workers.ts'
import type { IncomingMessage } from './broker.ts'
import type { TaskEvent } from './events.ts'
import type { TaskSystem } from './taskSystem.ts'

const queueHintLimit = 500

/** What the messages that came in changed beside the tasks themselves. */
export interface IntakeNews {
  changed(topic: 'connections' | 'workers'): void
  /** A worker came or came back. */
  welcome(worker: string): void
}

/** Messages with events of one connection, read and brought to the store and to the registry of workers. */
export class Intake {
  /** Queues that events named, for brokers that do not list theirs. */
  readonly sentTo = new Set<string>()
  /** When the last message came, in seconds since 1970; 0 before the first. */
  lastEventAt = 0
  readonly #connection: string
  readonly #system: TaskSystem
  readonly #store: TaskStore
  readonly #workers: WorkerRegistry
  readonly #news: IntakeNews
  readonly #malformed = new Counts()
  readonly #signs = new StreamSigns()

  constructor(connection: string, system: TaskSystem, store: TaskStore, workers: WorkerRegistry, news: IntakeNews) {
    this.#connection = connection
    this.#system = system
    this.#store = store
    this.#workers = workers
    this.#news = news
  }

  /** How many messages could not be read, by reason. */
  get malformed(): ConnectionInfo['malformed'] {
    return this.#malformed.toRecord()
  }

  /** @param silent names of workers that send no events */
  blindSpots(silent: readonly string[]): readonly BlindSpot[] {
    return blindSpotsOf(this.#workers.settings(), silent, this.#signs)
  }

  take(message: IncomingMessage): void {
    const time = now()
    this.lastEventAt = time
    const batch = this.#system.decodeEvents(message, time)
    if (batch.tasks.length > 0) {
      this.#store.apply(this.#connection, batch.tasks, time)
      for (const event of batch.tasks) this.#notice(event, time)
    }
    for (const event of batch.workers) if (this.#workers.apply(event, time)) this.#news.welcome(event.worker)
    if (batch.malformed.length > 0) this.countMalformed(batch.malformed)
    if (batch.workers.length > 0) this.#news.changed('workers')
  }

  /** Takes in what was recorded: the tasks' part only, since workers lived then and not now. */
  retake(messages: readonly IncomingMessage[], since: number): { events: number; from: number } {
    const time = now()
    const batches = messages.map((message) => this.#system.decodeEvents(message, time))
    const tasks = batches.flatMap((batch) => batch.tasks)
    this.#store.replay(this.#connection, tasks, time, since)
    const malformed = batches.flatMap((batch) => batch.malformed)
    if (malformed.length > 0) this.countMalformed(malformed)
    const all = [...tasks, ...batches.flatMap((batch) => batch.workers)]
    return { events: all.length, from: all.reduce((from, { at }) => Math.min(from, at), Number.POSITIVE_INFINITY) }
  }

  countMalformed(reasons: readonly string[]): void {
    for (const reason of reasons) this.#malformed.add(reason, 1)
    this.#news.changed('connections')
  }

  #notice(event: TaskEvent, time: number): void {
    this.#workers.sawTaskEvent(event, time)
    const before = this.#signs.neverSent
    this.#signs.take(event, () => this.#store.record({ connection: this.#connection, id: event.id })?.queue != null)
    if (this.#signs.neverSent !== before) this.#news.changed('connections')
    if (event.queue !== null && this.sentTo.size < queueHintLimit) this.sentTo.add(event.queue)
  }
}

const now = () => Date.now() / 1000
