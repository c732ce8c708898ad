import { RequestError } from '../protocol/index.ts'
import type { QueueDetail, QueueLine, VirtualHosts } from '../protocol/index.ts'
import type { Connection } from './connection.ts'
import type { BrokerLayout, QueueInside } from './layout.ts'

/** Everything about one queue that can be known. @throws RequestError `not_found` */
export async function queueDetail(connection: Connection, name: string): Promise<QueueDetail> {
  const line = connection.queues.lines.find((one) => one.name === name) ?? (await sought(connection, name))
  const inside = await insideOf(connection, name)
  return { ...line, ...inside }
}

/** Nobody may have looked at the queues so far. */
async function sought(connection: Connection, name: string): Promise<QueueLine> {
  await connection.queues.refresh()
  const line = connection.queues.lines.find((one) => one.name === name)
  if (!line) throw new RequestError('not_found', 'There is no queue of that name any more, or it is not known here.')
  return line
}

async function insideOf(connection: Connection, name: string): Promise<QueueInside> {
  if (!connection.layout) return { ...unknown, limits: connection.queues.list.limits }
  try {
    return await connection.layout.queue(name)
  } catch (error) {
    if (!(error instanceof RequestError)) throw error
    return { ...unknown, limits: connection.queues.list.limits ?? error.message }
  }
}

const unknown: Omit<QueueInside, 'limits'> = {
  durable: null,
  exclusive: null,
  autoDelete: null,
  node: null,
  members: [],
  bytes: null,
  arguments: null,
  policyDefinition: null,
  deadLetterQueues: null,
  bindings: null,
  consumerList: null,
}

/** @throws RequestError `refused` where nobody tells */
export async function virtualHosts(connection: Connection): Promise<VirtualHosts> {
  const names = await layoutOf(connection).virtualHosts()
  const current = connection.virtualHost
  return { current, others: names.filter((name) => name !== current).sort() }
}

/** @throws RequestError `refused` where nobody tells */
export function layoutOf({ layout, queues }: Connection): BrokerLayout {
  if (layout) return layout
  throw new RequestError(
    'refused',
    queues.list.limits ?? 'Only RabbitMQ’s management plug-in tells this, and its address is not known.',
  )
}
