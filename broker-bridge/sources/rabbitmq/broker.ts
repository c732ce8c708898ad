import type { ChannelModel } from 'amqplib'
import type { Address } from '../../protocol/address.ts'
import { RequestError } from '../../protocol/index.ts'
import type { ConnectionStatus } from '../../protocol/index.ts'
import type {
  Broker,
  BrokerListener,
  BrokerOptions,
  BrokerState,
  Command,
  IncomingMessage,
  OutgoingMessage,
  QueueCheck,
  QueueListing,
  QueuesWanted,
  QueueTraits,
} from '../broker.ts'
import type { BrokerLayout } from '../layout.ts'
import { ActionChannel } from './actionChannel.ts'
import { withDeadline } from './deadline.ts'
import { EventQueue } from './eventQueue.ts'
import { EventStream } from './eventStream.ts'
import { Firehose } from './firehose.ts'
import { Link } from './link.ts'
import type { ManagementPlace } from './management.ts'
import type { ManagementAddress } from './managementAddress.ts'
import { ManagementLayout } from './managementLayout.ts'
import { checkQueue, defaultQueueType } from './queueCheck.ts'
import { QueueLister } from './queueList.ts'
import { RabbitMessageQueues } from './messageQueue.ts'
import { heartbeatOf } from './waits.ts'

/** A sign of life is asked for so often, and missed after so long, in milliseconds. */
const probeEvery = 3_000
const probeTimeout = 4_000
/** Seconds of silence after which the connections are given up where the address wants no heartbeats that would see to it. */
const silenceLimit = 45
/** Milliseconds an action waits for the second connection, which is opened when the first stands. */
const actionsTimeout = 3_000

/** RabbitMQ over AMQP 0-9-1: one connection reads events, one acts, because a memory alarm freezes a connection that publishes. */
export class RabbitBroker implements Broker {
  readonly #address: Address
  readonly #options: BrokerOptions
  readonly #lister: QueueLister
  readonly layout?: BrokerLayout
  readonly #forgetSecrets: () => void
  readonly messages: RabbitMessageQueues
  readonly payloads: Firehose
  readonly #place: ManagementPlace | undefined
  #listener: BrokerListener | undefined
  #events: EventQueue | undefined
  #reading: Link | undefined
  #acting: Link | undefined
  #actions: ActionChannel | undefined
  #readModel: ChannelModel | undefined
  #probe: NodeJS.Timeout | undefined
  /** Epoch seconds of the last proof that the reading connection lives. */
  #alive = 0
  #disposed = false
  readonly #waitingForActions = new Set<() => void>()
  readonly recorder = new EventStream({
    model: () => this.#readModel,
    reason: () => this.state.status.message,
    open: (setup, lost) => {
      const link = this.#link('replay', setup, lost)
      void link.start()
      return link
    },
  })

  /** @param forgetSecrets called when the broker is disposed of */
  constructor(address: Address, options: BrokerOptions, management: ManagementAddress | undefined, forgetSecrets: () => void) {
    this.#forgetSecrets = forgetSecrets
    this.#address = address
    this.#options = options
    const place = management && { address: management, virtualHost: address.virtualHost, ca: options.tls?.ca }
    this.#place = place
    this.messages = new RabbitMessageQueues({ address, name: options.name, tls: options.tls }, management)
    this.#lister = new QueueLister(address.virtualHost, place)
    if (place) this.layout = new ManagementLayout(place)
    this.payloads = new Firehose(place, {
      open: (setup, lost) => {
        const link = this.#link('payloads', setup, lost)
        void link.start()
        return {
          get reason() {
            return link.status.message
          },
          dispose: () => link.dispose(),
        }
      },
    })
  }

  get virtualHost(): string {
    return this.#address.virtualHost
  }

  get address(): string {
    return this.#address.toString()
  }

  get state(): BrokerState {
    return {
      status: this.#reading?.status ?? notStarted,
      product: this.#reading?.product ?? null,
      cluster: this.#reading?.cluster ?? null,
      blocked: this.#acting?.blocked ?? null,
      events: this.#events?.capability ?? { available: false, reason: 'Not connected yet.' },
      control: this.#actions?.capability ?? { available: false, reason: this.#acting?.status.message ?? 'Not connected yet.' },
      management: this.#lister.capability,
    }
  }

  start(exchange: string, listener: BrokerListener): void {
    this.#listener = listener
    this.#events = new EventQueue(exchange, this.#options.eventQueueBytes, {
      message: (message) => this.#heard(() => listener.event(message)),
      flows: (missedSince) => listener.eventsFlow(missedSince),
      stopped: (noticed) => listener.eventsStopped(noticed === 'late' ? this.#alive : now(), 'unbound'),
      overflowed: (messages) => listener.overflowed(messages),
      failed: () => listener.unreadable('an error in Warren'),
      changed: () => listener.changed(),
    })
    this.#reading = this.#link(
      'events',
      (model) => this.#openEvents(model),
      (silent) => this.#lostEvents(silent),
    )
    void this.#reading.start()
    this.#probe = setInterval(() => void this.#askForLife(), probeEvery)
  }

  seekEvents(): void {
    this.#events?.seek()
  }

  async publish(message: OutgoingMessage): Promise<void> {
    const blocked = this.#acting?.blocked ?? null
    if (blocked !== null)
      throw new RequestError(
        'blocked',
        `The broker takes no messages at the moment (${blocked}), so nothing was sent. Try again when the alarm is over.`,
      )
    const actions = await this.#connectedActions()
    await actions.publish(message, () => this.#acting?.blocked ?? null)
  }

  async ask(
    command: Command,
    wait: number,
    enough: (replies: readonly IncomingMessage[]) => boolean,
  ): Promise<readonly IncomingMessage[]> {
    const blocked = this.#acting?.blocked ?? null
    if (blocked !== null)
      throw new RequestError('blocked', `The broker takes no messages at the moment (${blocked}), so workers cannot be asked.`)
    const actions = await this.#connectedActions()
    return actions.ask(command, wait, enough)
  }

  async listQueues(wanted: QueuesWanted): Promise<QueueListing> {
    if (!this.#readModel) throw new RequestError('not_connected', this.state.status.message)
    return this.#lister.list(this.#readModel, wanted)
  }

  traits(queue: string): QueueTraits | undefined {
    return this.#lister.traits(queue)
  }

  async checkQueue(queue: string): Promise<QueueCheck> {
    if (!this.#readModel) throw new RequestError('not_connected', this.state.status.message)
    const check = await checkQueue(this.#readModel, queue, this.traits(queue)?.arguments ?? {})
    if (check.kind !== 'missing' || this.#place === undefined) return check
    const type = await defaultQueueType(this.#place)
    return type === null ? check : { ...check, type }
  }

  async dispose(): Promise<void> {
    this.#disposed = true
    clearInterval(this.#probe)
    this.#events?.close()
    const [reading, acting] = [this.#reading, this.#acting]
    this.#readModel = this.#actions = undefined
    this.#wakeWaiting()
    await Promise.all([reading?.dispose(), acting?.dispose()])
    this.#forgetSecrets()
  }

  #link(purpose: string, setup: (model: ChannelModel) => Promise<void>, lost: (silent: boolean) => void): Link {
    const { name, tls } = this.#options
    return new Link({
      address: this.#address,
      name: `${name} (${purpose})`,
      tls,
      setup,
      lost,
      changed: () => this.#listener?.changed(),
      unreadable: (reason) => this.#listener?.unreadable(reason),
    })
  }

  #heard(then: () => void): void {
    this.#alive = now()
    then()
  }

  async #openEvents(model: ChannelModel): Promise<void> {
    this.#alive = now()
    this.#readModel = model
    await this.#events?.open(model)
    this.#startActing()
  }

  #lostEvents(silent: boolean): void {
    this.#events?.close()
    this.#readModel = undefined
    this.#listener?.eventsStopped(silent ? this.#alive : now(), 'disconnected')
    this.#restActing()
  }

  /** Only once the broker let us in: a wrong password must not be tried twice as often. */
  #startActing(): void {
    if (this.#acting || this.#disposed) return
    const acting = this.#link(
      'actions',
      (model) => this.#openActions(acting, model),
      () => this.#lostActions(acting),
    )
    this.#acting = acting
    void acting.start()
  }

  async #openActions(acting: Link, model: ChannelModel): Promise<void> {
    const actions = new ActionChannel(model)
    await actions.open()
    if (this.#acting !== acting) return
    this.#actions = actions
    this.#wakeWaiting()
    this.#listener?.workersReachable()
  }

  #lostActions(acting: Link): void {
    if (this.#acting !== acting) return
    this.#actions = undefined
    this.#restActing()
  }

  /** When both connections are gone, the reading one alone knocks at the door, and the other follows it in. */
  #restActing(): void {
    if (this.#readModel || this.#actions) return
    void this.#acting?.dispose()
    this.#acting = undefined
  }

  async #connectedActions(): Promise<ActionChannel> {
    if (!this.#actions && this.#readModel) await withDeadline(this.#actionsOpened(), actionsTimeout)
    if (this.#actions) return this.#actions
    throw new RequestError('not_connected', this.#acting?.status.message ?? this.state.status.message)
  }

  #actionsOpened(): Promise<void> {
    return new Promise((resolve) => this.#waitingForActions.add(resolve))
  }

  #wakeWaiting(): void {
    for (const wake of this.#waitingForActions) wake()
    this.#waitingForActions.clear()
  }

  /** TCP hides a frozen broker until heartbeats run out; a cheap question tells sooner. */
  async #askForLife(): Promise<void> {
    const [model, events] = [this.#readModel, this.#events]
    if (!model || !events) return
    const answer = await withDeadline(events.look(), probeTimeout)
    if (model !== this.#readModel) return
    if (answer !== 'late') this.#alive = now()
    this.#reading?.setResponsive(answer !== 'late')
    if (heartbeatOf(this.#address) > 0 || now() - this.#alive < silenceLimit) return
    this.#reading?.cut()
    this.#acting?.cut()
  }
}

const notStarted: ConnectionStatus = { kind: 'connecting', since: 0, message: 'Connecting.' }
const now = () => Date.now() / 1000
