import { messageOf } from '../../broker-bridge/protocol/index.ts'
import { WorkerProcess } from './workerProcess.ts'
import type { WorkerLaunch } from './workerProcess.ts'

/** What a worker is started with, found anew for each start. */
export type FindLaunch = () => Promise<Omit<WorkerLaunch, 'onLine' | 'onEnd'>>

export interface RunParts {
  /** As people call it. */
  readonly name: string
  readonly find: FindLaunch
  readonly onLine: (line: string) => void
  /** Something to be said in its terminal, as one sentence. */
  readonly say: (text: string) => void
  /** It has ended and starts no more, with the exit code. It comes once, unless it was let go. */
  readonly onOver: (code: number) => void
  /** Tells the path of each file that changes; null where a change is of no interest. */
  readonly watch: ((changed: (path: string) => void) => { dispose(): unknown }) | null
}

/** Changes that come within so many milliseconds are one: editors and git write many files. */
const pause = 400
/** Milliseconds a worker whose terminal was closed gets to end its tasks. */
const patience = 10_000

/** A worker from its first start to its end, restarts included: one process at a time. */
export class WorkerRun {
  readonly #parts: RunParts
  #process: WorkerProcess | null = null
  /** The start whose launch is being looked for. It is replaced by null when it is not wanted any more. */
  #starting: object | null = null
  #watcher: { dispose(): unknown } | null = null
  #timer: NodeJS.Timeout | undefined
  /** What comes after its end. */
  #then: 'nothing' | 'start' | 'close' = 'nothing'
  /** How often the process was told to end. */
  #told = 0

  constructor(parts: RunParts) {
    this.#parts = parts
  }

  start(): void {
    this.#watcher =
      this.#parts.watch?.((path) => {
        clearTimeout(this.#timer)
        this.#timer = setTimeout(() => this.#restart(path), pause)
      }) ?? null
    void this.#begin()
  }

  /** Lets it finish its tasks and end, however often it is asked for. */
  stop(): void {
    if (this.#then === 'close') return
    this.#endForGood()
    if (!this.#process) return this.#over(0)
    this.#parts.say('the worker finishes its tasks and stops. Press Ctrl+C to stop it without that.')
    this.#finish()
  }

  /** Ctrl+C: lets it finish its tasks; the second time it leaves them, the third time it is killed. */
  interrupt(): void {
    if (this.#then !== 'close') return this.stop()
    this.#told += 1
    if (this.#told === 2) this.#process?.signal('SIGQUIT')
    else this.#process?.kill()
  }

  /** Its terminal was closed: nobody can press anything any more. */
  leave(): void {
    this.stop()
    const process = this.#process
    if (process) setTimeout(() => process.kill(), patience).unref()
  }

  /** Whoever started it goes: it finishes its tasks, however long they take, and ends. */
  letGo(): void {
    this.#endForGood()
    this.#release()
    this.#process?.letGo()
    this.#process = null
  }

  #restart(path: string): void {
    // One that is about to start reads what has changed anyway.
    if (this.#then !== 'nothing' || this.#starting) return
    if (!this.#process) return void this.#begin()
    this.#parts.say(`${path} changed: the worker finishes its tasks and starts again.`)
    this.#then = 'start'
    this.#finish()
  }

  async #begin(): Promise<void> {
    const start = (this.#starting = {})
    this.#then = 'nothing'
    const launch = await this.#parts.find().catch(messageOf)
    // It was stopped meanwhile. A worker that starts now would be one that nobody can stop.
    if (this.#starting !== start) return
    this.#starting = null
    if (typeof launch === 'string') this.#ended(launch)
    else this.#run(launch)
  }

  #run(launch: Awaited<ReturnType<FindLaunch>>): void {
    const { name, say, onLine } = this.#parts
    say(`starting the worker ${name} with ${launch.interpreter} in ${launch.folder}.`)
    this.#told = 0
    try {
      this.#process = new WorkerProcess({ ...launch, onLine, onEnd: (how) => this.#ended(how) })
    } catch (error) {
      this.#ended(messageOf(error))
    }
  }

  /** Once for each process: a second signal may mean to a Celery that it shall leave its tasks. */
  #finish(): void {
    if (this.#told > 0) return
    this.#told = 1
    this.#process?.signal('SIGTERM')
  }

  #ended(how: number | string): void {
    this.#process = null
    if (this.#then === 'start') return void this.#begin()
    this.#parts.say(typeof how === 'number' ? `the worker has ended with code ${how}.` : `the worker has ended: ${how}.`)
    const failed = how !== 0 && this.#then === 'nothing'
    if (failed && this.#watcher) this.#parts.say('it starts again as soon as a file of Python changes.')
    else this.#over(typeof how === 'number' ? how : 1)
  }

  #over(code: number): void {
    this.#endForGood()
    this.#release()
    this.#parts.onOver(code)
  }

  #endForGood(): void {
    this.#then = 'close'
    this.#starting = null
    clearTimeout(this.#timer)
  }

  #release(): void {
    this.#watcher?.dispose()
    this.#watcher = null
  }
}
