import { environmentByName, RequestError } from '../protocol/index.ts'
import type { ConnectionInfo, ConnectParams, Environment, Gap, GapReason, Place, WorkerRow } from '../protocol/index.ts'
import type { TaskStore } from '../tasks/store.ts'
import { WorkerRegistry } from '../tasks/workers.ts'
import { Attendance } from './attendance.ts'
import type { Broker, QueueCheck } from './broker.ts'
import { Conversation } from './conversation.ts'
import { Hearing } from './hearing.ts'
import { Intake } from './intake.ts'
import type { BrokerLayout } from './layout.ts'
import { lookedAt } from './lookedAt.ts'
import type { LookedAt } from './messages/peeking.ts'
import { NamesSought } from './namesSought.ts'
import type { PayloadTap } from './payloadTap.ts'
import { QueueWatch } from './queueWatch.ts'
import type { Recording } from './recording.ts'
import { sentEvent } from './sentEvent.ts'
import type { TaskRequest, TaskSystem } from './taskSystem.ts'

const housekeeping = 1_000

export type ConnectionTopic = 'connections' | 'queues' | 'workers'

/** What a connection leaves to the one that takes its place on the same broker. */
export interface Past {
  readonly gaps: readonly Gap[]
  /** Whether it had promised to keep task events on. */
  readonly keptOn: boolean
}

/** One broker and the task system on it: what flows in goes to the store, what is known of it is its `info`. */
export class Connection {
  readonly params: ConnectParams
  readonly workers: WorkerRegistry
  /** What is asked of workers and told to them. */
  readonly conversation: Conversation
  /** Which workers are there, and what they say of themselves. */
  readonly attendance: Attendance
  /** Its queues, for whoever looks at them. */
  readonly queues: QueueWatch
  readonly #broker: Broker
  readonly #system: TaskSystem
  readonly #store: TaskStore
  readonly #changed: (topic: ConnectionTopic) => void
  readonly #intake: Intake
  readonly #hearing: Hearing
  readonly #otherNames: NamesSought
  #disposed = false
  #timer: NodeJS.Timeout | undefined

  constructor(
    params: ConnectParams,
    broker: Broker,
    system: TaskSystem,
    store: TaskStore,
    changed: (topic: ConnectionTopic) => void,
    past?: Past,
  ) {
    this.params = params
    this.workers = new WorkerRegistry(params.id, (life) => store.learn(params.id, life))
    this.#broker = broker
    this.#system = system
    this.#store = store
    this.#changed = changed
    const itself = () => changed('connections')
    this.#intake = new Intake(params.id, system, store, this.workers, {
      changed,
      welcome: (worker) => this.attendance.welcome(worker),
    })
    this.#hearing = new Hearing({
      ...{ system, recorder: broker.recorder, intake: this.#intake, mostTasks: store.limit },
      ...{ gaps: past?.gaps, changed: itself },
    })
    if (!past && params.lastWatched !== undefined) this.#hearing.missed(params.lastWatched)
    this.conversation = new Conversation(broker, system, this.workers, {
      unreadable: (reasons) => this.#intake.countMalformed(reasons),
      // A worker that answers has declared the exchange of its events.
      answered: () => !this.#hearing.flows && broker.seekEvents(),
      told: () => this.attendance.look(),
    })
    this.attendance = new Attendance(this, system, changed, past?.keptOn)
    const { eventExchange, controlExchange = '' } = system
    this.#otherNames = new NamesSought(broker.layout, { eventExchange, controlExchange }, itself)
    const hints = () => [this.defaultQueue, ...this.workers.allQueues(), ...this.#intake.sentTo]
    this.queues = new QueueWatch(
      params.id,
      broker,
      system,
      () => [...new Set(hints())],
      () => changed('queues'),
    )
  }

  get info(): ConnectionInfo {
    const { status, product, blocked, events, control, management } = this.#broker.state
    const silentWorkers = this.attendance.silent
    const { certain, likely, keptOn } = silentWorkers
    return {
      id: this.params.id,
      name: this.params.name,
      address: this.#broker.address,
      readOnly: this.params.readOnly,
      environment: this.environment,
      status,
      broker: product,
      capabilities: { events: this.#otherNames.explain(events), control, management },
      otherNames: this.#otherNames.found,
      blocked,
      gaps: this.#hearing.gaps,
      silentWorkers,
      blindSpots: this.#intake.blindSpots(certain.length > 0 || keptOn ? certain : likely),
      malformed: this.#intake.malformed,
      recording: this.recording.info,
    }
  }

  /** As its owner says; where they do not, as its address sounds. */
  get environment(): Environment | null {
    return this.params.environment ?? environmentByName(this.#broker.address)
  }

  /** For every question about what is done here. */
  get place(): Place {
    return { name: this.params.name, address: this.#broker.address, environment: this.environment }
  }

  /** The recording of its events on the broker, whether there is one or not. */
  get recording(): Recording {
    return this.#hearing.recording
  }

  get connected(): boolean {
    return this.#hearing.flows || this.#broker.state.status.kind === 'connected'
  }

  get system(): TaskSystem {
    return this.#system
  }

  /** Copies of all messages that are published, where the broker makes them. */
  get payloadTap(): PayloadTap | undefined {
    return this.#broker.payloads
  }

  /** Where a task goes that names no queue. */
  get defaultQueue(): string {
    return this.workers.defaultQueue() ?? this.#system.defaultQueue
  }

  get virtualHost(): string {
    return this.#broker.virtualHost
  }

  /** The broker's own name for itself, the same at each of its addresses; null where it has none, or was never reached. */
  get cluster(): string | null {
    return this.#broker.state.cluster ?? null
  }

  /** How queues and exchanges hang together, where somebody tells. */
  get layout(): BrokerLayout | undefined {
    return this.#broker.layout
  }

  get workerRows(): readonly WorkerRow[] {
    return this.workers.rows()
  }

  start(): void {
    this.#broker.start(this.#system.eventExchange, {
      changed: () => this.#changed('connections'),
      event: (message) => {
        if (!this.#disposed) this.#intake.take(message)
      },
      eventsFlow: (missedSince) => this.#hearing.begin(missedSince),
      eventsStopped: (since, reason) => this.#stop(since, reason),
      overflowed: (messages) => this.#hearing.lose(messages),
      unreadable: (reason) => this.#intake.countMalformed([reason]),
      workersReachable: () => this.attendance.look(),
    })
    this.#timer = setInterval(() => this.#keepHouse(), housekeeping)
  }

  /** Makes room for another connection to the same broker: a gap begins, unless one lasts already. */
  leave(): Past {
    this.#stop(now(), 'disconnected')
    return { gaps: this.#hearing.gaps, keptOn: this.attendance.keepsEventsOn }
  }

  async dispose(): Promise<void> {
    this.#disposed = true
    clearInterval(this.#timer)
    this.recording.dispose()
    this.queues.dispose()
    await this.#broker.dispose()
  }

  /** Asks broker and workers again. */
  async refresh(): Promise<void> {
    this.#broker.seekEvents()
    await Promise.all([this.attendance.ask(), this.queues.refresh()])
    this.#changed('workers')
  }

  /** @throws RequestError, see Broker.publish */
  async send(task: TaskRequest): Promise<void> {
    const message = this.#system.encodeTask(task, now())
    if ('problem' in message) throw new RequestError('invalid', message.problem)
    const sent = sentEvent(task, now())
    await this.#broker.publish(message)
    // Shown at once: publishers rarely send events of their own, and workers may take their time.
    if (!this.#disposed) this.#store.apply(this.params.id, [sent], now())
  }

  /** What looking into its queues needs. @throws RequestError `refused` where there is no broker behind */
  lookedAt(): LookedAt {
    return lookedAt(this, this.#broker.messages)
  }

  /** `quorum`, `stream` or `classic`, where it was declared with its type and the last listing told it. */
  queueType(queue: string): string | undefined {
    const type = this.#broker.traits(queue)?.arguments['x-queue-type']
    return typeof type === 'string' ? type : undefined
  }

  /** What workers that consume this queue would meet; see `Broker.checkQueue`. @throws RequestError */
  async checkQueue(queue: string): Promise<QueueCheck> {
    if (!this.#broker.checkQueue) return { kind: 'same', arguments: {} }
    // The arguments of a queue are known where the last listing told them.
    await this.queues.refresh().catch(() => undefined)
    return this.#broker.checkQueue(queue)
  }

  #stop(since: number, reason: GapReason): void {
    this.workers.forgetSigns(now())
    this.#hearing.stop(since, reason)
  }

  #keepHouse(): void {
    const { status, events } = this.#broker.state
    this.#otherNames.look(status.kind === 'connected' && !events.available, now())
    if (this.#hearing.flows) this.attendance.keep()
  }
}

const now = () => Date.now() / 1000
