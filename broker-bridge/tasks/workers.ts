import type { BlindSetting, WorkerRow } from '../protocol/index.ts'
import type { TaskEvent, WorkerEvent } from '../sources/events.ts'
import type { WorkerLife } from './orphans.ts'
import { newWorker, rowOf, unknownEvents, watchForSilence } from './worker.ts'
import type { Worker, WorkerFacts } from './worker.ts'

const workerLimit = 5_000
/** A worker is gone after this many missed intervals; busy solo workers are late, so be patient. */
const patience = 4
/** The workers of one connection, from their events and their answers. Pure: arrival times come in. */
export class WorkerRegistry {
  readonly #connection: string
  readonly #learn: (life: WorkerLife) => void
  readonly #workers = new Map<string, Worker>()

  /** @param learn hears when a worker came, went or is another process */
  constructor(connection: string, learn: (life: WorkerLife) => void = () => undefined) {
    this.#connection = connection
    this.#learn = learn
  }

  /**
   * Takes in a worker's sign of life.
   * @returns true when the worker has just come (back), so that whatever is to be asked or turned on, is
   */
  apply(event: WorkerEvent, now: number): boolean {
    const worker = this.#worker(event.worker)
    if (worker === undefined) return false
    const restarted = event.kind === 'online' || (worker.pid !== null && worker.pid !== event.pid)
    const came = (!worker.online || restarted) && event.kind !== 'offline'
    if (restarted) Object.assign(worker, unknownEvents)
    this.#enter(worker, event.kind !== 'offline', event.pid)
    worker.lastSeen = now
    worker.interval = event.interval ?? worker.interval
    worker.active = event.active ?? worker.active
    worker.load = event.load ?? worker.load
    worker.drift = event.at - now
    worker.software = event.software ?? worker.software
    watchForSilence(worker, event)
    return came
  }

  /** Puts in workers as somebody else saw them. */
  restore(rows: readonly WorkerRow[]): void {
    for (const row of rows) {
      const worker = this.#worker(row.name)
      if (worker === undefined) return
      const { online, lastSeen, active, processed, load, software, pid, sendsEvents, pool, concurrency, queues } = row
      const facts = { pool, concurrency, queues, configuredToSendEvents: null, defaultQueue: null }
      Object.assign(worker, { online, lastSeen, active, processed, load, software, pid, sendsEvents, facts })
    }
  }

  /** A task event proves that its worker lives and sends events. */
  sawTaskEvent(event: TaskEvent, now: number): void {
    if (event.state === 'PENDING') return
    const worker = this.#workers.get(event.worker) ?? this.#worker(event.worker)
    if (worker === undefined) return
    if (!worker.online) this.#enter(worker, true, worker.pid)
    worker.lastSeen = now
    worker.sendsEvents = true
    worker.silentBeats = 0
    worker.processedSeen = null
  }

  setFacts(name: string, facts: WorkerFacts, now: number): void {
    const worker = this.#worker(name)
    if (worker === undefined) return
    // A worker too busy to answer one question keeps its earlier answer to it.
    worker.facts = {
      pool: facts.pool ?? worker.facts?.pool ?? null,
      concurrency: facts.concurrency ?? worker.facts?.concurrency ?? null,
      queues: facts.queues ?? worker.facts?.queues ?? null,
      configuredToSendEvents: facts.configuredToSendEvents ?? worker.facts?.configuredToSendEvents ?? null,
      defaultQueue: facts.defaultQueue ?? worker.facts?.defaultQueue ?? null,
      settingsOff: facts.settingsOff ?? worker.facts?.settingsOff ?? null,
    }
    this.#enter(worker, true, worker.pid)
    worker.lastSeen = now
  }

  /** The worker itself said that its events are on. */
  setSendsEvents(name: string): void {
    const worker = this.#workers.get(name)
    if (worker) Object.assign(worker, unknownEvents, { sendsEvents: true })
  }

  /** Notices who has been quiet for too long. True if anybody went. */
  expire(now: number): boolean {
    let changed = false
    for (const worker of this.#workers.values()) {
      if (!worker.online || now - worker.lastSeen < worker.interval * patience) continue
      this.#enter(worker, false, worker.pid)
      changed = true
    }
    return changed
  }

  /** After an interruption nobody is known to live until heard again; silence meanwhile proves nothing. */
  forgetSigns(now: number): void {
    for (const worker of this.#workers.values()) {
      if (worker.online) worker.lastSeen = now
      worker.processedSeen = null
      worker.silentBeats = 0
    }
  }

  online(): string[] {
    return [...this.#workers.values()].filter((worker) => worker.online).map((worker) => worker.name)
  }

  /** Online, and not yet known with what they run and consume: one that is just starting may answer the last question only. */
  unknown(): string[] {
    return this.online().filter((name) => {
      const facts = this.#workers.get(name)?.facts
      return !facts || facts.queues === null || (facts.pool === null && facts.concurrency === null)
    })
  }

  /** Working without a single event. */
  certainlySilent(): string[] {
    return this.online().filter((name) => this.#workers.get(name)?.sendsEvents === false)
  }

  /** Configured without events, and none seen. */
  likelySilent(): string[] {
    return this.online().filter((name) => {
      const worker = this.#workers.get(name)
      return worker?.sendsEvents === null && worker.facts?.configuredToSendEvents === false
    })
  }

  /** What each worker that is online told of its settings. */
  settings(): { readonly name: string; readonly off: readonly BlindSetting[] | null }[] {
    return this.online().map((name) => ({ name, off: this.#workers.get(name)?.facts?.settingsOff ?? null }))
  }

  queuesOf(name: string): readonly string[] {
    return this.#workers.get(name)?.facts?.queues ?? []
  }

  /** Queues that workers consume now; while nobody is online, those that were consumed last. */
  allQueues(): string[] {
    return [...new Set(this.#atWork().flatMap((worker) => worker.facts?.queues ?? []))]
  }

  /** The default queue of the workers' application; null while nobody told it, and where several applications differ. */
  defaultQueue(): string | null {
    const [queue, ...others] = new Set(this.#atWork().flatMap((worker) => worker.facts?.defaultQueue ?? []))
    return others.length === 0 ? (queue ?? null) : null
  }

  rows(): WorkerRow[] {
    return [...this.#workers.values()]
      .map((worker) => rowOf(this.#connection, worker))
      .sort((one, other) => (one.name < other.name ? -1 : 1))
  }

  #enter(worker: Worker, online: boolean, pid: number | null): void {
    const isSame = worker.online === online && worker.pid === pid
    worker.online = online
    worker.pid = pid
    if (!isSame) this.#learn({ worker: worker.name, online, pid: pid ?? 0 })
  }

  /** Those online or, while nobody is, all that are known. */
  #atWork(): Worker[] {
    const workers = [...this.#workers.values()]
    const online = workers.filter((worker) => worker.online)
    return online.length > 0 ? online : workers
  }

  #worker(name: string): Worker | undefined {
    const known = this.#workers.get(name)
    if (known || (this.#workers.size >= workerLimit && !this.#forgetOne())) return known
    const worker = newWorker(name)
    this.#workers.set(name, worker)
    return worker
  }

  /** Makes room where names change with every deployment: the longest known of those that are gone goes. */
  #forgetOne(): boolean {
    for (const worker of this.#workers.values()) if (!worker.online) return this.#workers.delete(worker.name)
    return false
  }
}
