import type { FailureGroup, TaskDetail, TaskRow, WorkerRow } from '../protocol/index.ts'

/** Epoch seconds as ISO 8601, which models read without counting; null stays null. */
export function moment(at: number | null | undefined): string | null {
  if (at === null || at === undefined || at === 0) return null
  const time = new Date(at * 1_000)
  return Number.isNaN(time.getTime()) ? null : time.toISOString()
}

export function taskLine(row: TaskRow): object {
  return {
    connection: row.connection,
    id: row.id,
    name: row.name,
    state: row.state,
    at: moment(row.at),
    worker: row.worker,
    queue: row.queue,
    runtimeSeconds: row.runtime,
    args: row.args,
    kwargs: row.kwargs,
    retries: row.retries,
    exception: row.exception,
    ...(row.retryOf === null ? {} : { retryOf: row.retryOf }),
    ...(row.orphaned === undefined ? {} : { probablyNeverEnds: row.orphaned }),
    ...(row.fromHistory === true ? { fromEarlierDays: true } : {}),
  }
}

export function wholeTask(task: TaskDetail): object {
  return {
    ...taskLine(task),
    result: task.result,
    sent: moment(task.sentAt),
    received: moment(task.receivedAt),
    started: moment(task.startedAt),
    ended: moment(task.endedAt),
    eta: task.eta,
    expires: task.expires,
    exchange: task.exchange,
    routingKey: task.routingKey,
    root: task.root,
    parent: task.parent,
    children: task.children,
    retriedAs: task.retriedAs,
    progress: task.progress,
    custom: task.custom,
    timeline: task.timeline.map(({ state, at, worker, exception }) => ({ state, at: moment(at), worker, exception })),
    attempts: attemptLines(task),
    ...(task.backend === undefined ? {} : { resultBackend: task.backend }),
    hasTraceback: task.traceback !== null,
  }
}

export function attemptLines({ attempts }: TaskDetail): object[] {
  return attempts.map(({ number, state, worker, receivedAt, startedAt, endedAt, exception }) => ({
    number,
    state,
    worker,
    received: moment(receivedAt),
    started: moment(startedAt),
    ended: moment(endedAt),
    exception,
  }))
}

export function failureLine(group: FailureGroup): object {
  return {
    connection: group.connection,
    fingerprint: group.fingerprint,
    exceptionType: group.type,
    place: group.place,
    newest: group.exception,
    count: group.count,
    first: moment(group.firstSeen),
    last: moment(group.lastSeen),
    mark: group.mark,
    cameBack: group.cameBack,
    tasks: group.names,
    workers: group.workers,
    example: group.examples[0]?.id ?? null,
  }
}

export function workerLine(worker: WorkerRow): object {
  const { lastSeen, ...rest } = worker
  return { ...rest, lastSeen: moment(lastSeen) }
}
