import { cutMark } from '../../broker-bridge/protocol/index.ts'

/** Which text of a task: each is shortened somewhere else. */
export type ShownText = 'args' | 'kwargs' | 'result'

/** Why a text lacks something, and the line of Python that would change it; null where no setting does. */
export interface Shortening {
  readonly why: string
  readonly fix: string
  readonly code: string | null
}

/** Why a text of Celery's may lack its end; shown wherever `isShortened` holds and there is no room for more. */
export const shortenedReason =
  'Shortened by Celery: workers cut the texts of arguments and results in their events (argsrepr_maxsize, resultrepr_maxsize). What is missing never reached Warren.'

/** True when a display text of Celery's contains the dots it writes where it cut something. */
export function isShortened(text: string | null): boolean {
  return text !== null && (text.includes('...') || text.endsWith(cutMark))
}

const settings: Readonly<Record<ShownText, { readonly code: string; readonly where: string }>> = {
  args: { code: 'app.amqp.argsrepr_maxsize = 10_000', where: 'where the task is sent from' },
  kwargs: { code: 'app.amqp.kwargsrepr_maxsize = 10_000', where: 'where the task is sent from' },
  result: { code: '@app.task(resultrepr_maxsize=10_000)', where: 'at the task' },
}

/** Who shortened a text and what can be done about it; null where nobody did. */
export function shorteningOf(text: string, of: ShownText): Shortening | null {
  if (text.endsWith(cutMark)) return byWarren
  if (!text.includes('...')) return null
  const { code, where } = settings[of]
  if (onlyDeep(text)) return { ...byDepth, fix: of === 'result' ? 'No setting changes this.' : ownText[of] }
  return {
    why: 'Celery shortened this to about 1,024 characters before it reached Warren.',
    fix: `For more, set this ${where}:`,
    code,
  }
}

const byWarren: Shortening = {
  why: 'Warren keeps the first 65,536 characters of a text like this.',
  fix: 'No setting changes this.',
  code: null,
}

const byDepth = { why: 'Celery shows three levels of nesting and writes dots for what lies deeper.', code: null }
const ownText = {
  args: 'No setting changes this; a sender may give a text of its own: apply_async(…, argsrepr="…").',
  kwargs: 'No setting changes this; a sender may give a text of its own: apply_async(…, kwargsrepr="…").',
}

/** Dots alone between brackets stand for depth; any others for length. */
function onlyDeep(text: string): boolean {
  return !text.replace(/\(\.\.\.\)|\[\.\.\.\]|\{\.\.\.\}/g, '').includes('...')
}
