import { html, nothing } from 'lit'
import type { TemplateResult } from 'lit'
import { oldestReason, visibleLine } from '../../broker-bridge/protocol/index.ts'
import type { ConnectionInfo, QueueLine, QueueRow, QueueSort } from '../../broker-bridge/protocol/index.ts'
import {
  deadLetterText,
  oldestText,
  queueRowHeight,
  rateText,
  unknownReasons,
  warningText,
  warningWords,
} from '../feed/queues.ts'
import type { QueueWish } from '../feed/queues.ts'
import { emit } from '../look/events.ts'
import { icon } from '../look/icons.ts'
import { place } from '../look/place.ts'
import { formatCount } from '../text/numbers.ts'
import { sparkline } from './sparkline.ts'

interface Column {
  readonly title: string
  readonly by: QueueSort | null
  readonly end?: boolean
  /** Only where queues of several connections are shown. */
  readonly several?: boolean
}

const columns: readonly Column[] = [
  { title: 'Queue', by: 'name' },
  { title: 'Connection', by: null, several: true },
  { title: 'Type', by: 'type' },
  { title: 'Ready', by: 'ready', end: true },
  { title: 'Lately', by: null },
  { title: 'Unacked', by: 'unacked', end: true },
  { title: 'Consumers', by: 'consumers', end: true },
  { title: 'In', by: 'inRate', end: true },
  { title: 'Out', by: 'outRate', end: true },
  { title: 'Oldest', by: 'oldest', end: true },
  { title: 'Policy', by: 'policy' },
  { title: 'Dead letters', by: null },
]

/** The headings; a press on one sorts. */
export function queueHead(sort: QueueWish['sort'], several: boolean, press: (by: QueueSort) => void): TemplateResult {
  return html`<div class="row head" role="row">
    ${columns
      .filter((column) => several || column.several !== true)
      .map(({ title, by, end }) => {
        const sorted = by !== null && sort?.by === by ? (sort.descending ? 'descending' : 'ascending') : null
        return html`<div role="columnheader" class=${end === true ? 'end' : ''} aria-sort=${sorted ?? nothing}>
          ${by === null ? title : headButton(title, by, sorted, press)}
        </div>`
      })}
    <div role="columnheader"><span class="sr">Actions</span></div>
  </div>`
}

function headButton(title: string, by: QueueSort, sorted: string | null, press: (by: QueueSort) => void): TemplateResult {
  return html`<button title=${unknownReasons[by] ?? ''} @click=${() => press(by)}>
    ${title} ${sorted === null ? nothing : icon(sorted === 'ascending' ? 'arrow-up' : 'arrow-down', 'small')}
  </button>`
}

export interface RowLook {
  /** Among all rows, from 0. */
  readonly index: number
  readonly chosen: boolean
  /** The one row that the Tab key leads to. */
  readonly entrance: boolean
  readonly now: number
  readonly connection: ConnectionInfo | undefined
  readonly several: boolean
}

/** One queue. */
export function queueRow(line: QueueLine, look: RowLook): TemplateResult {
  const { index, chosen, entrance, now, several } = look
  return html`<div
    role="row"
    id="queue-${index}"
    class="row ${chosen ? 'chosen' : ''}"
    aria-rowindex=${index + 2}
    aria-selected=${chosen}
    tabindex=${entrance ? 0 : -1}
    data-index=${index}
    ${place({ top: `${index * queueRowHeight}px` })}
  >
    <div role="gridcell" class="cell name" title=${visibleLine(line.name)}>
      <span>${visibleLine(line.name)}</span>${warningMark(line)}
    </div>
    ${several ? html`<div role="gridcell" class="cell muted">${connectionText(line, look.connection)}</div>` : nothing}
    <div role="gridcell" class="cell muted">${text(line.type)}</div>
    <div role="gridcell" class="cell end numbers">${formatCount(line.ready)}</div>
    <div role="gridcell" class="cell trend" title=${trendText(line)}>
      ${trendPicture(line)}<span class="sr">${trendText(line)}</span>
    </div>
    <div role="gridcell" class="cell end numbers">${formatCount(line.unacked)}</div>
    <div role="gridcell" class="cell end numbers">${formatCount(line.consumers)}</div>
    <div role="gridcell" class="cell end numbers muted">${rateText(line.inRate)}</div>
    <div role="gridcell" class="cell end numbers muted">${rateText(line.outRate)}</div>
    ${oldestCell(line, now)}
    <div role="gridcell" class="cell muted">${text(line.policy)}</div>
    <div role="gridcell" class="cell muted" title=${visibleLine(deadLetterText(line.deadLetter))}>
      ${visibleLine(deadLetterText(line.deadLetter))}
    </div>
    <div role="gridcell" class="cell end">${messagesButton(line)}</div>
  </div>`
}

/** A dash says why it is one. */
function oldestCell(line: QueueLine, now: number): TemplateResult {
  const reason = oldestReason(line)
  return html`<div role="gridcell" class="cell end numbers muted" title=${reason ?? nothing}>
    ${oldestText(line, now)}${reason === null ? nothing : html`<span class="sr">: ${reason}</span>`}
  </div>`
}

function connectionText({ connection, virtualHost }: QueueLine, info: ConnectionInfo | undefined): string {
  return `${visibleLine(info?.name ?? connection, 60)} ${visibleLine(virtualHost, 60)}`
}

function text(value: string | null): string {
  return value === null ? '–' : visibleLine(value)
}

function warningMark(line: QueueLine): TemplateResult | typeof nothing {
  if (line.warnings.length === 0) return nothing
  const [first] = line.warnings
  return html`<span class="warned" title=${warningText(line)}>${icon('warning', 'small')} ${first && warningWords[first]}</span>`
}

/** A small change of many messages shows too: the bars begin a little below the fewest. */
function trendPicture({ trend }: QueueLine): TemplateResult | typeof nothing {
  const [least, most] = [Math.min(...trend), Math.max(...trend)]
  if (trend.length < 2 || most === 0) return nothing
  const base = least === most ? 0 : Math.max(0, least - (most - least) / 3)
  return sparkline(trend.map((count) => count - base))
}

function trendText({ trend }: QueueLine): string {
  if (trend.length < 2) return ''
  return `Ready: ${formatCount(trend[0] ?? 0)} at first, ${formatCount(Math.max(...trend))} at most, ${formatCount(trend.at(-1) ?? 0)} now`
}

/** Leads to what waits in a queue. */
export function messagesButton({ connection, virtualHost, name }: QueueRow): TemplateResult {
  return html`<button
    class="link"
    aria-label="Show Messages of ${visibleLine(name)}"
    @click=${(event: Event) => {
      event.stopPropagation()
      if (event.currentTarget) emit(event.currentTarget, 'warren-show-messages', { connection, virtualHost, queue: name })
    }}
  >
    Show Messages
  </button>`
}
