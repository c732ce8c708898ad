import { endedStates, messageOf } from '../protocol/index.ts'
import type { BackendReply, TaskDetail, TaskKey, TaskState } from '../protocol/index.ts'
import type { Connection } from '../sources/connection.ts'
import { momentOf } from '../tasks/query.ts'
import type { TaskRecord } from '../tasks/record.ts'
import type { TaskStore } from '../tasks/store.ts'
import type { Lookups } from './lookups.ts'

/** Seconds without an event after which a task that should be running is asked about. */
export const stuckAfter = 300
/** Milliseconds between two rounds. */
const pace = 10_000
/** Tasks of one connection that are asked about in one round, by one question. */
const together = 20
/** Questions about one task, each after twice the time of the one before: the last is two hours after the first. */
const mostQuestions = 8
const firstPause = 60
/** Tasks whose answers are held. */
const mostHeld = 2_000
/** Seconds until a backend that could not be asked is asked again, doubled each time. */
const [shortestRest, longestRest] = [30, 1_800]

/** States of a task that somebody should be working on; a started one whose worker died is among them. */
const unfinished = ['STARTED', 'RECEIVED']

interface Asked {
  /** The newest event when it was asked; a newer one begins anew. */
  readonly at: number
  readonly times: number
  /** Epoch seconds. */
  readonly next: number
  readonly reply: BackendReply
  /** Rises with every answer. */
  readonly revision: number
}

interface Rest {
  readonly until: number
  readonly seconds: number
}

export interface StuckTasksOptions {
  readonly store: TaskStore
  readonly lookups: Pick<Lookups, 'mayAsk' | 'find'>
  readonly connections: Iterable<Connection>
  /** Something was learnt of tasks. */
  readonly changed: () => void
  readonly log: (line: string) => void
  /** Seconds; `stuckAfter` unless said otherwise. */
  readonly after?: number | undefined
}

/**
 * Asks result backends by itself about tasks of which nothing was heard for long: few at a time, less and less often, and no more
 * after some hours. Only where the user named the backend or agreed to it. What it learns stands beside the task and changes nothing in
 * it.
 */
export class StuckTasks {
  readonly #options: StuckTasksOptions
  readonly #after: number
  readonly #asked = new Map<string, Asked>()
  readonly #rests = new Map<string, Rest>()
  readonly #timer: NodeJS.Timeout
  #busy = false
  #learnt = 0

  constructor(options: StuckTasksOptions) {
    this.#options = options
    this.#after = options.after ?? stuckAfter
    this.#timer = setInterval(() => void this.#round(), Math.min(pace, this.#after * 1_000))
    this.#timer.unref()
  }

  /** A task with what the backend said of it beside it, as long as no event told anything newer. */
  beside(task: TaskDetail): TaskDetail {
    const asked = this.#asked.get(nameOf(task))
    return asked?.at === task.at ? { ...task, backend: asked.reply } : task
  }

  /** What a backend says of a task, where events told another state and nothing newer. */
  stateOf(task: TaskKey & Pick<TaskDetail, 'at' | 'state'>): TaskState | undefined {
    const asked = this.#asked.get(nameOf(task))
    if (asked?.at !== task.at) return undefined
    return (
      asked.reply.answers
        .map(({ state }) => state)
        .find((state) => state !== null && endedStates.has(state) && state !== task.state) ?? undefined
    )
  }

  /** Rises whenever something was learnt. */
  get learnt(): number {
    return this.#learnt
  }

  /** Differs whenever `beside` would add something else. */
  revision(key: TaskKey): number {
    return this.#asked.get(nameOf(key))?.revision ?? 0
  }

  dispose(): void {
    clearInterval(this.#timer)
  }

  async #round(): Promise<void> {
    if (this.#busy) return
    this.#busy = true
    // One backend after the other: nobody waits for the answers.
    for (const connection of [...this.#options.connections]) await this.#look(connection, Date.now() / 1_000)
    this.#busy = false
  }

  async #look(connection: Connection, now: number): Promise<void> {
    const { lookups, changed, log } = this.#options
    const { id, name } = connection.params
    if ((this.#rests.get(id)?.until ?? 0) > now || !lookups.mayAsk(connection)) return
    const tasks = this.#due(id, now)
    if (tasks.length === 0) return
    try {
      const reply = await lookups.find(
        connection,
        tasks.map((task) => task.id),
      )
      if (reply === null) return
      for (const task of tasks) this.#note(task, reply, now)
      this.#learnt++
      this.#rests.delete(id)
      changed()
    } catch (error) {
      const seconds = Math.min(longestRest, (this.#rests.get(id)?.seconds ?? shortestRest / 2) * 2)
      this.#rests.set(id, { until: now + seconds, seconds })
      log(`${name}: the result backend was asked about tasks that seem stuck. ${messageOf(error)}`)
    }
  }

  /** Those that were asked about the least, the oldest first. Costs a look at each task that has not ended. */
  #due(connection: string, now: number): TaskRecord[] {
    const found: TaskRecord[] = []
    for (const task of this.#options.store.select({ connection, states: unfinished }))
      if (this.#isDue(task, now)) found.push(task)
    const times = (task: TaskRecord): number => this.#asked.get(nameOf(task))?.times ?? 0
    return found.sort((one, other) => times(one) - times(other) || one.at - other.at).slice(0, together)
  }

  #isDue(task: TaskRecord, now: number): boolean {
    if (now - task.at < this.#after || (task.state === 'RECEIVED' && (momentOf(task.eta) ?? 0) > now - this.#after)) return false
    const asked = this.#asked.get(nameOf(task))
    return asked?.at !== task.at || (asked.times < mostQuestions && asked.next <= now)
  }

  #note(task: TaskRecord, { file, found }: NonNullable<Awaited<ReturnType<Lookups['find']>>>, now: number): void {
    const key = nameOf(task)
    const before = this.#asked.get(key)
    const times = before?.at === task.at ? before.times : 0
    const answers = found.filter(({ id }) => id === task.id).map(({ answer }) => answer)
    this.#asked.delete(key)
    this.#asked.set(key, {
      at: task.at,
      times: times + 1,
      next: now + firstPause * 2 ** times,
      reply: { file, answers, askedAt: now },
      revision: (before?.revision ?? 0) + 1,
    })
    for (const oldest of this.#asked.keys()) {
      if (this.#asked.size <= mostHeld) break
      this.#asked.delete(oldest)
    }
  }
}

function nameOf({ connection, id }: TaskKey): string {
  return `${connection}\n${id}`
}
