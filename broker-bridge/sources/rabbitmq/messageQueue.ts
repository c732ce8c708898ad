import { RequestError } from '../../protocol/index.ts'
import type {
  Look,
  LookBounds,
  LookPlan,
  MessageQueues,
  NewMessage,
  QueuePlace,
  QueueState,
  Transfer,
  Transferred,
} from '../messages/queues.ts'
import { openChannel } from './channels.ts'
import { withDeadline } from './deadline.ts'
import type { ManagementAddress } from './managementAddress.ts'
import { visit } from './messageQueueConnection.ts'
import type { ShortConnection, Visit } from './messageQueueConnection.ts'
import { publishOne } from './messageQueuePublish.ts'
import { readState } from './messageQueueState.ts'
import { Moving } from './moving.ts'
import { obstacleOf, overflowOf } from './movingObstacles.ts'
import { takeAndReturn } from './peek.ts'
import { planLook } from './peekPlan.ts'
import { readStream } from './peekStream.ts'

const purgeTimeout = 15_000

/** What waits in RabbitMQ's queues. Each piece of work has connections of its own, because some of it may end its connection. */
export class RabbitMessageQueues implements MessageQueues {
  readonly virtualHost: string
  readonly #where: Visit
  readonly #management: ManagementAddress | undefined

  constructor(where: Visit, management: ManagementAddress | undefined) {
    this.virtualHost = where.address.virtualHost
    this.#where = where
    this.#management = management
  }

  state(place: QueuePlace): Promise<QueueState> {
    return this.#visit(place.virtualHost, 'look', (connection) =>
      readState(connection, place, this.#management, this.#where.tls?.ca),
    )
  }

  plan(state: QueueState): LookPlan {
    return planLook(state)
  }

  look(state: QueueState, bounds: LookBounds): Promise<Look> {
    const look = state.type === 'stream' ? readStream : takeAndReturn
    return this.#visit(state.virtualHost, 'look', (connection) => look(connection, state, bounds))
  }

  obstacle(state: QueueState, transfer: { readonly leaves: boolean }): string | null {
    return obstacleOf(state, transfer)
  }

  overflow(state: QueueState, messages: number): string | null {
    return overflowOf(state, messages)
  }

  transfer(state: QueueState, transfer: Transfer): Promise<Transferred> {
    return this.#visit(state.virtualHost, 'take', (source) =>
      this.#visit(state.virtualHost, 'send', (target) => new Moving(source, target, state, transfer).run()),
    )
  }

  purge(place: QueuePlace): Promise<number> {
    return this.#visit(place.virtualHost, 'purge', (connection) => purge(connection, place))
  }

  publish(virtualHost: string, message: NewMessage): Promise<void> {
    return this.#visit(virtualHost, 'send', (connection) => publishOne(connection, message))
  }

  async #visit<T>(virtualHost: string, purpose: string, work: (connection: ShortConnection) => Promise<T>): Promise<T> {
    const connection = await visit(this.#where, virtualHost, purpose)
    try {
      return await work(connection)
    } finally {
      await connection.close()
    }
  }
}

/** @throws RequestError `refused`, `timeout` */
async function purge(connection: ShortConnection, { queue, virtualHost }: QueuePlace): Promise<number> {
  const channel = await openChannel(connection.model)
  const answer = await withDeadline(channel.purgeQueue(queue), purgeTimeout).catch((error: unknown) => {
    const words = connection.explain(error)
    const what = `“${queue}” in virtual host “${virtualHost}”`
    if (/ACCESS[_-]REFUSED/.test(words))
      throw new RequestError('refused', `This user may not purge queue ${what}: grant read on it. Nothing was removed.`)
    throw new RequestError('refused', `Queue ${what} was not purged: ${words.slice(0, 300)}`)
  })
  if (answer === 'late')
    throw new RequestError('timeout', 'The broker did not say whether it purged the queue; look at its count.')
  return answer.messageCount
}
