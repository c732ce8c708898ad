import { randomUUID } from 'node:crypto'
import { RequestError } from '../protocol/index.ts'
import type {
  Capability,
  ConnectionInfo,
  ConnectParams,
  ControlAnswers,
  Gap,
  GapReason,
  QueueLine,
  QueueList,
  RegisteredTask,
  WorkerRow,
} from '../protocol/index.ts'
import { blindSpotsOf, StreamSigns } from '../tasks/blindSpots.ts'
import { Counts } from '../tasks/counts.ts'
import type { TaskStore } from '../tasks/store.ts'
import { WorkerRegistry } from '../tasks/workers.ts'
import type { Broker, Command, IncomingMessage, QueueCheck } from './broker.ts'
import type { TaskEvent } from './events.ts'
import { EventSwitch } from './eventSwitch.ts'
import { Gaps } from './gaps.ts'
import { Inspector } from './inspector.ts'
import type { BrokerLayout } from './layout.ts'
import { editBody } from './messages/edits.ts'
import type { LookedAt } from './messages/peeking.ts'
import { describeWith } from './messages/readers.ts'
import { NamesSought, otherNamesText } from './namesSought.ts'
import { QueueWatch } from './queueWatch.ts'
import { Recording } from './recording.ts'
import type { InSight } from './queueWatch.ts'
import { sentEvent } from './sentEvent.ts'
import type { Answers, HeldTask, Question, TaskRequest, TaskSystem, TellableCommand, WorkerReply } from './taskSystem.ts'

/** How long workers are given to answer, in milliseconds; a solo worker answers only between two tasks. */
const answerTime = 1_000
const housekeeping = 1_000
const queueHintLimit = 500
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
  readonly #broker: Broker
  readonly #system: TaskSystem
  readonly #store: TaskStore
  readonly #changed: (topic: ConnectionTopic) => void
  readonly #gaps: Gaps
  readonly #malformed = new Counts()
  readonly #inspector: Inspector
  readonly #queueWatch: QueueWatch
  readonly #otherNames: NamesSought
  /** Queues that events named, for brokers that do not list theirs. */
  readonly #sentTo = new Set<string>()
  readonly #eventSwitch: EventSwitch
  readonly #signs = new StreamSigns()
  #flowing = false
  #disposed = false
  #lastEventAt = 0
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
    this.#eventSwitch = new EventSwitch(this, system, told, past?.keptOn)
    this.recording = new Recording(broker.recorder, {
      exchange: system.eventExchange,
      events: system.taskEvents,
      most: store.limit * messagesPerTask,
      take: (messages, since) => this.#retake(messages, since),
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
      status,
      broker: product,
      capabilities: { events: this.#explained(events), control, management },
      otherNames: this.#otherNames.found,
      blocked,
      gaps: this.#gaps.all,
      silentWorkers,
      blindSpots: blindSpotsOf(this.workers.settings(), silent, this.#signs),
      malformed: this.#malformed.toRecord(),
      recording: this.recording.info,
    }
  }

  get connected(): boolean {
    return this.#flowing || this.#broker.state.status.kind === 'connected'
  }

  get system(): TaskSystem {
    return this.#system
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
      event: (message) => this.#take(message),
      eventsFlow: (missedSince) => this.#flow(missedSince),
      eventsStopped: (since, reason) => this.#stop(since, reason),
      overflowed: (messages) => this.#overflowed(messages),
      unreadable: (reason) => this.#countMalformed([reason]),
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
    return { id, readOnly, messages, edit, describe: (message, limit) => describeWith(readers, message, limit) }
  }

  /** What workers say of themselves, by worker name. @param anew whether to ask them again */
  reports(anew: boolean): Promise<ReadonlyMap<string, Answers>> {
    return this.#inspector.reports(anew)
  }

  /** Result backends as the workers' settings name them; empty while nobody answers. Hostile. */
  async resultBackends(): Promise<string[]> {
    const { replies } = await this.inspect((ticket) => this.#system.ask('conf', ticket))
    return [...new Set(replies.flatMap(({ payload }) => this.#system.readResultBackend(payload) ?? []))]
  }

  async registeredTasks(): Promise<{ tasks: RegisteredTask[]; silent: string[] }> {
    const { replies, silent } = await this.inspect((ticket) => this.#system.ask('registered', ticket))
    const workersOf = new Map<string, string[]>()
    for (const { worker, payload } of replies) {
      for (const name of this.#system.readRegistered(payload)) workersOf.set(name, [...(workersOf.get(name) ?? []), worker])
    }
    const tasks = [...workersOf].map(([name, workers]) => ({ name, workers }))
    return { tasks: tasks.sort((one, other) => one.name.localeCompare(other.name)), silent }
  }

  /** Turns task events on in all workers, now and whenever one restarts. */
  enableEvents(): Promise<ControlAnswers> {
    return this.#eventSwitch.turnOn()
  }

  /**
   * Tells workers something and reads what they say to it.
   * @param workers null: all that are known
   * @throws RequestError `refused` where this task system's workers cannot be told anything
   */
  async tell(command: TellableCommand, workers: readonly string[] | null): Promise<ControlAnswers> {
    const { name, tell, readTold } = this.#system
    if (!tell || !readTold) throw new RequestError('refused', `Workers of ${name} cannot be told anything from outside.`)
    const { replies, silent } = await this.inspect((ticket) => tell(command, ticket, workers), workers)
    if (!command.command.startsWith('revoke')) this.#look()
    return { answers: replies.map(({ worker, payload }) => ({ worker, ...readTold(command, payload) })), silent }
  }

  /** Puts one question to workers. @param workers null: all that are known */
  async question(
    question: Question,
    workers: readonly string[] | null,
  ): Promise<{ replies: readonly WorkerReply[]; silent: string[] }> {
    const { replies, silent } = await this.inspect((ticket) => this.#system.ask(question, ticket), workers)
    const wanted = workers === null ? replies : replies.filter(({ worker }) => workers.includes(worker))
    return { replies: wanted, silent }
  }

  /** A task that a worker has at the moment, as its answer to this question tells; null where none tells of it. */
  async heldTask(question: Question, id: string): Promise<HeldTask | null> {
    let asked = ''
    const { messages } = await this.inspect((ticket) => this.#system.ask(question, (asked = ticket)))
    return this.#system.readHeldTask(messages, asked, id)
  }

  /** What workers that consume this queue would meet; see `Broker.checkQueue`. @throws RequestError */
  async checkQueue(queue: string): Promise<QueueCheck> {
    if (!this.#broker.checkQueue) return { kind: 'same', arguments: {} }
    // The arguments of a queue are known where the last listing told them.
    await this.#queueWatch.refresh().catch(() => undefined)
    return this.#broker.checkQueue(queue)
  }

  /** Sends a command and waits until every worker it is for answered, or a second. @param workers null: all that are known */
  async inspect(
    command: (ticket: string) => Command,
    workers: readonly string[] | null = null,
  ): Promise<{ replies: readonly WorkerReply[]; messages: readonly IncomingMessage[]; silent: string[] }> {
    const ticket = randomUUID()
    const expected = workers ?? this.workers.online()
    const answered = new Set<string>()
    let read = 0
    const enough = (messages: readonly IncomingMessage[]) => {
      for (const { worker } of this.#system.readReplies(messages.slice(read), ticket).replies) answered.add(worker)
      read = messages.length
      return expected.length > 0 && expected.every((worker) => answered.has(worker))
    }
    const messages = await this.#broker.ask(command(ticket), answerTime, enough)
    const { replies, unreadable } = this.#system.readReplies(messages, ticket)
    if (unreadable.length > 0) this.#countMalformed(unreadable)
    // A worker that answers has declared the exchange of its events.
    if (replies.length > 0 && !this.#flowing) this.#broker.seekEvents()
    return { replies, messages, silent: expected.filter((worker) => !answered.has(worker)) }
  }

  #take(message: IncomingMessage): void {
    if (this.#disposed) return
    const time = now()
    this.#lastEventAt = time
    const batch = this.#system.decodeEvents(message, time)
    if (batch.tasks.length > 0) {
      this.#store.apply(this.params.id, batch.tasks, time)
      for (const event of batch.tasks) this.#notice(event, time)
    }
    for (const event of batch.workers) if (this.workers.apply(event, time)) this.#welcome(event.worker)
    if (batch.malformed.length > 0) this.#countMalformed(batch.malformed)
    if (batch.workers.length > 0) this.#changed('workers')
  }

  /** Takes in what was recorded: the tasks' part only, since workers lived then and not now. */
  #retake(messages: readonly IncomingMessage[], since: number): { events: number; from: number } {
    const time = now()
    const batches = messages.map((message) => this.#system.decodeEvents(message, time))
    const tasks = batches.flatMap((batch) => batch.tasks)
    this.#store.replay(this.params.id, tasks, time, since)
    const malformed = batches.flatMap((batch) => batch.malformed)
    if (malformed.length > 0) this.#countMalformed(malformed)
    const all = [...tasks, ...batches.flatMap((batch) => batch.workers)]
    return { events: all.length, from: all.reduce((from, { at }) => Math.min(from, at), Number.POSITIVE_INFINITY) }
  }

  #countMalformed(reasons: readonly string[]): void {
    for (const reason of reasons) this.#malformed.add(reason, 1)
    this.#changed('connections')
  }

  #notice(event: TaskEvent, time: number): void {
    this.workers.sawTaskEvent(event, time)
    const before = this.#signs.neverSent
    this.#signs.take(event, () => this.#store.record({ connection: this.params.id, id: event.id })?.queue != null)
    if (this.#signs.neverSent !== before) this.#changed('connections')
    if (event.queue !== null && this.#sentTo.size < queueHintLimit) this.#sentTo.add(event.queue)
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
    this.#lastEventAt = now()
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
    this.#gaps.overflowed(messages, this.#lastEventAt, now())
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
    return [...new Set([this.defaultQueue, ...this.workers.allQueues(), ...this.#sentTo])]
  }
}

const now = () => Date.now() / 1000
