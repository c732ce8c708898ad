import { requireConnection } from './chooseConnection.ts'
import type { Execute } from '../warren.ts'

/** Opens the live feed; without a connection the feed opens too and offers to connect by itself. */
export const openFeed: Execute = async (warren) => {
  if (await requireConnection(warren)) warren.feed.open()
}
