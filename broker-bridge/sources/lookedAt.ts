import { RequestError } from '../protocol/index.ts'
import type { Connection } from './connection.ts'
import { editBody } from './messages/edits.ts'
import type { LookedAt } from './messages/peeking.ts'
import type { MessageQueues } from './messages/queues.ts'
import { describeWith } from './messages/readers.ts'

/** What looking into a connection's queues needs. @throws RequestError `refused` where there is no broker behind */
export function lookedAt({ params, place, system }: Connection, messages: MessageQueues | undefined): LookedAt {
  if (!messages) throw new RequestError('refused', 'There is no broker behind this connection whose queues could be looked into.')
  const { id, readOnly } = params
  const readers = system.readWaiting ? [system.readWaiting] : []
  const edit = system.editWaiting ?? editBody
  return { id, readOnly, place, messages, edit, describe: (message, limit) => describeWith(readers, message, limit) }
}
