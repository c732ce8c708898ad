import * as v from 'valibot'
import { RequestError } from '../../protocol/errors.ts'
import { visibleLine } from '../../protocol/text.ts'
import type { TracingState, TracingSwitch } from '../payloadTap.ts'
import { askManagement, ManagementError, removeByManagement, segment, tellManagement } from './management.ts'
import type { ManagementPlace } from './management.ts'
import { ManagementAddress } from './managementAddress.ts'

const VirtualHost = v.object({
  tracing: v.optional(v.boolean(), false),
  description: v.optional(v.string()),
  tags: v.optional(v.array(v.string())),
  default_queue_type: v.optional(v.string()),
})
const Nodes = v.array(v.object({ uptime: v.optional(v.number()) }))
const Queues = v.object({
  items: v.array(v.object({ name: v.string(), owner_pid_details: v.optional(v.object({ name: v.optional(v.string()) })) })),
})
const Access = v.object({
  url: v.string(),
  username: v.string(),
  password: v.string(),
  virtualHost: v.string(),
  ca: v.nullable(v.string()),
})

/** Copies made for the recording `mark` come into queues whose names begin so. */
export const copiesPrefix = (mark: string): string => `warren.payloads.${mark}.`

/** A virtual host's tracing, by the management API alone: no connection of the message protocol is needed. All reject with RequestError. */
export class Tracing implements TracingSwitch {
  readonly #place: ManagementPlace

  constructor(place: ManagementPlace) {
    this.#place = place
  }

  /** From what `handOver` gave, in another process. @throws where it is something else */
  static from(access: unknown): Tracing {
    const { url, username, password, virtualHost, ca } = v.parse(Access, access)
    return new Tracing({ address: new ManagementAddress(url, username, password), virtualHost, ca: ca ?? undefined })
  }

  /** Holds the password. */
  handOver(): v.InferOutput<typeof Access> {
    const { address, virtualHost, ca } = this.#place
    return { url: address.url, username: address.username, password: address.secret(), virtualHost, ca: ca ?? null }
  }

  async look(): Promise<TracingState> {
    return told(this.#place, async () => {
      const { tracing } = await this.#virtualHost()
      const nodes = await askManagement(this.#place, '/api/nodes?columns=uptime', Nodes, 'a list of nodes')
      const uptimes = nodes.flatMap(({ uptime }) => uptime ?? [])
      return { tracing, startedAt: uptimes.length === 0 ? null : Date.now() / 1_000 - Math.max(...uptimes) / 1_000 }
    })
  }

  /** The rest of the virtual host is sent along: newer versions of RabbitMQ empty what a PUT does not name (rabbit_vhost.erl, `put_vhost`). */
  async set(tracing: boolean): Promise<void> {
    await told(this.#place, async () => {
      const { description, tags, default_queue_type: type } = await this.#virtualHost()
      const rest = {
        ...(description === undefined ? {} : { description }),
        ...(tags === undefined ? {} : { tags: tags.join(',') }),
        ...(type === undefined || type === 'undefined' ? {} : { default_queue_type: type }),
      }
      await tellManagement(this.#place, `/api/vhosts/${segment(this.#place.virtualHost)}`, { ...rest, tracing })
    })
  }

  /**
   * An exclusive queue cannot be deleted by others, but goes with its connection: that one is closed where the broker has not noticed
   * yet that its other end is gone.
   */
  async dropCopies(mark: string): Promise<void> {
    await told(this.#place, async () => {
      for (const { name, owner_pid_details: owner } of await this.#queuesOf(mark)) {
        if (owner?.name === undefined) throw new ManagementError(`RabbitMQ does not say yet whose the queue “${name}” is.`)
        await removeByManagement(this.#place, `/api/connections/${segment(owner.name)}`)
      }
    })
  }

  async #queuesOf(mark: string): Promise<v.InferOutput<typeof Queues>['items']> {
    const prefix = copiesPrefix(mark)
    const wanted = `page=1&page_size=10&name=${segment(prefix)}&columns=name,owner_pid_details`
    const path = `/api/queues/${segment(this.#place.virtualHost)}?${wanted}`
    const { items } = await askManagement(this.#place, path, Queues, 'a list of queues')
    return items.filter(({ name }) => name.startsWith(prefix))
  }

  #virtualHost(): Promise<v.InferOutput<typeof VirtualHost>> {
    return askManagement(this.#place, `/api/vhosts/${segment(this.#place.virtualHost)}`, VirtualHost, 'a virtual host')
  }
}

/** What the management API refused, in words a person can act on. */
async function told<T>({ address }: ManagementPlace, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof ManagementError)) throw error
    const wantsRight = error.refused && !error.message.includes('password')
    const user = visibleLine(address.username, 100)
    throw new RequestError(
      error.status === 0 ? 'not_connected' : 'refused',
      wantsRight
        ? `RabbitMQ lets only administrators turn tracing on, and “${user}” is none: give that user the tag “administrator”, or this connection’s management address another user. Nothing was changed.`
        : error.message,
    )
  }
}
