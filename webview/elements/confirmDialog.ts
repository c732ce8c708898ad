import { LitElement, css, html } from 'lit'
import type { TemplateResult } from 'lit'
import { customElement, property } from 'lit/decorators.js'
import { visibleText } from '../../broker-bridge/protocol/index.ts'
import type { Confirmation } from '../../broker-bridge/protocol/index.ts'
import { emit } from '../look/events.ts'
import { shared } from '../look/shared.ts'
import './dialog.ts'

/** Shows what the bridge is about to do and takes the user's yes or no. */
@customElement('warren-confirm')
export class ConfirmDialog extends LitElement {
  static override styles = [
    shared,
    css`
      p {
        margin: 0 0 8px;
        white-space: pre-wrap;
        overflow-wrap: anywhere;
      }
    `,
  ]

  @property({ attribute: false }) confirmation: Confirmation | null = null

  protected override render(): TemplateResult {
    const { question = '', detail = '', action = 'OK' } = this.confirmation ?? {}
    return html`<warren-dialog .heading=${visibleText(question, 500)} @warren-close=${this.#close}>
      <p>${visibleText(detail, 4_000)}</p>
      <button slot="actions" class="button" @click=${() => emit(this, 'warren-answer', false)}>Cancel</button>
      <button slot="actions" class="button main" autofocus @click=${() => emit(this, 'warren-answer', true)}>
        ${visibleText(action, 60)}
      </button>
    </warren-dialog>`
  }

  #close(event: Event): void {
    event.stopPropagation()
    emit(this, 'warren-answer', false)
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'warren-confirm': ConfirmDialog
  }
}
