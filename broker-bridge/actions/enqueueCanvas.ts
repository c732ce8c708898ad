import { randomUUID } from 'node:crypto'
import { canvasNames, RequestError } from '../protocol/index.ts'
import type { EnqueueCanvasParams, EnqueuedCanvas } from '../protocol/index.ts'
import type { Connections } from '../sources/connections.ts'
import type { Arranged } from '../sources/taskSystem.ts'
import type { Action } from './door.ts'
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
    const names = canvasNames(canvas)
    return `${canvas.kind} of ${names.slice(0, 5).join(', ')}${names.length > 5 ? ` and ${names.length - 5} more` : ''}`
  }

  /** The canvas the user wrote is the user's word. */
  confirmation(): Promise<null> {
    return Promise.resolve(null)
  }

  /** @throws RequestError `invalid`, or why sending stopped and how many tasks of a group had been sent until then */
  async perform(params: EnqueueCanvasParams): Promise<EnqueuedCanvas> {
    const connection = this.#connections.get(params.connection)
    const queue = await defaultQueue(connection)
    const request = (name: string, other: string | undefined) => newRequest(name, randomUUID(), other ?? queue)
    const arranged = connection.system.arrange(params.canvas, { queue, newId: randomUUID, request })
    if ('problem' in arranged) throw new RequestError('invalid', arranged.problem)
    return { connection: params.connection, sent: await this.#send(params.connection, arranged), last: arranged.last }
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

/** Part of it is on its way: whoever tries again would send that part twice. */
function unfinished(error: unknown, sent: number, all: number): unknown {
  const reason = error instanceof Error ? error.message : String(error)
  return new RequestError(
    'timeout',
    `${sent} of ${all} tasks were sent, and then: ${reason} Those that were sent are running; look before you send again.`,
  )
}
