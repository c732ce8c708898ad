import { html, nothing } from 'lit'
import type { TemplateResult } from 'lit'
import type { WaitingMessage } from '../../broker-bridge/protocol/index.ts'
import { icon } from '../look/icons.ts'
import type { IconName } from '../look/icons.ts'
import { formatCount } from '../text/numbers.ts'

/** What can be done with a queue and its messages. Each asks before it changes anything. */
export interface MessageDeeds {
  look(): void
  open(dialog: 'move' | 'return' | 'requeue' | 'publish'): void
  remove(): void
  purge(): void
}

/** Buttons for the queue as a whole. On a connection where nothing can be changed they are gone, and the reason is there. */
export function queueButtons(
  refusal: string | null,
  { canLook, stream, deeds }: { readonly canLook: boolean; readonly stream: boolean; readonly deeds: MessageDeeds },
): TemplateResult {
  return html`${canLook ? button('Look Again', 'debug-restart', () => deeds.look()) : nothing}
  ${
    refusal === null
      ? html`${button('Publish…', 'add', () => deeds.open('publish'))}
        ${stream ? nothing : button('Purge Queue…', 'trash', () => deeds.purge())}`
      : html`<span class="about">${refusal}</span>`
  }`
}

/** Buttons for the messages that are selected, or the one under the cursor. */
export function selectionButtons(
  concerned: readonly WaitingMessage[],
  chosen: boolean,
  refusal: string | null,
  { stream, deeds }: { readonly stream: boolean; readonly deeds: MessageDeeds },
): TemplateResult {
  const selected = html`<span class="told numbers">${chosen ? `${formatCount(concerned.length)} selected` : ''}</span>`
  if (refusal !== null) return html`${selected}${stream ? html`<span class="about">${refusal}</span>` : nothing}`
  const none = concerned.length === 0 ? 'Choose a message first.' : ''
  const one = concerned.length === 1 ? '' : 'This takes one message at a time.'
  return html`${selected} ${button('Edit and Requeue…', 'edit', () => deeds.open('requeue'), none || one)}
  ${button('Move…', 'arrow-swap', () => deeds.open('move'))} ${button('Return to Origin…', 'reply', () => deeds.open('return'))}
  ${button('Delete…', 'trash', () => deeds.remove(), none)}`
}

/** Finds among the messages of the last look; the broker is not asked. */
export function searchField(text: string, change: (text: string) => void, onKey: (event: KeyboardEvent) => void): TemplateResult {
  return html`<input
    type="search"
    aria-label="Find in these messages"
    placeholder="Find in these messages (/)"
    maxlength="500"
    spellcheck="false"
    .value=${text}
    @input=${(event: Event) => change(event.target instanceof HTMLInputElement ? event.target.value : '')}
    @keydown=${onKey}
  />`
}

function button(label: string, sign: IconName, act: () => void, refusal = ''): TemplateResult {
  return html`<button
    class="button"
    aria-disabled=${refusal !== ''}
    title=${refusal === '' ? nothing : refusal}
    @click=${() => refusal === '' && act()}
  >
    ${icon(sign, 'small')} ${label}
  </button>`
}
