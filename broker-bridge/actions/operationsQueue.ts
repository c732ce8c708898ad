import { RequestError } from '../protocol/index.ts'
import type { QueueKey } from '../protocol/index.ts'
import type { Connection } from '../sources/connection.ts'
import type { Connections } from '../sources/connections.ts'
import { placeOf } from '../sources/messages/peeking.ts'
import type { LookedAt } from '../sources/messages/peeking.ts'
import type { MessageQueues, QueueState } from '../sources/messages/queues.ts'

/** A queue an action is about, as it is now. */
export interface ActedUpon {
  readonly connection: Connection
  readonly lookedAt: LookedAt
  readonly messages: MessageQueues
  readonly state: QueueState
  /** `queue “a” in virtual host “/”`; of which broker, the question’s place says. */
  readonly where: string
}

/** @throws RequestError `not_found`, `not_connected`, `refused` */
export async function actedUpon(connections: Connections, key: QueueKey): Promise<ActedUpon> {
  const connection = connections.connected(key.connection)
  const lookedAt = connection.lookedAt()
  const { messages } = lookedAt
  const state = await messages.state(placeOf(lookedAt, key))
  const where = `queue “${state.queue}” in virtual host “${state.virtualHost}”`
  return { connection, lookedAt, messages, state, where }
}

/** @throws RequestError `refused` with the obstacle */
export function refuse(obstacle: string | null): void {
  if (obstacle !== null) throw new RequestError('refused', `${obstacle} Nothing was changed.`)
}

/** What taking messages out does to those who are there at the same time. */
export function besides({ consumers, type, ready }: QueueState): string[] {
  return [
    ...(consumers > 0
      ? [
          `${consumers === 1 ? 'One consumer is' : `${consumers} consumers are`} working on this queue: what they get first is theirs, and while messages are held they get later ones first.`,
        ]
      : []),
    ...(type === null && ready > 0
      ? ['Without RabbitMQ’s management plug-in Warren cannot see the type and the limits of this queue.']
      : []),
  ]
}

/** The queue's name, for the log of actions. */
export function queueOf({ queue, virtualHost }: Pick<QueueKey, 'queue' | 'virtualHost'>): string {
  return virtualHost === undefined ? `queue ${queue}` : `queue ${queue} in ${virtualHost}`
}
