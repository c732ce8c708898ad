import type { Result, ValidParams } from '../protocol/index.ts'
import { ExactAnswers } from '../lookups/exactAnswers.ts'
import type { Lookups } from '../lookups/lookups.ts'
import type { Connections } from '../sources/connections.ts'
import type { TaskStore } from '../tasks/store.ts'
import { Door } from './door.ts'
import type { ActionLog } from './actionLog.ts'
import { ControlWorkers } from './controlWorkers.ts'
import { EnableEvents } from './enableEvents.ts'
import { Enqueue } from './enqueue.ts'
import { EnqueueCanvas } from './enqueueCanvas.ts'
import { RunPeriodic, SetPeriodic } from './periodic.ts'
import { RecordHistory, StopRecording } from './recordHistory.ts'
import { Retry } from './retry.ts'
import type { FindKept } from './retry.ts'
import { RetryWorkflow } from './retryWorkflow.ts'
import { Revoke } from './revoke.ts'
import { SentTasks } from './sentTasks.ts'

/** What actions act upon. */
export interface Surroundings {
  readonly connections: Connections
  readonly store: TaskStore
  readonly lookups: Lookups
  /** Where what was done is noted. */
  readonly actionLog: ActionLog
  readonly findKept: FindKept
}

/** Requests that change something; each passes the door. */
export type ActionMethod =
  | 'enqueue'
  | 'enqueueCanvas'
  | 'retry'
  | 'retryWorkflow'
  | 'enableEvents'
  | 'recordHistory'
  | 'stopRecording'
  | 'setPeriodic'
  | 'runPeriodic'
  | 'controlWorkers'
  | 'revokeTasks'
type Handlers = { readonly [M in ActionMethod]: (params: ValidParams<M>) => Promise<Result<M>> }

/** All that can be done through Warren, behind its one door. */
export class Actions {
  readonly handlers: Handlers
  readonly retry: Retry
  readonly door: Door

  constructor({ connections, store, lookups, findKept, actionLog }: Surroundings) {
    const door = (this.door = new Door(
      (id) => connections.get(id).params.readOnly,
      // It may be gone by the time that something has been done there.
      (deed) => actionLog.note(deed, [...connections].find(({ params }) => params.id === deed.connection)?.info),
    ))
    const sent = new SentTasks()
    const enqueue = new Enqueue(connections, sent)
    const enqueueCanvas = new EnqueueCanvas(connections, sent)
    const retry = (this.retry = new Retry({ connections, store, sent, findKept, exact: new ExactAnswers(store, lookups) }))
    const retryWorkflow = new RetryWorkflow(store, retry)
    const enableEvents = new EnableEvents(connections)
    const recordHistory = new RecordHistory(connections)
    const stopRecording = new StopRecording(connections)
    const controlWorkers = new ControlWorkers(connections)
    const revokeTasks = new Revoke(connections, store)
    const setPeriodic = new SetPeriodic(connections, lookups)
    const runPeriodic = new RunPeriodic(connections, lookups, enqueue)
    this.handlers = {
      enqueue: (params) => door.pass(enqueue, params),
      enqueueCanvas: (params) => door.pass(enqueueCanvas, params),
      retry: (params) => door.pass(retry, params),
      retryWorkflow: (params) => door.pass(retryWorkflow, params),
      enableEvents: (params) => door.pass(enableEvents, params),
      recordHistory: (params) => door.pass(recordHistory, params),
      stopRecording: (params) => door.pass(stopRecording, params),
      setPeriodic: (params) => door.pass(setPeriodic, params),
      runPeriodic: (params) => door.pass(runPeriodic, params),
      controlWorkers: (params) => door.pass(controlWorkers, params),
      revokeTasks: (params) => door.pass(revokeTasks, params),
    }
  }
}
