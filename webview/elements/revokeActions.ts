import { answeredText, confirmed, messageOf } from '../../broker-bridge/protocol/index.ts'
import type { Ask, Revoked, RevokeTarget } from '../../broker-bridge/protocol/index.ts'
import { freshKey } from '../session/freshKey.ts'
import type { PageModel } from '../session/model.ts'
import type { Session } from '../session/session.ts'
import { plural } from '../text/numbers.ts'

/** Tasks of one connection that are to be taken back. */
export interface RevokeWish {
  readonly connection: string
  readonly target: RevokeTarget
  /** Also ends the processes that run them. */
  readonly terminate: boolean
}

/** Takes tasks back, if the user wants it. Never throws. @returns what came of it, as sentences; empty when the user said no */
export async function revokeTasks(session: Session, wish: RevokeWish, ask: Ask): Promise<string> {
  try {
    const revoked = await confirmed(session, 'revokeTasks', { ...wish, key: freshKey() }, ask)
    return revoked === null ? '' : spoken(revoked)
  } catch (error) {
    return messageOf(error)
  }
}

/** What the feed's filter finds, on the one connection that it is about; a sentence where there are several. */
export function matchingWish({ filter, connections }: PageModel): RevokeWish | string {
  const [only, ...others] = connections
  const connection = filter.connection ?? (others.length === 0 ? only?.id : undefined)
  if (connection === undefined) return 'Choose one connection first: its tasks are revoked, not those of all.'
  return { connection, target: { by: 'filter', filter }, terminate: false }
}

function spoken({ tasks, ended, answers, silent }: Revoked): string {
  const told = tasks === null ? 'Workers were told.' : `${plural(tasks, 'task')} revoked.`
  const left = ended > 0 ? ` ${plural(ended, 'task')} had ended meanwhile.` : ''
  const refused = answers.filter(({ ok }) => !ok).map(({ worker, text }) => `\n${worker}: ${text}`)
  const unknown = silent.length > 0 ? ' Those that did not answer may not know of it.' : ''
  return `${told}${left} ${answeredText(answers.length, silent)}${unknown}${refused.join('')}`
}
