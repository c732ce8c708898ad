import { randomUUID } from 'node:crypto'
import type { Channel, ChannelModel, ConfirmChannel } from 'amqplib'
import { RequestError } from '../../protocol/index.ts'
import type { Capability } from '../../protocol/index.ts'
import type { Command, IncomingMessage, OutgoingMessage } from '../broker.ts'
import { withDeadline } from './deadline.ts'
import { abandon, openChannel, toIncoming } from './channels.ts'

/** How long the broker may take to confirm a message or to open a channel, in milliseconds. */
const confirmTimeout = 10_000
const openTimeout = 5_000
/** Milliseconds after which a refused reply queue is tried again: each refusal is a line in the broker's log. */
const refusedFor = 15_000

interface Asking {
  readonly replies: IncomingMessage[]
  /** Looks whether enough came back. */
  check(): void
  end(): void
}

/** What became of a message. `unsent`: it never left. `lost`: nobody can know. */
type Outcome = 'confirmed' | 'late' | 'lost' | { readonly unsent: Error } | { readonly refused: Error }

/** Everything that speaks to the broker instead of listening: publishing with confirms, and remote control with its answers. */
export class ActionChannel {
  readonly #model: ChannelModel
  readonly #returned = new Set<string>()
  readonly #asking = new Set<Asking>()
  #confirm: ConfirmChannel | undefined
  #control: Channel | undefined
  /** Name of the open reply queue. */
  #replyQueue: string | undefined
  #refusedAt = 0
  #capability: Capability = { available: false, reason: 'Not connected yet.' }

  constructor(model: ChannelModel) {
    this.#model = model
  }

  /** Whether workers can be asked something. */
  get capability(): Capability {
    return this.#capability
  }

  async open(): Promise<void> {
    await this.#openConfirm()
    // A refusal is kept as the capability; the end of the connection ends the setup by itself.
    await this.#openReplies().catch(() => undefined)
  }

  /** @throws RequestError, see Broker.publish */
  async publish(message: OutgoingMessage, blocked: () => string | null): Promise<void> {
    const channel = this.#confirm ?? (await inTime(this.#openConfirm()))
    const outcome = await withDeadline(this.#confirmed(channel, message), confirmTimeout)
    const returned = this.#returned.delete(message.id)
    if (outcome !== 'confirmed') throw explainPublish(outcome, message, blocked())
    if (returned) {
      throw new RequestError(
        'unroutable',
        `No queue “${message.routingKey}” exists on this virtual host, so nothing was sent. Check the queue’s name.`,
      )
    }
  }

  /** @returns what came back; empty when no worker ever declared the control exchange */
  async ask(
    command: Command,
    wait: number,
    enough: (replies: readonly IncomingMessage[]) => boolean,
  ): Promise<readonly IncomingMessage[]> {
    const routingKey = this.#replyQueue ?? (await inTime(this.#openReplies()))
    const channel = this.#control ?? (await inTime(this.#openControl()))
    const { content, options } = command.encode({ exchange: '', routingKey })
    const replies: IncomingMessage[] = []
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => asking.end(), wait)
      const asking: Asking = {
        replies,
        check: () => enough(replies) && asking.end(),
        end: () => {
          clearTimeout(timer)
          this.#asking.delete(asking)
          resolve()
        },
      }
      this.#asking.add(asking)
      if (!tryToPublish(channel, command.exchange, content, options)) asking.end()
    })
    return replies
  }

  #confirmed(channel: ConfirmChannel, message: OutgoingMessage): Promise<Outcome> {
    return new Promise((resolve) => {
      try {
        const options = { ...message.options, mandatory: true }
        channel.publish(message.exchange, message.routingKey, message.content, options, (error: unknown) => {
          if (error === null || error === undefined) return resolve('confirmed')
          const refused = channelErrors.get(channel)?.() ?? (isNack(error) ? toError(error) : undefined)
          resolve(refused ? { refused } : 'lost')
        })
      } catch (error) {
        resolve({ unsent: toError(error) })
      }
    })
  }

  async #openConfirm(): Promise<ConfirmChannel> {
    const channel = await this.#model.createConfirmChannel()
    let reason: Error | undefined
    channel.on('error', (error) => (reason = error))
    channel.on('handler-error', () => undefined)
    channel.on('close', () => {
      if (this.#confirm === channel) this.#confirm = undefined
    })
    channelErrors.set(channel, () => reason)
    // A return carries no delivery tag; Celery's correlation id is the task's id, which is what names our messages.
    channel.on('return', (message) =>
      this.#returned.add(String((message.properties as { correlationId?: unknown }).correlationId)),
    )
    this.#confirm = channel
    return channel
  }

  /** @throws RequestError `refused` */
  async #openReplies(): Promise<string> {
    if (!this.#capability.available && Date.now() - this.#refusedAt < refusedFor)
      throw new RequestError('refused', this.#capability.reason)
    const queue = `warren.reply.${randomUUID()}`
    const channel = await openChannel(this.#model)
    try {
      await channel.assertQueue(queue, { exclusive: true, autoDelete: true, durable: false })
      await channel.consume(queue, (message) => (message ? this.#hear(toIncoming(message)) : abandon(channel)), { noAck: true })
    } catch (error) {
      this.#refusedAt = Date.now()
      this.#capability = { available: false, reason: explainControl(error) }
      throw new RequestError('refused', this.#capability.reason)
    }
    // Somebody may delete the queue, or the broker close the channel: the next question opens another.
    channel.on('close', () => {
      if (this.#replyQueue === queue) this.#replyQueue = undefined
    })
    this.#capability = { available: true }
    this.#replyQueue = queue
    return queue
  }

  #hear(reply: IncomingMessage): void {
    for (const asking of [...this.#asking]) {
      asking.replies.push(reply)
      asking.check()
    }
  }

  async #openControl(): Promise<Channel> {
    const channel = await openChannel(this.#model)
    channel.on('close', () => {
      if (this.#control === channel) this.#control = undefined
      // A missing exchange closes the channel: then nobody is there to answer.
      for (const asking of [...this.#asking]) asking.end()
    })
    this.#control = channel
    return channel
  }
}

/** Why a channel was closed: its pending confirms only say that it was. */
const channelErrors = new WeakMap<ConfirmChannel, () => Error | undefined>()

/** False on a channel that has just closed. */
function tryToPublish(channel: Channel, exchange: string, content: Buffer, options: Record<string, unknown>): boolean {
  try {
    channel.publish(exchange, '', content, options)
    return true
  } catch {
    return false
  }
}

/** @throws RequestError `not_connected` or `timeout` where a channel cannot be had */
async function inTime<T>(opening: Promise<T>): Promise<T> {
  const opened = await withDeadline(opening, openTimeout).catch((error: unknown) => {
    if (error instanceof RequestError) throw error
    throw new RequestError(
      'not_connected',
      `The connection to the broker is gone (${toError(error).message}), so nothing was sent.`,
    )
  })
  if (opened !== 'late') return opened
  throw new RequestError('timeout', 'The broker does not answer, so nothing was sent. Try again when it does.')
}

function explainPublish(outcome: Exclude<Outcome, 'confirmed'>, message: OutgoingMessage, blocked: string | null): RequestError {
  if (outcome === 'late') return lateConfirm(blocked)
  if (outcome === 'lost')
    return new RequestError(
      'timeout',
      'The connection was lost before the broker confirmed the message; it may or may not have been delivered.',
    )
  if ('unsent' in outcome) return explainUnsent(outcome.unsent)
  return new RequestError('refused', explainRefused(outcome.refused, message))
}

function lateConfirm(blocked: string | null): RequestError {
  if (blocked === null)
    return new RequestError('timeout', 'The broker did not confirm the message in time; it may or may not have been delivered.')
  return new RequestError(
    'blocked',
    `The broker holds messages back (${blocked}). Yours is waiting there and will run when the alarm ends: do not send it again.`,
  )
}

function explainUnsent(error: Error): RequestError {
  if (error instanceof RangeError)
    return new RequestError('invalid', `The message’s headers are too large to send (${error.message}), so nothing was sent.`)
  return new RequestError('not_connected', `The connection to the broker is gone (${error.message}), so nothing was sent.`)
}

function explainRefused(error: Error, message: OutgoingMessage): string {
  if (isNack(error)) return `Queue “${message.routingKey}” is full and refuses messages, so nothing was sent.`
  if (/403|ACCESS_REFUSED/.test(error.message))
    return 'This user may not publish: grant write on the default exchange (amq.default). Nothing was sent.'
  return `The broker refused the message, so nothing was sent: ${error.message}`
}

function explainControl(error: unknown): string {
  const { message } = toError(error)
  if (!message.includes('403')) return `Workers cannot be asked: ${message}`
  return 'Workers cannot be asked: grant this user configure, write and read on ^warren\. and write on the exchange celery.pidbox.'
}

function isNack(error: unknown): boolean {
  return error instanceof Error && error.message.includes('nacked')
}

function toError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error))
}
