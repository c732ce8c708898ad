import { LitElement, html, nothing } from 'lit'
import type { PropertyValues, TemplateResult } from 'lit'
import { customElement, property, query, state } from 'lit/decorators.js'
import type {
  BlindSpot,
  ConnectionInfo,
  Sort,
  TaskColumn,
  TaskKey,
  TaskRow,
  ViewRange,
  ViewSnapshot,
} from '../../broker-bridge/protocol/index.ts'
import { columnsInRoom, orderText, usualColumns } from '../feed/columns.ts'
import type { ChosenColumn } from '../feed/columns.ts'
import { rowCount, rowHeight, rowsToAsk } from '../feed/rowSpace.ts'
import { keyText, nothingSelected } from '../feed/selection.ts'
import type { Selection } from '../feed/selection.ts'
import { sameKey } from '../feed/viewState.ts'
import { emit } from '../look/events.ts'
import { icon } from '../look/icons.ts'
import { place } from '../look/place.ts'
import { shared } from '../look/shared.ts'
import { formatCount, plural } from '../text/numbers.ts'
import './columnsHeading.ts'
import './columnsMenu.ts'
import { Cursor } from './cursor.ts'
import { taskListStyles } from './taskList.styles.ts'
import { RowChoice } from './taskListChoice.ts'
import type { Choice, ChoiceList } from './taskListChoice.ts'
import { fittingWidth, layOut } from './taskListColumns.ts'
import { ListInput } from './taskListInput.ts'
import type { ListDeeds } from './taskListInput.ts'
import { ListScroll } from './taskListScroll.ts'
import { taskRow, waitingRow } from './taskRow.ts'

/** How long the order holds still after the pointer last moved over the rows, so that a click hits what was aimed at. */
const aimMilliseconds = 1_000

/**
 * The feed: a grid of which only the rows in sight exist. It owns the cursor and tells which rows it shows and whether their
 * order has to rest; the rows themselves arrive as snapshots.
 */
@customElement('warren-task-list')
export class TaskList extends LitElement implements ChoiceList, ListDeeds {
  static override styles = [shared, taskListStyles]

  @property({ attribute: false }) snapshot: ViewSnapshot | null = null
  /** The task in the detail pane. */
  @property({ attribute: false }) selected: TaskKey | null = null
  /** The tasks to act on together; while there are none, the one in the detail pane counts as selected. */
  @property({ attribute: false }) chosen: Selection = nothingSelected
  /** Tells the tasks of rows out of sight. */
  @property({ attribute: false }) range: (first: number, count: number) => Promise<ViewRange> = () => Promise.reject(new Error())
  /** Changes whenever the list is about other tasks: it then begins at its top again. */
  @property() about = ''
  @property({ type: Boolean }) paused = false
  /** Why the column of queues is empty, where a setting is the reason. */
  @property({ attribute: false }) blindQueue: BlindSpot | undefined
  @property({ type: Number }) now = 0
  @property({ attribute: false }) columns: readonly ChosenColumn[] = usualColumns
  /** Newest activity first where it is null. */
  @property({ attribute: false }) sort: Sort | null = null
  @property({ attribute: false }) connections: readonly ConnectionInfo[] = []
  /** Why these tasks can be in no other order, or null when they can. */
  @property({ attribute: false }) fixedOrder: string | null = null

  @state() private focused = false
  @state() private aiming = false
  @query('.scroller') readonly scroller!: HTMLElement | null

  readonly #cursor = new Cursor()
  readonly #choice = new RowChoice(this)
  readonly #input = new ListInput(this)
  /** Whether the task that the cursor waits for is to be shown once it is there. */
  #showsAtCursor = true
  #aimTimer: ReturnType<typeof setTimeout> | undefined
  #told = ''
  readonly #scroll = new ListScroll(this, () => this.scroller)
  /** The columns there is room for. */
  #shown: readonly ChosenColumn[] = []
  #names: ReadonlyMap<string, string> = new Map()

  /** Puts the keyboard into the list. */
  focusGrid(): void {
    this.scroller?.focus()
  }

  /** Goes to the newest tasks, live again. */
  toTop(): void {
    this.#choice.release()
    this.#startOver()
    if (this.paused) emit(this, 'warren-pause', false)
    this.requestUpdate()
  }

  choose(choice: Choice): void {
    emit(this, 'warren-choose', choice)
  }

  say(text: string): void {
    emit(this, 'warren-say', text)
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    clearTimeout(this.#aimTimer)
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    this.#scroll.count = rowCount(this.snapshot)
    if (changed.has('about')) {
      this.#choice.release()
      this.#startOver()
    }
    if (changed.has('snapshot') && this.snapshot) this.#adopt()
    if (changed.has('connections')) this.#names = new Map(this.connections.map(({ id, name }) => [id, name]))
    this.#shown = columnsInRoom(this.columns, this.#scroll.width)
    layOut(this, this.#shown, this.#scroll)
  }

  protected override updated(): void {
    this.#tellWindow()
  }

  protected override render(): TemplateResult {
    const count = rowCount(this.snapshot)
    const cursorInSight = this.#rowAt(this.#cursor.index) !== undefined
    return html`
      <warren-columns-menu .chosen=${this.columns}></warren-columns-menu>
      <div
        class="scroller ${cursorInSight ? 'has-cursor' : ''}"
        role="grid"
        tabindex="0"
        aria-label="Tasks, ${orderText(this.sort)}"
        aria-multiselectable="true"
        aria-rowcount=${count + 1}
        aria-colcount=${this.#shown.length}
        aria-activedescendant=${cursorInSight ? `row-${this.#cursor.index}` : nothing}
        @keydown=${this.#input.key}
        @focus=${() => (this.focused = true)}
        @blur=${() => (this.focused = false)}
        @mousedown=${this.#input.press}
        @click=${this.#input.click}
        @dblclick=${this.#input.doubleClick}
        @pointermove=${this.#onAim}
        @scroll=${() => this.#scroll.follow()}
      >
        <warren-columns-heading
          .chosen=${this.columns}
          .columns=${this.#shown}
          .sort=${this.sort}
          .fixedOrder=${this.fixedOrder}
          .blindQueue=${this.blindQueue}
          .fit=${(column: TaskColumn) => fittingWidth(this, this.#shown, column)}
        ></warren-columns-heading>
        <div class="spacer" role="rowgroup" ${place({ height: `${this.#scroll.space.height}px` })}>${this.#renderRows()}</div>
      </div>
      ${this.#renderNewer()} ${this.#renderCounting()}
    `
  }

  #renderRows(): TemplateResult {
    const { space } = this.#scroll
    const { first, last } = space.inSight(10)
    const indices = Array.from({ length: Math.max(0, last - first + 1) }, (_, offset) => first + offset)
    // Rows keep their place and change what they show: taking elements out and putting others in costs a browser several times as much.
    return html`<div class="window" role="presentation" ${place({ transform: `translateY(${space.placeOf(first)}px)` })}>
      ${indices.map((index) => this.#renderRow(index))}
    </div>`
  }

  #renderRow(index: number): TemplateResult {
    const row = this.#rowAt(index)
    if (!row) return waitingRow(index)
    return taskRow(row, {
      index,
      now: this.now,
      cursor: index === this.#cursor.index,
      ...this.#looksOf(row),
      columns: this.#shown,
      connections: this.#names,
    })
  }

  #looksOf(row: TaskRow): { readonly selected: boolean; readonly shown: boolean } {
    const shown = sameKey(row, this.selected)
    return this.chosen.size === 0 ? { selected: shown, shown: false } : { selected: this.chosen.has(keyText(row)), shown }
  }

  #renderNewer(): TemplateResult | typeof nothing {
    const newer = this.snapshot?.newer ?? 0
    if (newer === 0 || !(this.paused || this.#isAway || this.#isSelecting || this.#choice.holds)) return nothing
    return html`<button class="button main newer numbers" @click=${() => this.toTop()}>
      ${icon('arrow-up', 'small')} ${formatCount(newer)} ${this.sort ? 'changed' : 'newer'}
    </button>`
  }

  /** Over the list and not in it: nothing moves when the counting ends. */
  #renderCounting(): TemplateResult | typeof nothing {
    const { counting = false, matched = 0, total = 0 } = this.snapshot ?? {}
    if (!counting || matched === 0) return nothing
    return html`<span class="counting numbers" title="Warren is still looking through ${plural(total, 'task')} in memory">
      ${icon('loading', 'small spin')} ${formatCount(matched)}+ so far
    </span>`
  }

  get #isAway(): boolean {
    return this.#scroll.space.top > rowHeight / 2
  }

  get #isSelecting(): boolean {
    return this.focused && this.#cursor.index > 0
  }

  #rowAt(index: number): TaskRow | undefined {
    return this.snapshot?.rows[index - this.snapshot.first]
  }

  #tellWindow(): void {
    const { space, height } = this.#scroll
    const first = Math.floor(space.top / rowHeight)
    const inSight = Math.ceil((height || 1_000) / rowHeight)
    const resting = this.paused || this.#isAway || this.#isSelecting || this.#choice.holds || this.aiming
    const window = { ...rowsToAsk(first, first + inSight), resting }
    if (JSON.stringify(window) === this.#told) return
    this.#told = JSON.stringify(window)
    emit(this, 'warren-window', window)
  }

  #startOver(): void {
    this.#cursor.clear()
    this.#scroll.moveTo(0)
  }

  #adopt(): void {
    if (this.snapshot) this.#choice.follow(this.snapshot)
    const row = this.snapshot && this.#cursor.follow(this.snapshot)
    if (row && this.#showsAtCursor) this.#show(row)
  }

  #onAim(event: PointerEvent): void {
    if (event.pointerType !== 'mouse') return
    this.aiming = true
    clearTimeout(this.#aimTimer)
    this.#aimTimer = setTimeout(() => (this.aiming = false), aimMilliseconds)
  }

  targetOf(key: string): number | undefined {
    const page = Math.max(1, Math.floor(this.#scroll.height / rowHeight) - 1)
    return this.#cursor.target(key, rowCount(this.snapshot), page)
  }

  open(): void {
    emit(this, 'warren-open-detail', null)
  }

  openAtCursor(): void {
    const { index, key } = this.#cursor
    if (index < 0) this.moveTo(0)
    else if (key && !sameKey(key, this.selected)) this.moveTo(index)
    this.open()
  }

  /** First lets go what is selected, then the task. */
  leave(): void {
    if (this.chosen.size > 0) return this.#choice.clear()
    this.#cursor.clear()
    emit(this, 'warren-close-detail', null)
    this.requestUpdate()
  }

  moveTo(index: number): void {
    const row = this.#rowAt(index)
    this.#choice.shows(row)
    this.#putCursor(index)
    this.#showsAtCursor = true
    this.#scroll.reveal(index)
    if (row) this.#show(row)
  }

  /** The cursor goes along, the detail pane stays. */
  flip(index?: number): void {
    const line = index ?? Math.max(0, this.#cursor.index)
    this.#putCursor(line)
    if (index === undefined) this.#scroll.reveal(line)
    this.#choice.flip(line)
  }

  extendTo(index: number): void {
    const from = this.#cursor.index < 0 ? index : this.#cursor.index
    this.#putCursor(index)
    this.#scroll.reveal(index)
    void this.#choice.extend(from, index)
  }

  selectAll(): void {
    void this.#choice.all()
  }

  #show(row: TaskRow): void {
    this.#choice.shows(row)
    emit(this, 'warren-select', { connection: row.connection, id: row.id })
  }

  #putCursor(index: number): void {
    this.#cursor.moveTo(index, this.#rowAt(index))
    this.#showsAtCursor = false
    this.requestUpdate()
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'warren-task-list': TaskList
  }
}
