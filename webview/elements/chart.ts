import { LitElement, html, nothing } from 'lit'
import type { TemplateResult } from 'lit'
import { customElement, property, query, state } from 'lit/decorators.js'
import type { Mark, Timeline } from '../../broker-bridge/protocol/index.ts'
import { marksWithin, placeMarks } from '../feed/marks.ts'
import type { TimeRange } from '../feed/timeRange.ts'
import { coarser, timelineSpans, timelineSummary } from '../feed/timelines.ts'
import type { TimelineSpan } from '../feed/timelines.ts'
import { emit } from '../look/events.ts'
import { icon } from '../look/icons.ts'
import { place } from '../look/place.ts'
import { shared } from '../look/shared.ts'
import { formatCount } from '../text/numbers.ts'
import { formatClock, formatMoment } from '../text/times.ts'
import { chartStyles } from './chart.styles.ts'
import { ChartPlot, plotMargins, shownTime } from './chartPlot.ts'
import type { PlotColors } from './chartPlot.ts'
import { ThemeWatch } from './chartTheme.ts'
import { markLines, markList, marksButton, markStyles } from './marks.ts'

const spanNames: Readonly<Record<TimelineSpan, string>> = { hour: '1 h', day: '24 h' }
/** Rows of the table that stands in for the picture. */
const tableRows = 12

/** What ended when, above the list: dragging over it, or Shift and arrows and Enter, asks for that time. */
@customElement('warren-chart')
export class Chart extends LitElement {
  static override styles = [shared, chartStyles, markStyles]

  @property({ attribute: false }) timeline: Timeline | null = null
  @property({ attribute: false }) range: TimeRange | null = null
  /** Null while the chart is folded away. */
  @property() span: TimelineSpan | null = 'hour'
  @property({ type: Number }) now = 0
  /** What happened meanwhile and may explain it, in any order. */
  @property({ attribute: false }) marks: readonly Mark[] = []
  @state() private listsMarks = false
  /** The stretch under the keyboard's cursor, and the one a choice began at. */
  @state() private cursor: number | null = null
  @state() private anchor: number | null = null
  @query('.plot') private readonly place!: HTMLElement | null

  #plot: ChartPlot | undefined
  #colors: PlotColors | undefined
  readonly #size = new ResizeObserver(() => this.#plot?.resize(this.place?.clientWidth ?? 0, this.place?.clientHeight ?? 0))

  constructor() {
    super()
    new ThemeWatch(this, () => {
      this.#colors = undefined
      this.#plot?.redraw()
    })
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#putAway()
  }

  protected override updated(): void {
    const { timeline, place } = this
    if (timeline === null || place === null) return this.#putAway()
    if (this.#plot === undefined) this.#size.observe(place)
    this.#plot ??= new ChartPlot(place, this.#owner(), timeline)
    this.#plot.show(timeline, this.now, this.#chosen(timeline) ?? this.range)
  }

  protected override render(): TemplateResult {
    const { span, timeline } = this
    const shown = timeline === null ? [] : marksWithin(this.marks, shownTime(timeline, this.now))
    return html`
      <div class="bar">
        <button
          class="fold"
          aria-expanded=${span !== null}
          @click=${() => emit(this, 'warren-chart', span === null ? 'hour' : null)}
        >
          ${icon(span === null ? 'chevron-right' : 'chevron-down', 'small')} Activity
        </button>
        <span class="summary numbers">${timeline && span ? timelineSummary(timeline, span) : ''}</span>
        ${
          this.range === null
            ? nothing
            : html`<button @click=${() => emit(this, 'warren-time-range', null)}>${icon('close', 'small')} Any time</button>`
        }
        ${span === null ? nothing : marksButton(shown.length, this.listsMarks, () => (this.listsMarks = !this.listsMarks))}
        ${
          span === null
            ? nothing
            : timelineSpans.map(
                (each) =>
                  html`<button class="span" aria-pressed=${each === span} @click=${() => emit(this, 'warren-chart', each)}>
                    ${spanNames[each]}
                  </button>`,
              )
        }
      </div>
      ${span === null || timeline === null ? nothing : this.#renderPlot(timeline)}
      ${span !== null && this.listsMarks && shown.length > 0 ? this.#renderMarks(shown) : nothing}
    `
  }

  #renderPlot(timeline: Timeline): TemplateResult {
    const cursor = this.cursor ?? timeline.ended.length - 1
    return html`<div class="stage">
        <div
          class="plot"
          role="slider"
          tabindex="0"
          aria-label="Time of the tasks that ended"
          aria-description="Arrows move, Shift and arrows choose a time, Enter shows its tasks, Escape all"
          aria-valuemin="0"
          aria-valuemax=${timeline.ended.length - 1}
          aria-valuenow=${cursor}
          aria-valuetext=${stretchText(timeline, cursor)}
          @keydown=${this.#onKey}
          @blur=${() => (this.cursor = this.anchor = null)}
        >
          ${(['ended', 'failed', 'text', 'line'] as const).map((name) => html`<span class="probe ${name}"></span>`)}
        </div>
        <div class="over" ${place(plotMargins)}>${markLines(placeMarks(this.marks, shownTime(timeline, this.now)))}</div>
      </div>
      ${tableOf(coarser(timeline, tableRows))}`
  }

  #renderMarks(shown: readonly Mark[]): TemplateResult {
    return markList(shown, {
      since: (mark) => this.#showSince(mark),
      remove: (mark) => emit(this, 'warren-remove-mark', mark),
    })
  }

  #showSince({ at }: Mark): void {
    emit(this, 'warren-time-range', { from: at, to: Math.max(at, this.now) + 1 })
  }

  #owner() {
    return {
      colors: () => (this.#colors ??= this.#readColors()),
      font: () =>
        `${Math.max(10, Math.round(parseFloat(getComputedStyle(this).fontSize) * 0.85))}px ${getComputedStyle(this).fontFamily}`,
      chosen: (from: number, to: number) => {
        // So that Escape takes it back.
        this.place?.focus()
        emit(this, 'warren-time-range', { from, to })
      },
    }
  }

  #readColors(): PlotColors {
    const color = (name: string): string => {
      const probe = this.renderRoot.querySelector(`.probe.${name}`)
      return probe ? getComputedStyle(probe).color : 'gray'
    }
    return { ended: color('ended'), failed: color('failed'), text: color('text'), line: color('line') }
  }

  #putAway(): void {
    this.#size.disconnect()
    this.#plot?.dispose()
    this.#plot = undefined
    this.#colors = undefined
  }

  /** What the keyboard has chosen so far. */
  #chosen({ from, step }: Timeline): { from: number; to: number } | null {
    const { anchor, cursor } = this
    if (anchor === null || cursor === null) return null
    return { from: from + Math.min(anchor, cursor) * step, to: from + (Math.max(anchor, cursor) + 1) * step }
  }

  #onKey(event: KeyboardEvent): void {
    const { timeline } = this
    if (timeline === null || event.ctrlKey || event.metaKey || event.altKey || !this.#act(event, timeline)) return
    event.preventDefault()
    event.stopPropagation()
  }

  #act({ key, shiftKey }: KeyboardEvent, timeline: Timeline): boolean {
    if (key === 'Escape') return this.#choose(null)
    if (key === 'Enter') return this.#choose(this.#chosen(timeline))
    const last = timeline.ended.length - 1
    const from = this.cursor ?? last
    const target = { ArrowLeft: from - 1, ArrowRight: from + 1, PageUp: from - 30, PageDown: from + 30, Home: 0, End: last }[key]
    if (target === undefined) return false
    this.anchor = shiftKey ? (this.anchor ?? from) : null
    this.cursor = Math.min(last, Math.max(0, target))
    return true
  }

  #choose(range: { from: number; to: number } | null): boolean {
    this.anchor = null
    emit(this, 'warren-time-range', range)
    return true
  }
}

function stretchText({ from, step, ended, failed }: Timeline, place: number): string {
  const counts = `${formatCount(ended[place] ?? 0)} ended, ${formatCount(failed[place] ?? 0)} failed`
  return `${formatClock(from + place * step).slice(0, 8)}: ${counts}`
}

/** The chart for those who cannot see it. */
function tableOf({ from, step, ended, failed }: Timeline): TemplateResult {
  return html`<table class="sr">
    <caption>
      Tasks that ended, and that failed
    </caption>
    <thead>
      <tr>
        <th scope="col">From</th>
        <th scope="col">Ended</th>
        <th scope="col">Failed</th>
      </tr>
    </thead>
    <tbody>
      ${ended.map(
        (count, place) =>
          html`<tr>
            <th scope="row">${formatMoment(from + place * step).slice(0, 16)}</th>
            <td>${formatCount(count)}</td>
            <td>${formatCount(failed[place] ?? 0)}</td>
          </tr>`,
      )}
    </tbody>
  </table>`
}

declare global {
  interface HTMLElementTagNameMap {
    'warren-chart': Chart
  }
}
