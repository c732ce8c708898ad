import type { ControlAnswers, ControlParams, Question } from '../protocol/index.ts'
import type { Connection } from '../sources/connection.ts'
import type { Connections } from '../sources/connections.ts'
import { madeSafe } from './controlSafety.ts'
import { controlQuestion } from './controlWords.ts'
import type { Action } from './door.ts'
import { typedIn } from './production.ts'

/** Milliseconds a worker is given to say goodbye; one that runs tasks finishes them first and takes longer. */
const goodbye = 5_000
const lookEvery = 100

/** Tells named workers something: how many processes, which queues, what limits, to end. */
export class ControlWorkers implements Action<ControlParams, ControlAnswers> {
  readonly name = 'Control Workers'
  readonly #connections: Connections

  constructor(connections: Connections) {
    this.#connections = connections
  }

  describe({ control, workers }: ControlParams): string {
    const { command, ...rest } = control
    const values = Object.entries(rest).map(([name, value]) => ` ${name}=${String(value)}`)
    return `${command}${values.join('')} on ${workers.slice(0, 5).join(', ')}${workers.length > 5 ? ` and ${workers.length - 5} more` : ''}`
  }

  /** @throws RequestError `refused` where it would harm a worker */
  async confirmation({ connection: id, workers, control }: ControlParams): Promise<Question | null> {
    const connection = this.#connections.connected(id)
    const question = controlQuestion(control, [...new Set(workers)], connection.workerRows)
    // What will be refused anyway is not asked about first.
    if (question) await madeSafe(connection, workers, control)
    if (question === null || control.command !== 'shutdown') return question
    const [only, ...others] = new Set(workers)
    return { ...question, ...typedIn(connection, others.length === 0 ? (only ?? '') : connection.place.name) }
  }

  async perform({ connection: id, workers, control }: ControlParams): Promise<ControlAnswers> {
    const connection = this.#connections.connected(id)
    const named = [...new Set(workers)]
    const command = await madeSafe(connection, named, control)
    const answers = await connection.conversation.tell(command, named)
    if (control.command === 'enable_events')
      for (const { worker, ok } of answers.answers) if (ok) connection.workers.setSendsEvents(worker)
    return control.command === 'shutdown' ? farewells(connection, named) : answers
  }
}

/** Nobody answers to `shutdown`: that a worker went is the answer. */
async function farewells(connection: Connection, workers: readonly string[]): Promise<ControlAnswers> {
  const until = Date.now() + goodbye
  const left = (): string[] => workers.filter((worker) => connection.workers.online().includes(worker))
  while (left().length > 0 && Date.now() < until) await new Promise((resolve) => setTimeout(resolve, lookEvery))
  const silent = left()
  const gone = workers.filter((worker) => !silent.includes(worker))
  return { answers: gone.map((worker) => ({ worker, ok: true, text: 'has shut down' })), silent }
}
