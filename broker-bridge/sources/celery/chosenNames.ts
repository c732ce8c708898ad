import { parseAddress } from '../../protocol/address.ts'
import type { ConnectParams } from '../../protocol/index.ts'
import { celeryNames } from './names.ts'
import type { CeleryNames } from './names.ts'

/** The names a connection is made with: its own, those in the broker's address, or Celery's usual ones. */
export function chosenNames({ address, eventExchange, controlExchange, eventQueuePrefix }: ConnectParams): CeleryNames {
  const read = parseAddress(address)
  const options = 'problem' in read ? null : read.options
  return celeryNames(
    eventExchange ?? options?.eventExchange ?? undefined,
    controlExchange ?? options?.controlExchange ?? undefined,
    eventQueuePrefix ?? options?.eventQueuePrefix ?? undefined,
  )
}
