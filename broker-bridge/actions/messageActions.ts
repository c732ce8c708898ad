import { RequestError, shownBodyLimit, wholeBodyLimit } from '../protocol/index.ts'
import type { Result, ValidParams } from '../protocol/index.ts'
import type { Connections } from '../sources/connections.ts'
import { Peeking } from '../sources/messages/peeking.ts'
import type { LookedAt } from '../sources/messages/peeking.ts'

type MessageMethod = 'planPeek' | 'peekMessages' | 'getMessage'
type Handlers = { readonly [M in MessageMethod]: (params: ValidParams<M>) => Promise<Result<M>> | Result<M> }

/** Looking into queues. It is not behind the door, which lets nobody past on a read-only connection; `Peeking` has rules of its own. */
export function messageHandlers(connections: Connections): Handlers {
  const peeking = new Peeking()
  const lookedAt = (id: string): LookedAt => connections.connected(id).lookedAt()
  return {
    planPeek: (key) => peeking.plan(lookedAt(key.connection), key),
    peekMessages: (params) => peeking.peek(lookedAt(params.connection), params, shownBodyLimit),
    getMessage: (params) => peeking.message(lookedAt(params.connection), params, wholeBodyLimit),
  }
}

/** @throws RequestError `refused` */
export function notYet(): never {
  throw new RequestError('refused', 'This bridge cannot do that yet.')
}
