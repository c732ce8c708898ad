import { Worker } from 'node:worker_threads'
import { messageOf } from '../protocol/index.ts'
import type { HistoryAnswer, HistoryCall, HistoryCalls, HistoryPlace } from './messages.ts'

/** Why the thread did not do what it was asked to; `lasting` where it never will. */
export class ThreadProblem extends Error {
  readonly lasting: boolean

  constructor(message: string, lasting: boolean) {
    super(message)
    this.name = 'ThreadProblem'
    this.lasting = lasting
  }
}

interface Asked {
  readonly resolve: (result: never) => void
  readonly reject: (problem: ThreadProblem) => void
}

/** The other end of the thread that owns the file. A thread that broke is started again by the next call. */
export class HistoryThread {
  readonly #program: string | URL
  readonly #place: HistoryPlace
  readonly #asked = new Map<number, Asked>()
  #worker: Worker | undefined
  #calls = 0

  /** @param program what runs in the thread: history/worker.ts, or its bundle */
  constructor(program: string | URL, place: HistoryPlace) {
    this.#program = program
    this.#place = place
  }

  /** @throws ThreadProblem */
  call<C extends HistoryCall>(call: C, params: HistoryCalls[C]['params']): Promise<HistoryCalls[C]['result']> {
    const id = ++this.#calls
    const worker = (this.#worker ??= this.#start())
    return new Promise((resolve, reject) => {
      this.#asked.set(id, { resolve, reject })
      // Between calls the bridge does not stay alive for its history's sake.
      worker.ref()
      worker.postMessage({ id, call, params })
    })
  }

  /** Closes the file and ends the thread, within the given time in milliseconds. */
  async close(patience: number): Promise<void> {
    const worker = this.#worker
    if (!worker) return
    let timer: NodeJS.Timeout | undefined
    const late = new Promise((resolve) => (timer = setTimeout(resolve, patience)))
    await Promise.race([this.call('close', null).catch(() => undefined), late])
    clearTimeout(timer)
    await worker.terminate()
  }

  #start(): Worker {
    const worker = new Worker(this.#program, {
      workerData: this.#place,
      // SQLite is new in Node, which would say so on the standard error output.
      execArgv: ['--disable-warning=ExperimentalWarning'],
    })
    worker.on('message', (answer: HistoryAnswer) => this.#settle(answer))
    worker.on('error', (error: unknown) => this.#broke(worker, error))
    worker.on('exit', () => this.#broke(worker, new Error('its thread ended')))
    return worker
  }

  #settle(answer: HistoryAnswer): void {
    const asked = this.#asked.get(answer.id)
    this.#asked.delete(answer.id)
    if (this.#asked.size === 0) this.#worker?.unref()
    if ('problem' in answer) asked?.reject(new ThreadProblem(answer.problem, answer.lasting))
    else asked?.resolve(answer.result as never)
  }

  #broke(worker: Worker, error: unknown): void {
    if (this.#worker !== worker) return
    this.#worker = undefined
    const problem = toProblem(error)
    for (const asked of this.#asked.values()) asked.reject(problem)
    this.#asked.clear()
  }
}

function toProblem(error: unknown): ThreadProblem {
  const isOld = error instanceof Error && 'code' in error && error.code === 'ERR_UNKNOWN_BUILTIN_MODULE'
  if (isOld) return new ThreadProblem(`No history is kept: this Node (${process.version}) has no SQLite; 22.13 has it.`, true)
  return new ThreadProblem(`The history is paused: ${messageOf(error)}.`, false)
}
