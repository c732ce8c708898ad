import type { Peek, WaitingMessage } from '../../broker-bridge/protocol/index.ts'
import { pickText } from '../shownText.ts'

/** One message in a quick pick. Every text is made fit to be shown there. */
export interface MessagePick {
  readonly label: string
  readonly description: string
  readonly detail: string
  readonly mark: string
}

/** The messages of a look, to choose one of. */
export function messagePicks(peek: Peek): { items: MessagePick[]; placeHolder: string } {
  const { messages, ready } = peek
  const shown = ready !== null && ready > messages.length ? `The first ${messages.length} of ${ready} messages` : 'Which message?'
  return { items: messages.map(pick), placeHolder: shown }
}

function pick(message: WaitingMessage): MessagePick {
  const { position, name, kind, id, args, kwargs, body, deaths, redelivered, mark } = message
  const marks = [redelivered ? 'handed out before' : '', deaths[0] ? `dead letter: ${deaths[0].reason}` : ''].filter(Boolean)
  const contents =
    args === null && kwargs === null ? body : [args, kwargs].filter((text) => text !== null && text !== '{}').join(' ')
  return {
    label: `${position}  ${pickText(name ?? `${kind} message`)}`,
    description: pickText([id ?? '', ...marks].filter(Boolean).join(' · ')),
    detail: pickText(kind === 'binary' || kind === 'pickle' ? '' : contents),
    mark,
  }
}
