import type { Execute } from '../warren.ts'
import { requireConnection } from './chooseConnection.ts'

/** Asks the broker and its workers again and draws the trees anew. */
export const refresh: Execute = async (warren) => {
  if (!(await requireConnection(warren))) return
  const { client } = await warren.bridge.session()
  await client.request('refresh', {})
  warren.trees.redraw()
}
