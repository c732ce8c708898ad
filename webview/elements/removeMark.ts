import { confirmed, messageOf, visibleLine } from '../../broker-bridge/protocol/index.ts'
import type { Confirmation, Mark } from '../../broker-bridge/protocol/index.ts'
import { freshKey } from '../session/freshKey.ts'
import type { PageModel } from '../session/model.ts'

interface Stage {
  readonly ask: (confirmation: Confirmation) => Promise<boolean>
  readonly announce: (text: string) => void
}

/** Asks whether a mark shall go, and says what became of it. */
export async function removeMark({ session }: PageModel, { text, at }: Mark, { ask, announce }: Stage): Promise<void> {
  try {
    const removed = await confirmed(session, 'removeMark', { text, at, key: freshKey() }, ask)
    if (removed) announce(`Removed the mark ${visibleLine(text, 80)}.`)
  } catch (error) {
    announce(messageOf(error))
  }
}
