import { LitElement, css, html } from 'lit'
import type { TemplateResult } from 'lit'
import { customElement } from 'lit/decorators.js'
import { emit } from '../look/events.ts'
import { shared } from '../look/shared.ts'
import './dialog.ts'

const keys = [
  ['/', 'Filter by words'],
  ['↑ ↓, k j', 'Move through the list'],
  ['Page Up, Page Down, Home, End', 'Move further'],
  ['Enter', 'Show the task and go to it'],
  ['Escape', 'Back to the list; in the list: close the task and go on live'],
  ['p', 'Pause or resume'],
  ['n', 'Go to the newest'],
  ['?', 'This list'],
] as const

/** The keys of the page. */
@customElement('warren-keys')
export class KeyList extends LitElement {
  static override styles = [
    shared,
    css`
      dl {
        display: grid;
        grid-template-columns: max-content 1fr;
        gap: 6px 16px;
        margin: 4px 0;
      }
      dt {
        font-family: var(--w-mono);
        font-size: var(--w-mono-size);
        color: var(--w-strong);
      }
      dd {
        margin: 0;
      }
    `,
  ]

  protected override render(): TemplateResult {
    return html`<warren-dialog heading="Keyboard Keys">
      <dl>
        ${keys.map(
          ([key, meaning]) =>
            html`<dt>${key}</dt>
              <dd>${meaning}</dd>`,
        )}
      </dl>
      <button slot="actions" class="button main" autofocus @click=${() => emit(this, 'warren-close', null)}>Close</button>
    </warren-dialog>`
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'warren-keys': KeyList
  }
}
