import type { Result, ValidParams } from '../protocol/index.ts'
import type { Lookups } from '../lookups/lookups.ts'
import type { Connections } from '../sources/connections.ts'
import type { TaskStore } from '../tasks/store.ts'
import { Door } from './door.ts'
import { EnableEvents } from './enableEvents.ts'
import { Enqueue } from './enqueue.ts'
import { RunPeriodic, SetPeriodic } from './periodic.ts'
import { Retry } from './retry.ts'
import type { FindKept } from './retry.ts'
import { RetryWorkflow } from './retryWorkflow.ts'
import { SentTasks } from './sentTasks.ts'

/** What actions act upon. */
export interface Surroundings {
  readonly connections: Connections
  readonly store: TaskStore
  readonly lookups: Lookups
  readonly findKept: FindKept
}

/** Requests that change something; each passes the door. */
export type ActionMethod = 'enqueue' | 'retry' | 'retryWorkflow' | 'enableEvents' | 'setPeriodic' | 'runPeriodic'
type Handlers = { readonly [M in ActionMethod]: (params: ValidParams<M>) => Promise<Result<M>> }

/** All that can be done through Warren, behind its one door. */
export class Actions {
  readonly handlers: Handlers
  readonly retry: Retry

  constructor({ connections, store, lookups, findKept }: Surroundings) {
    const door = new Door((id) => connections.get(id).params.readOnly)
    const sent = new SentTasks()
    const enqueue = new Enqueue(connections, sent)
    const retry = (this.retry = new Retry(connections, store, sent, findKept))
    const retryWorkflow = new RetryWorkflow(store, retry)
    const enableEvents = new EnableEvents(connections)
    const setPeriodic = new SetPeriodic(connections, lookups)
    const runPeriodic = new RunPeriodic(connections, lookups, enqueue)
    this.handlers = {
      enqueue: (params) => door.pass(enqueue, params),
      retry: (params) => door.pass(retry, params),
      retryWorkflow: (params) => door.pass(retryWorkflow, params),
      enableEvents: (params) => door.pass(enableEvents, params),
      setPeriodic: (params) => door.pass(setPeriodic, params),
      runPeriodic: (params) => door.pass(runPeriodic, params),
    }
  }
}
