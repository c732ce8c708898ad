import type { Channel, ChannelModel, ConsumeMessage } from 'amqplib'
import { beginning } from '../recorder.ts'
import type { Place, ReplayListener, ReplayRequest } from '../recorder.ts'
import { abandon, openChannel, toIncoming } from './channels.ts'
import { lastPlace, offsetOf, placeOf } from './eventStreamPlace.ts'
import { codeOf } from './failure.ts'

/** Messages on their way; a stream hands over whole chunks, so there may be some thousands more. */
const prefetch = 500
/** Messages and milliseconds taken in one go; then whatever else happens has its turn. */
const slice = 200
const sliceTime = 8
/** Milliseconds without a message after which the newest chunk is read to its end. */
const quiet = 300
/** Milliseconds within which a stream that holds a place hands it over. */
const silence = 2_000

export interface ReplayLink {
  dispose(): Promise<void>
}

/** Opens a connection that heals itself. @param setup runs on each new one; @param lost when it is gone */
export type OpenReplay = (setup: (model: ChannelModel) => Promise<void>, lost: () => void) => ReplayLink

/** What is being read over one connection. */
interface Run {
  readonly model: ChannelModel
  readonly channel: Channel
  /** First place of the newest chunk when this began. */
  readonly end: Place
  readonly start: number
  /** The place before the first message wanted, to be found again. */
  readonly after: Place | null
  readonly waiting: ConsumeMessage[]
  /** What has to be reached: an offset, or the end of what comes at once; undefined until it is known. */
  target: number | 'quiet' | undefined
  asking: boolean
  begun: boolean
  scheduled: boolean
  timer: NodeJS.Timeout | undefined
}

/**
 * Reads a stream from a place to what was its end when the reading began. It reads in slices, so that what is live goes on, and begins
 * again behind what it has handed over when its connection breaks.
 */
export class EventStreamReplay {
  readonly #request: ReplayRequest
  readonly #listener: ReplayListener
  readonly #link: ReplayLink
  #place: Place | null
  #run: Run | undefined
  #stopped = false
  #told = false
  #read = 0
  #total = 0

  constructor(request: ReplayRequest, listener: ReplayListener, open: OpenReplay) {
    this.#request = request
    this.#listener = listener
    this.#place = request.from
    this.#link = open(
      (model) => this.#open(model),
      () => this.#abandon(),
    )
  }

  stop(): void {
    this.#stopped = true
    this.#abandon()
    void this.#link.dispose()
  }

  async #open(model: ChannelModel): Promise<void> {
    this.#abandon()
    if (this.#stopped) return
    try {
      const end = await lastPlace(model, this.#request.queue)
      // The connection is not ended before it has begun.
      if (end === null) setImmediate(() => this.#finish())
      else await this.#begin(model, end)
    } catch (error) {
      this.#refused(error)
    }
  }

  async #begin(model: ChannelModel, end: Place): Promise<void> {
    const earliest = Math.max(0, end.offset - this.#request.most)
    const known = Math.max(0, this.#place?.offset ?? 0)
    const isCut = earliest > known
    const channel = await openChannel(model)
    const run: Run = {
      ...{ model, channel, end, waiting: [], target: undefined, asking: false, begun: false, scheduled: false },
      start: isCut ? earliest : known,
      after: isCut || this.#place?.offset === beginning.offset ? null : this.#place,
      timer: undefined,
    }
    this.#run = run
    await channel.prefetch(prefetch)
    const take = (message: ConsumeMessage | null): void => this.#take(run, message)
    await channel.consume(this.#request.queue, take, { arguments: { 'x-stream-offset': run.start } })
    // A place that never comes is none of this stream: another one has taken its name.
    if (!run.begun) run.timer = setTimeout(() => this.#anew(run), silence)
  }

  #refused(error: unknown): void {
    const code = codeOf(error)
    // Any other end is the connection's, which begins again.
    if (code !== '403' && code !== '404' && code !== '406') throw error as Error
    setImmediate(() => {
      if (this.#stopped) return
      this.stop()
      this.#listener.failed(refusals[code], code !== '403')
    })
  }

  #take(run: Run, message: ConsumeMessage | null): void {
    if (run !== this.#run) return
    if (message === null) return this.#finish()
    if (!run.begun) {
      clearTimeout(run.timer)
      if (!this.#starts(run, message)) return
    }
    run.waiting.push(message)
    this.#schedule(run)
  }

  /** The first message tells whether this is the stream that was read before. */
  #starts(run: Run, message: ConsumeMessage): boolean {
    const place = placeOf(message)
    const { after } = run
    if (place === null || (after?.offset === place.offset && after.mark !== place.mark)) {
      this.#anew(run)
      return false
    }
    run.begun = true
    const isKnown = after?.offset === place.offset
    const isFirst = place.offset === 0 && this.#place?.offset === beginning.offset
    this.#total = this.#read + Math.max(1, run.end.offset - place.offset + (isKnown ? 0 : 1))
    if (!this.#told)
      this.#listener.begins({
        continuous: isKnown || isFirst,
        cut: after === null && place.offset === run.start && run.start > 0,
      })
    this.#told = true
    return true
  }

  /** From the beginning: what was read before was another stream. */
  #anew(run: Run): void {
    if (run !== this.#run) return
    this.#place = null
    this.#abandon()
    abandon(run.channel)
    this.#begin(run.model, run.end).catch((error: unknown) => {
      // Any other end is the connection's, which begins again by itself.
      if (codeOf(error) in refusals) this.#refused(error)
    })
  }

  #schedule(run: Run): void {
    if (run.scheduled) return
    run.scheduled = true
    setImmediate(() => {
      run.scheduled = false
      if (run !== this.#run) return
      this.#handOver(run)
      if (run.waiting.length > 0) this.#schedule(run)
      else this.#check(run)
    })
  }

  #handOver(run: Run): void {
    clearTimeout(run.timer)
    const until = performance.now() + sliceTime
    while (run.waiting.length > 0 && performance.now() < until) this.#handOverSome(run, run.waiting.splice(0, slice))
  }

  #handOverSome(run: Run, messages: readonly ConsumeMessage[]): void {
    const last = messages.at(-1)
    const place = last && placeOf(last)
    if (!last || !place) return
    const fresh = messages.filter((message) => (offsetOf(message) ?? -1) > (this.#place?.offset ?? -1))
    this.#read += fresh.length
    this.#place = place
    this.#total = Math.max(this.#total, this.#read)
    if (fresh.length > 0) this.#listener.messages(fresh.map(toIncoming), { read: this.#read, total: this.#total, place })
    run.channel.ack(last, true)
  }

  /**
   * A stream cannot say where its end is, and may grow all the time. Once the newest chunk of the beginning is reached, one look
   * tells: where there is a newer chunk by now, all before that one is to be read; where there is none, the rest comes at once.
   */
  #check(run: Run): void {
    const offset = this.#place?.offset ?? -1
    if (offset < run.end.offset) return
    if (run.target === undefined) return this.#askForEnd(run)
    clearTimeout(run.timer)
    if (run.target !== 'quiet' && offset >= run.target) return this.#finish()
    if (run.target === 'quiet') run.timer = setTimeout(() => this.#finish(), quiet)
  }

  #askForEnd(run: Run): void {
    if (run.asking) return
    run.asking = true
    const answered = (last: Place | null): void => {
      if (run !== this.#run) return
      run.target = last !== null && last.offset > run.end.offset ? last.offset - 1 : 'quiet'
      this.#check(run)
    }
    lastPlace(run.model, this.#request.queue).then(answered, () => undefined)
  }

  #finish(): void {
    if (this.#stopped) return
    this.stop()
    this.#listener.done(this.#place ?? beginning)
  }

  #abandon(): void {
    clearTimeout(this.#run?.timer)
    this.#run = undefined
  }
}

const refusals = {
  403: 'This user may not read the recording; grant read on ^warren\\. to replay it.',
  404: 'The recording was removed.',
  406: 'The queue that has the name of the recording is no stream, so it is left alone.',
} as const
