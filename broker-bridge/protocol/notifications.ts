import type { Activity, QueueList, WorkerRow } from './broker.ts'
import type { ConnectionInfo } from './connections.ts'
import type { FailurePicture } from './failures.ts'
import type { Operation } from './messages.ts'
import type { QueueSnapshot } from './queues.ts'
import type { Mark } from './marks.ts'
import type { ConnectionTimelines, Statistics } from './statistics.ts'
import type { TaskDetail, TaskNameSummary, ViewSnapshot } from './tasks.ts'
import type { Workflow } from './workflow.ts'

/** What the bridge tells unasked. Each is a whole picture that replaces the one before, so any may be skipped. */
export interface Notifications {
  connections: readonly ConnectionInfo[]
  queues: readonly QueueList[]
  workers: readonly WorkerRow[]
  taskNames: readonly TaskNameSummary[]
  activity: Activity
  failures: FailurePicture
  timelines: readonly ConnectionTimelines[]
  statistics: Statistics
  marks: readonly Mark[]
  operations: readonly Operation[]
  view: ViewSnapshot
  queueView: QueueSnapshot
  task: TaskDetail
  workflow: Workflow
}

export type NotificationName = keyof Notifications
