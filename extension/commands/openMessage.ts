import * as v from 'valibot'
import * as vscode from 'vscode'
import { GetMessageParams, RequestError } from '../../broker-bridge/protocol/index.ts'
import type { QueueKey } from '../../broker-bridge/protocol/index.ts'
import { showMessageDocument } from '../documents/messages.ts'
import type { Execute, Warren } from '../warren.ts'
import { messagePicks } from './openMessagePicks.ts'
import { perform } from './perform.ts'
import { queueFor } from './showMessagesQueue.ts'

const title = 'Open Message'
/** Messages that one look asks for. */
const count = 50

/** Opens the body of a waiting message as a read-only document: the feed's own, or one that the user picks in a queue. */
export const openMessage: Execute = async (warren, argument) => {
  const given = v.safeParse(GetMessageParams, argument)
  const key = given.success ? given.output : await pickMessage(warren, argument)
  if (!key) return
  const { client } = await warren.bridge.session()
  await showMessageDocument(key, await client.request('getMessage', key))
}

async function pickMessage(warren: Warren, argument: unknown): Promise<GetMessageParams | undefined> {
  const queue = await queueFor(warren, argument, title)
  const peek = queue && (await look(warren, queue))
  if (!queue || !peek) return undefined
  if (peek.messages.length === 0) throw new RequestError('not_found', `No message waits in the queue ${queue.queue}.`)
  const { items, placeHolder } = messagePicks(peek)
  const options = { title: `${title}: ${queue.queue}`, placeHolder, matchOnDescription: true, matchOnDetail: true }
  const picked = await vscode.window.showQuickPick(items, options)
  return picked && { ...queue, mark: picked.mark }
}

/** Looks once the user agreed to what that does to the queue; the bridge asks where it does anything. */
async function look(warren: Warren, queue: QueueKey): ReturnType<typeof perform<'peekMessages'>> {
  const { client } = await warren.bridge.session()
  const { refused } = await client.request('planPeek', queue)
  if (refused !== null) throw new RequestError('refused', refused)
  return perform(warren, 'peekMessages', { ...queue, count })
}
