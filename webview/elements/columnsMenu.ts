import { LitElement, css, html, nothing } from 'lit'
import type { TemplateResult } from 'lit'
import { customElement, property, query, state } from 'lit/decorators.js'
import { repeat } from 'lit/directives/repeat.js'
import { taskColumns } from '../../broker-bridge/protocol/index.ts'
import type { TaskColumn } from '../../broker-bridge/protocol/index.ts'
import { columnLooks, usualColumns, withColumn, withMoved } from '../feed/columns.ts'
import type { ChosenColumn } from '../feed/columns.ts'
import { emit } from '../look/events.ts'
import { icon } from '../look/icons.ts'
import { shared } from '../look/shared.ts'

/** Which columns the list shows, behind one button. The menu is a popover, so that a low list does not cut it off. */
@customElement('warren-columns-menu')
export class ColumnsMenu extends LitElement {
  static override styles = [
    shared,
    css`
      .tool {
        width: 24px;
        height: 23px;
        border-radius: 0;
        background: var(--w-background);
        color: var(--w-muted);
      }
      .tool:hover {
        color: var(--w-strong);
      }
      [role='menu'] {
        position: fixed;
        inset: auto;
        margin: 0;
        padding: 4px;
        border: 1px solid var(--w-line);
        border-radius: 4px;
        background: var(--w-raised);
        color: var(--w-foreground);
        box-shadow: 0 2px 8px var(--w-shadow);
        overflow: auto;
      }
      [role='menu']:popover-open {
        display: grid;
      }
      [role^='menuitem'] {
        display: flex;
        align-items: center;
        gap: 6px;
        padding: 2px 16px 2px 6px;
        border: 1px solid transparent;
        border-radius: 3px;
        background: none;
        text-align: start;
      }
      [role^='menuitem']:hover,
      [role^='menuitem']:focus {
        background: var(--w-hover);
        border-color: var(--vscode-contrastActiveBorder, transparent);
        color: var(--w-strong);
      }
      .check {
        width: 14px;
      }
      hr {
        width: 100%;
        margin: 4px 0;
        border: 0;
        border-top: 1px solid var(--w-line);
      }
      .hint {
        padding: 2px 6px;
        color: var(--w-muted);
        font-size: 0.923em;
      }
    `,
  ]

  @property({ attribute: false }) chosen: readonly ChosenColumn[] = []
  @state() private open = false
  /** Those shown first; what is shown or hidden while the menu is open keeps its place. */
  @state() private order: readonly TaskColumn[] = []
  @query('[role=menu]') private readonly menu!: HTMLElement

  protected override render(): TemplateResult {
    return html`<button
        class="tool"
        aria-label="Columns"
        title="Choose columns"
        aria-haspopup="menu"
        aria-expanded=${this.open}
        @click=${() => (this.open ? this.menu.hidePopover() : this.#show())}
        @keydown=${this.#onButtonKey}
      >
        ${icon('list-selection', 'small')}
      </button>
      <div
        role="menu"
        popover="auto"
        aria-label="Columns"
        @toggle=${(event: ToggleEvent) => (this.open = event.newState === 'open')}
        @keydown=${this.#onKey}
      >
        ${this.open ? this.#renderItems() : nothing}
      </div>`
  }

  #renderItems(): TemplateResult {
    const shown = this.chosen.map(({ id }) => id)
    return html`
      ${repeat(
        this.order,
        (column) => column,
        (column) =>
          html`<button
            role="menuitemcheckbox"
            id="choice-${column}"
            tabindex="-1"
            aria-checked=${shown.includes(column)}
            @click=${() => emit(this, 'warren-columns', withColumn(this.chosen, column, !shown.includes(column), this.order))}
          >
            <span class="check">${shown.includes(column) ? icon('check', 'small') : nothing}</span>${columnLooks[column].title}
          </button>`,
      )}
      <hr />
      <button role="menuitem" tabindex="-1" @click=${() => this.#arrange(usualColumns, true)}>
        <span class="check"></span>Reset columns
      </button>
      <span class="hint" role="presentation">Alt+↑ ↓ moves a column</span>
    `
  }

  #show(): void {
    this.menu.showPopover()
    const { bottom, right } = this.getBoundingClientRect()
    const top = Math.max(4, Math.min(bottom, innerHeight - 320))
    for (const [name, value] of Object.entries({
      top: `${top}px`,
      right: `${innerWidth - right}px`,
      'max-height': `${innerHeight - top - 4}px`,
    }))
      this.menu.style.setProperty(name, value)
    this.open = true
    this.#arrange(this.chosen)
    void this.updateComplete.then(() => this.#items[0]?.focus())
  }

  #arrange(columns: readonly ChosenColumn[], tell = false): void {
    const shown = columns.map(({ id }) => id)
    this.order = [...shown, ...taskColumns.filter((column) => !shown.includes(column))]
    if (tell) emit(this, 'warren-columns', columns)
  }

  get #items(): readonly HTMLElement[] {
    return [...this.renderRoot.querySelectorAll<HTMLElement>('[role^=menuitem]')]
  }

  #onButtonKey(event: KeyboardEvent): void {
    if (event.key !== 'ArrowDown' || this.open) return
    event.preventDefault()
    this.#show()
  }

  #onKey(event: KeyboardEvent): void {
    const list = this.#items
    const at = list.findIndex((item) => item.matches(':focus'))
    const next = { ArrowDown: at + 1, ArrowUp: at - 1 + list.length, Home: 0, End: list.length - 1 }[event.key]
    if (next === undefined) return
    event.preventDefault()
    if (event.altKey) void this.#move(list[at], event.key === 'ArrowUp' ? -1 : 1)
    else list[next % list.length]?.focus()
  }

  async #move(item: HTMLElement | undefined, steps: number): Promise<void> {
    const column = taskColumns.find((each) => item?.id === `choice-${each}`)
    if (column === undefined) return
    this.#arrange(withMoved(this.chosen, column, steps), true)
    await new Promise(requestAnimationFrame)
    await this.updateComplete
    this.renderRoot.querySelector<HTMLElement>(`#choice-${column}`)?.focus()
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'warren-columns-menu': ColumnsMenu
  }
}
