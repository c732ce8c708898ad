import { confirmed } from '../../broker-bridge/protocol/index.ts'
import type { Ask, Operation, WaitingMessage } from '../../broker-bridge/protocol/index.ts'
import { keyOf } from '../feed/messages.ts'
import type { ShownQueue } from '../feed/messages.ts'
import { plural } from '../text/numbers.ts'
import { freshKey } from './freshKey.ts'
import type { Session } from './session.ts'

type Requester = Pick<Session, 'request'>

/** Removes these messages; null when the user said no. @throws RequestError */
export function deleteMessages(
  session: Requester,
  queue: ShownQueue,
  messages: readonly WaitingMessage[],
  ask: Ask,
): Promise<Operation | null> {
  return confirmed(session, 'deleteMessages', { ...queue, messages: messages.map(keyOf), key: freshKey() }, ask)
}

/** Removes all that is ready; what to say about it, or null when the user said no. @throws RequestError */
export async function purgeQueue(session: Requester, queue: ShownQueue, ask: Ask): Promise<string | null> {
  const done = await confirmed(session, 'purgeQueue', { ...queue, key: freshKey() }, ask)
  return done && `Purged ${plural(done.purged, 'message')} from ${queue.queue}.`
}
