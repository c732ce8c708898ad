import type { Moment, Progress, TaskDetail, TaskRow } from '../protocol/index.ts'
import { attemptsOf } from './attempts.ts'
import type { Lives, Step } from './life.ts'
import { orphanText } from './orphans.ts'
import { readProgress } from './progress.ts'
import type { TaskError, TaskRecord } from './record.ts'

/** Longest text of a cell, in UTF-16 units; the detail pane has the whole. */
const cell = 200

/** One line of a list. */
export function toRow(task: TaskRecord, lives: Lives): TaskRow {
  return {
    connection: task.connection,
    id: task.id,
    name: short(task.name),
    state: task.state,
    at: task.at,
    worker: task.worker,
    queue: task.queue,
    runtime: runtimeOf(task, lives),
    args: short(task.args),
    kwargs: short(task.kwargs),
    retries: task.retries,
    exception: short(currentError(task)?.exception ?? null),
    progress: progressOf(task, lives),
    retryOf: task.retryOf,
    ...(task.fromHistory ? { fromHistory: true } : {}),
    ...(task.orphaned === null ? {} : { orphaned: orphanText(task.orphaned, task.state) }),
  }
}

/** Everything known of a task. */
export function toDetail(task: TaskRecord, lives: Lives, children: readonly string[]): TaskDetail {
  const error = currentError(task)
  const steps = lives.steps(task)
  return {
    ...toRow(task, lives),
    name: task.name,
    args: task.args,
    kwargs: task.kwargs,
    exception: error?.exception ?? null,
    traceback: error?.traceback ?? null,
    result: resultOf(task),
    root: task.root,
    parent: task.parent,
    children,
    retriedAs: task.retriedAs ?? [],
    eta: task.eta,
    expires: task.expires,
    exchange: task.exchange,
    routingKey: task.routingKey,
    timeline: steps.map((step) => toMoment(step, task.errors ?? [])),
    attempts: attemptsOf(steps, task.errors ?? [], task.retries),
    custom: task.custom === null ? null : JSON.stringify(task.custom.fields),
    sentAt: lives.newest(task, 'PENDING'),
    receivedAt: lives.newest(task, 'RECEIVED'),
    startedAt: lives.newest(task, 'STARTED'),
    endedAt: lives.newest(task, 'SUCCESS', 'FAILURE', 'REVOKED', 'REJECTED'),
  }
}

/** A result belongs to a success: a task that runs again has none yet. */
export function resultOf(task: TaskRecord): string | null {
  return task.state === 'SUCCESS' ? task.result : null
}

/** The error that belongs to the state shown: none once the task succeeded or runs again. */
export function currentError(task: TaskRecord): TaskError | null {
  if (task.state === 'SUCCESS' || task.state === 'STARTED' || task.state === 'RECEIVED') return null
  return task.errors?.at(-1) ?? null
}

/** What an earlier attempt said of its progress says nothing of the next one. */
function progressOf(task: TaskRecord, lives: Lives): Progress | null {
  const { custom } = task
  if (custom === null || custom.at < (lives.newest(task, 'RETRY') ?? 0)) return null
  return readProgress(custom.fields)
}

function toMoment(step: Step, errors: readonly TaskError[]): Moment {
  const error = errors.find((candidate) => candidate.at === step.at && candidate.state === step.state)
  return { ...step, exception: error?.exception ?? null }
}

/** Seconds its code ran, as the list shows them. */
export function runtimeOf(task: TaskRecord, lives: Lives): number | null {
  return task.runtime ?? measured(task, lives)
}

/** Celery reports a runtime for successes only; a failure's is the time between its events. */
function measured(task: TaskRecord, lives: Lives): number | null {
  if (task.state !== 'FAILURE') return null
  const [startedAt, endedAt] = [lives.newest(task, 'STARTED'), lives.newest(task, 'FAILURE')]
  return startedAt === null || endedAt === null || endedAt < startedAt ? null : endedAt - startedAt
}

function short(text: string | null): string | null {
  return text !== null && text.length > cell ? `${text.slice(0, cell)}…` : text
}
