import type { Channel, ChannelModel } from 'amqplib'
import { messageOf, RequestError, visibleLine } from '../../protocol/index.ts'
import type { Place, Recorder, RecordingBinding, RecordingTerms, ReplayListener, ReplayRequest } from '../recorder.ts'
import { abandon, openChannel } from './channels.ts'
import { withDeadline } from './deadline.ts'
import { lastPlace } from './eventStreamPlace.ts'
import { EventStreamReplay } from './eventStreamReplay.ts'
import type { OpenReplay } from './eventStreamReplay.ts'
import { codeOf } from './failure.ts'

const patience = 10_000
/** RabbitMQ throws whole segments away, never a part of one: ten of them make the bound true to a tenth. Bytes. */
const largestSegment = 500_000_000

/** What the recordings need of the connection to their broker. */
export interface StreamAccess {
  /** The connection that reads; undefined while there is none. */
  model(): ChannelModel | undefined
  /** Why there is none. */
  reason(): string
  /** Opens a connection for one replay. */
  readonly open: OpenReplay
}

/**
 * Recordings as RabbitMQ streams. Facts as seen with RabbitMQ 3.10.8: consuming with `x-stream-offset` is refused (406, channel only)
 * by every queue that is no stream, so that asking does no harm; `basic.get` or a purge of a stream would close the connection.
 */
export class EventStream implements Recorder {
  readonly #access: StreamAccess

  constructor(access: StreamAccess) {
    this.#access = access
  }

  async look(queue: string): Promise<{ messages: number; consumers: number } | null> {
    try {
      const { messageCount, consumerCount } = await this.#ask((channel) => channel.checkQueue(queue))
      return { messages: messageCount, consumers: consumerCount }
    } catch (error) {
      if (codeOf(error) === '404') return null
      throw toRefusal(error, queue)
    }
  }

  async create(terms: RecordingTerms): Promise<boolean> {
    const { queue } = terms
    const known = await this.look(queue)
    try {
      await this.#ask((channel) => channel.assertQueue(queue, { durable: true, arguments: argumentsOf(terms) }))
    } catch (error) {
      throw toRefusal(error, queue)
    }
    try {
      await this.#bind(terms)
    } catch (error) {
      if (known === null) await this.remove(queue).catch(() => undefined)
      throw toRefusal(error, queue)
    }
    return known === null
  }

  async bind(binding: RecordingBinding): Promise<void> {
    await this.#bind(binding).catch((error: unknown) => {
      throw toRefusal(error, binding.queue)
    })
  }

  async remove(queue: string): Promise<void> {
    try {
      await this.#ask((channel) => channel.deleteQueue(queue))
    } catch (error) {
      throw toRefusal(error, queue)
    }
  }

  async last(queue: string): Promise<Place | null> {
    return lastPlace(this.#model(), queue)
  }

  replay(request: ReplayRequest, listener: ReplayListener): () => void {
    const replay = new EventStreamReplay(request, listener, this.#access.open)
    return () => replay.stop()
  }

  #bind({ queue, exchange, events }: RecordingBinding): Promise<unknown> {
    return this.#ask((channel) => channel.bindQueue(queue, exchange, events))
  }

  #model(): ChannelModel {
    const model = this.#access.model()
    if (!model) throw new RequestError('not_connected', this.#access.reason())
    return model
  }

  /** Each question has a channel of its own, which a refusal closes. */
  async #ask<T>(question: (channel: Channel) => PromiseLike<T>): Promise<T> {
    const channel = await openChannel(this.#model())
    const answer = await withDeadline(Promise.resolve(question(channel)), patience)
    abandon(channel)
    if (answer === 'late')
      throw new RequestError('timeout', 'The broker did not answer in time; it may have done what it was asked.')
    return answer
  }
}

function argumentsOf({ maxAge, megabytes }: RecordingTerms): Record<string, string | number> {
  const bytes = megabytes * 1_000_000
  return {
    'x-queue-type': 'stream',
    'x-max-age': maxAge,
    'x-max-length-bytes': bytes,
    'x-stream-max-segment-size-bytes': segmentBytes(megabytes),
  }
}

/** Size of the files a recording consists of, which go as a whole. @param megabytes that it may have altogether */
export function segmentBytes(megabytes: number): number {
  return Math.min(largestSegment, megabytes * 100_000)
}

/** What RabbitMQ refused, in words a person can act on. */
function toRefusal(error: unknown, queue: string): RequestError {
  if (error instanceof RequestError) return error
  const message = messageOf(error)
  const code = codeOf(error)
  if (code === '403')
    return new RequestError(
      'refused',
      `This user may not record history: ${said(message)}. It needs configure, write and read on ^warren\\. and read on the event exchange (celeryev). Nothing was left behind.`,
    )
  if (code === '404' && message.includes('no exchange'))
    return new RequestError(
      'refused',
      'The exchange of events does not exist yet: no Celery worker has ever been connected to this virtual host. Start one, then record. Nothing was left behind.',
    )
  if (code === '406' && message.includes('inequivalent'))
    return new RequestError(
      'refused',
      `A queue “${queue}” with other properties is there already (${said(message)}). Nothing was changed; choose another name, or the same retention.`,
    )
  if (code === '405')
    return new RequestError('refused', `The queue “${queue}” belongs to somebody else’s connection. Nothing was changed.`)
  return new RequestError('refused', `The broker refused: ${said(message)}.`)
}

/** The broker's own words, without the frame that amqplib puts around them. */
function said(message: string): string {
  const inner = /"[A-Z_]+ - (.*)"/s.exec(message)?.[1] ?? message
  return visibleLine(inner, 300)
}
