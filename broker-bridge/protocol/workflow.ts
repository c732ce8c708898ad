import * as v from 'valibot'
import { TaskKey } from './tasks.ts'
import type { TaskState } from './tasks.ts'

/** One task of a workflow. Texts are hostile: show them as text. */
export interface WorkflowTask {
  readonly kind: 'task'
  readonly id: string
  readonly name: string | null
  readonly state: TaskState
  readonly worker: string | null
  /** Seconds; null until it ended. */
  readonly runtime: number | null
  readonly retries: number
  readonly exception: string | null
}

/** Many tasks of one name that the same task sent, or that tasks of the same group sent. */
export interface WorkflowGroup {
  readonly kind: 'group'
  /** Not the id of a task; the same as long as the group is. */
  readonly id: string
  readonly name: string | null
  readonly count: number
  readonly states: Readonly<Record<TaskState, number>>
  /** Id of the task that sent all of them; null where several did, or none that is known. */
  readonly parent: string | null
}

/** A task that others name as their parent, while Warren holds no event of it. */
export interface WorkflowUnseen {
  readonly kind: 'unseen'
  readonly id: string
}

export type WorkflowNode = WorkflowTask | WorkflowGroup | WorkflowUnseen

/**
 * Why one node stands behind another: `sent` it, as events say; Warren `retried` it; a chord's last step waits for it
 * (`awaited`, concluded from what `celery.chord_unlock` was given); a chord's last step starts its body (`joined`, likewise).
 */
export interface WorkflowEdge {
  readonly from: string
  readonly to: string
  readonly kind: 'sent' | 'retried' | 'awaited' | 'joined'
}

/** All tasks with one root, as far as Warren holds them, as a graph. A whole picture: it replaces the one before. */
export interface Workflow {
  readonly connection: string
  /** The task that was asked about. */
  readonly asked: string
  /** The node that is this task, or the group that holds it. */
  readonly askedNode: string
  readonly root: string
  /** Each after those it comes from; those nearest to the task asked about, where there are too many. */
  readonly nodes: readonly WorkflowNode[]
  readonly edges: readonly WorkflowEdge[]
  /** How many nodes were left out. */
  readonly leftOut: number
  /** Tasks held, shown or not, and their states. */
  readonly total: number
  readonly states: Readonly<Record<TaskState, number>>
}

/** Most nodes in one picture of a workflow. */
export const workflowNodeLimit = 500
/** More siblings of one name than this are shown as one group. */
export const workflowSiblingLimit = 8

/** Follows the workflow of a task with `workflow` notifications; null stops. */
export const WatchWorkflowParams = v.object({ task: v.nullable(TaskKey) })

/** Runs the failed tasks of a task's workflow again, each under a new id; always asks back first. */
export const RetryWorkflowParams = v.object({
  ...TaskKey.entries,
  key: v.pipe(v.string(), v.minLength(8), v.maxLength(100)),
  nonce: v.optional(v.pipe(v.string(), v.maxLength(100))),
})
export type RetryWorkflowParams = v.InferOutput<typeof RetryWorkflowParams>

export interface RetriedWorkflow {
  /** Tasks sent again. */
  readonly sent: number
  /** Tasks left out because their arguments, or their queue, are not known well enough. */
  readonly incomplete: number
  /** What was said of those that could not be sent, each sentence once. */
  readonly problems: readonly string[]
}
