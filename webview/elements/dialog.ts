import { LitElement, css, html, nothing } from 'lit'
import type { TemplateResult } from 'lit'
import { customElement, property, query } from 'lit/decorators.js'
import { emit } from '../look/events.ts'
import { icon } from '../look/icons.ts'
import { shared } from '../look/shared.ts'

/** A modal dialog over the browser's own `<dialog>`: it holds the keyboard, closes on Escape and gives the focus back. */
@customElement('warren-dialog')
export class Dialog extends LitElement {
  static override styles = [
    shared,
    css`
      dialog {
        width: min(var(--dialog-width, 560px), calc(100vw - 32px));
        max-height: calc(100vh - 48px);
        padding: 0;
        border: 1px solid var(--w-line);
        border-radius: 8px;
        background: var(--w-raised);
        color: var(--w-foreground);
        box-shadow: 0 8px 32px var(--w-shadow);
        overflow: hidden;
      }
      dialog::backdrop {
        background: rgb(0 0 0 / 0.4);
      }
      .frame {
        display: flex;
        flex-direction: column;
        max-height: calc(100vh - 48px);
      }
      .head {
        display: flex;
        align-items: center;
        gap: 8px;
        padding: 12px 10px 0 18px;
      }
      h2 {
        flex: 1;
        margin: 0;
        font-size: 1.15em;
        font-weight: 600;
        color: var(--w-strong);
        overflow-wrap: anywhere;
      }
      .body {
        padding: 8px 18px 14px;
        overflow: auto;
      }
      .foot {
        display: flex;
        flex-wrap: wrap;
        justify-content: flex-end;
        gap: 8px;
        padding: 10px 18px 14px;
      }
    `,
  ]

  @property() heading = ''
  /** It holds nothing but text, which the keyboard must be able to scroll. */
  @property({ type: Boolean }) reading = false
  @query('dialog') private readonly dialog!: HTMLDialogElement

  #before: HTMLElement | undefined

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    // A dialog that is taken away instead of closed does not give the focus back by itself.
    this.#before?.focus()
  }

  protected override firstUpdated(): void {
    this.#before = focusedElement()
    this.dialog.showModal()
  }

  protected override render(): TemplateResult {
    return html`<dialog aria-labelledby="heading" @cancel=${this.#onCancel} @keydown=${(event: Event) => event.stopPropagation()}>
      <div class="frame">
        <div class="head">
          <h2 id="heading">${this.heading}</h2>
          <button class="tool" aria-label="Close" @click=${() => emit(this, 'warren-close', null)}>${icon('close')}</button>
        </div>
        <div
          class="body"
          role=${this.reading ? 'group' : nothing}
          aria-labelledby=${this.reading ? 'heading' : nothing}
          tabindex=${this.reading ? 0 : nothing}
        >
          <slot></slot>
        </div>
        <div class="foot"><slot name="actions"></slot></div>
      </div>
    </dialog>`
  }

  #onCancel(event: Event): void {
    // The page decides whether the dialog goes: it owns it.
    event.preventDefault()
    emit(this, 'warren-close', null)
  }
}

function focusedElement(): HTMLElement | undefined {
  let element = document.activeElement
  while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement
  return element instanceof HTMLElement ? element : undefined
}

declare global {
  interface HTMLElementTagNameMap {
    'warren-dialog': Dialog
  }
}
