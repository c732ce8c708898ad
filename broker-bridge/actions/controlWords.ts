import type { ControlCommand, Question, WorkerRow } from '../protocol/index.ts'
const namesTold = 10

/**
 * What to ask before workers are told something; null where nothing is lost by it.
 * @param rows all workers of the connection
 */
export function controlQuestion(
  control: ControlCommand,
  workers: readonly string[],
  rows: readonly WorkerRow[],
): Question | null {
  const words = wordsOf(control, workers, rows)
  if (words === null) return null
  const [question, action, ...said] = words
  return { question, detail: [...said, namesOf(workers)].join('\n\n'), action, count: workers.length }
}

type Words = readonly [question: string, action: string, ...said: string[]]

function wordsOf(control: ControlCommand, workers: readonly string[], rows: readonly WorkerRow[]): Words | null {
  const whom = workers.length === 1 ? 'this worker' : `${workers.length} workers`
  switch (control.command) {
    case 'shutdown':
      return [
        `Shut down ${whom}?`,
        'Shut Down',
        'A worker that is told to stop finishes the tasks it runs, gives those it only holds back to their queues, and ends. It comes back only if something on its machine starts it again; Warren cannot.',
        ...lastOnes(workers, rows),
      ]
    case 'pool_shrink':
      return [
        `Take ${processes(control.n)} away from ${whom}?`,
        'Shrink Pool',
        'Processes that are idle end at once; where fewer are idle, fewer go. Celery forgets this when the worker restarts. A task that arrives just then can be handed to a process that is going, and waits there until the worker restarts (seen with Celery 5.2.6): better do this while little arrives.',
      ]
    case 'pool_restart':
      return [
        `Restart the pool of ${whom}?`,
        'Restart Pool',
        'All processes of the pool are replaced. Tasks that run are lost unless they are acknowledged late. Celery does this only where worker_pool_restarts is set.',
      ]
    case 'autoscale':
      return [
        `Let ${whom} scale between ${control.min} and ${processes(control.max)}?`,
        'Set Autoscale',
        'Only workers started with --autoscale do so; others refuse. Above the largest number, processes end.',
      ]
    case 'cancel_consumer':
      return [
        `Stop ${whom} from taking tasks of “${control.queue.slice(0, 100)}”?`,
        'Cancel Consumer',
        ...waiting(control.queue, workers, rows),
        'Tasks taken already still run. Celery forgets this when the worker restarts.',
      ]
    case 'rate_limit':
      return [
        rateQuestion(control, whom),
        'Set Rate Limit',
        'The limit is each worker’s own: two workers run twice as many. Tasks that wait for it are in the worker’s memory, where no inspection shows them. Celery forgets the limit when the worker restarts.',
      ]
    case 'time_limit':
      return [
        `Set time limits of ${control.task.slice(0, 200)} (soft ${limit(control.soft)}, hard ${limit(control.hard)})?`,
        'Set Time Limit',
        'The worker will say that the limits are set, but Celery applies them to tasks only once the worker has connected to its broker anew, and forgets them when it restarts. To limit a task for certain, set time_limit where it is defined.',
      ]
    case 'disable_events':
      return [
        `Turn task events off in ${whom}?`,
        'Turn Events Off',
        'Their tasks are then invisible here and to every other monitor. A worker that was started with -E answers “already disabled” and goes on sending.',
      ]
    case 'pool_grow':
    case 'add_consumer':
    case 'enable_events':
    case 'heartbeat':
      return null
  }
}

function rateQuestion({ task, rate }: { readonly task: string; readonly rate: string }, whom: string): string {
  const name = task.slice(0, 200)
  return rate === '0' ? `Take the rate limit of ${name} away on ${whom}?` : `Run at most ${rate} of ${name} on ${whom}?`
}

function processes(n: number): string {
  return n === 1 ? '1 process' : `${n} processes`
}

function limit(seconds: number | null): string {
  return seconds === null ? 'none' : `${seconds} s`
}

function namesOf(workers: readonly string[]): string {
  const told = workers.slice(0, namesTold).join('\n')
  return workers.length > namesTold ? `${told}\nand ${workers.length - namesTold} more` : told
}

function lastOnes(workers: readonly string[], rows: readonly WorkerRow[]): string[] {
  const left = rows.filter(({ name, online }) => online && !workers.includes(name)).length
  return left === 0 ? ['No other worker of this connection is online: afterwards nothing runs tasks here.'] : []
}

function waiting(queue: string, workers: readonly string[], rows: readonly WorkerRow[]): string[] {
  const others = rows.filter(({ name, online, queues }) => online && queues.includes(queue) && !workers.includes(name)).length
  if (others > 0) return []
  return ['No other worker that is online consumes this queue: its tasks wait until one does.']
}
