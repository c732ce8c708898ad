import { RequestError } from '../protocol/index.ts'
import type { ConnectParams } from '../protocol/index.ts'
import type { Broker } from './broker.ts'
import { chosenNames } from './celery/chosenNames.ts'
import { celery, celeryUnder } from './celery/system.ts'
import { openRabbit } from './rabbitmq/open.ts'
import type { TaskSystem } from './taskSystem.ts'

/** What a connection is made of. */
export interface Source {
  readonly broker: Broker
  readonly system: TaskSystem
}

export interface SourceOptions {
  /** Bound of the event queue in bytes. */
  readonly eventQueueBytes: number
  /** Connection name on the broker. */
  readonly name: string
}

/** What the tasks of a bundle were made by: there is one task system so far. */
export const bundledSystem: TaskSystem = celery

/** The only list of sources: address schemes and what opens them. */
const sources: readonly { readonly schemes: RegExp; open(params: ConnectParams, options: SourceOptions): Source }[] = [
  {
    schemes: /./,
    open: (params, options) => ({ broker: openRabbit(params, options), system: celeryUnder(chosenNames(params)) }),
  },
]

/** @throws RequestError `invalid` when the address is not one, in words that hold no password */
export function openSource(params: ConnectParams, options: SourceOptions): Source {
  const source = sources.find(({ schemes }) => schemes.test(params.address))
  if (!source) throw new RequestError('invalid', 'The address is empty; it looks like amqp://user@host:5672/.')
  return source.open(params, options)
}
