import { html, nothing } from 'lit'
import type { TemplateResult } from 'lit'
import type { Ask, Operation, WaitingMessage } from '../../broker-bridge/protocol/index.ts'
import type { ShownQueue } from '../feed/messages.ts'
import type { Session } from '../session/session.ts'
import './messagesMove.ts'
import './messagesPublish.ts'
import './messagesRequeue.ts'

export type MessagesDialog = 'move' | 'return' | 'requeue' | 'publish'

/** What the dialogs about messages need. */
export interface DialogPlace {
  readonly session: Session | null
  readonly queue: ShownQueue
  /** The messages that were selected, or the one under the cursor. */
  readonly concerned: readonly WaitingMessage[]
  readonly ready: number | null
  readonly ask: Ask
  close(): void
  /** A piece of work was begun, about these of the messages. */
  began(operation: Operation, about: readonly WaitingMessage[]): void
  published(to: string): void
}

export function messagesDialog(dialog: MessagesDialog | null, place: DialogPlace): TemplateResult | typeof nothing {
  const { session, queue, concerned, ask } = place
  const close = (): void => place.close()
  const began = (operation: Operation, about: readonly WaitingMessage[]): void => place.began(operation, about)
  switch (dialog) {
    case 'move':
    case 'return':
      return html`<warren-messages-move
        .session=${session}
        .queue=${queue}
        .what=${dialog}
        .selected=${concerned}
        .ready=${place.ready}
        .ask=${ask}
        .began=${began}
        @warren-close=${close}
      ></warren-messages-move>`
    case 'requeue':
      return html`<warren-messages-requeue
        .session=${session}
        .queue=${queue}
        .message=${concerned[0] ?? null}
        .ask=${ask}
        .began=${began}
        @warren-close=${close}
      ></warren-messages-requeue>`
    case 'publish':
      return html`<warren-messages-publish
        .session=${session}
        .queue=${queue}
        .ask=${ask}
        .sent=${(to: string) => place.published(to)}
        @warren-close=${close}
      ></warren-messages-publish>`
    case null:
      return nothing
  }
}
