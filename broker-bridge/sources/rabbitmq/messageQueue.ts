import type { Look, LookBounds, LookPlan, MessageQueues, QueuePlace, QueueState } from '../messages/queues.ts'
import type { ManagementAddress } from './managementAddress.ts'
import { visit } from './messageQueueConnection.ts'
import type { ShortConnection, Visit } from './messageQueueConnection.ts'
import { readState } from './messageQueueState.ts'
import { takeAndReturn } from './peek.ts'
import { planLook } from './peekPlan.ts'

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
    return this.#visit(place, 'look', (connection) => readState(connection, place, this.#management, this.#where.tls?.ca))
  }

  plan(state: QueueState): LookPlan {
    return planLook(state)
  }

  look(state: QueueState, bounds: LookBounds): Promise<Look> {
    return this.#visit(state, 'look', (connection) => takeAndReturn(connection, state, bounds))
  }

  async #visit<T>(place: QueuePlace, purpose: string, work: (connection: ShortConnection) => Promise<T>): Promise<T> {
    const connection = await visit(this.#where, place.virtualHost, purpose)
    try {
      return await work(connection)
    } finally {
      await connection.close()
    }
  }
}
