import type { Channel, ConfirmChannel, ConsumeMessage } from 'amqplib'
import { RequestError } from '../../protocol/index.ts'
import type { Choice, QueueState, RawMessage, Transfer, Transferred } from '../messages/queues.ts'
import { openChannel } from './channels.ts'
import { withDeadline } from './deadline.ts'
import type { ShortConnection } from './messageQueueConnection.ts'
import { sendWith } from './messageQueueFrames.ts'
import { sameProperties } from './messageQueueProperties.ts'
import { explainConsume } from './movingObstacles.ts'
import { mostHeld, Window } from './movingWindow.ts'
import { mostConsumers, returnAll, tagOf } from './movingBack.ts'
import { toRaw } from './peek.ts'

/** Milliseconds after which a queue that hands out nothing is asked whether it is empty, and after which it is given up. */
const askWhether = 500
const giveUp = 10_000
/** Milliseconds for confirms that are still out when everything was sent. */
const confirmTimeout = 30_000
/** What a queue with a single active consumer hands out at once: a second consumer of ours would get nothing. */
const singleWindow = 32

/**
 * Takes messages out of one queue, in order. Each goes out with `mandatory` on a connection of its own, because a memory alarm
 * freezes connections that publish, and is acknowledged only after the broker confirmed its copy. What stays is held until the end
 * and put back all at once: then every message is in its place again, see `returnAll`.
 */
export class Moving {
  readonly #source: ShortConnection
  readonly #target: ShortConnection
  readonly #state: QueueState
  readonly #transfer: Transfer
  readonly #window = new Window()
  readonly #waiting: ConsumeMessage[] = []
  #consumers = 0
  readonly #onTheirWay = new Set<ConsumeMessage>()
  #last: ConsumeMessage | undefined
  #from: Channel | undefined
  #to: ConfirmChannel | undefined
  #returned: string | undefined
  #stopped: string | null = null
  #seen = 0
  #done = 0
  #left = 0
  #doubtful = 0
  #mayNotSend = false
  #unsure = false
  #returning = false
  #wake: () => void = () => undefined

  constructor(source: ShortConnection, target: ShortConnection, state: QueueState, transfer: Transfer) {
    this.#source = source
    this.#target = target
    this.#state = state
    this.#transfer = transfer
  }

  /** Never rejects once messages were taken: what went wrong is in the answer. @throws RequestError before that */
  async run(): Promise<Transferred> {
    await this.#open()
    try {
      await this.#takeAll()
      await this.#settle()
    } catch (error) {
      this.#stop(this.#words(error))
    }
    await this.#putBack()
    return { ...this.#counts(), doubtful: this.#doubtful, unsure: this.#unsure, stopped: this.#stopped }
  }

  async #open(): Promise<void> {
    this.#from = await openChannel(this.#source.model)
    this.#to = await this.#target.model.createConfirmChannel()
    for (const channel of [this.#from, this.#to]) {
      channel.on('error', (error: Error) => this.#stop(this.#words(error)))
      channel.on('close', () => {
        if (!this.#returning) this.#stop(this.#words(new Error('its channel was closed')))
      })
      channel.on('handler-error', (error: Error) => this.#stop(error.message))
    }
    // A return comes before the confirm of its message and says only where that was to go.
    this.#to.on('return', ({ fields }) => {
      this.#returned = (fields as { routingKey: string }).routingKey
      this.#stop(`The broker knows no queue “${this.#returned}” any more.`)
    })
    // The first consumer of others asks how large messages are; here there is only one for all of them.
    if (this.#isSingle) this.#consumers = 1
    await this.#consume()
  }

  async #takeAll(): Promise<void> {
    let quiet = 0
    while (this.#goesOn()) {
      const message = this.#waiting.shift()
      if (message) {
        quiet = 0
        await this.#deal(message)
      } else if (await this.#nothingComes(askWhether)) {
        quiet += askWhether
        if (this.#onTheirWay.size === 0 && (await this.#isEmpty())) return
        if (quiet >= giveUp) this.#stop('The broker handed out no more messages.')
      }
    }
  }

  #goesOn(): boolean {
    if (this.#stopped !== null || this.#transfer.signal.aborted) return false
    return this.#remaining() > 0
  }

  /** Never more than were there at the beginning: what comes meanwhile may be what was sent. */
  #remaining(): number {
    return Math.min(this.#state.ready - this.#seen, this.#transfer.most - this.#done - this.#onTheirWay.size)
  }

  async #deal(message: ConsumeMessage): Promise<void> {
    this.#seen++
    this.#window.take(message.content.length)
    if (message.fields.consumerTag === tagOf(1)) this.#window.hold()
    const raw = toRaw(message, this.#seen)
    const choice = await this.#transfer.choose(raw)
    if (choice.kind === 'leave') this.#leave(message)
    else if (choice.kind === 'remove') this.#finish(message)
    else await this.#send(message, raw, choice)
    this.#transfer.progress(this.#counts())
    if (!this.#isSingle && this.#window.isFull && this.#goesOn() && this.#expected() > 0) await this.#consume()
  }

  #leave({ fields }: ConsumeMessage): void {
    this.#left++
    this.#hold(fields.consumerTag)
    if (this.#left < mostHeld && this.#consumers < mostConsumers) return
    this.#stop(`Warren holds messages that stay until it is done, and ${this.#left} are as many as it holds.`)
  }

  #hold(consumerTag: string | undefined): void {
    if (consumerTag === tagOf(this.#consumers) && this.#consumers > 1) this.#window.hold()
  }

  #finish(message: ConsumeMessage): void {
    this.#done++
    if (message.fields.consumerTag === tagOf(1)) this.#last = message
    else this.#acknowledge(message)
  }

  /** The first message came alone, to tell how large they are. Its window stays full until the end, and the next is opened. */
  #acknowledge(message: ConsumeMessage): void {
    try {
      this.#from?.ack(message)
    } catch {
      // Its channel is gone, so it is back in the queue.
      this.#done--
      this.#doubt()
    }
  }

  async #send(message: ConsumeMessage, raw: RawMessage, choice: Choice & { kind: 'send' }): Promise<void> {
    const properties = sameProperties(raw.properties, choice.headers)
    const content = sendWith(choice.content ?? raw.content, properties)
    this.#onTheirWay.add(message)
    const goesOn = this.#to?.publish('', choice.queue, content, { mandatory: true }, (error: unknown) =>
      this.#confirmed(message, choice.queue, error),
    )
    if (goesOn === false) await this.#drained()
  }

  #confirmed(message: ConsumeMessage, queue: string, error: unknown): void {
    this.#onTheirWay.delete(message)
    const refused = error !== null && error !== undefined
    if (refused && error instanceof Error && error.message.includes('nacked'))
      this.#stop(`Queue “${queue}” is full and refuses messages.`)
    else if (refused) this.#doubt()
    // What went to a queue that is gone may be among what was returned.
    else if (this.#returned === queue) this.#doubt()
    else this.#finish(message)
    this.#transfer.progress(this.#counts())
    this.#wake()
  }

  #doubt(): void {
    if (!this.#mayNotSend) this.#doubtful++
  }

  /** Waits until everything that was sent is confirmed; what is not is put back, and may be there twice. */
  async #settle(): Promise<void> {
    const until = Date.now() + confirmTimeout
    while (this.#onTheirWay.size > 0 && Date.now() < until && this.#target.reason === undefined) await this.#nothingComes(100)
    if (this.#onTheirWay.size === 0) return
    const why = this.#target.blocked === null ? '' : ` (${this.#target.blocked})`
    this.#stop(`The broker did not confirm ${this.#onTheirWay.size} messages in time${why}.`)
    this.#doubtful += this.#onTheirWay.size
    this.#onTheirWay.clear()
  }

  /** Without its consumer, which would get a message in its place that then came back before all others. */
  async #acknowledgeLast(): Promise<void> {
    if (!this.#last) return
    await this.#from?.cancel(tagOf(1)).catch(() => undefined)
    this.#acknowledge(this.#last)
  }

  async #putBack(): Promise<void> {
    this.#returning = true
    await this.#acknowledgeLast()
    if (this.#from && (await returnAll(this.#from, this.#state, this.#consumers))) return
    this.#stop('The connection broke off at the end.')
    this.#unsure = true
  }

  /**
   * One consumer at a time gets messages, so that they come in the queue's order, whatever its type. Those before it are full and
   * stay: what is on its way to a consumer that is cancelled goes to the end of a quorum queue (RabbitMQ 3.10.8).
   */
  async #consume(): Promise<void> {
    if (!this.#from) return
    try {
      await this.#from.prefetch(this.#isSingle ? singleWindow : this.#window.open(this.#left, this.#expected()))
      const consumerTag = tagOf(++this.#consumers)
      await this.#from.consume(this.#state.queue, (message) => this.#take(message), { noAck: false, consumerTag })
    } catch (error) {
      throw explainConsume(this.#state, this.#source.explain(error))
    }
  }

  /** How many messages are still to be looked at, as far as that is known; those waiting to be looked at are here already. */
  #expected(): number {
    const all = this.#state.ready - this.#seen - this.#waiting.length
    return this.#transfer.leaves ? all : Math.min(all, this.#remaining())
  }

  #take(message: ConsumeMessage | null): void {
    if (message === null) this.#stop(`Queue “${this.#state.queue}” was deleted meanwhile.`)
    else this.#waiting.push(message)
    this.#wake()
  }

  /** True when nothing came for so many milliseconds. */
  async #nothingComes(milliseconds: number): Promise<boolean> {
    const something = new Promise<void>((resolve) => (this.#wake = resolve))
    return (await withDeadline(something, milliseconds)) === 'late'
  }

  async #drained(): Promise<void> {
    await withDeadline(new Promise<void>((resolve) => this.#to?.once('drain', resolve)), confirmTimeout)
  }

  async #isEmpty(): Promise<boolean> {
    const numbers = await this.#from?.checkQueue(this.#state.queue)
    return this.#waiting.length === 0 && (numbers?.messageCount ?? 0) === 0
  }

  get #isSingle(): boolean {
    return this.#state.settings?.['single-active-consumer'] === true
  }

  #counts() {
    return { seen: this.#seen, done: this.#done, left: this.#left }
  }

  /** The first reason is the one that counts. */
  #stop(reason: string): void {
    this.#stopped ??= reason
    this.#wake()
  }

  #words(error: unknown): string {
    if (error instanceof RequestError) return error.message
    const words = this.#target.reason === undefined ? this.#source.explain(error) : this.#target.explain(error)
    this.#mayNotSend ||= /ACCESS[_-]REFUSED/.test(words) && words.includes('exchange')
    if (this.#mayNotSend) return 'This user may not send messages: grant write on the default exchange (amq.default).'
    return `The connection broke off (${words.slice(0, 300)}).`
  }
}
