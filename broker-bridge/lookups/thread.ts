import { Worker } from 'node:worker_threads'
import { messageOf, RequestError } from '../protocol/index.ts'
import { placeName } from './database.ts'
import type { DatabasePlace } from './database.ts'
import type { LookupAnswer, LookupJob, LookupJobs } from './messages.ts'

/** Milliseconds after which a place is given up: a disk may not answer, and a server step by step too late. */
const patience = 15_000

/** Does one thing with a database of somebody else, in a thread of its own. */
export class LookupThread {
  readonly #program: string | URL

  /** @param program what runs in the thread: lookups/worker.ts, or its bundle */
  constructor(program: string | URL) {
    this.#program = program
  }

  /** @throws RequestError `refused` with what is wrong with the place */
  async run<J extends LookupJob>(
    place: DatabasePlace,
    job: J,
    params: LookupJobs[J]['params'],
  ): Promise<LookupJobs[J]['result']> {
    const worker = new Worker(this.#program, {
      workerData: { place, job, params },
      // SQLite is new in Node, which would say so on the standard error output.
      execArgv: ['--disable-warning=ExperimentalWarning'],
    })
    try {
      const answer = await answerOf(worker, placeName(place))
      if ('problem' in answer) throw new RequestError('refused', withoutPassword(answer.problem, place))
      return answer.result
    } finally {
      await worker.terminate()
    }
  }
}

/** No client of a database is known to repeat it; this is for those that are not known. */
function withoutPassword(problem: string, place: DatabasePlace): string {
  const password = place.kind === 'sqlite' ? null : place.password
  return password === null || password.length < 4 ? problem : problem.replaceAll(password, '***')
}

function answerOf(worker: Worker, name: string): Promise<LookupAnswer> {
  return new Promise((resolve) => {
    const end = (answer: LookupAnswer): void => {
      clearTimeout(timer)
      resolve(answer)
    }
    const timer = setTimeout(() => end({ problem: `${name} did not answer within 15 seconds.` }), patience)
    worker.once('message', end)
    worker.once('error', (error: unknown) => end({ problem: `${name} cannot be read: ${messageOf(error)}.` }))
    worker.once('exit', () => end({ problem: `${name} cannot be read: its thread ended.` }))
  })
}
