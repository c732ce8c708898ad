import { LitElement, css, html, nothing } from 'lit'
import type { TemplateResult } from 'lit'
import { customElement, property, state } from 'lit/decorators.js'
import type { BlindSpot, Sort, TaskColumn } from '../../broker-bridge/protocol/index.ts'
import { columnLooks, nextSort, withMoved, withWidth } from '../feed/columns.ts'
import type { ChosenColumn } from '../feed/columns.ts'
import { emit } from '../look/events.ts'
import { icon } from '../look/icons.ts'
import { shared } from '../look/shared.ts'
import { blindSpotHint } from './blindSpotHint.ts'

const keyStep = 16

/** The heading of the list: sorts by a click or Enter, and gives columns their widths and places. */
@customElement('warren-columns-heading')
export class ColumnsHeading extends LitElement {
  static override styles = [
    shared,
    css`
      :host {
        display: block;
        position: sticky;
        top: 0;
        z-index: 1;
        min-width: var(--row-width);
        color: var(--w-muted);
        background: var(--w-background);
        font-size: 0.923em;
      }
      .heading {
        display: grid;
        grid-template-columns: var(--columns);
        column-gap: var(--gap);
        height: 24px;
        padding: 0 var(--end) 0 10px;
        border-bottom: 1px solid var(--w-line);
      }
      [role='columnheader'] {
        position: relative;
        display: flex;
        align-items: center;
        min-width: 0;
      }
      .sort {
        display: flex;
        flex: 1;
        align-items: center;
        gap: 3px;
        min-width: 0;
        height: 23px;
        padding: 0;
        border: 0;
        border-radius: 0;
        background: none;
        white-space: nowrap;
      }
      .sort:not([aria-disabled]):hover,
      [aria-sort] .sort {
        color: var(--w-strong);
      }
      .sort[aria-disabled] {
        cursor: not-allowed;
      }
      [aria-sort] .sort[aria-disabled] {
        opacity: 1;
      }
      .end .sort {
        justify-content: flex-end;
      }
      .title {
        overflow: hidden;
        text-overflow: ellipsis;
      }
      .icon {
        font-size: 12px;
      }
      .grip {
        position: absolute;
        inset-block: 0;
        inset-inline-end: calc(var(--gap) / -2 - 4px);
        z-index: 1;
        width: 9px;
        cursor: col-resize;
        touch-action: none;
      }
      .grip::after {
        content: '';
        position: absolute;
        inset: 5px 4px;
        background: var(--w-line);
      }
      .grip:hover::after,
      .grip.held::after {
        inset-block: 0;
        background: var(--w-focus);
      }
      @media (forced-colors: active) {
        .grip::after {
          background: CanvasText;
        }
        .sort[aria-disabled] {
          color: GrayText;
          opacity: 1;
        }
      }
    `,
  ]

  /** All that were chosen, and those of them there is room for. */
  @property({ attribute: false }) chosen: readonly ChosenColumn[] = []
  @property({ attribute: false }) columns: readonly ChosenColumn[] = []
  @property({ attribute: false }) sort: Sort | null = null
  /** Why there is no other order, or null when there is. */
  @property({ attribute: false }) fixedOrder: string | null = null
  /** Why the column of queues is empty, where a setting is the reason. */
  @property({ attribute: false }) blindQueue: BlindSpot | undefined
  /** How wide a column has to be for what its rows show. */
  @property({ attribute: false }) fit: (column: TaskColumn) => number = () => 0
  @state() private current: TaskColumn | null = null
  @state() private dragged: { readonly column: TaskColumn; readonly from: number; readonly width: number } | null = null

  protected override render(): TemplateResult {
    return html`<div role="rowgroup">
      <div role="row" class="heading" aria-rowindex="1" @keydown=${this.#onKey}>
        ${this.columns.map((column, index) => this.#renderColumn(column.id, index))}
      </div>
    </div>`
  }

  #renderColumn(column: TaskColumn, index: number): TemplateResult {
    const { title, end } = columnLooks[column]
    const direction = this.#directionOf(column)
    const current = this.columns.some(({ id }) => id === this.current) ? this.current : this.columns[0]?.id
    return html`<span
      role="columnheader"
      id="column-${column}"
      class=${end ? 'end' : ''}
      aria-colindex=${index + 1}
      aria-sort=${direction ?? nothing}
    >
      <button
        class="sort"
        tabindex=${column === current ? 0 : -1}
        title="${title}: ${this.fixedOrder ?? 'click to sort'}; Alt+← → for its width, Alt+Shift+← → for its place"
        aria-disabled=${this.fixedOrder === null ? nothing : 'true'}
        aria-label=${title}
        aria-description=${this.fixedOrder ?? nothing}
        aria-keyshortcuts="Alt+ArrowLeft Alt+ArrowRight Alt+Shift+ArrowLeft Alt+Shift+ArrowRight"
        @focus=${() => (this.current = column)}
        @click=${() => this.fixedOrder === null && emit(this, 'warren-sort', nextSort(this.sort, column))}
      >
        <span class="title">${title}</span>
        ${direction ? icon(direction === 'ascending' ? 'arrow-up' : 'arrow-down', 'small') : nothing}
      </button>
      ${column === 'queue' ? blindSpotHint(this.blindQueue, title) : nothing}
      <span
        class="grip ${this.dragged?.column === column ? 'held' : ''}"
        aria-hidden="true"
        @pointerdown=${(event: PointerEvent) => this.#grasp(event, column)}
        @pointermove=${this.#drag}
        @pointerup=${() => (this.dragged = null)}
        @pointercancel=${() => (this.dragged = null)}
        @dblclick=${() => this.#resize(column, this.fit(column))}
      ></span>
    </span>`
  }

  #directionOf(column: TaskColumn): 'ascending' | 'descending' | undefined {
    const { column: sorted, descending } = this.sort ?? { column: 'at', descending: true }
    if (sorted !== column) return undefined
    return descending ? 'descending' : 'ascending'
  }

  #widthOf(column: TaskColumn): number | undefined {
    return this.renderRoot.querySelector(`#column-${column}`)?.getBoundingClientRect().width
  }

  #resize(column: TaskColumn, width: number): void {
    emit(
      this,
      'warren-columns',
      withWidth(this.chosen, column, width, (id) => this.#widthOf(id)),
    )
  }

  #grasp(event: PointerEvent, column: TaskColumn): void {
    event.preventDefault()
    if (event.currentTarget instanceof Element) event.currentTarget.setPointerCapture(event.pointerId)
    this.dragged = { column, from: event.clientX, width: this.#widthOf(column) ?? 0 }
  }

  #drag(event: PointerEvent): void {
    const { dragged } = this
    if (dragged) this.#resize(dragged.column, dragged.width + event.clientX - dragged.from)
  }

  #onKey(event: KeyboardEvent): void {
    const steps = { ArrowLeft: -1, ArrowRight: 1 }[event.key]
    const column = this.current
    if (steps === undefined || column === null || event.ctrlKey || event.metaKey) return
    event.preventDefault()
    if (!event.altKey) this.#walk(column, steps)
    else if (event.shiftKey) this.#move(column, steps)
    else this.#resize(column, (this.#widthOf(column) ?? 0) + steps * keyStep)
  }

  #move(column: TaskColumn, steps: number): void {
    emit(this, 'warren-columns', withMoved(this.chosen, column, steps))
    void this.#focus(column)
  }

  #walk(column: TaskColumn, steps: number): void {
    const next = this.columns[this.columns.findIndex(({ id }) => id === column) + steps]
    if (next) void this.#focus(next.id)
  }

  /** A column that moved is drawn with the page's next frame. */
  async #focus(column: TaskColumn): Promise<void> {
    this.current = column
    await new Promise(requestAnimationFrame)
    await this.updateComplete
    this.renderRoot.querySelector<HTMLElement>(`#column-${column} button`)?.focus()
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'warren-columns-heading': ColumnsHeading
  }
}
