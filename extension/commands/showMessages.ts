import type { Execute } from '../warren.ts'
import { queueFor } from './showMessagesQueue.ts'

/** Shows in the live feed what waits in a queue. Nothing is taken out of it before the user asks for that there. */
export const showMessages: Execute = async (warren, argument) => {
  const queue = await queueFor(warren, argument, 'Show Messages')
  if (queue) warren.feed.showMessages(queue)
}
