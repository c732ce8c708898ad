import * as v from 'valibot'
import type { NamesInUse } from '../layout.ts'
import { askManagement, segment } from './management.ts'
import type { ManagementPlace } from './management.ts'

const Exchanges = v.array(v.object({ name: v.string(), type: v.string() }))
const Bindings = v.array(
  v.object({ source: v.string(), destination: v.string(), destination_type: v.string(), routing_key: v.string() }),
)
const mostTried = 20

/**
 * Exchanges that workers use under names of their own. Each worker binds a queue of its own to the event exchange with `worker.#`
 * (gossip), and every control exchange is a fanout `NAME.pidbox` beside a direct `reply.NAME.pidbox` (Celery 5.2.6).
 * @throws ManagementError
 */
export async function findNames(place: ManagementPlace): Promise<NamesInUse> {
  const path = `/api/exchanges/${segment(place.virtualHost)}`
  const exchanges = await askManagement(place, `${path}?columns=name,type`, Exchanges, 'a list of exchanges')
  const control = exchanges.filter(({ name, type }) => type === 'fanout' && name.endsWith('.pidbox'))
  const controlNames = control.map(({ name }) => name.slice(0, -'.pidbox'.length))
  const topics = exchanges.filter(({ name, type }) => type === 'topic' && !name.startsWith('amq.')).slice(0, mostTried)
  const heard: string[] = []
  for (const { name } of topics) {
    const bindings = await askManagement(place, `${path}/${segment(name)}/bindings/source`, Bindings, 'a list of bindings')
    if (bindings.some((binding) => binding.routing_key === 'worker.#' && binding.destination_type === 'queue')) heard.push(name)
  }
  return { eventExchange: only(heard, 'celeryev'), controlExchange: only(controlNames, 'celery') }
}

/** The one there is. The usual name wins, and of several others none can be told to be the right one. */
function only(names: readonly string[], usual: string): string | null {
  if (names.includes(usual)) return usual
  return names.length === 1 ? (names[0] ?? null) : null
}
