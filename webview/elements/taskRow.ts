import { html, nothing } from 'lit'
import type { TemplateResult } from 'lit'
import { visibleLine } from '../../broker-bridge/protocol/index.ts'
import type { ColumnValue, TaskColumn, TaskRow } from '../../broker-bridge/protocol/index.ts'
import type { ChosenColumn } from '../feed/columns.ts'
import { icon } from '../look/icons.ts'
import { place } from '../look/place.ts'
import { isShortened, shortenedReason } from '../text/shortened.ts'
import { lookOf } from '../text/taskStates.ts'
import { formatAge, formatClock, formatDuration, formatMoment } from '../text/times.ts'

/** What of the list a row depends on. */
export interface RowPlace {
  readonly index: number
  readonly now: number
  readonly cursor: boolean
  readonly selected: boolean
  /** Whether it is in the detail pane while others are selected. */
  readonly shown: boolean
  readonly columns: readonly ChosenColumn[]
  /** Names of connections by their ids. */
  readonly connections: ReadonlyMap<string, string>
}

interface Cell {
  readonly content: TemplateResult | string | typeof nothing
  readonly title?: string
  readonly looks?: string
}

/** One task as a line. Everything in it is hostile text and is shown as text. */
export function taskRow(row: TaskRow, at: RowPlace): TemplateResult {
  const failed = lookOf(row.state).tone === 'bad'
  return html`<div
    role="row"
    class="row ${at.selected ? 'selected' : ''} ${at.shown ? 'shown' : ''} ${at.cursor ? 'cursor' : ''} ${failed ? 'failed' : ''}"
    id="row-${at.index}"
    data-index=${at.index}
    aria-rowindex=${at.index + 2}
    aria-selected=${at.selected ? 'true' : 'false'}
    aria-current=${at.shown ? 'true' : nothing}
  >
    ${at.columns.map(({ id }, index) => {
      const { content, title, looks = '' } = cells[id](row, at)
      return html`<span role="gridcell" class="cell ${id} ${looks}" aria-colindex=${index + 1} title=${title ?? nothing}
        >${content}</span
      >`
    })}
  </div>`
}

/** A row that is on its way from the bridge. */
export function waitingRow(index: number): TemplateResult {
  return html`<div role="row" class="row waiting" id="row-${index}" data-index=${index} aria-rowindex=${index + 2}>
    <span role="gridcell" class="cell" aria-colindex="1"><span class="sr">Loading</span></span>
  </div>`
}

const cells: Readonly<Record<TaskColumn, (row: TaskRow, at: RowPlace) => Cell>> = {
  state: stateCell,
  name: (row) => ({ content: taskName(row.name), title: visibleLine(row.name ?? row.id) }),
  args: (row) => ({ content: argumentsCell(row), looks: 'mono' }),
  worker: ({ worker }) => textCell(worker),
  queue: ({ queue }) => textCell(queue),
  runtime: (row) => ({ content: runtimeCell(row), looks: 'numbers' }),
  retries: ({ retries }) => ({ content: retries > 0 ? String(retries) : '', looks: 'numbers' }),
  at: ({ at }, { now }) => ({ content: formatAge(at, now), title: formatMoment(at), looks: 'numbers' }),
  sent: ({ extra }) => clockCell(extra?.sent),
  received: ({ extra }) => clockCell(extra?.received),
  started: ({ extra }) => clockCell(extra?.started),
  ended: ({ extra }) => clockCell(extra?.ended),
  waited: ({ extra }) => durationCell(extra?.waited),
  id: ({ id }) => textCell(id, 'mono'),
  root: ({ extra }) => textCell(extra?.root, 'mono'),
  exchange: ({ extra }) => textCell(extra?.exchange),
  routing_key: ({ extra }) => textCell(extra?.routing_key),
  connection: ({ connection }, { connections }) => textCell(connections.get(connection) ?? connection),
}

function stateCell(row: TaskRow): Cell {
  const look = lookOf(row.state)
  return {
    content: html`${icon(look.icon, `small tone-${look.tone}`)}<span class="word">${look.label}</span
      >${backendMark(row)}${orphanMark(row)}${keptMark(row)}`,
  }
}

function backendMark({ backendState }: TaskRow): TemplateResult | typeof nothing {
  if (backendState === undefined) return nothing
  const text = `The result backend says ${lookOf(backendState).label}; no event told of it`
  return html`<span class="orphan" title=${text}>${icon('info', 'small')}<span class="sr">${text}</span></span>`
}

function orphanMark({ orphaned }: TaskRow): TemplateResult | typeof nothing {
  if (orphaned === undefined) return nothing
  return html`<span class="orphan" title=${orphaned}>${icon('warning', 'small tone-again')}<span class="sr">Orphan</span></span>`
}

/** Why a task may look older than the others. */
export const fromHistoryText = 'From an earlier run of Warren'

function keptMark({ fromHistory }: TaskRow): TemplateResult | typeof nothing {
  if (fromHistory !== true) return nothing
  const title = `${fromHistoryText}: kept on this computer, and nothing was heard of it since`
  return html`<span class="kept" title=${title}>${icon('history', 'small')}<span class="sr">${fromHistoryText}</span></span>`
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

function textCell(value: ColumnValue | undefined, looks = ''): Cell {
  const text = typeof value === 'string' ? visibleLine(value) : ''
  return { content: text, title: text, looks }
}

function clockCell(at: ColumnValue | undefined): Cell {
  return typeof at === 'number' ? { content: formatClock(at), title: formatMoment(at), looks: 'numbers' } : { content: '' }
}

function durationCell(seconds: ColumnValue | undefined): Cell {
  return { content: typeof seconds === 'number' ? formatDuration(seconds) : '', looks: 'numbers' }
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
