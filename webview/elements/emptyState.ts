import { LitElement, css, html, nothing } from 'lit'
import type { TemplateResult } from 'lit'
import { customElement, property } from 'lit/decorators.js'
import type { Emptiness } from '../feed/emptiness.ts'
import { emit } from '../look/events.ts'
import { icon } from '../look/icons.ts'
import type { IconName } from '../look/icons.ts'
import { shared } from '../look/shared.ts'

const iconsOf: Readonly<Record<Emptiness['kind'], IconName>> = {
  loading: 'loading',
  noBroker: 'plug',
  broken: 'debug-disconnect',
  noMatch: 'filter',
  silent: 'pulse',
  noWorkers: 'server',
  quiet: 'inbox',
  history: 'history',
}

/** What stands where rows would be: the reason in words, and the next step. */
@customElement('warren-empty')
export class EmptyState extends LitElement {
  static override styles = [
    shared,
    css`
      :host {
        display: grid;
        place-content: center;
        justify-items: center;
        padding: 24px;
        text-align: center;
        background: var(--w-background);
      }
      .icon {
        font-size: 32px;
        color: var(--w-muted);
        opacity: 0.8;
      }
      h2 {
        margin: 12px 0 4px;
        font-size: 1.15em;
        font-weight: 600;
        color: var(--w-strong);
      }
      p {
        max-width: 46ch;
        margin: 0 0 16px;
        color: var(--w-muted);
        overflow-wrap: anywhere;
        text-wrap: balance;
      }
      .actions {
        display: flex;
        flex-wrap: wrap;
        justify-content: center;
        gap: 8px;
      }
      .actions .icon {
        font-size: 14px;
        color: inherit;
        opacity: 1;
      }
      .late {
        text-align: center;
        animation: appear 0.2s 0.3s both;
      }
      @keyframes appear {
        from {
          opacity: 0;
        }
      }
    `,
  ]

  @property({ attribute: false }) reason: Emptiness | null = null

  protected override render(): TemplateResult | typeof nothing {
    if (!this.reason) return nothing
    const { kind, title, text, older } = this.reason
    if (kind === 'loading')
      return html`<div class="late">
        ${icon('loading', 'spin')}${text === '' ? html`<span class="sr">Loading</span>` : html`<p>${text}</p>`}
      </div>`
    return html`${icon(iconsOf[kind])}
      <h2>${title}</h2>
      <p>${text}</p>
      <div class="actions">${this.#renderAction(this.reason.action)} ${older === true ? this.#renderOlder() : nothing}</div>`
  }

  #renderOlder(): TemplateResult {
    return html`<button class="button" @click=${() => emit(this, 'warren-source', 'history')}>
      ${icon('history', 'small')} Search the History
    </button>`
  }

  #renderAction(action: Emptiness['action']): TemplateResult | typeof nothing {
    switch (action?.kind) {
      case undefined:
        return nothing
      case 'connect':
        return html`<button class="button main" @click=${() => emit(this, 'warren-connect', null)}>Connect to Broker…</button>`
      case 'clear':
        return html`<button class="button" @click=${() => emit(this, 'warren-filter-clear', null)}>Clear Filter</button>`
      case 'again':
        return html`<button class="button" @click=${() => emit(this, 'warren-history-again', null)}>Try Again</button>`
      case 'enableEvents':
        return html`<button
          class="button main"
          aria-disabled=${action.refusal !== null}
          title=${action.refusal ?? ''}
          @click=${() => action.refusal === null && emit(this, 'warren-enable-events', action.connection)}
        >
          Turn Events On
        </button>`
    }
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'warren-empty': EmptyState
  }
}
