import { messageOf, RequestError } from '../protocol/index.ts'
import type { PayloadsInfo } from '../protocol/index.ts'
import type { PayloadTap, Tap, TapListener, TracedMessage, TracingState } from '../sources/payloadTap.ts'
import type { TracingGuard } from './guard.ts'
import { settleTracing, startedAfter } from './settling.ts'
import type { PayloadTerms, TracingNotes } from './tracingNotes.ts'

/** What a recording needs of those around it. */
export interface PayloadHost {
  /** Why nothing may be changed on this connection, as one sentence; null where it may. */
  readonly forbidden: string | null
  /** Exchanges whose messages are no tasks. */
  readonly except: readonly string[]
  /** Starts what turns tracing off where this process no longer can. */
  guard(): TracingGuard
  take(message: TracedMessage): void
  overflowed(messages: number): void
  changed(): void
}

/** Milliseconds between two looks whether tracing is still on, and for new exchanges. */
const lookEvery = 10_000
const renewEvery = 5_000
/** Milliseconds until what could not be turned off is tried again. */
const tryAgain = 15_000

const lostText = 'The broker is not connected; payloads are recorded again when it is back.'
const crashText = 'Warren had ended unexpectedly while it recorded payloads; tracing is off again.'
const crashAndOffText = 'Warren had ended unexpectedly while it recorded payloads; what it had turned on is off already.'
const endedText = 'Somebody turned tracing off on the broker, so payloads are recorded no longer.'

/**
 * The recording of one connection's payloads. Tracing is the virtual host's, for everybody: it is turned on last and off first, never
 * turned off where somebody else had turned it on, and noted on disk before, so that a watchdog, or the next bridge, turns it off after
 * a crash.
 */
export class PayloadRecording {
  readonly #tap: PayloadTap
  readonly #notes: TracingNotes
  readonly #host: PayloadHost
  readonly #now: () => number
  #state: PayloadsInfo['state'] = 'off'
  /** What the notes said when something last changed or was looked at: they lie on a disk, and `info` is asked for often. */
  #noted = { turnedOn: false, resume: false }
  #since: number
  #message: string | null = null
  #reader: Tap | undefined
  #guard: TracingGuard | undefined
  /** The broker was away since the last look: then nobody turned tracing off, its start did. */
  #interrupted = false
  #disposed = false
  #work: Promise<unknown> = Promise.resolve()
  #looks: NodeJS.Timeout | undefined
  #renewals: NodeJS.Timeout | undefined
  #later: NodeJS.Timeout | undefined

  /** @param now epoch seconds */
  constructor(tap: PayloadTap, notes: TracingNotes, host: PayloadHost, now = () => Date.now() / 1_000) {
    this.#tap = tap
    this.#notes = notes
    this.#host = host
    this.#now = now
    this.#since = now()
  }

  get info(): Pick<PayloadsInfo, 'state' | 'since' | 'message' | 'turnedOn' | 'resume' | 'refusal'> {
    const isOff = this.#state === 'off'
    return {
      state: this.#state,
      since: this.#since,
      refusal: this.refusal,
      message: this.#message,
      turnedOn: !isOff && this.#noted.turnedOn,
      resume: !isOff && this.#noted.resume,
    }
  }

  /** Why it cannot be turned on; null where it can, as far as is known. */
  get refusal(): string | null {
    return this.#host.forbidden ?? this.#tap.refusal
  }

  /** The connection begins: goes on where the user had asked for that, and turns off what a bridge that crashed left on. */
  begin(): Promise<void> {
    return this.#serially(() => this.#begin())
  }

  /** @returns whether Warren turned tracing on, now or before @throws RequestError */
  start(terms: PayloadTerms): Promise<boolean> {
    return this.#serially(async () => {
      if (this.#state === 'off') await this.#start()
      this.#notes.ask(terms.resume ? terms : null)
      this.#changed()
      return this.#notes.turnedOnAt !== null
    })
  }

  /** @returns whether tracing was turned off @throws RequestError where that failed; it is tried again */
  stop(): Promise<boolean> {
    return this.#serially(async () => {
      this.#notes.ask(null)
      await this.#letGo(null)
      return this.#settleOrLater()
    })
  }

  /** The connection ends. What the user asked to go on goes on with the next one. */
  async dispose(): Promise<void> {
    this.#disposed = true
    clearTimeout(this.#later)
    await this.#serially(async () => {
      await this.#letGo(null)
      if (this.#guard) await this.#settle()
    }).catch(() => this.#guard?.takeOver())
  }

  /** Whether tracing is still on; also asked right after an interruption. */
  look(): Promise<void> {
    return this.#serially(() => this.#look())
  }

  async #begin(): Promise<void> {
    const crashed = this.#notes.takeCrash()
    const asked = this.#notes.asked
    if (asked && this.refusal === null && !this.#disposed) {
      await this.#start().catch((error: unknown) => {
        this.#tell(`Payloads are not recorded again yet: ${messageOf(error)}`)
        this.#again()
      })
      return
    }
    if (this.#notes.turnedOnAt !== null && !this.#notes.othersHold()) return this.#turnOffLeft()
    if (crashed) this.#tell(crashText)
  }

  async #turnOffLeft(): Promise<void> {
    if (this.#host.forbidden !== null)
      return this.#tell(`An earlier Warren left tracing on, and this connection may not turn it off: ${this.#host.forbidden}`)
    try {
      const turnedOff = await this.#settle()
      if (turnedOff) this.#tell(crashText)
      else if (this.#notes.turnedOnAt === null) this.#tell(crashAndOffText)
    } catch (error) {
      this.#tell(`Warren had ended unexpectedly, and tracing cannot be turned off yet: ${messageOf(error)}`)
      this.#again()
    }
  }

  #again(): void {
    clearTimeout(this.#later)
    if (this.#disposed) return
    this.#later = setTimeout(() => void this.begin(), tryAgain)
    this.#later.unref()
  }

  async #start(): Promise<void> {
    clearTimeout(this.#later)
    this.#set('starting', null)
    try {
      // Held before it is looked: whoever turns tracing off right now sees that somebody begins.
      hold(this.#notes)
      const before = await this.#tap.look()
      this.#dropOldMark(before)
      this.#guard ??= this.#host.guard()
      if (!before.tracing) this.#notes.turnOn(this.#now())
      this.#reader = await this.#tap.open(this.#host.except, this.#listener(), this.#notes.id)
      if (!before.tracing) await this.#tap.set(true)
    } catch (error) {
      await this.#letGo(null)
      await this.#settle().catch(() => this.#again())
      throw error
    }
    this.#interrupted = false
    this.#looks = every(lookEvery, () => this.look())
    this.#renewals = every(renewEvery, () => this.#notes.renew())
    this.#set('on', null)
  }

  #listener(): TapListener {
    return {
      flows: () => this.#state === 'waiting' && void this.look(),
      stopped: (reason) => {
        if (this.#state !== 'on') return
        this.#interrupted = true
        this.#set('waiting', reason)
      },
      message: (message) => this.#host.take(message),
      overflowed: (messages) => this.#host.overflowed(messages),
    }
  }

  async #look(): Promise<void> {
    if (!this.#is('on') && !this.#is('waiting')) return
    try {
      const { tracing } = await this.#tap.look()
      if (!tracing && !this.#interrupted) return await this.#ended()
      if (!tracing) await this.#turnOnAgain()
      this.#changed()
      this.#interrupted = false
      await this.#reader?.refresh()
      if (this.#is('waiting')) this.#set('on', null)
    } catch (error) {
      // The broker, or only its management API, is away: the next look tells more.
      if (this.#is('waiting')) this.#tell(`${lostText} ${messageOf(error)}`)
    }
  }

  async #turnOnAgain(): Promise<void> {
    this.#notes.turnOn(this.#now())
    await this.#tap.set(true)
  }

  async #ended(): Promise<void> {
    this.#notes.ask(null)
    await this.#letGo(endedText)
    if (!this.#notes.othersHold()) this.#notes.turnedOff(this.#notes.turnedOnAt)
    this.#releaseGuard()
  }

  async #letGo(message: string | null): Promise<void> {
    clearInterval(this.#looks)
    clearInterval(this.#renewals)
    const reader = this.#reader
    this.#reader = undefined
    this.#notes.release()
    this.#set('off', message)
    await reader?.close().catch(() => undefined)
  }

  /** Turns off what Warren turned on, unless another bridge still reads. @returns whether it did @throws RequestError */
  async #settle(): Promise<boolean> {
    const wasOurs = await settleTracing(this.#tap, this.#notes, this.#now)
    this.#releaseGuard()
    return wasOurs
  }

  #releaseGuard(): void {
    this.#guard?.release()
    this.#guard = undefined
  }

  async #settleOrLater(): Promise<boolean> {
    try {
      return await this.#settle()
    } catch (error) {
      const message = `Payloads are recorded no longer, but tracing could not be turned off: ${messageOf(error)} Warren tries again.`
      this.#tell(message)
      this.#again()
      throw new RequestError('refused', message)
    }
  }

  /** What was turned on before the broker started is off since; where it is on, somebody else did that. */
  #dropOldMark(state: TracingState): void {
    const at = this.#notes.turnedOnAt
    if (at !== null && (!state.tracing || startedAfter(at, state)) && !this.#notes.othersHold()) this.#notes.turnedOff(at)
  }

  #set(state: PayloadsInfo['state'], message: string | null): void {
    if (state !== this.#state) this.#since = this.#now()
    this.#state = state
    this.#message = message
    this.#changed()
  }

  #changed(): void {
    if (this.#state !== 'off') this.#noted = { turnedOn: this.#notes.turnedOnAt !== null, resume: this.#notes.asked !== null }
    this.#host.changed()
  }

  /** Asked anew after every wait: the listener changes it in between. */
  #is(state: PayloadsInfo['state']): boolean {
    return this.#state === state
  }

  #tell(message: string): void {
    this.#message = message
    this.#changed()
  }

  /** One after the other: a stop waits for the start before it. */
  #serially<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#work.then(work)
    this.#work = done.catch(() => undefined)
    return done
  }
}

/** @throws RequestError */
function hold(notes: TracingNotes): void {
  try {
    notes.hold()
  } catch (error) {
    throw new RequestError(
      'refused',
      `Warren could not note on this computer that it turns tracing on (${messageOf(error)}), so it did not: after a crash it would stay on.`,
    )
  }
}

function every(milliseconds: number, work: () => unknown): NodeJS.Timeout {
  const timer = setInterval(() => void work(), milliseconds)
  timer.unref()
  return timer
}
