import { html, nothing } from 'lit'
import type { TemplateResult } from 'lit'
import { visibleLine } from '../../broker-bridge/protocol/index.ts'
import type { TaskRow } from '../../broker-bridge/protocol/index.ts'
import { icon } from '../look/icons.ts'
import { place } from '../look/place.ts'
import { isShortened, shortenedReason } from '../text/shortened.ts'
import { lookOf } from '../text/taskStates.ts'
import { formatAge, formatDuration, formatMoment } from '../text/times.ts'

/** The columns of the list, in their order. */
export const columns = [
  { id: 'state', title: 'State', end: false },
  { id: 'name', title: 'Task', end: false },
  { id: 'args', title: 'Arguments', end: false },
  { id: 'worker', title: 'Worker', end: false },
  { id: 'queue', title: 'Queue', end: false },
  { id: 'runtime', title: 'Runtime', end: true },
  { id: 'retries', title: 'Retries', end: true },
  { id: 'at', title: 'Last event', end: true },
] as const

/** What of the list a row depends on. */
export interface RowPlace {
  readonly index: number
  readonly now: number
  readonly cursor: boolean
  readonly selected: boolean
}

/** One task as a line. Everything in it is hostile text and is shown as text. */
export function taskRow(row: TaskRow, at: RowPlace): TemplateResult {
  const look = lookOf(row.state)
  return html`<div
    role="row"
    class="row ${at.selected ? 'selected' : ''} ${at.cursor ? 'cursor' : ''} ${look.tone === 'bad' ? 'failed' : ''}"
    id="row-${at.index}"
    data-index=${at.index}
    aria-rowindex=${at.index + 2}
    aria-selected=${at.selected ? 'true' : 'false'}
  >
    <span role="gridcell" class="cell state" aria-colindex="1">
      ${icon(look.icon, `small tone-${look.tone}`)}<span class="word">${look.label}</span>${orphanMark(row)}
    </span>
    <span role="gridcell" class="cell name" aria-colindex="2" title=${visibleLine(row.name ?? row.id)}
      >${taskName(row.name)}</span
    >
    <span role="gridcell" class="cell args mono" aria-colindex="3">${argumentsCell(row)}</span>
    ${textCell('worker', 4, row.worker)} ${textCell('queue', 5, row.queue)}
    <span role="gridcell" class="cell runtime numbers" aria-colindex="6">${runtimeCell(row)}</span>
    <span role="gridcell" class="cell retries numbers" aria-colindex="7">${row.retries > 0 ? row.retries : ''}</span>
    <span role="gridcell" class="cell at numbers" aria-colindex="8" title=${formatMoment(row.at)}
      >${formatAge(row.at, at.now)}</span
    >
  </div>`
}

function orphanMark({ orphaned }: TaskRow): TemplateResult | typeof nothing {
  if (orphaned === undefined) return nothing
  return html`<span class="orphan" title=${orphaned}>${icon('warning', 'small tone-again')}<span class="sr">Orphan</span></span>`
}

/** A row that is on its way from the bridge. */
export function waitingRow(index: number): TemplateResult {
  return html`<div role="row" class="row waiting" id="row-${index}" data-index=${index} aria-rowindex=${index + 2}>
    <span role="gridcell" class="cell" aria-colindex="1"><span class="sr">Loading</span></span>
  </div>`
}

/** `shop.tasks.send_invoice`, with the module quieter than the function: that is what one looks for. */
export function taskName(name: string | null): TemplateResult {
  if (name === null) return html`<span class="muted nameless">name not seen</span>`
  const text = visibleLine(name)
  const dot = text.lastIndexOf('.')
  if (dot <= 0 || dot === text.length - 1) return html`<span class="function">${text}</span>`
  return html`<span class="module"><bdi>${text.slice(0, dot + 1)}</bdi></span
    ><span class="function">${text.slice(dot + 1)}</span>`
}

function argumentsCell(row: TaskRow): TemplateResult {
  const { text, shortened } = argumentsText(row)
  const exception = row.exception === null ? null : visibleLine(row.exception)
  return html`<span class="given" title=${shortened ? `${text}\n\n${shortenedReason}` : text}>${text}</span>${
      exception === null ? nothing : html`<span class="exception" title=${exception}>${exception}</span>`
    }`
}

/** Arguments in the way a call is written: `(1, 'two')`, `{'three': 3}` after it, nothing for none. */
export function argumentsText({ args, kwargs }: Pick<TaskRow, 'args' | 'kwargs'>): { text: string; shortened: boolean } {
  const parts = [args === '()' || args === '[]' ? null : args, kwargs === '{}' ? null : kwargs]
  const text = parts.filter((part) => part !== null).join(' ')
  return { text: visibleLine(text), shortened: isShortened(text) }
}

function textCell(id: 'worker' | 'queue', column: number, value: string | null): TemplateResult {
  const text = value === null ? '' : visibleLine(value)
  return html`<span role="gridcell" class="cell ${id}" aria-colindex=${column} title=${text}>${text}</span>`
}

function runtimeCell(row: TaskRow): TemplateResult | string {
  const { progress } = row
  const ended = row.runtime !== null
  if (ended || progress?.percent == null) return ended ? formatDuration(row.runtime) : ''
  const percent = `${Math.round(progress.percent)} %`
  return html`<span class="progress" title=${visibleLine(progress.message ?? percent)}
    ><span class="bar"><span class="done" ${place({ width: `${progress.percent}%` })}></span></span>${percent}</span
  >`
}
