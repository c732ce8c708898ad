import type { ControlAnswers } from '../protocol/index.ts'
import type { Connection } from './connection.ts'
import type { TaskSystem } from './taskSystem.ts'

/** Rounds of housekeeping in which a worker that does not answer is told each time; after that, in every tenth. */
const eagerRounds = 20

/** Turns task events on in workers, and keeps them on: workers forget it when they restart. */
export class EventSwitch {
  readonly #connection: Connection
  readonly #system: TaskSystem
  readonly #told: () => void
  /** Workers that were to be told and have not answered. */
  readonly #untold = new Set<string>()
  #rounds = 0
  #keptOn: boolean

  /**
   * @param told called whenever workers were told and may have answered
   * @param promised whether the connection before this one had been asked to keep events on
   */
  constructor(connection: Connection, system: TaskSystem, told: () => void, promised = false) {
    this.#connection = connection
    this.#system = system
    this.#told = told
    // Whoever asks for a read-only connection does not want workers to be told anything.
    this.#keptOn = (connection.params.keepEventsOn || promised) && !connection.params.readOnly
  }

  get keptOn(): boolean {
    return this.#keptOn
  }

  /** In all workers, now and whenever one restarts. */
  async turnOn(): Promise<ControlAnswers> {
    this.#keptOn = true
    const answers = await this.#tell(null)
    for (const worker of answers.silent) this.#expectOf(worker)
    return answers
  }

  /** A worker came or came back. */
  welcome(worker: string): void {
    if (!this.#keptOn) return
    this.#expectOf(worker)
    this.keep()
  }

  /** A worker announces itself before it listens to commands, and a busy solo worker does not listen: they are told again. */
  keep(): void {
    const online = new Set(this.#connection.workers.online())
    for (const worker of [...this.#untold]) if (!online.has(worker)) this.#untold.delete(worker)
    if (this.#untold.size === 0 || (++this.#rounds > eagerRounds && this.#rounds % 10 !== 0)) return
    // Not reachable at the moment: the next round tries again.
    void this.#tell([...this.#untold]).catch(() => undefined)
  }

  #expectOf(worker: string): void {
    this.#untold.add(worker)
    this.#rounds = 0
  }

  async #tell(workers: readonly string[] | null): Promise<ControlAnswers> {
    const { replies, silent } = await this.#connection.conversation.inspect(
      (ticket) => this.#system.enableEvents(ticket, workers),
      workers,
    )
    const answers = replies.map(({ worker, payload }) => ({ worker, ...this.#system.readAcknowledged(payload) }))
    for (const { worker, ok } of answers) {
      this.#untold.delete(worker)
      if (ok) this.#connection.workers.setSendsEvents(worker)
    }
    this.#told()
    return { answers, silent }
  }
}
