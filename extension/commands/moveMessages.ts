import * as vscode from 'vscode'
import { pickText } from '../shownText.ts'
import type { Execute } from '../warren.ts'
import { chooseQueue } from './chooseQueue.ts'
import { chooseWhich } from './moveMessagesWhich.ts'
import { followOperation } from './moveMessagesProgress.ts'
import { perform } from './perform.ts'
import { queueFor } from './showMessagesQueue.ts'

const title = 'Move Messages'

/** Moves messages of one queue to another, each confirmed by the broker before it leaves. */
export const moveMessages: Execute = async (warren, argument) => {
  const queue = await queueFor(warren, argument, title)
  if (!queue) return
  const which = await chooseWhich(`${title} out of ${pickText(queue.queue, 100)}`)
  if (!which) return
  const { client } = await warren.bridge.session()
  const { queues } = await client.request('listQueueNames', { connection: queue.connection })
  const others = queues.filter((name) => name !== queue.queue)
  const target = await askTarget(others)
  if (target === undefined) return
  const operation = await perform(warren, 'moveMessages', { ...queue, ...which, target })
  if (operation) await followOperation(warren, operation)
}

/** With only one other queue there is still a choice: any name can be typed. */
function askTarget(others: readonly string[]): Promise<string | undefined> | Thenable<string | undefined> {
  const [only] = others
  if (others.length !== 1 || only === undefined) return chooseQueue({ title: `${title} to`, queues: others, default: null })
  return vscode.window.showInputBox({ title: `${title} to`, prompt: 'Name of the queue', value: only, ignoreFocusOut: true })
}
