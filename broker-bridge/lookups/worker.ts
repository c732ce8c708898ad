import { parentPort, workerData } from 'node:worker_threads'
import { messageOf } from '../protocol/index.ts'
import { listPeriodic, setPeriodic } from './beat.ts'
import type { LookupAnswer, LookupRequest } from './messages.ts'
import { findTask } from './results.ts'
import { withDatabase } from './sqlite.ts'

/** A thread that does one thing with one file and ends, so that neither a slow disk nor a lock holds up the bridge. */
function answer(request: LookupRequest): LookupAnswer {
  try {
    return { result: perform(request) }
  } catch (error) {
    return { problem: messageOf(error) }
  }
}

function perform({ file, ...request }: LookupRequest) {
  switch (request.job) {
    case 'findTask':
      return withDatabase(file, 'read', (db) => findTask(db, file, request.params.id))
    case 'listPeriodic':
      return withDatabase(file, 'read', listPeriodic)
    case 'setPeriodic':
      return withDatabase(file, 'write', (db) => setPeriodic(db, request.params))
  }
}

parentPort?.postMessage(answer(workerData as LookupRequest))
