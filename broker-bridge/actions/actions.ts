import type { ActingMethod, Caller, Result, ValidParams } from '../protocol/index.ts'
import { ExactAnswers } from '../lookups/exactAnswers.ts'
import type { Lookups } from '../lookups/lookups.ts'
import type { Claims } from '../claims/claims.ts'
import type { Connections } from '../sources/connections.ts'
import type { TaskStore } from '../tasks/store.ts'
import { Door } from './door.ts'
import type { ActionLog } from './actionLog.ts'
import { ControlWorkers } from './controlWorkers.ts'
import { EnableEvents } from './enableEvents.ts'
import { Enqueue } from './enqueue.ts'
import { EnqueueCanvas } from './enqueueCanvas.ts'
import type { ActMethod } from './messageActions.ts'
import type { Operations } from './operations.ts'
import { RunPeriodic, SetPeriodic } from './periodic.ts'
import type { Payloads } from '../payloads/payloads.ts'
import { RecordHistory, StopRecording } from './recordHistory.ts'
import { RecordPayloads, StopPayloads } from './recordPayloads.ts'
import { Retry } from './retry.ts'
import type { FindKept } from './retry.ts'
import { RetryGuard } from './retryGuard.ts'
import { RetryMany } from './retryMany.ts'
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
  readonly operations: Operations
  readonly payloads: Payloads
  /** What other bridges of this user retry. */
  readonly claims: Claims
}

/** Whatever acts, but for what `messageActions.ts` has. */
type ActionMethod = Exclude<ActingMethod, ActMethod | 'actWithTool'>
type Handlers = { readonly [M in ActionMethod]: (params: ValidParams<M>, caller?: Caller) => Promise<Result<M>> }

/** All that can be done through Warren, behind its one door. */
export class Actions {
  readonly handlers: Handlers
  readonly enqueue: Enqueue
  readonly retry: Retry
  readonly retryMany: RetryMany
  readonly revoke: Revoke
  readonly door: Door

  constructor({ connections, store, lookups, findKept, actionLog, operations, payloads, claims }: Surroundings) {
    const door = (this.door = new Door({
      isReadOnly: (id) => connections.get(id).params.readOnly,
      place: (id) => connections.get(id).place,
      // It may be gone by the time that something has been done there.
      note: (deed) => actionLog.note(deed, [...connections].find(({ params }) => params.id === deed.connection)?.place),
    }))
    const sent = new SentTasks()
    const enqueue = (this.enqueue = new Enqueue(connections, sent))
    const enqueueCanvas = new EnqueueCanvas(connections, sent)
    const exact = new ExactAnswers(store, lookups)
    const findPayloads = payloads.find.bind(payloads)
    const guard = new RetryGuard(connections, claims)
    const retry = (this.retry = new Retry({ connections, store, sent, findKept, exact, findPayloads, guard }))
    const retryWorkflow = new RetryWorkflow(store, retry, guard)
    const retryMany = (this.retryMany = new RetryMany({ connections, store, retry, findKept, operations, guard }))
    const enableEvents = new EnableEvents(connections)
    const recordHistory = new RecordHistory(connections)
    const stopRecording = new StopRecording(connections)
    const recordPayloads = new RecordPayloads({ connections, payloads })
    const stopPayloads = new StopPayloads({ connections, payloads })
    const controlWorkers = new ControlWorkers(connections)
    const revokeTasks = (this.revoke = new Revoke(connections, store))
    const setPeriodic = new SetPeriodic(connections, lookups)
    const runPeriodic = new RunPeriodic(connections, lookups, enqueue)
    this.handlers = {
      enqueue: (params, caller) => door.pass(enqueue, params, caller),
      enqueueCanvas: (params, caller) => door.pass(enqueueCanvas, params, caller),
      retry: (params, caller) => door.pass(retry, params, caller),
      retryWorkflow: (params, caller) => door.pass(retryWorkflow, params, caller),
      retryMany: (params, caller) => door.pass(retryMany, params, caller),
      enableEvents: (params, caller) => door.pass(enableEvents, params, caller),
      recordHistory: (params, caller) => door.pass(recordHistory, params, caller),
      stopRecording: (params, caller) => door.pass(stopRecording, params, caller),
      recordPayloads: (params, caller) => door.pass(recordPayloads, params, caller),
      stopPayloads: (params, caller) => door.pass(stopPayloads, params, caller),
      setPeriodic: (params, caller) => door.pass(setPeriodic, params, caller),
      runPeriodic: (params, caller) => door.pass(runPeriodic, params, caller),
      controlWorkers: (params, caller) => door.pass(controlWorkers, params, caller),
      revokeTasks: (params, caller) => door.pass(revokeTasks, params, caller),
    }
  }
}
