import { RequestError } from '../../protocol/index.ts'
import type { ExchangeBindings, ExchangePage, Topology } from '../../protocol/index.ts'
import type { BrokerLayout, NamesInUse, QueueInside } from '../layout.ts'
import { deadLetterOf } from './deadLetter.ts'
import { askManagement, ManagementError, segment } from './management.ts'
import type { ManagementPlace } from './management.ts'
import * as shapes from './managementShapes.ts'
import { findNames } from './namesInUse.ts'
import { fetchTopology } from './topology.ts'

const mostBindings = 1_000
const exchangePage = 500

/** How queues and exchanges hang together, as the management plug-in tells it. */
export class ManagementLayout implements BrokerLayout {
  readonly #place: ManagementPlace

  constructor(place: ManagementPlace) {
    this.#place = place
  }

  queue(name: string): Promise<QueueInside> {
    return told(async () => {
      const path = `/api/queues/${this.#host}/${segment(name)}`
      const queue = await askManagement(this.#place, path, shapes.QueueDetail, 'queue')
      const bindings = await this.#bindings(`${path}/bindings`)
      const policyDefinition = queue.effective_policy_definition ?? {}
      const deadLetter = deadLetterOf(queue.arguments, policyDefinition)
      return {
        ...shapes.toInside(queue),
        deadLetter,
        deadLetterQueues: deadLetter && (await this.#deadLetterQueues(name, deadLetter)),
        bindings: bindings.slice(0, mostBindings),
        limits: null,
      }
    })
  }

  exchanges(text: string): Promise<ExchangePage> {
    return told(async () => {
      const query = `page=1&page_size=${exchangePage}&name=${encodeURIComponent(text)}&use_regex=false`
      const path = `/api/exchanges/${this.#host}?${query}&columns=${shapes.exchangeColumns}`
      const page = await askManagement(this.#place, path, shapes.ExchangePage, 'a list of exchanges')
      return { exchanges: page.items.map(shapes.toExchange), total: page.filtered_count }
    })
  }

  exchangeBindings(exchange: string): Promise<ExchangeBindings> {
    return told(async () => {
      const path = `/api/exchanges/${this.#host}/${segment(exchange === '' ? 'amq.default' : exchange)}/bindings`
      const out = await this.#bindings(`${path}/source`)
      const into = await this.#bindings(`${path}/destination`)
      const more = Math.max(0, out.length - mostBindings) + Math.max(0, into.length - mostBindings)
      return { out: out.slice(0, mostBindings), into: into.slice(0, mostBindings), more }
    })
  }

  virtualHosts(): Promise<readonly string[]> {
    return told(async () => {
      const hosts = await askManagement(this.#place, '/api/vhosts?columns=name', shapes.Names, 'a list of virtual hosts')
      return hosts.map(({ name }) => name)
    })
  }

  topology(): Promise<Topology> {
    return told(() => fetchTopology(this.#place))
  }

  namesInUse(): Promise<NamesInUse> {
    return told(() => findNames(this.#place))
  }

  get #host(): string {
    return segment(this.#place.virtualHost)
  }

  async #bindings(path: string) {
    const list = await askManagement(this.#place, path, shapes.Bindings, 'a list of bindings')
    return list.map(shapes.toBinding)
  }

  /** Where a dead letter ends is for the exchange to say; for patterns and headers only it could. */
  async #deadLetterQueues(queue: string, { exchange, routingKey }: { exchange: string; routingKey: string | null }) {
    if (exchange === '') return [routingKey ?? queue]
    const path = `/api/exchanges/${this.#host}/${segment(exchange)}`
    try {
      const { type } = await askManagement(this.#place, `${path}?columns=type`, shapes.ExchangeType, 'exchange')
      const out = await this.#bindings(`${path}/bindings/source`)
      const key = type === 'direct' ? routingKey : null
      const queues = out.filter((one) => one.destinationType === 'queue' && (key === null || one.key === key))
      return [...new Set(queues.map(({ destination }) => destination))].slice(0, mostBindings)
    } catch (error) {
      if (error instanceof ManagementError && error.status === 404) return []
      throw error
    }
  }
}

async function told<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask()
  } catch (error) {
    if (!(error instanceof ManagementError)) throw error
    throw new RequestError(error.status === 404 ? 'not_found' : 'refused', error.message)
  }
}
