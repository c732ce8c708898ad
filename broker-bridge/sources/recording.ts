import { defaultRecording, messageOf, RequestError } from '../protocol/index.ts'
import type { RecordingInfo } from '../protocol/index.ts'
import type { IncomingMessage } from './broker.ts'
import { beginning } from './recorder.ts'
import type { Recorder, RecordingTerms, ReplayListener } from './recorder.ts'
import type { RecordingMemory } from './recordingMemory.ts'
import { KnownPlace } from './recordingPlace.ts'
import { ReplayCount } from './replayCount.ts'

/** What a recording needs of its connection. */
export interface RecordingHost {
  /** The events that are recorded: their exchange, and the pattern of their routing keys. */
  readonly exchange: string
  readonly events: string
  /** Messages that are worth replaying at most: more could not be held. */
  readonly most: number
  /**
   * @param since epoch seconds at which the replay began
   * @returns how many events were in them, and the earliest time among them in epoch seconds
   */
  take(messages: readonly IncomingMessage[], since: number): { readonly events: number; readonly from: number }
  /** Everything since then has been replayed. @param from epoch seconds */
  filled(from: number): void
  changed(): void
}

/** Milliseconds between two looks at how far everything is known. */
const lookEvery = 30_000
/** Milliseconds after which a place is kept: by then what lies before it has been written to the history. */
const keepAfter = 5_000
/** Milliseconds after the last loss by overflow: reading more while there is too much would lose more. */
const calm = 10_000
const showEvery = 200
/** Milliseconds until the next look for a recording that should be there, and how many of them: half a minute. */
const tryAgain = 1_000
const mostTries = 30

/** The recording of one connection's events: found, replayed whenever something may have been missed, and followed while all goes well. */
export class Recording {
  readonly #recorder: Recorder | undefined
  readonly #host: RecordingHost
  #memory: RecordingMemory | undefined
  #queue: string | null = null
  #message: string | null = null
  readonly #known = new KnownPlace()
  #replay: RecordingInfo['replay'] = null
  #stop: (() => void) | undefined
  #flowing = false
  /** Something may be missing that the recording holds. */
  #behind = true
  #round = 0
  #shownAt = 0
  #calm: NodeJS.Timeout | undefined
  /** Looks in vain since events flow. */
  #tries = 0
  #later: NodeJS.Timeout | undefined
  readonly #timers: readonly NodeJS.Timeout[]

  /** @param recorder undefined where the broker keeps no recordings */
  constructor(recorder: Recorder | undefined, host: RecordingHost) {
    this.#recorder = recorder
    this.#host = host
    this.#timers = recorder ? [setInterval(() => void this.#look(), lookEvery), setInterval(() => this.#keep(), keepAfter)] : []
    for (const timer of this.#timers) timer.unref()
  }

  /** What is recorded, or would be. */
  get source(): { readonly exchange: string; readonly events: string } {
    const { exchange, events } = this.#host
    return { exchange, events }
  }

  /** Null where none is known. */
  get info(): RecordingInfo | null {
    return this.#queue === null ? null : { queue: this.#queue, replay: this.#replay, message: this.#message }
  }

  /** What earlier bridges knew is told: from here on something may be replayed. */
  begin(memory: RecordingMemory): void {
    this.#memory = memory
    this.#known.restore(memory.place, memory.since)
    void this.#catchUp()
  }

  /** Events flow, at first or again. */
  flows(): void {
    this.#flowing = this.#behind = true
    this.#tries = 0
    void this.#catchUp()
  }

  /** Events stopped. */
  stops(): void {
    this.#flowing = false
    clearTimeout(this.#later)
    this.#halt()
  }

  /** Events were lost while others came. */
  loses(): void {
    this.#behind = true
    this.#known.doubt()
    clearTimeout(this.#calm)
    this.#calm = setTimeout(() => {
      this.#calm = undefined
      void this.#catchUp()
    }, calm)
    this.#calm.unref()
  }

  dispose(): void {
    this.stops()
    clearTimeout(this.#calm)
    for (const timer of this.#timers) clearInterval(timer)
  }

  /** The recording as it is to be asked about. @throws RequestError `not_found`, `refused` */
  async held(): Promise<{ queue: string; messages: number; consumers: number }> {
    // Only one that was read as a recording: a queue that merely has such a name is somebody's.
    const queue = this.#queue
    const held = queue === null ? null : await this.#mustRecorder().look(queue)
    if (queue === null || held === null) throw new RequestError('not_found', 'No recording is known on this broker.')
    return { queue, ...held }
  }

  /** @throws RequestError `refused`, `not_connected`, `timeout` */
  async look(queue: string): Promise<{ messages: number; consumers: number } | null> {
    return this.#mustRecorder().look(queue)
  }

  /** @returns whether it was not there before @throws RequestError */
  async create(terms: Omit<RecordingTerms, 'exchange' | 'events'>): Promise<boolean> {
    const created = await this.#mustRecorder().create({ ...terms, ...this.source })
    this.#halt()
    this.#queue = terms.queue
    this.#known.forget()
    // Nothing is in a new one yet, and from now on all is heard as well.
    if (created) this.#known.done(beginning, Number.POSITIVE_INFINITY, now())
    this.#memory?.keep({ queue: terms.queue, place: this.#known.place, since: this.#known.since, asked: true })
    this.#behind = !created || !this.#flowing
    this.#host.changed()
    void this.#catchUp()
    return created
  }

  /** @throws RequestError */
  async remove(queue: string): Promise<void> {
    await this.#mustRecorder().remove(queue)
    this.#halt()
    this.#forget()
    this.#memory?.keep(null)
  }

  async #catchUp(): Promise<void> {
    if (!this.#recorder || !this.#memory || !this.#flowing || !this.#behind || this.#stop) return
    const round = ++this.#round
    const queue = await this.#find().catch(() => undefined)
    if (!this.#isCurrent(round)) return
    if (queue == null && this.#mayComeYet(queue)) return this.#catchUpLater()
    if (queue == null) return this.#forget()
    await this.#bindAgain(queue)
    if (this.#isCurrent(round)) this.#start(queue)
  }

  /** A broker that has just started says of a stream for a while that there is none (404, seen with RabbitMQ 3.10.8), or says nothing. */
  #mayComeYet(found: null | undefined): boolean {
    const isExpected = this.#queue !== null || this.#memory?.queue != null
    return this.#tries++ < mostTries && (found === undefined || isExpected)
  }

  #catchUpLater(): void {
    clearTimeout(this.#later)
    this.#later = setTimeout(() => void this.#catchUp(), tryAgain)
    this.#later.unref()
  }

  #isCurrent(round: number): boolean {
    return round === this.#round && this.#flowing
  }

  /** The one that is remembered, or one that somebody else began under the usual name. */
  async #find(): Promise<string | null> {
    const names = new Set([this.#queue, this.#memory?.queue ?? null, defaultRecording])
    for (const name of names) if (name !== null && (await this.#mustRecorder().look(name)) !== null) return name
    return null
  }

  /** Its binding went if the exchange was deleted. Only what this user asked for is repeated. */
  async #bindAgain(queue: string): Promise<void> {
    if (this.#memory?.queue !== queue) return
    await this.#recorder?.bind({ queue, ...this.source }).catch(() => undefined)
  }

  #start(queue: string): void {
    if (queue !== this.#queue) this.#message = null
    this.#queue = queue
    this.#behind = false
    this.#host.changed()
    const request = { queue, from: this.#known.place, most: this.#host.most }
    this.#stop = this.#recorder?.replay(request, this.#listener(new ReplayCount(now())))
  }

  #listener(count: ReplayCount): ReplayListener {
    return {
      begins: ({ continuous, cut }) => {
        this.#known.begins(continuous)
        this.#message = cut ? cutMessage(this.#host.most) : null
      },
      messages: (messages, { read, total, place }) => {
        count.add(this.#host.take(messages, count.began), read, total)
        this.#known.reached(place)
        this.#show(count)
      },
      done: (place) => {
        this.#host.filled(this.#known.done(place, count.from, count.began))
        this.#end()
        void this.#look()
      },
      failed: (reason, gone) => this.#fail(reason, gone),
    }
  }

  #show(count: ReplayCount): void {
    this.#replay = count.picture
    if (performance.now() - this.#shownAt < showEvery) return
    this.#shownAt = performance.now()
    this.#host.changed()
  }

  #fail(reason: string, gone: boolean): void {
    this.#stop = undefined
    this.#replay = null
    this.#behind = true
    this.#message = reason
    if (gone) this.#forget()
    this.#host.changed()
  }

  #end(): void {
    this.#stop = undefined
    this.#replay = null
    this.#host.changed()
    if (this.#behind && this.#calm === undefined) void this.#catchUp()
  }

  /** Ends a replay that is not done: it goes on from its place with the next one. */
  #halt(): void {
    this.#round++
    this.#known.doubt()
    if (this.#stop) this.#behind = true
    this.#stop?.()
    this.#stop = undefined
    this.#replay = null
  }

  #forget(): void {
    if (this.#queue === null) return
    this.#queue = this.#message = null
    this.#known.forget()
    this.#host.changed()
  }

  /** While events flow and none is lost, all that is recorded is also heard. */
  async #look(): Promise<void> {
    const queue = this.#queue
    if (queue === null || !this.#isAbreastOf(queue)) return
    try {
      const newest = await this.#mustRecorder().last(queue)
      if (this.#isAbreastOf(queue)) this.#known.look(newest)
    } catch (error) {
      if (messageOf(error).includes('404')) this.#forget()
    }
  }

  #isAbreastOf(queue: string): boolean {
    return this.#queue === queue && this.#flowing && !this.#behind && this.#stop === undefined
  }

  #keep(): void {
    const place = this.#known.ripe()
    if (this.#queue === null || place === null) return
    this.#memory?.keep({ queue: this.#queue, place, since: this.#known.since, asked: false })
  }

  #mustRecorder(): Recorder {
    if (this.#recorder) return this.#recorder
    throw new RequestError('refused', 'This broker keeps no recordings of events.')
  }
}

function cutMessage(most: number): string {
  return `The recording holds more than Warren can: only about its newest ${most.toLocaleString('en-US')} messages are replayed.`
}

const now = (): number => Date.now() / 1_000
