import { LitElement, css, html } from 'lit'
import type { TemplateResult } from 'lit'
import { customElement, property } from 'lit/decorators.js'
import type { Source } from '../feed/viewState.ts'
import { emit } from '../look/events.ts'
import { icon } from '../look/icons.ts'
import { shared } from '../look/shared.ts'

const choices = [
  { source: 'live', name: 'Live', icon: 'pulse', title: 'The tasks in memory, as they change' },
  { source: 'history', name: 'History', icon: 'history', title: 'Tasks kept on this computer, also those of earlier days' },
] as const

/** Whether the list shows what happens, or what was kept. */
@customElement('warren-source')
export class HistorySwitch extends LitElement {
  static override styles = [
    shared,
    css`
      :host {
        display: inline-flex;
        flex: none;
      }
      [role='radiogroup'] {
        display: flex;
        border: 1px solid var(--w-line);
        border-radius: 4px;
      }
      [role='radio'] {
        display: inline-flex;
        align-items: center;
        gap: 5px;
        height: 24px;
        padding: 0 7px;
        border: 0;
        border-radius: 3px;
        background: none;
        color: var(--w-muted);
        white-space: nowrap;
      }
      [role='radio']:hover {
        color: var(--w-strong);
        background: var(--w-hover);
      }
      [role='radio'][aria-checked='true'] {
        background: var(--w-selected);
        color: var(--w-selected-text);
        outline: 1px solid var(--w-focus);
      }
      [role='radio']:focus-visible {
        outline: 2px solid var(--w-focus);
        outline-offset: 1px;
      }
      @media (forced-colors: active) {
        [role='radio'][aria-checked='true'] {
          background: Highlight;
          color: HighlightText;
          forced-color-adjust: none;
        }
      }
    `,
  ]

  @property() source: Source = 'live'

  protected override render(): TemplateResult {
    return html`<div role="radiogroup" aria-label="Tasks shown" @keydown=${this.#onKey}>
      ${choices.map(
        (choice) =>
          html`<button
            role="radio"
            id=${choice.source}
            aria-checked=${choice.source === this.source}
            tabindex=${choice.source === this.source ? 0 : -1}
            title=${choice.title}
            @click=${() => emit(this, 'warren-source', choice.source)}
          >
            ${icon(choice.icon, 'small')} ${choice.name}
          </button>`,
      )}
    </div>`
  }

  #onKey(event: KeyboardEvent): void {
    if (!/^Arrow/.test(event.key) || event.ctrlKey || event.metaKey || event.altKey) return
    event.preventDefault()
    const other: Source = this.source === 'live' ? 'history' : 'live'
    emit(this, 'warren-source', other)
    this.renderRoot.querySelector<HTMLElement>(`#${other}`)?.focus()
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'warren-source': HistorySwitch
  }
}
