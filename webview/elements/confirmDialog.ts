import { LitElement, css, html, nothing } from 'lit'
import type { PropertyValues, TemplateResult } from 'lit'
import { customElement, property, state } from 'lit/decorators.js'
import { visibleLine, visibleText } from '../../broker-bridge/protocol/index.ts'
import type { Confirmation, Place } from '../../broker-bridge/protocol/index.ts'
import { emit } from '../look/events.ts'
import { shared } from '../look/shared.ts'
import './dialog.ts'
import { environmentBadge, environmentStyles } from './environmentBadge.ts'
import { formStyles } from './form.styles.ts'

/** Shows what the bridge is about to do and takes the user's yes or no; where it wants a name typed, a yes takes that name. */
@customElement('warren-confirm')
export class ConfirmDialog extends LitElement {
  static override styles = [
    shared,
    formStyles,
    environmentStyles,
    css`
      p {
        margin: 0 0 8px;
        white-space: pre-wrap;
        overflow-wrap: anywhere;
      }
      .place {
        display: flex;
        flex-wrap: wrap;
        gap: 2px 8px;
        align-items: baseline;
        margin-bottom: 12px;
        white-space: normal;
      }
      .name {
        color: var(--w-strong);
        font-weight: 600;
      }
      .address {
        color: var(--w-muted);
      }
    `,
  ]

  @property({ attribute: false }) confirmation: Confirmation | null = null
  @state() private typed = ''

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('confirmation')) this.typed = ''
  }

  protected override render(): TemplateResult {
    const { question = '', detail = '', action = 'OK', typed, place } = this.confirmation ?? {}
    return html`<warren-dialog
      .heading=${visibleText(question, 500)}
      ?reading=${typed === undefined}
      @warren-close=${this.#close}
    >
      ${place ? renderPlace(place) : nothing}
      <p>${visibleText(detail, 4_000)}</p>
      ${typed === undefined ? nothing : this.#renderTyped(typed)}
      <button slot="actions" class="button" @click=${() => emit(this, 'warren-answer', false)}>Cancel</button>
      <button
        slot="actions"
        class="button main"
        ?autofocus=${typed === undefined}
        aria-disabled=${!this.#isReady}
        @click=${() => this.#agree()}
      >
        ${visibleText(action, 60)}
      </button>
    </warren-dialog>`
  }

  #renderTyped(typed: string): TemplateResult {
    return html`<div class="field">
      <label for="typed">Type ${visibleText(typed, 300)} to confirm</label>
      <input
        id="typed"
        class="mono"
        maxlength="1000"
        spellcheck="false"
        autocomplete="off"
        autofocus
        .value=${this.typed}
        @input=${(event: Event) => (this.typed = event.target instanceof HTMLInputElement ? event.target.value : '')}
        @keydown=${(event: KeyboardEvent) => event.key === 'Enter' && this.#agree()}
      />
    </div>`
  }

  get #isReady(): boolean {
    const typed = this.confirmation?.typed
    return typed === undefined || this.typed === typed
  }

  #agree(): void {
    if (this.#isReady) emit(this, 'warren-answer', true)
  }

  #close(event: Event): void {
    event.stopPropagation()
    emit(this, 'warren-answer', false)
  }
}

function renderPlace({ name, address, environment }: Place): TemplateResult {
  return html`<p class="place">
    ${environmentBadge(environment)}<span class="name">${visibleLine(name, 200)}</span>
    <span class="address">${visibleLine(address, 400)}</span>
  </p>`
}

declare global {
  interface HTMLElementTagNameMap {
    'warren-confirm': ConfirmDialog
  }
}
