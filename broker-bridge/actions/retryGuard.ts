import { randomUUID } from 'node:crypto'
import { brokerIdentity } from '../claims/brokerIdentity.ts'
import type { Claims } from '../claims/claims.ts'
import type { Settled, Standing } from '../claims/messages.ts'
import type { TaskKey } from '../protocol/index.ts'
import type { Connections } from '../sources/connections.ts'
import { mayHaveArrived } from './door.ts'

/** Keeps the windows of a user from running one task again twice. */
export class RetryGuard {
  readonly #connections: Connections
  readonly #claims: Claims

  constructor(connections: Connections, claims: Claims) {
    this.#connections = connections
    this.#claims = claims
  }

  /** What retries have in hand, or had, of these tasks. */
  async look(connection: string, ids: readonly string[]): Promise<ReadonlyMap<string, Standing>> {
    return this.#claims.look(this.#broker(connection), ids)
  }

  async lookAt({ connection, id }: TaskKey): Promise<Standing | null> {
    return (await this.look(connection, [id])).get(id) ?? null
  }

  /** For one retry, of one task or of many. */
  open(connection: string): RetryClaim {
    return new RetryClaim(this.#claims, this.#broker(connection))
  }

  #broker(id: string): string {
    const { cluster, params } = this.#connections.get(id)
    return brokerIdentity(cluster, params.address)
  }
}

/** What one retry has claimed. It stays sure of its broker when the connection goes away. */
export class RetryClaim {
  readonly #claims: Claims
  readonly #broker: string
  readonly #operation = randomUUID()

  constructor(claims: Claims, broker: string) {
    this.#claims = claims
    this.#broker = broker
  }

  /** Claims tasks whose turn comes later. @returns those that are not this retry's to send */
  take(ids: readonly string[]): Promise<ReadonlyMap<string, Standing>> {
    return this.#claims.take(this.#operation, this.#broker, ids)
  }

  /**
   * Says that a task is about to be sent. Nothing may be sent without.
   * @param despite epoch seconds up to which the user knows of what others sent
   * @returns why it is not this retry's to send; null where it is
   */
  begin(id: string, newId: string, despite: number | null = null): Promise<Standing | null> {
    return this.#claims.begin(this.#operation, { broker: this.#broker, id }, newId, despite)
  }

  /** Sends what was begun, and says what became of it. */
  async send<T>(id: string, work: () => Promise<T>): Promise<T> {
    try {
      const result = await work()
      await this.#settle(id, 'sent')
      return result
    } catch (error) {
      await this.#settle(id, mayHaveArrived(error) ? 'uncertain' : 'free')
      throw error
    }
  }

  /** Lets go of what was not begun. */
  release(): Promise<void> {
    return this.#claims.release(this.#operation)
  }

  #settle(id: string, outcome: Settled): Promise<void> {
    return this.#claims.settle(this.#operation, { broker: this.#broker, id }, outcome)
  }
}
