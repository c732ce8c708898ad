import { randomUUID } from 'node:crypto'
import { canvasTasks, RequestError } from '../protocol/index.ts'
import type { Canvas, EnqueueCanvasParams, EnqueuedCanvas, Question } from '../protocol/index.ts'
import type { Connection } from '../sources/connection.ts'
import type { Connections } from '../sources/connections.ts'
import type { Arranged } from '../sources/taskSystem.ts'
import type { Action } from './door.ts'
import { doubtQuestion } from './enqueueCheck.ts'
import { defaultQueue, newRequest, sendRecorded } from './enqueue.ts'
import type { SentTasks } from './sentTasks.ts'

/** Sends chains, groups and chords. */
export class EnqueueCanvas implements Action<EnqueueCanvasParams, EnqueuedCanvas> {
  readonly name = 'Enqueue Canvas'
  readonly #connections: Connections
  readonly #sent: SentTasks

  constructor(connections: Connections, sent: SentTasks) {
    this.#connections = connections
    this.#sent = sent
  }

  describe({ canvas }: EnqueueCanvasParams): string {
    const names = canvasTasks(canvas).map(({ name }) => name)
    return `${canvas.kind} of ${names.slice(0, 5).join(', ')}${names.length > 5 ? ` and ${names.length - 5} more` : ''}`
  }

  /** The canvas the user wrote is the user's word, unless workers say that nobody would run a part of it. */
  async confirmation({ connection: id, canvas }: EnqueueCanvasParams): Promise<Question | null> {
    const connection = this.#connections.get(id)
    if (!connection.connected || connection.info.blocked !== null) return null
    const standard = await standardQueue(connection, canvas)
    return doubtQuestion(
      connection,
      canvasTasks(canvas).map(({ name, queue }) => ({ name, queue: queue ?? standard })),
    )
  }

  /** @throws RequestError `invalid`, or why sending stopped and how many tasks of a group had been sent until then */
  async perform(params: EnqueueCanvasParams): Promise<EnqueuedCanvas> {
    const connection = this.#connections.get(params.connection)
    const queue = await standardQueue(connection, params.canvas)
    const request = (name: string, other: string | undefined) => newRequest(name, randomUUID(), other ?? queue)
    const arranged = connection.system.arrange(params.canvas, { queue, newId: randomUUID, request })
    if ('problem' in arranged) throw new RequestError('invalid', arranged.problem)
    const { last, steps } = arranged
    return { connection: params.connection, sent: await this.#send(params.connection, arranged), last, steps }
  }

  async #send(id: string, { tasks }: Arranged): Promise<string[]> {
    const sent: string[] = []
    for (const task of tasks) {
      await sendRecorded(this.#connections.get(id), task, this.#sent).catch((error: unknown) => {
        throw sent.length === 0 ? error : unfinished(error, sent.length, tasks.length)
      })
      sent.push(task.id)
    }
    return sent
  }
}

/** Where what names no queue goes; Celery's own tasks go with the first task, where each names one. */
async function standardQueue(connection: Connection, canvas: Canvas): Promise<string> {
  const tasks = canvasTasks(canvas)
  const [first] = tasks
  return first?.queue !== undefined && tasks.every(({ queue }) => queue !== undefined) ? first.queue : defaultQueue(connection)
}

/** Part of it is on its way: whoever tries again would send that part twice. */
function unfinished(error: unknown, sent: number, all: number): unknown {
  const reason = error instanceof Error ? error.message : String(error)
  return new RequestError(
    'timeout',
    `${sent} of ${all} tasks were sent, and then: ${reason} Those that were sent are running; look before you send again.`,
  )
}
