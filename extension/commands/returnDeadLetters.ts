import { pickText } from '../shownText.ts'
import type { Execute } from '../warren.ts'
import { followOperation } from './moveMessagesProgress.ts'
import { chooseWhich } from './moveMessagesWhich.ts'
import { perform } from './perform.ts'
import { queueFor } from './showMessagesQueue.ts'

const title = 'Return Dead Letters'

/** Sends dead letters of a queue back to the queue each of them died in last. */
export const returnDeadLetters: Execute = async (warren, argument) => {
  const queue = await queueFor(warren, argument, title)
  const which = queue && (await chooseWhich(`${title} from ${pickText(queue.queue, 100)}`))
  if (!queue || !which) return
  const operation = await perform(warren, 'returnDeadLetters', { ...queue, ...which })
  if (operation) await followOperation(warren, operation)
}
