import { LitElement, css, html, nothing } from 'lit'
import type { TemplateResult } from 'lit'
import { customElement, property, state } from 'lit/decorators.js'
import { repeat } from 'lit/directives/repeat.js'
import { visibleLine } from '../../broker-bridge/protocol/index.ts'
import type { ConnectionInfo, Mark, NameStatistics, Statistics } from '../../broker-bridge/protocol/index.ts'
import { markedPlaces, marksWithin } from '../feed/marks.ts'
import { sortStatistics, statisticsColumns, turned } from '../feed/statistics.ts'
import type { StatisticsColumnId, StatisticsSort } from '../feed/statistics.ts'
import { emit } from '../look/events.ts'
import { icon } from '../look/icons.ts'
import { shared } from '../look/shared.ts'
import { filterFor } from '../text/filterFor.ts'
import { formatCount, plural } from '../text/numbers.ts'
import { formatDuration } from '../text/times.ts'
import { markList, marksButton, markStyles } from './marks.ts'
import { sparkline, sparklineStyles } from './sparkline.ts'
import { tableStyles } from './table.styles.ts'

/** Minutes of which the statistics show how many ended. */
const recentMinutes = 30

const ids = Object.keys(statisticsColumns) as StatisticsColumnId[]

/** How often, how long and how well the tasks of each name ran, since Warren began to listen. */
@customElement('warren-statistics')
export class StatisticsTable extends LitElement {
  static override styles = [
    shared,
    tableStyles,
    sparklineStyles,
    markStyles,
    css`
      td {
        vertical-align: middle;
      }
      th button {
        display: inline-flex;
        align-items: center;
        gap: 3px;
        min-height: 24px;
        padding: 0;
        border: 0;
        background: none;
      }
      th button:hover,
      th[aria-sort] button {
        color: var(--w-strong);
      }
      th.end button {
        justify-content: flex-end;
      }
      .recent {
        display: flex;
        align-items: center;
        justify-content: flex-end;
        gap: 8px;
      }
      .marks-bar {
        padding: 6px 4px 0;
      }
      .marks-button {
        display: inline-flex;
        align-items: center;
        gap: 4px;
        min-height: 24px;
        padding: 0 6px;
        border: 1px solid var(--w-line);
        border-radius: 3px;
        background: none;
      }
      .bad {
        color: var(--w-bad-text);
      }
    `,
  ]

  @property({ attribute: false }) statistics: Statistics | null = null
  @property({ attribute: false }) connections: readonly ConnectionInfo[] = []
  @property({ type: Number }) now = 0
  /** What happened meanwhile and may explain it, in any order. */
  @property({ attribute: false }) marks: readonly Mark[] = []
  @state() private listsMarks = false
  @state() private sort: StatisticsSort = { column: 'ended', descending: true }

  protected override render(): TemplateResult {
    if (this.statistics === null) return html`<p class="quiet">${icon('loading', 'spin small')} Loading…</p>`
    const { names, letGo } = this.statistics
    if (names.length === 0) return html`<p class="quiet">No task has been started or has ended since Warren began to listen.</p>`
    const connections = [...new Set(names.map(({ connection }) => connection))]
    return html`${this.#renderMarks()}${connections.map((id) =>
      this.#renderTable(
        id,
        names.filter(({ connection }) => connection === id),
      ),
    )}
    ${letGo === 0 ? nothing : html`<p class="limits">${plural(letGo, 'name')} let go, because Warren keeps a bounded number.</p>`}`
  }

  #renderMarks(): TemplateResult | typeof nothing {
    const shown = marksWithin(this.marks, { from: this.now - recentMinutes * 60, to: this.now + 60 })
    if (shown.length === 0) return nothing
    return html`<div class="marks-bar">
        ${marksButton(shown.length, this.listsMarks, () => (this.listsMarks = !this.listsMarks))}
      </div>
      ${this.listsMarks ? markList(shown, { since: ({ at }) => this.#showSince(at), remove: (mark) => emit(this, 'warren-remove-mark', mark) }) : nothing}`
  }

  #showSince(at: number): void {
    emit(this, 'warren-time-range', { from: at, to: Math.max(at, this.now) + 1 })
    emit(this, 'warren-tab', 'tasks')
  }

  #renderTable(connection: string, names: readonly NameStatistics[]): TemplateResult {
    const title = this.connections.find(({ id }) => id === connection)?.name ?? connection
    return html`<table>
      <caption>
        ${visibleLine(title, 120)}
        <span class="muted">${plural(names.length, 'task name')}, since Warren began to listen</span>
      </caption>
      <thead>
        <tr>
          ${ids.map((id) => this.#renderHeading(id))}
        </tr>
      </thead>
      <tbody>
        ${repeat(
          sortStatistics(names, this.sort),
          ({ name }) => name,
          (statistics) =>
            html`<tr>
              ${ids.map((id) => this.#renderCell(id, statistics))}
            </tr>`,
        )}
      </tbody>
    </table>`
  }

  #renderHeading(id: StatisticsColumnId): TemplateResult {
    const column = statisticsColumns[id]
    const sorted = this.sort.column === id
    const direction = this.sort.descending ? 'descending' : 'ascending'
    return html`<th scope="col" class=${column.shown === 'text' ? '' : 'end'} aria-sort=${sorted ? direction : nothing}>
      <button title=${'meaning' in column ? column.meaning : nothing} @click=${() => (this.sort = turned(this.sort, id))}>
        ${column.title} ${sorted ? icon(this.sort.descending ? 'arrow-down' : 'arrow-up', 'small') : nothing}
      </button>
    </th>`
  }

  #renderCell(id: StatisticsColumnId, statistics: NameStatistics): TemplateResult {
    if (id === 'name') return html`<td>${this.#renderName(statistics.name)}</td>`
    const text = shownAs(id, statistics)
    if (id === 'recent')
      return html`<td class="end numbers">
        <span class="recent">${sparkline(statistics.recent, this.#marked(statistics))}${text}</span>
      </td>`
    const bad = (id === 'failed' || id === 'failureShare') && statistics.failed > 0
    return html`<td class="end numbers ${bad ? 'bad' : ''}">${text}</td>`
  }

  #marked({ recent }: NameStatistics): number[] {
    return markedPlaces(this.marks, { now: this.now, step: 60, count: recent.length })
  }

  #renderName(name: string): TemplateResult | string {
    if (name === '') return 'name not seen'
    const query = filterFor('name', name)
    if (query === null) return visibleLine(name)
    return html`<button class="link" title="Show these tasks" @click=${() => this.#showTasks(query)}>
      ${visibleLine(name)}
    </button>`
  }

  #showTasks(query: string): void {
    emit(this, 'warren-filter-query', query)
    emit(this, 'warren-tab', 'tasks')
  }
}

function shownAs(id: StatisticsColumnId, statistics: NameStatistics): string {
  const { shown, value } = statisticsColumns[id]
  const found = value(statistics)
  if (typeof found !== 'number') return '–'
  if (shown === 'seconds') return formatDuration(found)
  return shown === 'share' ? `${(found * 100).toFixed(1)} %` : formatCount(found)
}

declare global {
  interface HTMLElementTagNameMap {
    'warren-statistics': StatisticsTable
  }
}
