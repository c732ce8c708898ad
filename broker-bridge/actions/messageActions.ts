import { shownBodyLimit, wholeBodyLimit } from '../protocol/index.ts'
import type { Caller, Result, ValidParams } from '../protocol/index.ts'
import type { Connections } from '../sources/connections.ts'
import { Peeking } from '../sources/messages/peeking.ts'
import type { LookedAt } from '../sources/messages/peeking.ts'
import { DeleteMessages } from './deleteMessages.ts'
import type { Door } from './door.ts'
import { MoveMessages } from './moveMessages.ts'
import type { Operations } from './operations.ts'
import { PublishMessage } from './publishMessage.ts'
import { PurgeQueue } from './purgeQueue.ts'
import { RequeueMessage } from './requeueMessage.ts'
import { ReturnDeadLetters } from './returnDeadLetters.ts'

type LookMethod = 'planPeek' | 'peekMessages' | 'getMessage' | 'cancelOperation'
export type ActMethod =
  'purgeQueue' | 'deleteMessages' | 'moveMessages' | 'returnDeadLetters' | 'requeueMessage' | 'publishMessage'
type Handlers = {
  readonly [M in LookMethod | ActMethod]: (params: ValidParams<M>, caller?: Caller) => Promise<Result<M>> | Result<M>
}

/** All that is about waiting messages. What changes something passes the door; looking has rules of its own, see `Peeking`. */
export function messageHandlers(connections: Connections, operations: Operations, door: Door): Handlers {
  return { ...lookHandlers(connections, operations), ...actHandlers(connections, operations, door) }
}

function lookHandlers(connections: Connections, operations: Operations): Pick<Handlers, LookMethod> {
  const peeking = new Peeking()
  const lookedAt = (id: string): LookedAt => connections.connected(id).lookedAt()
  return {
    planPeek: (key) => peeking.plan(lookedAt(key.connection), key),
    peekMessages: (params) => peeking.peek(lookedAt(params.connection), params, shownBodyLimit),
    getMessage: (params) => peeking.message(lookedAt(params.connection), params, wholeBodyLimit),
    cancelOperation: ({ operation }) => operations.cancel(operation),
  }
}

function actHandlers(connections: Connections, operations: Operations, door: Door): Pick<Handlers, ActMethod> {
  const purge = new PurgeQueue(connections)
  const remove = new DeleteMessages(connections, operations)
  const move = new MoveMessages(connections, operations)
  const giveBack = new ReturnDeadLetters(connections, operations)
  const requeue = new RequeueMessage(connections, operations)
  const publish = new PublishMessage(connections)
  return {
    purgeQueue: (params, caller) => door.pass(purge, params, caller),
    deleteMessages: (params, caller) => door.pass(remove, params, caller),
    moveMessages: (params, caller) => door.pass(move, params, caller),
    returnDeadLetters: (params, caller) => door.pass(giveBack, params, caller),
    requeueMessage: (params, caller) => door.pass(requeue, params, caller),
    publishMessage: (params, caller) => door.pass(publish, params, caller),
  }
}
