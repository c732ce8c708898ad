import * as v from 'valibot'
import { QueueKey } from '../../broker-bridge/protocol/index.ts'
import { TreeLine } from '../views/treeLines.ts'
import type { Warren } from '../warren.ts'
import { chooseConnection } from './chooseConnection.ts'
import { chooseQueue } from './chooseQueue.ts'

/** The queue a command is about: the tree's line, what the feed names, or one that the user picks; undefined when they gave up. */
export async function queueFor(warren: Warren, argument: unknown, title: string): Promise<QueueKey | undefined> {
  const target = argument instanceof TreeLine ? argument.target : undefined
  if (target?.kind === 'queue') return { connection: target.connection, queue: target.queue }
  const given = v.safeParse(QueueKey, argument)
  if (given.success) return given.output
  const connection = await chooseConnection(warren, argument, title)
  if (connection === undefined) return undefined
  const { client } = await warren.bridge.session()
  const queue = await chooseQueue({ title, ...(await client.request('listQueueNames', { connection })) })
  return queue === undefined ? undefined : { connection, queue }
}
