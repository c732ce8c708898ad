import type { TaskState } from '../protocol/index.ts'

/**
 * One thing that happened to a task, in Warren's words, whatever task system reported it. Everything in it comes from the
 * broker and is hostile. What an event did not say is null. Its identity is id, state, worker, pid, clock and `at`.
 */
export interface TaskEvent {
  readonly id: string
  readonly state: TaskState
  /** Epoch seconds by the sender's clock. */
  readonly at: number
  /** Node name of the worker, or the publisher's name for PENDING. */
  readonly worker: string
  readonly pid: number
  readonly clock: number
  readonly name: string | null
  readonly args: string | null
  readonly kwargs: string | null
  readonly root: string | null
  readonly parent: string | null
  readonly retries: number | null
  readonly eta: string | null
  readonly expires: string | null
  readonly queue: string | null
  readonly exchange: string | null
  readonly routingKey: string | null
  readonly result: string | null
  /** Seconds. */
  readonly runtime: number | null
  readonly exception: string | null
  readonly traceback: string | null
  /** Fields of a custom event such as `task-progress` that Celery itself does not define. */
  readonly custom: Readonly<Record<string, unknown>> | null
}

/** A sign of life of a worker. */
export interface WorkerEvent {
  readonly kind: 'online' | 'heartbeat' | 'offline'
  readonly worker: string
  readonly at: number
  readonly pid: number
  readonly clock: number
  /** Seconds between heartbeats as the worker itself announced them; null where the event does not say or must not be believed. */
  readonly interval: number | null
  readonly active: number | null
  readonly processed: number | null
  readonly load: readonly number[] | null
  readonly software: string | null
}

/** What one message held. Never throws: what cannot be understood is a reason in `malformed`, one per event or message. */
export interface EventBatch {
  readonly tasks: readonly TaskEvent[]
  readonly workers: readonly WorkerEvent[]
  readonly malformed: readonly string[]
}
