import { Worker } from 'node:worker_threads'
import { messageOf } from '../protocol/index.ts'
import type { HistoryCalls, HistoryPlace } from './messages.ts'

type ThreadAnswer =
  { readonly id: number; readonly result: unknown } | { readonly id: number; readonly problem: string; readonly lasting: boolean }

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

/** The other end of the thread that owns a file. A thread that broke is started again by the next call. */
export class FileThread<Calls extends { readonly [C in keyof Calls]: { readonly params: unknown; readonly result: unknown } }> {
  readonly #program: string | URL
  readonly #place: object
  readonly #name: string
  readonly #asked = new Map<number, Asked>()
  #worker: Worker | undefined
  #calls = 0

  /**
   * @param program what runs in the thread, such as history/worker.ts, or its bundle
   * @param place what it begins with: where its file lies
   * @param name of what it keeps, at the beginning of a sentence
   */
  constructor(program: string | URL, place: object, name: string) {
    this.#program = program
    this.#place = place
    this.#name = name
  }

  /** @throws ThreadProblem */
  call<C extends keyof Calls>(call: C, params: Calls[C]['params']): Promise<Calls[C]['result']> {
    return this.#ask(call, params)
  }

  #ask(call: unknown, params: unknown): Promise<unknown> {
    const id = ++this.#calls
    const worker = (this.#worker ??= this.#start())
    return new Promise((resolve, reject) => {
      this.#asked.set(id, { resolve, reject })
      // Between calls the bridge does not stay alive for its file's sake.
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
    await Promise.race([this.#ask('close', null).catch(() => undefined), late])
    clearTimeout(timer)
    await worker.terminate()
  }

  #start(): Worker {
    const worker = new Worker(this.#program, {
      workerData: this.#place,
      // SQLite is new in Node, which would say so on the standard error output.
      execArgv: ['--disable-warning=ExperimentalWarning'],
    })
    worker.on('message', (answer: ThreadAnswer) => this.#settle(answer))
    worker.on('error', (error: unknown) => this.#broke(worker, error))
    worker.on('exit', () => this.#broke(worker, new Error('its thread ended')))
    return worker
  }

  #settle(answer: ThreadAnswer): void {
    const asked = this.#asked.get(answer.id)
    this.#asked.delete(answer.id)
    if (this.#asked.size === 0) this.#worker?.unref()
    if ('problem' in answer) asked?.reject(new ThreadProblem(answer.problem, answer.lasting))
    else asked?.resolve(answer.result as never)
  }

  #broke(worker: Worker, error: unknown): void {
    if (this.#worker !== worker) return
    this.#worker = undefined
    const problem = toProblem(error, this.#name)
    for (const asked of this.#asked.values()) asked.reject(problem)
    this.#asked.clear()
  }
}

function toProblem(error: unknown, name: string): ThreadProblem {
  const isOld = error instanceof Error && 'code' in error && error.code === 'ERR_UNKNOWN_BUILTIN_MODULE'
  if (isOld) return new ThreadProblem(`${name} is off: this Node (${process.version}) has no SQLite; 22.13 has it.`, true)
  return new ThreadProblem(`${name} is paused: ${messageOf(error)}.`, false)
}

/** The thread that owns the history. */
export class HistoryThread extends FileThread<HistoryCalls> {
  constructor(program: string | URL, place: HistoryPlace) {
    super(program, place, 'The history')
  }
}
