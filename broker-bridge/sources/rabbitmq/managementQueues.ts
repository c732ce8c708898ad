import * as v from 'valibot'
import type { ListedQueue } from '../broker.ts'
import { deadLetterOf } from './deadLetter.ts'
import { askManagement, segment } from './management.ts'
import type { ManagementPlace } from './management.ts'

/** The most that RabbitMQ gives at a time (501 is refused, 3.10.8). */
export const pageSize = 500
/** Longest text of names in one request: web servers refuse lines above some 8,000 bytes. */
const namesLimit = 5_000

const count = v.optional(v.number())
const Rate = v.optional(v.object({ rate: count }))
/** A policy without a definition comes as an empty list. */
const Definition = v.optional(
  v.union([
    v.record(v.string(), v.unknown()),
    v.pipe(
      v.array(v.unknown()),
      v.transform(() => ({})),
    ),
  ]),
)
const Queue = v.object({
  name: v.string(),
  vhost: v.string(),
  type: v.optional(v.string()),
  state: v.optional(v.string()),
  messages_ready: count,
  messages_unacknowledged: count,
  consumers: count,
  policy: v.optional(v.nullable(v.string())),
  effective_policy_definition: Definition,
  head_message_timestamp: v.fallback(count, undefined),
  message_stats: v.optional(v.object({ publish: count, publish_details: Rate, deliver_get: count, deliver_get_details: Rate })),
  auto_delete: v.optional(v.boolean(), false),
  exclusive: v.optional(v.boolean(), false),
  arguments: v.optional(v.record(v.string(), v.unknown()), {}),
})
export type ManagedQueue = v.InferOutput<typeof Queue>
const QueuePage = v.object({ items: v.array(Queue), total_count: v.number(), page_count: v.number() })
export type ManagedPage = v.InferOutput<typeof QueuePage>

// Only what is shown: a page of 500 with all its columns is 715 kB, and the broker gathers each column of each queue.
const columns = Object.keys(Queue.entries)
  .flatMap((name) =>
    name === 'message_stats'
      ? ['publish', 'publish_details.rate', 'deliver_get', 'deliver_get_details.rate'].map((part) => `message_stats.${part}`)
      : [name],
  )
  .join(',')

/**
 * One page of the queues of a virtual host, in the broker's own order, which is by name and costs it the least.
 * @param page from 1
 * @throws ManagementError with status 400 for a page beyond the last one
 */
export function fetchPage(place: ManagementPlace, page: number): Promise<ManagedPage> {
  return ask(place, `page=${page}&page_size=${pageSize}`)
}

/** The queues of these names that are there: their numbers are gathered and those of no others. @throws ManagementError */
export function fetchNamed(place: ManagementPlace, names: readonly string[]): Promise<ManagedPage> {
  const pattern = `^(?:${names.map(escaped).join('|')})$`
  return ask(place, `page=1&page_size=${pageSize}&use_regex=true&name=${encodeURIComponent(pattern)}`)
}

/** As many of the names, from the first on, as one request can hold. */
export function fitting(names: readonly string[]): string[] {
  let room = namesLimit
  const end = names.findIndex((name) => (room -= encodeURIComponent(`${escaped(name)}|`).length) < 0)
  return names.slice(0, Math.min(pageSize, end < 0 ? names.length : end))
}

/** No letter of a name means anything but itself. */
function escaped(name: string): string {
  return name.replace(/[\\^$.*+?()[\]{}|/#\s-]/g, '\\$&')
}

function ask(place: ManagementPlace, query: string): Promise<ManagedPage> {
  const path = `/api/queues/${segment(place.virtualHost)}?${query}&columns=${columns}`
  return askManagement(place, path, QueuePage, 'a list of queues')
}

export function toListed(queue: ManagedQueue): ListedQueue {
  const policyDefinition = queue.effective_policy_definition ?? {}
  return {
    virtualHost: queue.vhost,
    name: queue.name,
    type: queue.type ?? null,
    ready: queue.messages_ready ?? null,
    unacked: queue.messages_unacknowledged ?? null,
    consumers: queue.consumers ?? null,
    state: queue.state ?? null,
    inRate: rateOf(queue, 'publish'),
    outRate: rateOf(queue, 'deliver_get'),
    oldest: queue.head_message_timestamp ?? null,
    policy: queue.policy ?? null,
    deadLetter: deadLetterOf(queue.arguments, policyDefinition),
  }
}

/** A queue through which nothing ever went has counts and no rates. Where there are no counts at all, nothing is known. */
function rateOf({ messages_ready: counted, message_stats: stats }: ManagedQueue, name: 'publish' | 'deliver_get'): number | null {
  const rate = stats?.[`${name}_details`]?.rate
  if (rate !== undefined) return rate
  return counted !== undefined && stats?.[name] === undefined ? 0 : null
}
