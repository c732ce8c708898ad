import type { RetryPlan, TaskDetail } from '../protocol/index.ts'
import type { Connection } from '../sources/connection.ts'
import type { TaskRequest } from '../sources/taskSystem.ts'
import type { BetterArguments } from './betterArguments.ts'
import { recordedQueue } from './recordedMessage.ts'
import type { RecordedMessage } from './recordedMessage.ts'

type Destination = Pick<RetryPlan, 'queue' | 'queueSource' | 'queueChoices'>

/** What a retry reads of a task: from the memory or, where that let it go, from the history, whose texts are the same. */
export type KnownTask = Pick<TaskDetail, 'name' | 'state' | 'args' | 'kwargs' | 'queue' | 'worker' | 'root' | 'eta' | 'expires'>
/** Null where it went to several queues, or to none. */
export function recordedDestination(connection: Connection, message: RecordedMessage): Destination | null {
  const queue = recordedQueue(message)
  const queueSource = 'The recorded message went to this queue.'
  return queue === null ? null : { queue, queueSource, queueChoices: connection.workers.allQueues() }
}

/** Where a new run goes, and who says so; no queue where nobody does. */
export function destination(
  connection: Connection,
  task: KnownTask | undefined,
  sent: TaskRequest | undefined,
  better: BetterArguments | null,
): Destination {
  const choices = connection.workers.allQueues()
  const named = sent?.queue ?? task?.queue ?? null
  if (named !== null)
    return {
      queue: named,
      queueSource: sent ? 'Warren sent it to this queue.' : 'Its task-sent event named this queue.',
      queueChoices: choices,
    }
  // A routing key, which is the queue's name unless an exchange stands between.
  if (better?.queue != null && choices.includes(better.queue))
    return { queue: better.queue, queueSource: 'The result backend says that it came from this queue.', queueChoices: choices }
  const consumed = task?.worker ? connection.workers.queuesOf(task.worker) : []
  if (consumed.length === 1)
    return {
      queue: consumed[0] ?? null,
      queueSource: `It is the only queue that ${task?.worker ?? 'its worker'} consumes.`,
      queueChoices: choices,
    }
  return {
    queue: null,
    queueSource: 'No event says which queue this task came from.',
    queueChoices: consumed.length > 0 ? consumed : choices,
  }
}
