import { RequestError } from '../protocol/index.ts'
import type { Capability } from '../protocol/index.ts'
import type { Broker, BrokerState, QueueListing } from '../sources/broker.ts'
import type { ReadHeader } from './bundle.ts'

const why = 'This is a bundle: what is in it is as it was, and there is no broker behind it.'
const no: Capability = { available: false, reason: why }

/** Stands where a broker would be: says where the bundle comes from, lists its queues, and refuses everything else. */
export class BundleBroker implements Broker {
  readonly state: BrokerState
  readonly virtualHost: string
  readonly address: string
  readonly #queues: QueueListing

  /** @param message what is in the bundle, as one sentence */
  constructor(header: ReadHeader, { id, address, broker }: ReadHeader['connections'][number], message: string) {
    const list = header.queues.find(({ connection }) => connection === id)
    this.address = address
    this.virtualHost = list?.queues[0]?.virtualHost ?? '/'
    this.#queues = {
      queues: list?.queues ?? [],
      truncated: list?.truncated ?? false,
      limits: 'These numbers are as they were when the bundle was made.',
    }
    this.state = {
      status: { kind: 'connected', since: header.madeAt, message },
      product: broker,
      blocked: null,
      events: { available: true },
      control: no,
      management: no,
    }
  }

  start(): void {
    // Nothing will ever come.
  }

  seekEvents(): void {
    // As above.
  }

  publish(): Promise<void> {
    return Promise.reject(new RequestError('refused', why))
  }

  ask(): Promise<readonly []> {
    return Promise.resolve([])
  }

  listQueues(): Promise<QueueListing> {
    return Promise.resolve(this.#queues)
  }

  traits(): undefined {
    return undefined
  }

  dispose(): Promise<void> {
    return Promise.resolve()
  }
}
