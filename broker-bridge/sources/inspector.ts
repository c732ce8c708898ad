import type { Connection } from './connection.ts'
import type { Answers, Question, TaskSystem } from './taskSystem.ts'

const facts: readonly Question[] = ['stats', 'active_queues', 'conf']
const everything: readonly Question[] = [...facts, 'registered', 'active', 'reserved', 'scheduled', 'revoked']

/** Learns of workers what their heartbeats do not say, when they come and when somebody asks. */
export class Inspector {
  readonly #connection: Connection
  readonly #system: TaskSystem
  #looking: Promise<void> | undefined
  #again = false
  #reports: ReadonlyMap<string, Answers> = new Map()

  constructor(connection: Connection, system: TaskSystem) {
    this.#connection = connection
    this.#system = system
  }

  /** Looks at all workers, since a command reaches each of them anyway. Many that come at once cost two looks, not many. */
  async look(): Promise<void> {
    if (this.#looking) {
      this.#again = true
      return this.#looking
    }
    this.#looking = this.#lookAtAll().catch(() => undefined)
    await this.#looking
    this.#looking = undefined
    if (!this.#again) return
    this.#again = false
    await this.look()
  }

  /** What every worker answers to every question, as it answered. Asked anew if wanted, or if nobody asked before. */
  async reports(anew: boolean): Promise<ReadonlyMap<string, Answers>> {
    if (anew || this.#reports.size === 0) this.#reports = await this.#ask(everything)
    return this.#reports
  }

  async #lookAtAll(): Promise<void> {
    for (const [worker, answers] of await this.#ask(facts))
      this.#connection.workers.setFacts(worker, this.#system.readFacts(answers), Date.now() / 1000)
  }

  /** One question after the other: workers answer in milliseconds, and a flood of questions would hold up their own work. */
  async #ask(questions: readonly Question[]): Promise<Map<string, Answers>> {
    const answers = new Map<string, Answers>()
    for (const question of questions) {
      const { replies } = await this.#connection.conversation.inspect((ticket) => this.#system.ask(question, ticket))
      for (const { worker, payload } of replies) answers.set(worker, { ...answers.get(worker), [question]: payload })
    }
    return answers
  }
}
