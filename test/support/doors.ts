import type { Deed, Guarded } from '../../broker-bridge/actions/door.ts'
import type { Place } from '../../broker-bridge/protocol/index.ts'

export const somewhere: Place = { name: 'orders', address: 'amqp://guest@localhost:5672/', environment: null }

/** What a door is to guard, and what it noted. */
export function guarded(part: Partial<Guarded> = {}): Guarded & { readonly deeds: Deed[] } {
  const deeds: Deed[] = []
  return { isReadOnly: () => false, place: () => somewhere, note: (deed) => void deeds.push(deed), ...part, deeds }
}
