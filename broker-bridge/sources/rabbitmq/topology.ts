import * as v from 'valibot'
import { Topology } from '../../protocol/index.ts'
import { askManagement, segment } from './management.ts'
import type { ManagementPlace } from './management.ts'

const Queues = v.array(v.object({ ...Topology.entries.queues.wrapped.item.entries, exclusive: v.optional(v.boolean(), false) }))
const Exchanges = v.array(Topology.entries.exchanges.wrapped.item)
const Bindings = v.array(Topology.entries.bindings.wrapped.item)
const Policies = v.array(Topology.entries.policies.wrapped.item)

/**
 * What a definitions file of this virtual host would hold, without the rights of an administrator that RabbitMQ's own export
 * wants: asked for part by part, each with the columns that are in it.
 * @throws ManagementError
 */
export async function fetchTopology(place: ManagementPlace): Promise<Topology> {
  const host = segment(place.virtualHost)
  const queues = await askManagement(
    place,
    `/api/queues/${host}?disable_stats=true&columns=name,durable,auto_delete,exclusive,arguments`,
    Queues,
    'a list of queues',
  )
  const exchanges = await askManagement(
    place,
    `/api/exchanges/${host}?columns=name,type,durable,auto_delete,internal,arguments`,
    Exchanges,
    'a list of exchanges',
  )
  const bindings = await askManagement(place, `/api/bindings/${host}`, Bindings, 'a list of bindings')
  const policies = await askManagement(place, `/api/policies/${host}`, Policies, 'a list of policies')
  return lasting({ queues, exchanges, bindings, policies })
}

type Found = Omit<Topology, 'queues'> & { readonly queues: v.InferOutput<typeof Queues> }

/** Without what belongs to one connection, what every broker has of itself, and the bindings that hang on either. */
function lasting({ queues, exchanges, bindings, policies }: Found): Topology {
  const kept = queues.filter(({ exclusive, durable, name }) => durable && !exclusive && !name.startsWith('amq.'))
  const names = new Set(kept.map(({ name }) => name))
  return {
    queues: kept.map(({ name, durable, auto_delete, arguments: own }) => ({ name, durable, auto_delete, arguments: own })),
    exchanges: exchanges.filter(({ name, durable }) => durable && name !== '' && !name.startsWith('amq.')),
    bindings: bindings.filter(
      ({ source, destination, destination_type: type }) => source !== '' && (type !== 'queue' || names.has(destination)),
    ),
    policies,
  }
}
