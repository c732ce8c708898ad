import * as v from 'valibot'

const Arguments = v.optional(v.record(v.string(), v.unknown()), {})
const text = v.string()

/** Members as RabbitMQ's own definitions files of one virtual host have them; what else is in a file is left alone. */
const Queue = v.object({ name: text, durable: v.boolean(), auto_delete: v.boolean(), arguments: Arguments })
const Exchange = v.object({
  name: text,
  type: text,
  durable: v.boolean(),
  auto_delete: v.boolean(),
  internal: v.optional(v.boolean(), false),
  arguments: Arguments,
})
const Binding = v.object({
  source: text,
  destination: text,
  destination_type: text,
  routing_key: text,
  arguments: Arguments,
})
const Policy = v.object({
  name: text,
  pattern: text,
  'apply-to': v.optional(text, 'all'),
  priority: v.optional(v.number(), 0),
  definition: v.record(v.string(), v.unknown()),
})

/** Queues, exchanges, bindings and policies of one virtual host: the part of a definitions file that holds no secret. */
export const Topology = v.object({
  queues: v.optional(v.array(Queue), []),
  exchanges: v.optional(v.array(Exchange), []),
  bindings: v.optional(v.array(Binding), []),
  policies: v.optional(v.array(Policy), []),
})
export type Topology = v.InferOutput<typeof Topology>

/**
 * Reads a definitions file, RabbitMQ's own too. Users, passwords, permissions and parameters in it are not taken over.
 * Never throws.
 */
export function readTopology(written: string): Topology | { readonly problem: string } {
  let value: unknown
  try {
    value = JSON.parse(written.replace(/^\uFEFF/, ''))
  } catch {
    return { problem: 'This file is not JSON; a definitions file begins with a { and is exported by Warren or by RabbitMQ.' }
  }
  const read = v.safeParse(Topology, value)
  if (!read.success) {
    const [issue] = read.issues
    return {
      problem: `This is no definitions file: ${(v.getDotPath(issue) ?? 'it').slice(0, 100)} is not as RabbitMQ writes it.`,
    }
  }
  const { queues, exchanges, bindings } = read.output
  if (queues.length + exchanges.length + bindings.length === 0)
    return { problem: 'No queue, exchange or binding is in this file, so there is nothing to compare.' }
  return read.output
}

/** Everything in one order, whatever order it came in: two topologies that mean the same give the same text. */
export function topologyText(topology: Topology): string {
  const sorted = {
    queues: ordered(topology.queues, ({ name }) => [name]),
    exchanges: ordered(topology.exchanges, ({ name }) => [name]),
    bindings: ordered(topology.bindings, (one) => [
      one.source,
      one.destination_type,
      one.destination,
      one.routing_key,
      JSON.stringify(withSortedKeys(one.arguments)),
    ]),
    policies: ordered(topology.policies, ({ name }) => [name]),
  }
  return `${JSON.stringify(withSortedKeys(sorted, false), null, 2)}\n`
}

function ordered<T>(list: readonly T[], key: (one: T) => readonly string[]): T[] {
  const keyed = list.map((one) => ({ one, key: key(one) }))
  return keyed.sort((left, right) => compareAll(left.key, right.key)).map(({ one }) => one)
}

/** By code units: the same on every machine, whatever its language. */
function compareAll(left: readonly string[], right: readonly string[]): number {
  for (const [index, text] of left.entries()) {
    const other = right[index] ?? ''
    if (text !== other) return text < other ? -1 : 1
  }
  return 0
}

/** Names first: they say what the rest is about. */
const first: readonly string[] = ['name', 'source', 'destination', 'destination_type', 'routing_key']

function withSortedKeys(value: unknown, sort = true): unknown {
  if (Array.isArray(value)) return value.map((one) => withSortedKeys(one))
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value)
  if (sort) entries.sort(([one], [other]) => place(one) - place(other) || (one < other ? -1 : 1))
  return Object.fromEntries(entries.map(([name, member]) => [name, withSortedKeys(member)]))
}

function place(name: string): number {
  const index = first.indexOf(name)
  return index < 0 ? first.length : index
}

/** What an exported topology is called, without its ending. @param virtualHost `/` for the default one */
export function topologyFileName(virtualHost: string): string {
  const name = virtualHost.replace(/[^\p{L}\p{N}._-]+/gu, '-').replace(/^[-.]+|[-.]+$/g, '')
  return `topology${name === '' ? '' : `-${name.slice(0, 60)}`}`
}
