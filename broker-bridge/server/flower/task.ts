import type { TaskDetail } from '../../protocol/index.ts'

/** One task as Celery's `celery.events.state.Task.as_dict` gives it and Flower's API shows it. Times are epoch seconds. */
export interface FlowerTask {
  readonly [field: string]: string | number | null | readonly string[]
}

/** What Warren does not keep (`clock`, `client`) is null, as it is in Flower where no event brought it. */
export function flowerTask(task: TaskDetail): FlowerTask {
  return {
    uuid: task.id,
    name: task.name,
    state: task.state,
    received: task.receivedAt,
    sent: task.sentAt,
    started: task.startedAt,
    rejected: lastAt(task, 'REJECTED'),
    succeeded: lastAt(task, 'SUCCESS'),
    failed: lastAt(task, 'FAILURE'),
    retried: lastAt(task, 'RETRY'),
    revoked: lastAt(task, 'REVOKED'),
    args: task.args,
    kwargs: task.kwargs,
    eta: task.eta,
    expires: task.expires,
    retries: task.retries,
    worker: task.worker,
    result: task.result,
    exception: task.exception,
    timestamp: task.at,
    runtime: task.runtime,
    traceback: task.traceback,
    exchange: task.exchange,
    routing_key: task.routingKey,
    clock: null,
    client: null,
    root: task.root,
    root_id: task.root,
    parent: task.parent,
    parent_id: task.parent,
    children: task.children,
  }
}

function lastAt(task: TaskDetail, state: string): number | null {
  return task.timeline.findLast((moment) => moment.state === state)?.at ?? null
}
