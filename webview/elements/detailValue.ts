import { LitElement, css, html, nothing } from 'lit'
import type { PropertyValues, TemplateResult } from 'lit'
import { customElement, property, state } from 'lit/decorators.js'
import { visibleText } from '../../broker-bridge/protocol/index.ts'
import { emit } from '../look/events.ts'
import { icon } from '../look/icons.ts'
import { shared } from '../look/shared.ts'
import { shorteningOf } from '../text/shortened.ts'
import type { ShownText, Shortening } from '../text/shortened.ts'
import { plural } from '../text/numbers.ts'
import { jsonTree, pythonTree, sizeOf } from '../text/valueTree.ts'
import type { ValueNode } from '../text/valueTree.ts'
import { sectionStyles } from './detail.styles.ts'
import './valueTree.ts'

/** Characters of a text that is shown as it is, at first and with every wish for more. */
const portion = 8_000

/** One value of a task under its heading: as a tree where its text can be read exactly, else as that text. */
@customElement('warren-value')
export class DetailValue extends LitElement {
  static override styles = [
    shared,
    sectionStyles,
    css`
      .head {
        display: flex;
        align-items: baseline;
        gap: 4px 10px;
        flex-wrap: wrap;
        margin: 18px 0 5px;
      }
      h3 {
        margin: 0;
      }
      .size {
        flex: 1;
        color: var(--w-muted);
      }
      .head .tool {
        align-self: center;
      }
      .value {
        margin: 0;
        padding: 6px 10px;
        max-height: 26em;
        overflow: auto;
        border: 1px solid var(--w-line);
        border-radius: 4px;
        background: var(--w-code);
        color: var(--w-strong);
        white-space: pre-wrap;
        overflow-wrap: anywhere;
        unicode-bidi: plaintext;
      }
      .shortened {
        display: flex;
        align-items: baseline;
        gap: 8px;
        margin: 5px 0 0;
      }
      .shortened > .icon {
        align-self: flex-start;
        margin-top: 2px;
        color: var(--w-again);
      }
      .shortened code {
        padding: 0 4px;
        border-radius: 3px;
        background: var(--w-code);
        color: var(--w-strong);
        font-family: var(--w-mono);
        font-size: var(--w-mono-size);
        overflow-wrap: anywhere;
      }
    `,
  ]

  @property() heading = ''
  @property() text = ''
  /** Which of Celery's texts this is; null for JSON, which nobody shortened. */
  @property({ attribute: false }) of: ShownText | null = null
  @state() private plain = false
  @state() private portions = 1
  #tree: ValueNode | null = null

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('text') || changed.has('of')) this.#tree = this.of === null ? jsonTree(this.text) : pythonTree(this.text)
  }

  protected override render(): TemplateResult {
    const isEmpty = this.#tree !== null && isEmptyContainer(this.#tree)
    return html`<div class="head">
        <h3>${this.heading}</h3>
        <span class="size">${this.#tree && sizeOf(this.#tree)}</span>
        ${isEmpty ? nothing : this.#renderSwitch()}
        <button
          class="tool"
          aria-label=${`Copy: ${this.heading}`}
          title="Copy all of it, as it is written here"
          @click=${() => emit(this, 'warren-copy', { text: this.text, what: this.heading.toLowerCase() })}
        >
          ${icon('copy', 'small')}
        </button>
      </div>
      ${isEmpty ? nothing : this.#renderBody()}
      ${this.#renderShortening(this.of === null ? null : shorteningOf(this.text, this.of))}`
  }

  #renderSwitch(): TemplateResult | typeof nothing {
    if (!this.#tree) return nothing
    return html`<button class="link" @click=${() => (this.plain = !this.plain)}>${this.plain ? 'As tree' : 'As text'}</button>`
  }

  #renderBody(): TemplateResult {
    if (this.plain || !this.#tree) return this.#renderPlain()
    return html`<warren-value-tree .root=${this.#tree} .label=${this.heading}></warren-value-tree>`
  }

  #renderPlain(): TemplateResult {
    const shown = this.portions * portion
    const rest = this.text.length - shown
    return html`<pre class="value mono" tabindex=${this.text.length > 600 ? 0 : nothing}>
${visibleText(this.text.slice(0, shown))}</pre>
      ${
        rest > 0
          ? html`<button class="link" @click=${() => this.portions++}>
              Show more (${plural(rest, 'more character')} are not shown)
            </button>`
          : nothing
      }`
  }

  #renderShortening(shortening: Shortening | null): TemplateResult | typeof nothing {
    if (!shortening) return nothing
    const { why, fix, code } = shortening
    return html`<p class="shortened">
      ${icon('warning', 'small')}
      <span
        >${why} ${fix}
        ${
          code === null
            ? nothing
            : html`<code>${code}</code>
                <button
                  class="tool"
                  aria-label="Copy the setting"
                  title="Copy the setting"
                  @click=${() => emit(this, 'warren-copy', { text: code, what: 'the setting' })}
                >
                  ${icon('copy', 'small')}
                </button>`
        }</span
      >
    </p>`
  }
}

/** Its heading says all there is to say of it. */
function isEmptyContainer(node: ValueNode): boolean {
  return node.children.length === 0 && !node.cut && sizeOf(node) !== null
}

declare global {
  interface HTMLElementTagNameMap {
    'warren-value': DetailValue
  }
}
