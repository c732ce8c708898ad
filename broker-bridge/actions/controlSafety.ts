import { RequestError } from '../protocol/index.ts'
import type { ControlCommand } from '../protocol/index.ts'
import type { Connection } from '../sources/connection.ts'
import type { TellableCommand } from '../sources/taskSystem.ts'

/**
 * Looks whether a command would end or empty a worker, and completes it so that it does not.
 * @throws RequestError `refused` with the reason, `not_found` for a worker nobody knows
 */
export async function madeSafe(
  connection: Connection,
  workers: readonly string[],
  control: ControlCommand,
): Promise<TellableCommand> {
  requireOnline(connection, workers)
  if (control.command === 'pool_shrink') await requireProcesses(connection, workers, control.n)
  if (control.command === 'add_consumer') return declarable(connection, workers, control.queue)
  return control
}

function requireOnline(connection: Connection, workers: readonly string[]): void {
  const online = new Set(connection.workers.online())
  const known = new Set(connection.workerRows.map(({ name }) => name))
  const unknown = workers.find((worker) => !known.has(worker))
  if (unknown !== undefined) throw new RequestError('not_found', `Unknown worker '${unknown.slice(0, 200)}'`)
  const offline = workers.find((worker) => !online.has(worker))
  if (offline !== undefined)
    throw new RequestError('refused', `Worker ${offline.slice(0, 200)} is offline, so it cannot be told anything.`)
}

/** Asked to take away as many as there are, Celery answers with an error and takes them all the same: nothing runs there any more. */
async function requireProcesses(connection: Connection, workers: readonly string[], n: number): Promise<void> {
  const { replies, silent } = await connection.conversation.question('stats', workers)
  if (silent.length > 0)
    throw new RequestError(
      'refused',
      `${silent.join(', ').slice(0, 300)} did not say in time how many processes there are, so the pool was left alone: taking away too many would leave none.`,
    )
  for (const { worker, payload } of replies) {
    const { pool, concurrency } = connection.system.readFacts({ stats: payload })
    if (pool !== 'prefork' && pool !== null)
      throw new RequestError('refused', `The ${pool} pool of ${worker} cannot be made smaller; only prefork can.`)
    if (concurrency === null || n >= concurrency) throw new RequestError('refused', tooMany(worker, n, concurrency))
  }
}

function tooMany(worker: string, n: number, concurrency: number | null): string {
  if (concurrency === null) return `How many processes ${worker} has is not known, so its pool was left alone.`
  const most = concurrency - 1
  const advice = most <= 0 ? 'The last one has to stay.' : `At most ${most} can go.`
  return `${worker} has ${concurrency} ${concurrency === 1 ? 'process' : 'processes'}; without ${n === 1 ? 'it' : `${n} of them`} it would take tasks and never run them. ${advice}`
}

/** A worker that declares a queue otherwise than it is says yes first and exits then. */
async function declarable(connection: Connection, workers: readonly string[], queue: string): Promise<TellableCommand> {
  const check = await connection.checkQueue(queue)
  if (check.kind === 'differs')
    throw new RequestError(
      'refused',
      `The queue “${queue}” is of another kind than a worker would declare (${check.reason}); the worker would exit. Name the queue with its arguments in the worker’s settings (task_queues) instead.`,
    )
  const queueArguments = check.kind === 'same' ? check.arguments : {}
  const type = check.kind === 'same' ? check.arguments['x-queue-type'] : check.type
  if (type === 'stream')
    throw new RequestError('refused', `“${queue}” is a stream, which Celery’s workers cannot consume. Nothing was sent.`)
  if (type === 'quorum') requireOwnPrefetch(connection, workers, queue, check.kind === 'missing' ? 'would become' : 'is')
  if (check.kind === 'same') await requirePlainDeclaring(connection, workers, queue)
  return { command: 'add_consumer', queue, queueArguments }
}

/**
 * Workers limit what they hold over all of their queues (AMQP’s “global” prefetch), which quorum queues refuse by closing the connection.
 * A worker that began with a quorum queue limits each queue by itself; one that is given it later breaks: before Celery 5.5 again at each
 * reconnect, for ever; since then once, and its running tasks are delivered again (seen with 5.2.6 and 5.5.2).
 */
function requireOwnPrefetch(connection: Connection, workers: readonly string[], queue: string, is: 'is' | 'would become'): void {
  const ofQuorum = ({ queues }: { readonly queues: readonly string[] }) =>
    queues.some((name) => connection.queueType(name) === 'quorum')
  const [first] = connection.workerRows.filter((row) => workers.includes(row.name) && !ofQuorum(row))
  if (first === undefined) return
  throw new RequestError(
    'refused',
    `“${queue}” ${is} a quorum queue, and ${first.name} counts what it holds over all of its queues, which RabbitMQ refuses there: its connection would break. Name the queue as a quorum queue in the settings of a worker of its own instead (task_queues, Celery 5.5 or later). Nothing was sent.`,
  )
}

async function requirePlainDeclaring(connection: Connection, workers: readonly string[], queue: string): Promise<void> {
  const { readDeclaring } = connection.system
  if (!readDeclaring) return
  const { replies, silent } = await connection.conversation.question('conf', workers)
  const doubtful = replies.find(({ payload }) => readDeclaring(payload)?.length !== 0)
  if (silent.length === 0 && !doubtful) return
  const settings = doubtful ? readDeclaring(doubtful.payload) : null
  const reason = settings
    ? `the setting ${settings.join(', ')} of ${doubtful?.worker ?? ''} changes how it declares queues`
    : `${silent[0] ?? doubtful?.worker ?? 'a worker'} did not tell its settings in time`
  throw new RequestError(
    'refused',
    `The queue “${queue}” exists, and ${reason}: where the two differ, the worker would exit. Nothing was sent.`,
  )
}
