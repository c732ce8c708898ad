import { randomUUID } from 'node:crypto'
import { RequestError } from '../protocol/index.ts'
import type { ExtraColumn, HistoryPage, HistoryStatus, Query, TaskDetail } from '../protocol/index.ts'
import type { FileStatus, StoredPage, WholePage } from './messages.ts'
import { Recorder } from './recorder.ts'
import { HistoryThread } from './thread.ts'
import type { ThreadProblem } from './thread.ts'

export interface HistoryOptions {
  readonly file: string
  /** Tasks not heard of for longer are forgotten. */
  readonly days: number
  /** Size of the file above which the oldest tasks are forgotten. */
  readonly megabytes: number
  /** What runs in the thread: history/worker.ts, or its bundle. */
  readonly program: string | URL
}

const tidyEvery = 60_000
/** Tasks read from the file in one go. */
const page = 200
/** Milliseconds that writing what waits may take at the end. */
const endPatience = 1_500

/** What a search asks for. */
export interface HistorySearch {
  readonly broker: string
  readonly connection: string
  readonly query: Query
  readonly before: number | null
  readonly limit: number
  /** Columns that rows shall carry besides their own. */
  readonly extra?: readonly ExtraColumn[]
}

/** The tasks of earlier days, in a file that a thread of its own reads and writes. Nothing here waits for a disk. */
export class History<T extends { readonly id: string }> {
  readonly #options: HistoryOptions
  readonly #thread: HistoryThread
  readonly #toJson: (task: T) => string
  readonly #changed: () => void
  readonly #recorders = new Map<string, Recorder<T>>()
  readonly #timer: NodeJS.Timeout
  #file: FileStatus | null = null
  #problem: ThreadProblem | null = null

  /**
   * @param toJson a task as it is to be kept
   * @param changed hears whenever `status` may say something else
   */
  constructor(options: HistoryOptions, toJson: (task: T) => string, changed: () => void) {
    this.#options = options
    this.#toJson = toJson
    this.#changed = changed
    const { program, ...place } = options
    this.#thread = new HistoryThread(program, { ...place, owner: randomUUID() })
    this.#timer = setInterval(() => this.#tidy(), tidyEvery)
    this.#timer.unref()
    this.#tidy()
  }

  /** What is kept, and what is wrong with it. @param broker whose writer is asked for */
  status(broker: string): HistoryStatus {
    const recorder = this.#recorders.get(broker)
    return {
      file: this.#options.file,
      kept: this.#problem === null,
      bytes: this.#file?.bytes ?? null,
      tasks: this.#file?.tasks ?? null,
      skipped: recorder?.skipped ?? 0,
      writtenHere: recorder?.mayWrite ?? true,
      message: this.#problem?.message ?? this.#file?.notice ?? null,
    }
  }

  /** Tasks that changed; what they are is read when they are written. */
  collect(broker: string, tasks: readonly T[]): void {
    if (this.#problem?.lasting === true) return
    const recorder = this.#recorder(broker)
    for (const task of tasks) recorder.add(task.id, task)
  }

  /**
   * Hands out the newest tasks of a broker, newest first and a few at a time.
   * @param take says whether it wants more
   */
  async readBack(broker: string, take: (jsons: readonly string[]) => boolean): Promise<void> {
    let before: number | null = null
    try {
      do {
        const { jsons, next }: StoredPage = await this.#thread.call('read', { broker, before, limit: page })
        before = jsons.length > 0 && take(jsons) ? next : null
        // Events that came meanwhile go first.
        await new Promise((resolve) => setImmediate(resolve))
      } while (before !== null)
    } catch (error) {
      this.#tell(error as ThreadProblem)
    }
  }

  /** @throws RequestError `refused` */
  async find(search: HistorySearch): Promise<HistoryPage> {
    try {
      return await this.#thread.call('find', search)
    } catch (error) {
      this.#tell(error as ThreadProblem)
      throw new RequestError('refused', (error as ThreadProblem).message)
    }
  }

  /**
   * All that a search finds, whole, newest first, page by page as they are asked for.
   * @throws RequestError `refused`
   */
  async *findWhole(search: Pick<HistorySearch, 'broker' | 'connection' | 'query'>): AsyncGenerator<WholePage['tasks'][number]> {
    let before: number | null = null
    do {
      const { tasks, next }: WholePage = await this.#thread.call('findWhole', { ...search, before }).catch((error: unknown) => {
        this.#tell(error as ThreadProblem)
        throw new RequestError('refused', (error as ThreadProblem).message)
      })
      yield* tasks
      before = next
    } while (before !== null)
  }

  /** One task; undefined where it is not there, or cannot be read. */
  async task(broker: string, connection: string, id: string): Promise<TaskDetail | undefined> {
    const found = await this.#thread.call('get', { broker, connection, id }).catch(() => null)
    return found ?? undefined
  }

  /** Writes what waits, within a second or two. */
  async dispose(): Promise<void> {
    clearInterval(this.#timer)
    const late = new Promise((resolve) => setTimeout(resolve, endPatience).unref())
    await Promise.race([Promise.all([...this.#recorders.values()].map((recorder) => recorder.end())), late])
    await this.#thread.close(endPatience)
  }

  #recorder(broker: string): Recorder<T> {
    const known = this.#recorders.get(broker)
    if (known) return known
    const recorder = new Recorder<T>(broker, this.#thread, this.#toJson, (problem) => this.#tell(problem))
    this.#recorders.set(broker, recorder)
    return recorder
  }

  #tidy(): void {
    this.#thread.call('tidy', null).then(
      (status) => {
        this.#file = status
        this.#tell(null)
        this.#changed()
      },
      (error: unknown) => this.#tell(error as ThreadProblem),
    )
  }

  #tell(problem: ThreadProblem | null): void {
    if (problem?.message === this.#problem?.message) return
    this.#problem = problem
    this.#changed()
  }
}
