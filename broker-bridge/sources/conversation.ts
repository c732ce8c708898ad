import { randomUUID } from 'node:crypto'
import { RequestError } from '../protocol/index.ts'
import type { ControlAnswers, RegisteredTask } from '../protocol/index.ts'
import type { WorkerRegistry } from '../tasks/workers.ts'
import type { Broker, Command, IncomingMessage } from './broker.ts'
import type { HeldTask, Question, TaskSystem, TellableCommand, WorkerReply } from './taskSystem.ts'

/** How long workers are given to answer, in milliseconds; a solo worker answers only between two tasks. */
const answerTime = 1_000

/** What happened in a conversation that others must know. */
export interface ConversationNews {
  /** Replies that could not be read, with the reason of each. */
  unreadable(reasons: readonly string[]): void
  /** At least one worker answered. */
  answered(): void
  /** Workers were told something that may have changed what they are. */
  told(): void
}

/** What was asked or told, with what came back. */
export interface Heard {
  readonly replies: readonly WorkerReply[]
  readonly messages: readonly IncomingMessage[]
  /** Workers that should have answered and did not. */
  readonly silent: string[]
}

/** Questions and commands to the workers of one connection, and what they answer. */
export class Conversation {
  readonly #broker: Broker
  readonly #system: TaskSystem
  readonly #workers: WorkerRegistry
  readonly #news: ConversationNews

  constructor(broker: Broker, system: TaskSystem, workers: WorkerRegistry, news: ConversationNews) {
    this.#broker = broker
    this.#system = system
    this.#workers = workers
    this.#news = news
  }

  /** Sends a command and waits until every worker it is for answered, or a second. @param workers null: all that are known */
  async inspect(command: (ticket: string) => Command, workers: readonly string[] | null = null): Promise<Heard> {
    const ticket = randomUUID()
    const expected = workers ?? this.#workers.online()
    const answered = new Set<string>()
    let read = 0
    const enough = (messages: readonly IncomingMessage[]) => {
      for (const { worker } of this.#system.readReplies(messages.slice(read), ticket).replies) answered.add(worker)
      read = messages.length
      return expected.length > 0 && expected.every((worker) => answered.has(worker))
    }
    const messages = await this.#broker.ask(command(ticket), answerTime, enough)
    const { replies, unreadable } = this.#system.readReplies(messages, ticket)
    if (unreadable.length > 0) this.#news.unreadable(unreadable)
    if (replies.length > 0) this.#news.answered()
    return { replies, messages, silent: expected.filter((worker) => !answered.has(worker)) }
  }

  /** Puts one question to workers. @param workers null: all that are known */
  async question(
    question: Question,
    workers: readonly string[] | null,
  ): Promise<{ replies: readonly WorkerReply[]; silent: string[] }> {
    const { replies, silent } = await this.#ask(question, workers)
    const wanted = workers === null ? replies : replies.filter(({ worker }) => workers.includes(worker))
    return { replies: wanted, silent }
  }

  /**
   * Tells workers something and reads what they say to it.
   * @param workers null: all that are known
   * @throws RequestError `refused` where this task system's workers cannot be told anything
   */
  async tell(command: TellableCommand, workers: readonly string[] | null): Promise<ControlAnswers> {
    const { name, tell, readTold } = this.#system
    if (!tell || !readTold) throw new RequestError('refused', `Workers of ${name} cannot be told anything from outside.`)
    const { replies, silent } = await this.inspect((ticket) => tell(command, ticket, workers), workers)
    if (!command.command.startsWith('revoke')) this.#news.told()
    return { answers: replies.map(({ worker, payload }) => ({ worker, ...readTold(command, payload) })), silent }
  }

  /** A task that a worker has at the moment, as its answer to this question tells; null where none tells of it. */
  async heldTask(question: Question, id: string): Promise<HeldTask | null> {
    let asked = ''
    const { messages } = await this.inspect((ticket) => this.#system.ask(question, (asked = ticket)))
    return this.#system.readHeldTask(messages, asked, id)
  }

  async registeredTasks(): Promise<{ tasks: RegisteredTask[]; silent: string[] }> {
    const { replies, silent } = await this.#ask('registered')
    const workersOf = new Map<string, string[]>()
    for (const { worker, payload } of replies) {
      for (const name of this.#system.readRegistered(payload)) workersOf.set(name, [...(workersOf.get(name) ?? []), worker])
    }
    const tasks = [...workersOf].map(([name, workers]) => ({ name, workers }))
    return { tasks: tasks.sort((one, other) => one.name.localeCompare(other.name)), silent }
  }

  /** Result backends as the workers' settings name them; empty while nobody answers. Hostile. */
  async resultBackends(): Promise<string[]> {
    const { replies } = await this.#ask('conf')
    return [...new Set(replies.flatMap(({ payload }) => this.#system.readResultBackend(payload) ?? []))]
  }

  #ask(question: Question, workers: readonly string[] | null = null): Promise<Heard> {
    return this.inspect((ticket) => this.#system.ask(question, ticket), workers)
  }
}
