import { LitElement, html, nothing } from 'lit'
import type { PropertyValues, TemplateResult } from 'lit'
import { customElement, property, state } from 'lit/decorators.js'
import { visibleLine, visibleText } from '../../broker-bridge/protocol/index.ts'
import { emit } from '../look/events.ts'
import { icon } from '../look/icons.ts'
import { place } from '../look/place.ts'
import { shared } from '../look/shared.ts'
import { formatCount, plural } from '../text/numbers.ts'
import { countLines, sizeOf, valueLines } from '../text/valueTree.ts'
import type { ValueLine, ValueNode } from '../text/valueTree.ts'
import { valueTreeStyles } from './valueTree.styles.ts'

/** A tree of so many lines is shown open. */
const fewLines = 16
/** Children of one value shown at first, and with every wish for more. */
const portion = 100
/** Characters of a text before it folds, and the most shown of one: the rest is there to be copied. */
const folded = 160
const longest = 20_000

/** A value as a tree that opens and closes, with one stop of the Tab key. */
@customElement('warren-value-tree')
export class ValueTree extends LitElement {
  static override styles = [shared, valueTreeStyles]

  @property({ attribute: false }) root: ValueNode | null = null
  @property() label = ''
  /** Where the keyboard is. */
  @state() private active = ''
  /** Lines that are not as they were at first: opened, or closed. */
  @state() private turned: ReadonlySet<string> = new Set()
  @state() private portions: ReadonlyMap<string, number> = new Map()
  #startsOpen = false
  #lines: readonly ValueLine[] = []

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!this.root) return
    if (changed.has('root')) this.#startsOpen = countLines(this.root, fewLines) <= fewLines
    this.#lines = valueLines(this.root, {
      isOpen: (path) => this.#isOpen(path),
      shown: (path) => (this.portions.get(path) ?? 1) * portion,
    })
    if (!this.#lines.some(({ path }) => path === this.active)) this.active = this.#lines[0]?.path ?? ''
  }

  protected override render(): TemplateResult {
    return html`<div role="tree" aria-label=${this.label} @keydown=${this.#onKey} @focusin=${this.#onFocus}>
      ${this.#lines.map((line) => (line.hidden === null ? this.#renderLine(line) : this.#renderMore(line, line.hidden)))}
    </div>`
  }

  #renderLine(line: ValueLine): TemplateResult {
    const { path, level, node } = line
    const canOpen = isLong(node) || node.children.length > 0
    return html`<div
      role="treeitem"
      class="line ${node.kind}"
      data-path=${path}
      aria-level=${level}
      aria-posinset=${line.place}
      aria-setsize=${line.siblings}
      aria-expanded=${canOpen ? this.#isOpen(path, node) : nothing}
      tabindex=${path === this.active ? 0 : -1}
      ${place({ 'padding-inline-start': `${(level - 1) * 14 + 4}px` })}
      @click=${() => canOpen && this.#turn(path)}
    >
      <span class="twist">${canOpen ? icon(this.#isOpen(path, node) ? 'chevron-down' : 'chevron-right', 'small') : nothing}</span>
      ${node.label === null ? nothing : html`<span class="key">${visibleLine(node.label, 120)}</span>`}
      <span class="shown">${this.#renderValue(path, node)}</span>
      ${node.cut && node.children.length === 0 ? html`<span class="cut">shortened</span>` : nothing} ${this.#renderCopy(line)}
    </div>`
  }

  #renderValue(path: string, node: ValueNode): TemplateResult {
    const size = sizeOf(node)
    if (size !== null) {
      const open = this.#isOpen(path) && node.children.length > 0
      return html`${open ? nothing : html`<span class="preview">${visibleLine(node.text, 80)}</span>`}
        <span class="size">${size}</span>`
    }
    if (!isLong(node)) return html`<span class="value">${visibleText(node.text)}</span>`
    if (this.#isOpen(path, node)) return html`<span class="value whole">${visibleText(node.text, longest)}</span>`
    return html`<span class="value">${visibleLine(node.text, folded)}</span>
      <span class="size">${plural(node.text.length, 'character')}</span>`
  }

  #renderCopy({ node, path }: ValueLine): TemplateResult {
    return html`<button
      class="tool copy"
      tabindex=${path === this.active ? 0 : -1}
      aria-label="Copy this value"
      title="Copy this value (c)"
      @click=${(event: Event) => {
        event.stopPropagation()
        this.#copy(node)
      }}
    >
      ${icon('copy', 'small')}
    </button>`
  }

  #renderMore(line: ValueLine, hidden: number): TemplateResult {
    return html`<div
      role="treeitem"
      class="line more"
      data-path=${line.path}
      aria-level=${line.level}
      aria-posinset=${line.place}
      aria-setsize=${line.siblings}
      tabindex=${line.path === this.active ? 0 : -1}
      ${place({ 'padding-inline-start': `${(line.level - 1) * 14 + 4}px` })}
      @click=${() => this.#showMore(line.path)}
    >
      <span class="twist"></span
      ><span class="link">Show ${formatCount(Math.min(portion, hidden))} of ${formatCount(hidden)} more</span>
    </div>`
  }

  /** Containers of a small tree start open; long texts never do. */
  #isOpen(path: string, node?: ValueNode): boolean {
    const atFirst = this.#startsOpen && !(node && isLong(node))
    return this.turned.has(path) ? !atFirst : atFirst
  }

  #turn(path: string): void {
    const turned = new Set(this.turned)
    if (!turned.delete(path)) turned.add(path)
    this.turned = turned
  }

  #showMore(path: string): void {
    const of = path.slice(0, -'/more'.length)
    this.portions = new Map([...this.portions, [of, (this.portions.get(of) ?? 1) + 1]])
  }

  #copy(node: ValueNode): void {
    emit(this, 'warren-copy', { text: node.text, what: 'the value' })
  }

  #onFocus(event: FocusEvent): void {
    const line = event.target instanceof Element ? event.target.closest<HTMLElement>('[data-path]') : null
    if (line) this.active = line.dataset['path'] ?? ''
  }

  #onKey(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target instanceof HTMLButtonElement) return
    const at = this.#lines.findIndex(({ path }) => path === this.active)
    const line = this.#lines[at]
    if (!line || !this.#act(event.key, line, at)) return
    event.preventDefault()
    event.stopPropagation()
  }

  #act(key: string, line: ValueLine, at: number): boolean {
    const isOpen = this.#isOpen(line.path, line.node)
    const canOpen = line.hidden === null && (isLong(line.node) || line.node.children.length > 0)
    if (key === 'ArrowDown') return this.#go(at + 1)
    if (key === 'ArrowUp') return this.#go(at - 1)
    if (key === 'Home') return this.#go(0)
    if (key === 'End') return this.#go(this.#lines.length - 1)
    if (key === 'ArrowRight') return canOpen && !isOpen ? this.#did(() => this.#turn(line.path)) : this.#go(at + 1)
    if (key === 'ArrowLeft') return canOpen && isOpen ? this.#did(() => this.#turn(line.path)) : this.#goUp(line, at)
    if (key === 'Enter' || key === ' ') return this.#did(() => this.#press(line, canOpen))
    return key === 'c' && line.hidden === null && this.#did(() => this.#copy(line.node))
  }

  #press(line: ValueLine, canOpen: boolean): void {
    if (line.hidden !== null) this.#showMore(line.path)
    else if (canOpen) this.#turn(line.path)
  }

  #did(act: () => void): true {
    act()
    return true
  }

  #goUp({ level }: ValueLine, at: number): boolean {
    const parent = this.#lines.slice(0, at).findLastIndex((line) => line.level < level)
    return parent === -1 || this.#go(parent)
  }

  #go(at: number): true {
    const line = this.#lines[at]
    if (!line) return true
    this.active = line.path
    void this.updateComplete.then(() => this.renderRoot.querySelector<HTMLElement>('.line[tabindex="0"]')?.focus())
    return true
  }
}

function isLong({ kind, text, children }: ValueNode): boolean {
  return (
    children.length === 0 &&
    (kind === 'text' || kind === 'other' || kind === 'number') &&
    (text.length > folded || text.includes('\n'))
  )
}

declare global {
  interface HTMLElementTagNameMap {
    'warren-value-tree': ValueTree
  }
}
