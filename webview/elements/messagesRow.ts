import { html, nothing } from 'lit'
import type { TemplateResult } from 'lit'
import { visibleLine } from '../../broker-bridge/protocol/index.ts'
import type { WaitingMessage } from '../../broker-bridge/protocol/index.ts'
import { contentText, deathText, kindText, sizeText } from '../feed/messages.ts'
import { icon } from '../look/icons.ts'
import { formatCount, plural } from '../text/numbers.ts'
import { formatAge, formatMoment, formatRelative, momentOf } from '../text/times.ts'
import { taskName } from './taskRow.ts'

/** What of the list a row depends on. */
export interface MessagePlace {
  readonly index: number
  readonly now: number
  readonly cursor: boolean
  readonly chosen: boolean
  /** It was taken out of the queue since the look. */
  readonly gone: boolean
}

interface Column {
  readonly id: string
  readonly label: string
  /** What the column means, where its label is too short to say it. */
  readonly title?: string
  readonly numbers?: true
  readonly content: (message: WaitingMessage, now: number) => TemplateResult | string | typeof nothing
  readonly tip?: (message: WaitingMessage) => string
}

const columns: readonly Column[] = [
  { id: 'position', label: '#', title: 'Place in the queue', numbers: true, content: ({ position }) => formatCount(position) },
  { id: 'name', label: 'Message', content: nameCell, tip: (message) => visibleLine(message.name ?? kindText(message)) },
  { id: 'args', label: 'Arguments', content: contentText, tip: contentText },
  { id: 'id', label: 'Id', content: ({ id }) => text(id), tip: ({ id }) => text(id) },
  { id: 'eta', label: 'ETA', content: ({ eta }, now) => timeText(eta, now), tip: ({ eta }) => text(eta) },
  { id: 'expires', label: 'Expires', content: ({ expires }, now) => timeText(expires, now), tip: ({ expires }) => text(expires) },
  { id: 'retries', label: 'Retries', numbers: true, content: ({ retries }) => (retries ? formatCount(retries) : '') },
  { id: 'priority', label: 'Priority', numbers: true, content: ({ priority }) => (priority === null ? '' : String(priority)) },
  {
    id: 'age',
    label: 'Age',
    title: 'Since it was sent, where it says so',
    numbers: true,
    content: ({ at }, now) => (at === null ? '' : formatAge(at, now)),
    tip: ({ at }) => (at === null ? '' : formatMoment(at)),
  },
  { id: 'size', label: 'Size', numbers: true, content: ({ bytes }) => sizeText(bytes) },
  { id: 'marks', label: 'Marks', title: 'Handed out before; dead-lettered', content: marksCell },
]

export const columnCount = columns.length + 1

/** The line above the rows. */
export function messagesHeading(): TemplateResult {
  return html`<div role="row" class="row heading" aria-rowindex="1">
    <span role="columnheader" class="cell" aria-colindex="1"><span class="sr">Selected</span></span>
    ${columns.map(
      ({ id, label, title, numbers }, index) =>
        html`<span
          role="columnheader"
          class="cell ${id} ${numbers ? 'numbers' : ''}"
          aria-colindex=${index + 2}
          title=${title ?? nothing}
          >${label}</span
        >`,
    )}
  </div>`
}

/** One waiting message as a line. Everything in it is hostile text and is shown as text. */
export function messageRow(message: WaitingMessage, at: MessagePlace): TemplateResult {
  const looks = [at.cursor ? 'cursor' : '', at.chosen ? 'chosen' : '', at.gone ? 'gone' : ''].join(' ')
  return html`<div
    role="row"
    class="row ${looks}"
    id="message-${at.index}"
    data-index=${at.index}
    aria-rowindex=${at.index + 2}
    aria-selected=${at.chosen ? 'true' : 'false'}
  >
    <span role="gridcell" class="check" aria-colindex="1" title="Select (Space)"
      >${icon(at.chosen ? 'check' : 'circle-outline', 'small')}<span class="sr"
        >${at.gone ? 'No longer in the queue' : at.chosen ? 'Selected' : 'Not selected'}</span
      ></span
    >
    ${columns.map(
      ({ id, numbers, content, tip }, index) =>
        html`<span
          role="gridcell"
          class="cell ${id} ${numbers ? 'numbers' : ''} ${id === 'args' || id === 'id' ? 'mono' : ''}"
          aria-colindex=${index + 2}
          title=${tip?.(message) || nothing}
          >${content(message, at.now)}</span
        >`,
    )}
  </div>`
}

function nameCell(message: WaitingMessage): TemplateResult {
  return message.name === null ? html`<span class="kind">${kindText(message)}</span>` : taskName(message.name)
}

function text(value: string | null): string {
  return value === null ? '' : visibleLine(value)
}

function timeText(value: string | null, now: number): string {
  if (value === null) return ''
  const at = momentOf(value)
  return at === null ? visibleLine(value, 60) : formatRelative(at, now)
}

function marksCell({ redelivered, deliveries, deaths, problem }: WaitingMessage): TemplateResult {
  const before = deliveries !== null && deliveries > 0 ? `Handed out ${plural(deliveries, 'time')} before` : 'Handed out before'
  return html`${redelivered ? mark('debug-restart', before) : nothing}
  ${
    deaths[0]
      ? mark(
          'circle-slash',
          `Dead letter: ${deathText(deaths[0])}`,
          deaths.reduce((sum, { count }) => sum + count, 0),
        )
      : nothing
  }
  ${problem === null ? nothing : mark('warning', visibleLine(problem))}`
}

function mark(name: 'debug-restart' | 'circle-slash' | 'warning', meaning: string, count?: number): TemplateResult {
  return html`<span class="mark" title=${meaning}
    >${icon(name, 'small')}${count === undefined ? nothing : html`<span aria-hidden="true">${formatCount(count)}</span>`}<span
      class="sr"
      >${meaning}</span
    ></span
  >`
}
