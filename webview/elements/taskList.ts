import { VirtualizerController } from '@tanstack/lit-virtual'
import { LitElement, html, nothing } from 'lit'
import type { PropertyValues, TemplateResult } from 'lit'
import { customElement, property, query, state } from 'lit/decorators.js'
import { repeat } from 'lit/directives/repeat.js'
import type { TaskKey, TaskRow, ViewSnapshot } from '../../broker-bridge/protocol/index.ts'
import { coarseCount, mostRows, rowCount, rowHeight, rowsToAsk } from '../feed/rowSpace.ts'
import { sameKey } from '../feed/viewState.ts'
import { emit } from '../look/events.ts'
import { icon } from '../look/icons.ts'
import { place } from '../look/place.ts'
import { shared } from '../look/shared.ts'
import { formatCount } from '../text/numbers.ts'
import { Cursor } from './cursor.ts'
import { taskListStyles } from './taskList.styles.ts'
import { columns, taskRow, waitingRow } from './taskRow.ts'

/** How long the order holds still after the pointer last moved over the rows, so that a click hits what was aimed at. */
const aimMilliseconds = 1_000

/**
 * The feed: a grid of which only the rows in sight exist. It owns the cursor and tells which rows it shows and whether their
 * order has to rest; the rows themselves arrive as snapshots.
 */
@customElement('warren-task-list')
export class TaskList extends LitElement {
  static override styles = [shared, taskListStyles]

  @property({ attribute: false }) snapshot: ViewSnapshot | null = null
  @property({ attribute: false }) selected: TaskKey | null = null
  /** Changes whenever the list is about other tasks: it then begins at its top again. */
  @property() about = ''
  @property({ type: Boolean }) paused = false
  @property({ type: Number }) now = 0

  @state() private focused = false
  @state() private aiming = false
  @query('.scroller') private readonly scroller!: HTMLElement | null

  readonly #cursor = new Cursor()
  #aimTimer: ReturnType<typeof setTimeout> | undefined
  #told = ''
  readonly #virtual = new VirtualizerController<HTMLElement, HTMLElement>(this, {
    count: 0,
    estimateSize: () => rowHeight,
    getScrollElement: () => this.scroller,
    overscan: 10,
    paddingStart: rowHeight,
    scrollPaddingStart: rowHeight,
  })

  /** Puts the keyboard into the list. */
  focusGrid(): void {
    this.scroller?.focus()
  }

  /** Goes to the newest tasks, live again. */
  toTop(): void {
    this.#startOver()
    if (this.paused) emit(this, 'warren-pause', false)
    this.requestUpdate()
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    clearTimeout(this.#aimTimer)
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    const virtualizer = this.#virtual.getVirtualizer()
    const count = coarseCount(rowCount(this.snapshot))
    if (virtualizer.options.count !== count) virtualizer.setOptions({ ...virtualizer.options, count })
    if (changed.has('about')) this.#startOver()
    if (changed.has('snapshot') && this.snapshot) this.#adopt()
  }

  protected override updated(): void {
    this.#tellWindow()
  }

  protected override render(): TemplateResult {
    const count = rowCount(this.snapshot)
    const cursorInSight = this.#rowAt(this.#cursor.index) !== undefined
    return html`
      <div
        class="scroller ${cursorInSight ? 'has-cursor' : ''}"
        role="grid"
        tabindex="0"
        aria-label="Tasks, newest activity first"
        aria-rowcount=${count + 1}
        aria-colcount=${columns.length}
        aria-activedescendant=${cursorInSight ? `row-${this.#cursor.index}` : nothing}
        @keydown=${this.#onKey}
        @focus=${() => (this.focused = true)}
        @blur=${() => (this.focused = false)}
        @click=${this.#onClick}
        @dblclick=${() => emit(this, 'warren-open-detail', null)}
        @pointermove=${this.#onAim}
      >
        ${heading()}
        <div class="spacer" role="rowgroup" ${place({ height: `${count * rowHeight}px` })}>${this.#renderRows(count)}</div>
        ${
          (this.snapshot?.matched ?? 0) > mostRows
            ? html`<div class="capped">The list ends after ${formatCount(mostRows)} rows. Filter to reach the others.</div>`
            : nothing
        }
      </div>
      ${this.#renderNewer()}
    `
  }

  #renderRows(count: number): TemplateResult {
    const { first, last } = this.#inSight(count)
    const indices = Array.from({ length: Math.max(0, last - first + 1) }, (_, offset) => first + offset)
    const key = (index: number): string => {
      const row = this.#rowAt(index)
      return row ? `${row.connection}\n${row.id}` : `#${index}`
    }
    return html`<div class="window" role="presentation" ${place({ transform: `translateY(${first * rowHeight}px)` })}>
      ${repeat(indices, key, (index) => this.#renderRow(index))}
    </div>`
  }

  #renderRow(index: number): TemplateResult {
    const row = this.#rowAt(index)
    if (!row) return waitingRow(index)
    return taskRow(row, {
      index,
      now: this.now,
      cursor: index === this.#cursor.index,
      selected: sameKey(row, this.selected),
    })
  }

  #renderNewer(): TemplateResult | typeof nothing {
    const newer = this.snapshot?.newer ?? 0
    if (newer === 0 || !(this.paused || this.#isAway || this.#isSelecting)) return nothing
    return html`<button class="button main newer numbers" @click=${() => this.toTop()}>
      ${icon('arrow-up', 'small')} ${formatCount(newer)} newer
    </button>`
  }

  get #isAway(): boolean {
    return (this.scroller?.scrollTop ?? 0) > rowHeight / 2
  }

  get #isSelecting(): boolean {
    return this.focused && this.#cursor.index > 0
  }

  #rowAt(index: number): TaskRow | undefined {
    return this.snapshot?.rows[index - this.snapshot.first]
  }

  #inSight(count: number): { first: number; last: number } {
    const items = this.#virtual.getVirtualizer().getVirtualItems()
    return { first: Math.min(items[0]?.index ?? 0, Math.max(0, count - 1)), last: Math.min(items.at(-1)?.index ?? -1, count - 1) }
  }

  #tellWindow(): void {
    const { scrollOffset, scrollRect } = this.#virtual.getVirtualizer()
    const first = Math.floor((scrollOffset ?? 0) / rowHeight)
    const inSight = Math.ceil((scrollRect?.height || 1_000) / rowHeight)
    const resting = this.paused || this.#isAway || this.#isSelecting || this.aiming
    const window = { ...rowsToAsk(first, first + inSight), resting }
    if (JSON.stringify(window) === this.#told) return
    this.#told = JSON.stringify(window)
    emit(this, 'warren-window', window)
  }

  #startOver(): void {
    this.#cursor.clear()
    if (this.scroller) this.scroller.scrollTop = 0
  }

  #adopt(): void {
    const row = this.snapshot && this.#cursor.follow(this.snapshot)
    if (row) emit(this, 'warren-select', { connection: row.connection, id: row.id })
  }

  #onAim(event: PointerEvent): void {
    if (event.pointerType !== 'mouse') return
    this.aiming = true
    clearTimeout(this.#aimTimer)
    this.#aimTimer = setTimeout(() => (this.aiming = false), aimMilliseconds)
  }

  #onClick(event: MouseEvent): void {
    const line = event.target instanceof Element ? event.target.closest<HTMLElement>('[data-index]') : null
    if (line) this.#moveTo(Number(line.dataset['index']))
  }

  #onKey(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const handled = this.#act(event.key)
    if (handled) event.preventDefault()
  }

  #act(key: string): boolean {
    if (key === 'Escape') return this.#leave()
    if (key === 'Enter' || key === ' ') return this.#openAtCursor()
    const page = Math.max(1, Math.floor((this.scroller?.clientHeight ?? 0) / rowHeight) - 2)
    const target = this.#cursor.target(key, rowCount(this.snapshot), page)
    if (target === undefined) return false
    this.#moveTo(target)
    return true
  }

  #openAtCursor(): boolean {
    if (this.#cursor.index < 0) this.#moveTo(0)
    emit(this, 'warren-open-detail', null)
    return true
  }

  #leave(): boolean {
    this.#cursor.clear()
    emit(this, 'warren-close-detail', null)
    this.requestUpdate()
    return true
  }

  #moveTo(index: number): void {
    const row = this.#rowAt(index)
    this.#cursor.moveTo(index, row)
    if (index === 0 && this.scroller) this.scroller.scrollTop = 0
    else this.#virtual.getVirtualizer().scrollToIndex(index, { align: 'auto' })
    if (row) emit(this, 'warren-select', { connection: row.connection, id: row.id })
    this.requestUpdate()
  }
}

function heading(): TemplateResult {
  return html`<div role="rowgroup" class="headings">
    <div role="row" class="row heading" aria-rowindex="1">
      ${columns.map(
        (column, index) =>
          html`<span role="columnheader" class="cell ${column.id} ${column.end ? 'end' : ''}" aria-colindex=${index + 1}
            >${column.title}</span
          >`,
      )}
    </div>
  </div>`
}

declare global {
  interface HTMLElementTagNameMap {
    'warren-task-list': TaskList
  }
}
