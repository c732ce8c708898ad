import type { TaskEvent } from './events.ts'
import type { TaskRequest } from './taskSystem.ts'

/** What a publisher that sends events would have said of a task that this bridge sent. @param at epoch seconds */
export function sentEvent(task: TaskRequest, at: number): TaskEvent {
  return {
    id: task.id,
    state: 'PENDING',
    at,
    worker: task.origin,
    pid: process.pid,
    clock: 0,
    name: task.name,
    args: null,
    kwargs: null,
    root: task.root ?? task.id,
    parent: task.parent,
    retries: 0,
    eta: task.eta,
    expires: task.expires,
    queue: task.queue,
    exchange: '',
    routingKey: task.queue,
    result: null,
    runtime: null,
    exception: null,
    traceback: null,
    custom: null,
  }
}
