import * as vscode from 'vscode'
import { countText, messageText } from '../shownText.ts'
import type { Execute } from '../warren.ts'
import { perform } from './perform.ts'
import { queueFor } from './showMessagesQueue.ts'

/** Removes all messages that are ready in a queue, once the user has seen how many. */
export const purgeQueue: Execute = async (warren, argument) => {
  const queue = await queueFor(warren, argument, 'Purge Queue')
  const done = queue && (await perform(warren, 'purgeQueue', queue))
  if (!done) return
  void vscode.window.showInformationMessage(messageText(`Purged ${countText(done.purged, 'message')} from ${queue.queue}.`))
}
