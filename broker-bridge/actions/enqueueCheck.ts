import { RequestError } from '../protocol/index.ts'
import type { Question, RegisteredTask } from '../protocol/index.ts'
import type { Connection } from '../sources/connection.ts'
import { registeredTasks } from './registeredNames.ts'

/** A task and where it would go. */
export interface Wanted {
  readonly name: string
  readonly queue: string
}

/** A worker that is online, and what it consumes. */
export interface Consumer {
  readonly name: string
  readonly queues: readonly string[]
}

const namesTold = 3
const doubtsTold = 5
/** Celery has these in every worker, and lists them nowhere. */
const builtIn = 'celery.'

/**
 * What workers say against sending these tasks there, as a question; null where nothing does, where nobody is there to say so, and
 * where some did not answer: they may well have the task.
 */
export async function doubtQuestion(connection: Connection, wanted: readonly Wanted[]): Promise<Question | null> {
  const consumers = connection.workerRows.filter(({ online }) => online)
  if (consumers.length === 0 || connection.workers.unknown().length > 0) return null
  const known = await registeredTasks(connection)
  if (known === null || doubtsOf(wanted, consumers, known).length === 0) return null
  // A worker may have come since the last answer.
  const fresh = await registeredTasks(connection, true)
  const doubts = fresh === null ? [] : doubtsOf(wanted, consumers, fresh)
  if (doubts.length === 0 || !(await areThere(connection, wanted))) return null
  return {
    question: questionOf(wanted),
    detail: [
      ...doubts.slice(0, doubtsTold),
      ...(doubts.length > doubtsTold ? [`and ${doubts.length - doubtsTold} more`] : []),
    ].join('\n\n'),
    action: 'Enqueue Anyway',
    count: wanted.length,
  }
}

/** Pure. @returns a sentence for each pair of task and queue that workers cannot run */
export function doubtsOf(wanted: readonly Wanted[], workers: readonly Consumer[], tasks: readonly RegisteredTask[]): string[] {
  const having = new Map(tasks.map(({ name, workers: names }) => [name, new Set(names)]))
  const sentences = wanted.flatMap(({ name, queue }) => {
    const has = having.get(name) ?? new Set()
    const isKnown = (worker: string): boolean => name.startsWith(builtIn) || has.has(worker)
    const consumers = workers.filter(({ queues }) => queues.includes(queue))
    const lacking = consumers.filter((worker) => !isKnown(worker.name))
    if (consumers.length === 0)
      return [
        unconsumed(
          queue,
          workers.filter((worker) => isKnown(worker.name)),
        ),
      ]
    return lacking.length === 0 ? [] : [unregistered({ name, queue }, lacking, lacking.length === consumers.length)]
  })
  return [...new Set(sentences)]
}

function unconsumed(queue: string, having: readonly Consumer[]): string {
  const elsewhere = [...new Set(having.flatMap(({ queues }) => queues))]
  const hint = elsewhere.length === 0 ? '' : ` Workers that have the task consume ${list(elsewhere.map(quoted))}.`
  return `No worker that is online consumes ${quoted(queue)}: what is sent there waits until one does.${hint}`
}

function unregistered({ name, queue }: Wanted, lacking: readonly Consumer[], all: boolean): string {
  const task = name.slice(0, 200)
  if (all) return `No worker that consumes ${quoted(queue)} has registered ${task}: whichever gets it throws it away.`
  const whom = list(lacking.map((worker) => worker.name.slice(0, 100)))
  return `${whom} ${lacking.length === 1 ? 'consumes' : 'consume'} ${quoted(queue)} too and ${lacking.length === 1 ? 'has' : 'have'} not registered ${task}: a worker that gets a task it does not know throws it away.`
}

function questionOf([first, ...others]: readonly Wanted[]): string {
  if (first === undefined) return 'Enqueue nothing?'
  return others.length === 0
    ? `Enqueue ${first.name.slice(0, 200)} to ${quoted(first.queue)} anyway?`
    : `Enqueue these ${others.length + 1} tasks anyway?`
}

function list(names: readonly string[]): string {
  const told = names.slice(0, namesTold).join(', ')
  return names.length > namesTold ? `${told} and ${names.length - namesTold} more` : told
}

const quoted = (queue: string): string => `“${queue.slice(0, 100)}”`

/** What will be refused anyway is not asked about first. */
async function areThere(connection: Connection, wanted: readonly Wanted[]): Promise<boolean> {
  const queues = [...new Set(wanted.map(({ queue }) => queue))].slice(0, doubtsTold)
  const states = await Promise.allSettled(queues.map((queue) => stateOf(connection, queue)))
  return !states.some(({ status }) => status === 'rejected')
}

/** A priority that the queue would count as another one. @throws RequestError `invalid` */
export async function checkPriority(connection: Connection, queue: string, priority: number | undefined): Promise<void> {
  if (priority === undefined) return
  // Where nobody tells the queue's settings, or it is not there, sending tells.
  const state = await stateOf(connection, queue).catch(() => null)
  const most = state?.settings?.['max-priority']
  if (typeof most !== 'number' || priority <= most) return
  throw new RequestError(
    'invalid',
    `Queue ${quoted(queue)} has priorities from 0 to ${most} (x-max-priority), so ${priority} would count as ${most}; give at most ${most}. Nothing was sent.`,
  )
}

function stateOf(connection: Connection, queue: string) {
  const { messages } = connection.lookedAt()
  return messages.state({ virtualHost: messages.virtualHost, queue })
}
