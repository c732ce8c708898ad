import type { ConnectionInfo, ControlAnswers } from '../protocol/index.ts'
import type { Connection, ConnectionTopic } from './connection.ts'
import { EventSwitch } from './eventSwitch.ts'
import { Inspector } from './inspector.ts'
import type { Answers, TaskSystem } from './taskSystem.ts'

/** Seconds between two questions to workers that did not answer. */
const lookAgain = 10

/** Keeps up with which workers of a connection are there: asks them what they are, and keeps the promise to turn their events on. */
export class Attendance {
  readonly #connection: Connection
  readonly #changed: (topic: ConnectionTopic) => void
  readonly #inspector: Inspector
  readonly #eventSwitch: EventSwitch
  #lastLookAt = 0

  /** @param promised whether the connection before this one had been asked to keep events on */
  constructor(connection: Connection, system: TaskSystem, changed: (topic: ConnectionTopic) => void, promised = false) {
    this.#connection = connection
    this.#changed = changed
    this.#inspector = new Inspector(connection, system)
    const told = () => {
      changed('connections')
      changed('workers')
    }
    this.#eventSwitch = new EventSwitch(connection, system, told, promised)
  }

  /** Whether task events are kept on in workers that come. */
  get keepsEventsOn(): boolean {
    return this.#eventSwitch.keptOn
  }

  /** Workers that send no events, as far as that is known. */
  get silent(): ConnectionInfo['silentWorkers'] {
    const { workers } = this.#connection
    return { certain: workers.certainlySilent(), likely: workers.likelySilent(), keptOn: this.keepsEventsOn }
  }

  /** A worker came or came back. */
  welcome(worker: string): void {
    this.#changed('connections')
    this.look()
    this.#eventSwitch.welcome(worker)
  }

  look(): void {
    this.#lastLookAt = now()
    void this.ask().then(() => {
      this.#changed('workers')
      this.#changed('connections')
    })
  }

  /** What all workers are, until each answered or had its time. */
  ask(): Promise<void> {
    return this.#inspector.look()
  }

  /** What workers say of themselves, by worker name. @param anew whether to ask them again */
  reports(anew: boolean): Promise<ReadonlyMap<string, Answers>> {
    return this.#inspector.reports(anew)
  }

  /** Turns task events on in all workers, now and whenever one restarts. */
  enableEvents(): Promise<ControlAnswers> {
    return this.#eventSwitch.turnOn()
  }

  /** Now and then, while events flow: silence means nothing while none could be heard. */
  keep(): void {
    const { workers } = this.#connection
    if (workers.expire(now())) {
      this.#changed('workers')
      this.#changed('connections')
    }
    this.#eventSwitch.keep()
    // A worker that was too busy to answer is asked again, now and then.
    if (now() - this.#lastLookAt > lookAgain && workers.unknown().length > 0) this.look()
  }
}

const now = () => Date.now() / 1000
