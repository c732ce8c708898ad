import { environmentByName, RequestError } from '../protocol/index.ts'
import type {
  Capability,
  ConnectionInfo,
  ConnectParams,
  ControlAnswers,
  Environment,
  Gap,
  GapReason,
  Place,
  QueueLine,
  QueueList,
  WorkerRow,
} from '../protocol/index.ts'
import type { TaskStore } from '../tasks/store.ts'
import { WorkerRegistry } from '../tasks/workers.ts'
import type { Broker, QueueCheck } from './broker.ts'
import { Conversation } from './conversation.ts'
import { EventSwitch } from './eventSwitch.ts'
import { Gaps } from './gaps.ts'
import { Inspector } from './inspector.ts'
import { Intake } from './intake.ts'
import type { BrokerLayout } from './layout.ts'
import { editBody } from './messages/edits.ts'
import type { LookedAt } from './messages/peeking.ts'
import { describeWith } from './messages/readers.ts'
import { NamesSought, otherNamesText } from './namesSought.ts'
import { QueueWatch } from './queueWatch.ts'
import { Recording } from './recording.ts'
import type { InSight } from './queueWatch.ts'
import { sentEvent } from './sentEvent.ts'
import type { PayloadTap } from './payloadTap.ts'
import type { Answers, TaskRequest, TaskSystem } from './taskSystem.ts'

const housekeeping = 1_000
/** Seconds between two questions to workers that did not answer. */
const lookAgain = 10
/** Received, started, ended, and a heartbeat now and then: so many recorded messages are worth reading for each task that can be held. */
const messagesPerTask = 4

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
  readonly recording: Recording
  /** What is asked of workers and told to them. */
  readonly conversation: Conversation
  readonly #broker: Broker
  readonly #system: TaskSystem
  readonly #store: TaskStore
  readonly #changed: (topic: ConnectionTopic) => void
  readonly #gaps: Gaps
  readonly #intake: Intake
  readonly #inspector: Inspector
  readonly #queueWatch: QueueWatch
  readonly #otherNames: NamesSought
  readonly #eventSwitch: EventSwitch
  #flowing = false
  #disposed = false
  #lastLookAt = 0
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
    this.#gaps = new Gaps(past?.gaps)
    if (!past && params.lastWatched !== undefined) this.#gaps.open(Math.min(params.lastWatched, now()), 'bridge')
    this.workers = new WorkerRegistry(params.id, (life) => store.learn(params.id, life))
    this.#broker = broker
    this.#system = system
    this.#store = store
    this.#changed = changed
    const told = () => {
      changed('connections')
      changed('workers')
    }
    this.#intake = new Intake(params.id, system, store, this.workers, {
      changed,
      welcome: (worker) => this.#welcome(worker),
    })
    this.conversation = new Conversation(broker, system, this.workers, {
      unreadable: (reasons) => this.#intake.countMalformed(reasons),
      // A worker that answers has declared the exchange of its events.
      answered: () => !this.#flowing && broker.seekEvents(),
      told: () => this.#look(),
    })
    this.#eventSwitch = new EventSwitch(this, system, told, past?.keptOn)
    this.recording = new Recording(broker.recorder, {
      exchange: system.eventExchange,
      events: system.taskEvents,
      most: store.limit * messagesPerTask,
      take: (messages, since) => this.#intake.retake(messages, since),
      filled: (from) => this.#gaps.fill(from),
      changed: () => changed('connections'),
    })
    this.#inspector = new Inspector(this, system)
    const { eventExchange, controlExchange = '' } = system
    this.#otherNames = new NamesSought(broker.layout, { eventExchange, controlExchange }, () => changed('connections'))
    this.#queueWatch = new QueueWatch(
      params.id,
      broker,
      system,
      () => this.#queueHints(),
      () => changed('queues'),
    )
  }

  get info(): ConnectionInfo {
    const { status, product, blocked, events, control, management } = this.#broker.state
    const silentWorkers = {
      certain: this.workers.certainlySilent(),
      likely: this.workers.likelySilent(),
      keptOn: this.#eventSwitch.keptOn,
    }
    const silent = silentWorkers.certain.length > 0 || silentWorkers.keptOn ? silentWorkers.certain : silentWorkers.likely
    return {
      id: this.params.id,
      name: this.params.name,
      address: this.#broker.address,
      readOnly: this.params.readOnly,
      environment: this.environment,
      status,
      broker: product,
      capabilities: { events: this.#explained(events), control, management },
      otherNames: this.#otherNames.found,
      blocked,
      gaps: this.#gaps.all,
      silentWorkers,
      blindSpots: this.#intake.blindSpots(silent),
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

  get connected(): boolean {
    return this.#flowing || this.#broker.state.status.kind === 'connected'
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

  get queues(): QueueList {
    return this.#queueWatch.list
  }

  get queueLines(): readonly QueueLine[] {
    return this.#queueWatch.lines
  }

  /** How many queues there are, listed or not. */
  get queueTotal(): number {
    return this.#queueWatch.total
  }

  get virtualHost(): string {
    return this.#broker.virtualHost
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
      eventsFlow: (missedSince) => this.#flow(missedSince),
      eventsStopped: (since, reason) => this.#stop(since, reason),
      overflowed: (messages) => this.#overflowed(messages),
      unreadable: (reason) => this.#intake.countMalformed([reason]),
      workersReachable: () => this.#look(),
    })
    this.#timer = setInterval(() => this.#keepHouse(), housekeeping)
  }

  /** Makes room for another connection to the same broker: a gap begins, unless one lasts already. */
  leave(): Past {
    this.#stop(now(), 'disconnected')
    return { gaps: this.#gaps.all, keptOn: this.#eventSwitch.keptOn }
  }

  async dispose(): Promise<void> {
    this.#disposed = true
    clearInterval(this.#timer)
    this.recording.dispose()
    this.#queueWatch.dispose()
    await this.#broker.dispose()
  }

  /** Somebody looks at the queues; the answer says that they stopped. @param inSight names of those they see */
  watchQueues(inSight?: InSight): () => void {
    return this.#queueWatch.watch(inSight)
  }

  /** Others are in sight than before. */
  hurryQueues(): void {
    this.#queueWatch.hurry()
  }

  refreshQueues(): Promise<void> {
    return this.#queueWatch.refresh()
  }

  /** Asks broker and workers again. */
  async refresh(): Promise<void> {
    this.#broker.seekEvents()
    await Promise.all([this.#inspector.look(), this.#queueWatch.refresh()])
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
    const { messages } = this.#broker
    if (!messages)
      throw new RequestError('refused', 'There is no broker behind this connection whose queues could be looked into.')
    const { id, readOnly } = this.params
    const readers = this.#system.readWaiting ? [this.#system.readWaiting] : []
    const edit = this.#system.editWaiting ?? editBody
    return {
      id,
      readOnly,
      place: this.place,
      messages,
      edit,
      describe: (message, limit) => describeWith(readers, message, limit),
    }
  }

  /** What workers say of themselves, by worker name. @param anew whether to ask them again */
  reports(anew: boolean): Promise<ReadonlyMap<string, Answers>> {
    return this.#inspector.reports(anew)
  }

  /** Turns task events on in all workers, now and whenever one restarts. */
  enableEvents(): Promise<ControlAnswers> {
    return this.#eventSwitch.turnOn()
  }

  /** What workers that consume this queue would meet; see `Broker.checkQueue`. @throws RequestError */
  async checkQueue(queue: string): Promise<QueueCheck> {
    if (!this.#broker.checkQueue) return { kind: 'same', arguments: {} }
    // The arguments of a queue are known where the last listing told them.
    await this.#queueWatch.refresh().catch(() => undefined)
    return this.#broker.checkQueue(queue)
  }

  /** A worker came or came back: ask what it is, and keep the promise to turn its events on. */
  #welcome(worker: string): void {
    this.#changed('connections')
    this.#look()
    this.#eventSwitch.welcome(worker)
  }

  #look(): void {
    this.#lastLookAt = now()
    void this.#inspector.look().then(() => {
      this.#changed('workers')
      this.#changed('connections')
    })
  }

  #flow(missedSince: number | null): void {
    this.#flowing = true
    this.#intake.lastEventAt = now()
    if (missedSince !== null) this.#gaps.open(missedSince, 'unbound')
    this.#gaps.close(now())
    this.recording.flows()
    this.#changed('connections')
  }

  #stop(since: number, reason: GapReason): void {
    if (this.#flowing) this.#gaps.open(since, reason)
    this.#flowing = false
    this.recording.stops()
    this.workers.forgetSigns(now())
    this.#changed('connections')
  }

  #overflowed(messages: number): void {
    this.#gaps.overflowed(messages, this.#intake.lastEventAt, now())
    this.recording.loses()
    this.#changed('connections')
  }

  /** Why no events come, with where they are sent instead. */
  #explained(events: Capability): Capability {
    const { found } = this.#otherNames
    return events.available || !found ? events : { ...events, reason: `${events.reason} ${otherNamesText(found)}` }
  }

  #keepHouse(): void {
    const { status, events } = this.#broker.state
    this.#otherNames.look(status.kind === 'connected' && !events.available, now())
    // While nothing can be heard, silence says nothing about the workers.
    if (!this.#flowing) return
    if (this.workers.expire(now())) {
      this.#changed('workers')
      this.#changed('connections')
    }
    this.#eventSwitch.keep()
    // A worker that was too busy to answer is asked again, now and then.
    if (now() - this.#lastLookAt > lookAgain && this.workers.unknown().length > 0) this.#look()
  }

  #queueHints(): string[] {
    return [...new Set([this.defaultQueue, ...this.workers.allQueues(), ...this.#intake.sentTo])]
  }
}

const now = () => Date.now() / 1000
