import * as v from 'valibot'
import { EnableEventsParams, EnqueueParams, RetryParams } from './actions.ts'
import type { ControlAnswers, Enqueued, RetryPlan } from './actions.ts'
import type { RegisteredTask } from './broker.ts'
import { ListActionsParams } from './actionLog.ts'
import type { ActionList } from './actionLog.ts'
import { EnqueueCanvasParams } from './canvas.ts'
import type { EnqueuedCanvas } from './canvas.ts'
import { ConnectParams } from './connections.ts'
import type { ConnectionInfo } from './connections.ts'
import { ControlParams, InspectParams, RevokeParams } from './control.ts'
import type { Revoked, WorkerReports } from './control.ts'
import { MarkFailuresParams } from './failures.ts'
import { QueryHistoryParams } from './history.ts'
import type { HistoryPage } from './history.ts'
import { RemoveMarkParams } from './marks.ts'
import type { Mark } from './marks.ts'
import { AskBackendParams } from './lookups.ts'
import type { BackendReply } from './lookups.ts'
import {
  CancelOperationParams,
  DeleteMessagesParams,
  GetMessageParams,
  MoveMessagesParams,
  PeekMessagesParams,
  PublishMessageParams,
  PurgeQueueParams,
  QueueKey,
  RequeueMessageParams,
  ReturnDeadLettersParams,
} from './messages.ts'
import type { Operation, Peek, PeekPlan, WaitingMessage } from './messages.ts'
import { ExchangeKey, GetQueueParams, ListExchangesParams, ListQueuesParams, QueueViewParams } from './queues.ts'
import type { ExchangeBindings, ExchangePage, QueueDetail, QueuePage, VirtualHosts } from './queues.ts'
import { ForgetLeftTracingParams, RecordedPayloadParams, RecordPayloadsParams, StopPayloadsParams } from './payloads.ts'
import type { LeftTracing, PayloadsRecorded, PayloadsStopped, RecordedPayload } from './payloads.ts'
import { RecordHistoryParams, StopRecordingParams } from './recording.ts'
import type { Recorded, RecordingRemoved } from './recording.ts'
import { GetRetryReportParams, PlanRetryManyParams, RetryManyParams } from './retryMany.ts'
import type { RetryManyPlan, RetryReport } from './retryMany.ts'
import { ListSchedulesParams, RunPeriodicParams, SetPeriodicParams } from './schedules.ts'
import type { Schedules } from './schedules.ts'
import { ViewRangeParams, ViewStatesParams } from './selection.ts'
import type { ViewRange, ViewStates } from './selection.ts'
import { TaskFilter, TaskKey, ViewParams } from './tasks.ts'
import type { TaskDetail, TaskRow } from './tasks.ts'
import { ActWithToolParams, AskToolParams } from './tools.ts'
import type { ToolAnswer } from './tools.ts'
import type { Topology } from './topology.ts'
import { RetryWorkflowParams, WatchWorkflowParams } from './workflow.ts'
import type { RetriedWorkflow, Workflow } from './workflow.ts'

const connectionParams = v.object({ connection: v.pipe(v.string(), v.maxLength(100)) })

/** Topics whose whole picture is sent now and whenever it changes. Nobody polls the broker for a topic nobody watches. */
const topics = [
  'connections',
  'queues',
  'workers',
  'taskNames',
  'activity',
  'failures',
  'timelines',
  'statistics',
  'marks',
  'operations',
] as const
export type Topic = (typeof topics)[number]

/** Every request a client may make: the schema of what it sends. The bridge validates with these, and with nothing else. */
export const requestSchemas = {
  /** First frame of every socket; anything else, or a wrong token, closes it. */
  hello: v.object({
    token: v.pipe(v.string(), v.maxLength(200)),
    protocol: v.number(),
    client: v.pipe(v.string(), v.maxLength(100)),
    /** This client may only look, whatever connections allow. */
    readOnly: v.optional(v.boolean(), false),
  }),
  connect: ConnectParams,
  disconnect: connectionParams,
  /** Connects again, to the same broker, with the names of exchanges that were found (`otherNames`). Changes nothing there. */
  useFoundExchanges: connectionParams,
  /** Asks the broker and its workers again, for one connection or all. */
  refresh: v.object({ connection: v.optional(v.pipe(v.string(), v.maxLength(100))) }),
  /** Replaces the set of topics this client watches. */
  watch: v.object({ topics: v.array(v.picklist(topics)) }),
  /** Opens a view, or moves the one of this name. */
  setView: ViewParams,
  closeView: v.object({ view: v.pipe(v.string(), v.maxLength(100)) }),
  viewRange: ViewRangeParams,
  viewStates: ViewStatesParams,
  /** Opens a window on the queues, or moves the one of this name; `queueView` tells what is in it. */
  setQueueView: QueueViewParams,
  closeQueueView: v.object({ view: v.pipe(v.string(), v.maxLength(100)) }),
  /** Follows one task with `task` notifications; null stops. */
  watchTask: v.object({ task: v.nullable(TaskKey) }),
  watchWorkflow: WatchWorkflowParams,
  getTask: TaskKey,
  listTasks: v.object({
    filter: TaskFilter,
    offset: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0)), 0),
    limit: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1_000)),
  }),
  queryHistory: QueryHistoryParams,
  listRegisteredTasks: connectionParams,
  /** Queue names a task can be sent to, the ones with consumers first. */
  listQueueNames: connectionParams,
  listQueues: ListQueuesParams,
  getQueue: GetQueueParams,
  listExchanges: ListExchangesParams,
  getExchange: ExchangeKey,
  listVirtualHosts: connectionParams,
  exportTopology: connectionParams,
  markFailures: MarkFailuresParams,
  planRetry: TaskKey,
  planRetryMany: PlanRetryManyParams,
  getRetryReport: GetRetryReportParams,
  enqueue: EnqueueParams,
  enqueueCanvas: EnqueueCanvasParams,
  retry: RetryParams,
  retryWorkflow: RetryWorkflowParams,
  retryMany: RetryManyParams,
  enableEvents: EnableEventsParams,
  recordHistory: RecordHistoryParams,
  stopRecording: StopRecordingParams,
  recordPayloads: RecordPayloadsParams,
  stopPayloads: StopPayloadsParams,
  recordedPayload: RecordedPayloadParams,
  /** Tracing that an earlier Warren turned on and could not turn off. Opening that broker turns it off. */
  listLeftTracing: v.object({}),
  /** Tells of it no longer; changes nothing on the broker. */
  forgetLeftTracing: ForgetLeftTracingParams,
  controlWorkers: ControlParams,
  revokeTasks: RevokeParams,
  inspectWorkers: InspectParams,
  /** What was done through Warren. */
  listActions: ListActionsParams,
  /** Marks that scripts told of, oldest first. */
  listMarks: v.object({}),
  removeMark: RemoveMarkParams,
  askBackend: AskBackendParams,
  listSchedules: ListSchedulesParams,
  setPeriodic: SetPeriodicParams,
  runPeriodic: RunPeriodicParams,
  planPeek: QueueKey,
  peekMessages: PeekMessagesParams,
  getMessage: GetMessageParams,
  purgeQueue: PurgeQueueParams,
  deleteMessages: DeleteMessagesParams,
  moveMessages: MoveMessagesParams,
  returnDeadLetters: ReturnDeadLettersParams,
  requeueMessage: RequeueMessageParams,
  publishMessage: PublishMessageParams,
  cancelOperation: CancelOperationParams,
  askTool: AskToolParams,
  actWithTool: ActWithToolParams,
} as const

/** What each request is answered with. */
export interface Results {
  hello: { readonly protocol: number; readonly version: string; readonly connections: readonly ConnectionInfo[] }
  connect: ConnectionInfo
  disconnect: null
  useFoundExchanges: ConnectionInfo
  refresh: null
  watch: null
  setView: null
  closeView: null
  viewRange: ViewRange
  viewStates: ViewStates
  setQueueView: null
  closeQueueView: null
  watchTask: TaskDetail | null
  watchWorkflow: Workflow | null
  getTask: TaskDetail
  listTasks: { readonly tasks: readonly TaskRow[]; readonly matched: number }
  queryHistory: HistoryPage
  listRegisteredTasks: { readonly tasks: readonly RegisteredTask[]; readonly silent: readonly string[] }
  listQueueNames: { readonly queues: readonly string[]; readonly default: string | null }
  listQueues: QueuePage
  getQueue: QueueDetail
  listExchanges: ExchangePage
  getExchange: ExchangeBindings
  listVirtualHosts: VirtualHosts
  exportTopology: Topology
  /** `marked` groups are held; the others are not, so they kept their mark. */
  markFailures: { readonly marked: number }
  planRetry: RetryPlan
  planRetryMany: RetryManyPlan
  getRetryReport: RetryReport
  enqueue: Enqueued
  enqueueCanvas: EnqueuedCanvas
  retry: Enqueued
  retryWorkflow: RetriedWorkflow
  /** The work as it stands a moment later; the topic `operations` tells of the rest, and `getRetryReport` of each task. */
  retryMany: Operation
  enableEvents: ControlAnswers
  recordHistory: Recorded
  stopRecording: RecordingRemoved
  recordPayloads: PayloadsRecorded
  stopPayloads: PayloadsStopped
  /** A task's message exactly as it was published, where it was recorded; refused with `not_found` where it was not. */
  recordedPayload: RecordedPayload
  listLeftTracing: readonly LeftTracing[]
  forgetLeftTracing: null
  controlWorkers: ControlAnswers
  revokeTasks: Revoked
  inspectWorkers: WorkerReports
  listActions: ActionList
  listMarks: readonly Mark[]
  removeMark: { readonly removed: number }
  askBackend: BackendReply
  listSchedules: Schedules
  setPeriodic: { readonly enabled: boolean }
  runPeriodic: Enqueued
  planPeek: PeekPlan
  peekMessages: Peek
  getMessage: WaitingMessage
  purgeQueue: { readonly purged: number }
  /** These four: the work as it stands a moment later, often done already; the topic `operations` tells of the rest. */
  deleteMessages: Operation
  moveMessages: Operation
  returnDeadLetters: Operation
  requeueMessage: Operation
  publishMessage: null
  /** It stops at the next message and reports what was done. */
  cancelOperation: null
  askTool: ToolAnswer
  actWithTool: ToolAnswer
}

export type Method = keyof typeof requestSchemas
/** Params as a client writes them: members with a default may be left out. */
export type Params<M extends Method> = v.InferInput<(typeof requestSchemas)[M]>
/** Params as the bridge receives them after validation. */
export type ValidParams<M extends Method> = v.InferOutput<(typeof requestSchemas)[M]>
export type Result<M extends Method> = Results[M]
