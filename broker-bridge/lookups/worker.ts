import { parentPort, workerData } from 'node:worker_threads'
import { messageOf } from '../protocol/index.ts'
import { listPeriodic, setPeriodic } from './beat.ts'
import { placeName } from './database.ts'
import type { DatabasePlace } from './database.ts'
import type { LookupAnswer, LookupRequest } from './messages.ts'
import { withPostgres } from './postgres.ts'
import { findInRedis } from './redis.ts'
import { findTasks } from './results.ts'
import { withSqlite } from './sqlite.ts'
import { LookupProblem } from './tables.ts'
import type { Tables } from './tables.ts'

/** A thread that does one thing in one place and ends, so that neither a slow disk, a lock nor a network holds up the bridge. */
async function answer(request: LookupRequest): Promise<LookupAnswer> {
  try {
    return { result: await perform(request) }
  } catch (error) {
    return { problem: messageOf(error) }
  }
}

function perform({ place, ...request }: LookupRequest) {
  switch (request.job) {
    case 'findTasks':
      if (place.kind === 'redis') return findInRedis(place, request.params.ids)
      return withTables(place, 'read', (tables) => findTasks(tables, request.params.ids))
    case 'listPeriodic':
      return withTables(place, 'read', listPeriodic)
    case 'setPeriodic':
      return withTables(place, 'write', (tables) => setPeriodic(tables, request.params))
  }
}

function withTables<T>(place: DatabasePlace, access: 'read' | 'write', act: (tables: Tables) => Promise<T>): Promise<T> {
  switch (place.kind) {
    case 'sqlite':
      return withSqlite(place.file, access, act)
    case 'postgresql':
      return withPostgres(place, access, act)
    case 'redis':
      return Promise.reject(new LookupProblem(`${placeName(place)} keeps results and no schedules of django-celery-beat.`))
  }
}

void answer(workerData as LookupRequest).then((told) => parentPort?.postMessage(told))
