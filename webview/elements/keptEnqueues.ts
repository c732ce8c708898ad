import { LitElement, css, html, nothing } from 'lit'
import type { PropertyValues, TemplateResult } from 'lit'
import { customElement, property, state } from 'lit/decorators.js'
import {
  keptEnqueueText,
  visibleLine,
  withoutEnqueue,
  withRenamedEnqueue,
  withSavedEnqueue,
} from '../../broker-bridge/protocol/index.ts'
import type { KeptEnqueue, KeptEnqueues, SavedEnqueue } from '../../broker-bridge/protocol/index.ts'
import { emit } from '../look/events.ts'
import { icon } from '../look/icons.ts'
import { shared } from '../look/shared.ts'

type Kept = KeptEnqueue | SavedEnqueue

/** What was enqueued last and what has a name: a press fills the form with it. */
@customElement('warren-kept-enqueues')
export class KeptEnqueueList extends LitElement {
  static override styles = [
    shared,
    css`
      :host {
        display: block;
        margin-bottom: 12px;
      }
      h3 {
        margin: 0 0 2px;
        color: var(--w-muted);
        font-size: 1em;
        font-weight: 400;
      }
      ul {
        display: grid;
        max-height: 132px;
        margin: 0;
        padding: 0;
        overflow: auto;
        border: 1px solid var(--w-line);
        border-radius: 3px;
        list-style: none;
      }
      li {
        display: flex;
        align-items: center;
        min-width: 0;
        padding-inline-end: 2px;
      }
      .use {
        display: flex;
        flex: 1;
        gap: 8px;
        align-items: center;
        min-width: 0;
        padding: 3px 6px;
        border: 1px solid transparent;
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
        flex: 0 1 auto;
        color: var(--w-strong);
      }
      .given {
        flex: 1 1 0;
      }
      input {
        flex: 1;
        min-width: 0;
        margin: 2px;
      }
      .tool {
        width: 24px;
        height: 24px;
      }
    `,
  ]

  @property({ attribute: false }) kept: KeptEnqueues = { recent: [], saved: [] }
  /** The one that is being given a name. */
  @state() private naming: Kept | null = null

  protected override render(): TemplateResult | typeof nothing {
    const all: readonly Kept[] = [...this.kept.saved, ...this.kept.recent]
    if (all.length === 0) return nothing
    return html`<h3 id="kept">Saved and sent last</h3>
      <ul aria-labelledby="kept">
        ${all.map((one) => html`<li>${one === this.naming ? this.#renderNaming(one) : this.#renderOne(one)}</li>`)}
      </ul>`
  }

  protected override updated(changed: PropertyValues): void {
    if (!changed.has('naming')) return
    const input = this.renderRoot.querySelector('input')
    input?.focus()
    input?.select()
  }

  #renderOne(one: Kept): TemplateResult {
    const saved = 'label' in one
    const label = visibleLine(saved ? one.label : one.name, 100)
    const given = visibleLine(`${saved ? `${one.name} ` : ''}${keptEnqueueText(one)}`, 300)
    return html`<button class="use" title=${given} @click=${() => emit(this, 'warren-use-enqueue', one)}>
        ${icon(saved ? 'bookmark' : 'history', 'small muted')}
        <span class="name">${label}</span>
        <span class="given muted mono">${given}</span>
      </button>
      ${this.#tool(saved ? 'edit' : 'bookmark', saved ? `Rename ${label}` : `Save ${label} with a name`, () => (this.naming = one))}
      ${this.#tool('trash', `Remove ${label}`, () => this.#change(withoutEnqueue(this.kept, one)))}`
  }

  #renderNaming(one: Kept): TemplateResult {
    return html`<input
      aria-label="Name; Enter saves, Escape leaves it"
      maxlength="100"
      .value=${'label' in one ? one.label : one.name}
      @keydown=${(event: KeyboardEvent) => this.#onKey(event, one)}
      @blur=${() => (this.naming = null)}
    />`
  }

  #tool(name: 'edit' | 'bookmark' | 'trash', label: string, act: () => void): TemplateResult {
    return html`<button class="tool" aria-label=${label} title=${label} @click=${act}>${icon(name, 'small')}</button>`
  }

  #onKey(event: KeyboardEvent, one: Kept): void {
    if (event.key !== 'Enter' && event.key !== 'Escape') return
    event.preventDefault()
    event.stopPropagation()
    const label = event.target instanceof HTMLInputElement ? event.target.value.trim() : ''
    this.naming = null
    if (event.key === 'Escape' || label === '') return
    this.#change('label' in one ? withRenamedEnqueue(this.kept, one, label) : withSavedEnqueue(this.kept, one, label))
  }

  #change(kept: KeptEnqueues): void {
    emit(this, 'warren-keep-enqueues', kept)
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'warren-kept-enqueues': KeptEnqueueList
  }
}
