import type { Gap, GapReason } from '../protocol/index.ts'
import { Gaps } from './gaps.ts'
import type { Intake } from './intake.ts'
import type { Recorder } from './recorder.ts'
import { Recording } from './recording.ts'
import type { TaskSystem } from './taskSystem.ts'

/** Received, started, ended, and a heartbeat now and then: so many recorded messages are worth reading for each task that can be held. */
const messagesPerTask = 4

export interface HearingParts {
  readonly system: TaskSystem
  /** Undefined where the broker keeps no recordings. */
  readonly recorder: Recorder | undefined
  readonly intake: Intake
  /** Most tasks that can be held. */
  readonly mostTasks: number
  /** What the connection before this one had missed. */
  readonly gaps: readonly Gap[] | undefined
  readonly changed: () => void
}

/** Whether events of a connection are heard, which were missed, and the recording that tells them later. */
export class Hearing {
  readonly recording: Recording
  readonly #gaps: Gaps
  readonly #intake: Intake
  readonly #changed: () => void
  #flows = false

  constructor({ system, recorder, intake, mostTasks, gaps, changed }: HearingParts) {
    this.#gaps = new Gaps(gaps)
    this.#intake = intake
    this.#changed = changed
    this.recording = new Recording(recorder, {
      exchange: system.eventExchange,
      events: system.taskEvents,
      most: mostTasks * messagesPerTask,
      take: (messages, since) => intake.retake(messages, since),
      filled: (from) => this.#gaps.fill(from),
      changed,
    })
  }

  get flows(): boolean {
    return this.#flows
  }

  get gaps(): readonly Gap[] {
    return this.#gaps.all
  }

  /** An earlier bridge heard until then, and nobody since. @param since epoch seconds */
  missed(since: number): void {
    this.#gaps.open(Math.min(since, now()), 'bridge')
  }

  /** Events flow, at first or again. @param missedSince epoch seconds, where some went by although there was a connection */
  begin(missedSince: number | null): void {
    this.#flows = true
    this.#intake.lastEventAt = now()
    if (missedSince !== null) this.#gaps.open(missedSince, 'unbound')
    this.#gaps.close(now())
    this.recording.flows()
    this.#changed()
  }

  /** @param since epoch seconds */
  stop(since: number, reason: GapReason): void {
    if (this.#flows) this.#gaps.open(since, reason)
    this.#flows = false
    this.recording.stops()
    this.#changed()
  }

  /** So many messages, or more, fell out of a full queue while others came. */
  lose(messages: number): void {
    this.#gaps.overflowed(messages, this.#intake.lastEventAt, now())
    this.recording.loses()
    this.#changed()
  }
}

const now = () => Date.now() / 1000
