import { LitElement, css, html, nothing } from 'lit'
import type { TemplateResult } from 'lit'
import { customElement, property, query, state } from 'lit/decorators.js'
import { visibleLine } from '../../broker-bridge/protocol/index.ts'
import type { SavedFilter } from '../../broker-bridge/protocol/index.ts'
import { emit } from '../look/events.ts'
import { icon } from '../look/icons.ts'
import { shared } from '../look/shared.ts'

/** A small menu: filters with names, and a name for the present one. No `<form>`: VS Code's panels let none be sent. */
@customElement('warren-saved-filters')
export class SavedFilters extends LitElement {
  static override styles = [
    shared,
    css`
      .tool {
        width: 22px;
        height: 22px;
      }
      .menu {
        position: absolute;
        z-index: 4;
        inset-inline-end: 0;
        top: 26px;
        width: min(340px, 90vw);
        padding: 8px;
        border: 1px solid var(--w-line);
        border-radius: 4px;
        background: var(--w-raised);
        color: var(--w-foreground);
        box-shadow: 0 2px 8px var(--w-shadow);
      }
      ul {
        display: grid;
        gap: 2px;
        max-height: min(300px, 45vh);
        margin: 0 0 8px;
        padding: 0;
        overflow: auto;
        list-style: none;
      }
      li {
        display: flex;
        align-items: center;
      }
      .use {
        display: grid;
        flex: 1;
        min-width: 0;
        padding: 3px 6px;
        border: 1px solid transparent;
        border-radius: 3px;
        background: none;
        text-align: start;
      }
      .use:hover {
        background: var(--w-hover);
        border-color: var(--vscode-contrastActiveBorder, transparent);
      }
      .use span {
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
        unicode-bidi: isolate;
      }
      .name {
        color: var(--w-strong);
      }
      .form {
        display: flex;
        gap: 6px;
      }
      input {
        flex: 1;
        height: 26px;
      }
      p {
        margin: 0 0 8px;
        color: var(--w-muted);
      }
    `,
  ]

  @property({ attribute: false }) saved: readonly SavedFilter[] = []
  /** Stands in the field for the name until another is given. */
  @property() suggestion = ''
  @property({ type: Boolean }) savable = false
  @state() private open = false
  @query('input') private readonly input!: HTMLInputElement | null
  @query('button') private readonly opener!: HTMLElement | null

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#listen(false)
  }

  protected override updated(): void {
    this.#listen(this.open)
  }

  #listen(on: boolean): void {
    for (const type of ['pointerdown', 'focusin'])
      if (on) document.addEventListener(type, this.#onElsewhere)
      else document.removeEventListener(type, this.#onElsewhere)
  }

  protected override render(): TemplateResult {
    return html`<button
        class="tool"
        aria-label="Saved filters"
        title="Saved filters"
        aria-expanded=${this.open}
        @click=${() => (this.open = !this.open)}
        @keydown=${this.#onKey}
      >
        ${icon('bookmark', 'small')}
      </button>
      ${this.open ? this.#renderMenu() : nothing}`
  }

  #renderMenu(): TemplateResult {
    return html`<div class="menu" role="group" aria-label="Saved filters" @keydown=${this.#onKey}>
      ${
        this.saved.length === 0
          ? html`<p>A filter with a name can be used again with two clicks.</p>`
          : html`<ul>
              ${this.saved.map((filter) => this.#renderFilter(filter))}
            </ul>`
      }
      <div class="form">
        <input
          aria-label="Name for the present filter"
          maxlength="100"
          placeholder=${this.savable ? 'Name for this filter' : 'Search first, then save'}
          .value=${visibleLine(this.suggestion, 60)}
          ?disabled=${!this.savable}
          @keydown=${this.#onNameKey}
        />
        <button class="button" ?disabled=${!this.savable} @click=${this.#save}>Save</button>
      </div>
    </div>`
  }

  #renderFilter(filter: SavedFilter): TemplateResult {
    const { name, query: text, states } = filter
    return html`<li>
      <button class="use" @click=${() => this.#use(filter)}>
        <span class="name">${visibleLine(name, 100)}</span>
        <span class="muted mono">${visibleLine([text, ...states].filter(Boolean).join(' · '), 200)}</span>
      </button>
      <button class="tool" aria-label="Forget ${visibleLine(name, 100)}" title="Forget" @click=${() => this.#forget(name)}>
        ${icon('trash', 'small')}
      </button>
    </li>`
  }

  #use(filter: SavedFilter): void {
    this.#close()
    emit(this, 'warren-filter-use', filter)
  }

  /** The button goes with its filter; the keyboard stays in the menu. */
  #forget(name: string): void {
    this.opener?.focus()
    emit(this, 'warren-filter-forget', name)
  }

  /** Enter saves; it must not press the button that gets the focus then. */
  #onNameKey(event: KeyboardEvent): void {
    if (event.key !== 'Enter') return
    event.preventDefault()
    this.#save()
  }

  #save(): void {
    const name = this.input?.value.trim() ?? ''
    if (name === '') return this.input?.focus()
    this.#close()
    emit(this, 'warren-filter-save', name)
  }

  #close(): void {
    this.open = false
    this.opener?.focus()
  }

  #onKey(event: KeyboardEvent): void {
    if (event.key !== 'Escape' || !this.open) return
    event.preventDefault()
    event.stopPropagation()
    this.#close()
  }

  /** Whoever goes elsewhere, by key or by pointer, is done with the menu. */
  readonly #onElsewhere = (event: Event): void => {
    if (!event.composedPath().includes(this)) this.open = false
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'warren-saved-filters': SavedFilters
  }
}
