import type { Result } from '../protocol/index.ts'
import type { Connection } from './connection.ts'

/** Queues a task can be sent to, those with consumers first, and the one a task that names none goes to. */
export function queueNames(connection: Connection): Result<'listQueueNames'> {
  const consumed = connection.workers.allQueues()
  const listed = connection.queues.list.queues.filter((queue) => !queue.plumbing).map((queue) => queue.name)
  const standard = connection.defaultQueue
  return {
    queues: [...new Set([...consumed, ...listed])],
    default: consumed.includes(standard) || consumed.length === 0 ? standard : (consumed[0] ?? null),
  }
}
