import { Worker } from 'node:worker_threads'
import { messageOf, RequestError } from '../protocol/index.ts'
import type { LookupAnswer, LookupJob, LookupJobs } from './messages.ts'

/** Milliseconds after which a file is given up: it may lie on a disk that does not answer. */
const patience = 15_000

/** Does one thing with a file of somebody else, in a thread of its own. */
export class LookupThread {
  readonly #program: string | URL

  /** @param program what runs in the thread: lookups/worker.ts, or its bundle */
  constructor(program: string | URL) {
    this.#program = program
  }

  /** @throws RequestError `refused` with what is wrong with the file */
  async run<J extends LookupJob>(file: string, job: J, params: LookupJobs[J]['params']): Promise<LookupJobs[J]['result']> {
    const worker = new Worker(this.#program, {
      workerData: { file, job, params },
      // SQLite is new in Node, which would say so on the standard error output.
      execArgv: ['--disable-warning=ExperimentalWarning'],
    })
    try {
      const answer = await answerOf(worker)
      if ('problem' in answer) throw new RequestError('refused', answer.problem)
      return answer.result
    } finally {
      await worker.terminate()
    }
  }
}

function answerOf(worker: Worker): Promise<LookupAnswer> {
  return new Promise((resolve) => {
    const end = (answer: LookupAnswer): void => {
      clearTimeout(timer)
      resolve(answer)
    }
    const timer = setTimeout(() => end({ problem: 'The file did not answer within 15 seconds.' }), patience)
    worker.once('message', end)
    worker.once('error', (error: unknown) => end({ problem: `The file cannot be read: ${messageOf(error)}.` }))
    worker.once('exit', () => end({ problem: 'The file cannot be read: its thread ended.' }))
  })
}
