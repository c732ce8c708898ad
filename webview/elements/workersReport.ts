import { html, nothing } from 'lit'
import type { TemplateResult } from 'lit'
import { inspectionLimit, visibleLine, visibleText } from '../../broker-bridge/protocol/index.ts'
import type { Inspection, WorkerReport } from '../../broker-bridge/protocol/index.ts'
import { formatCount } from '../text/numbers.ts'

/** Most rows that are shown of one answer. */
const shown = inspectionLimit

/** What one worker answered, as a table a person can read. @param find only rows that hold this text */
export function reportTable(question: Inspection, { problem, payload, entries }: WorkerReport, find: string): TemplateResult {
  if (problem !== null) return html`<p class="limits">${visibleLine(problem, 1_000)}</p>`
  if (typeof payload === 'string') return html`<pre class="report" tabindex="0">${visibleText(payload, 100_000)}</pre>`
  const all = rowsOf(question, payload)
  const rows = all.filter((row) => row.some((cell) => cell.toLowerCase().includes(find.toLowerCase())))
  if (all.length === 0) return html`<p class="limits">${nothingSaid(question)}</p>`
  return html`<table aria-label=${question}>
      ${headingOf(question)}
      <tbody>
        ${rows.slice(0, shown).map(
          (row) =>
            html`<tr>
              ${row.map((cell) => html`<td>${visibleLine(cell, 2_000)}</td>`)}
            </tr>`,
        )}
      </tbody>
    </table>
    ${rows.length < all.length ? html`<p class="limits">${formatCount(rows.length)} of ${formatCount(all.length)} match.</p>` : nothing}
    ${entries > shown ? html`<p class="limits">The first ${formatCount(shown)} of ${formatCount(entries)}.</p>` : nothing}`
}

function headingOf(question: Inspection): TemplateResult {
  const names = headings[question] ?? ['Name', 'Value']
  return html`<thead>
    <tr>
      ${names.map((name) => html`<th scope="col">${name}</th>`)}
    </tr>
  </thead>`
}

const task = ['Task', 'Id', 'Arguments', 'Started', 'Process']
const headings: Partial<Record<Inspection, readonly string[]>> = {
  active: task,
  reserved: task,
  scheduled: ['Due', ...task],
  revoked: ['Id'],
  registered: ['Task', 'Options'],
  active_queues: ['Queue', 'Exchange', 'Routing key', 'Arguments'],
}

/** Rows of texts, whatever the worker answered. */
export function rowsOf(question: Inspection, payload: unknown): string[][] {
  if (!Array.isArray(payload)) return flat(payload, '')
  const items = payload as readonly unknown[]
  return items.map(readers[question] ?? ((item) => [textOf(item)]))
}

const readers: Partial<Record<Inspection, (item: unknown) => string[]>> = {
  active: taskRow,
  reserved: taskRow,
  scheduled: (item) => [textOf(member(item, 'eta')), ...taskRow(member(item, 'request'))],
  registered: registeredRow,
  active_queues: queueRow,
}

function taskRow(item: unknown): string[] {
  const started = member(item, 'time_start')
  const at = typeof started === 'number' && started > 1e9 ? new Date(started * 1_000).toLocaleTimeString() : '–'
  const call = [member(item, 'args'), member(item, 'kwargs')].map(textOf).join(' ')
  return [textOf(member(item, 'name')), textOf(member(item, 'id')), call, at, textOf(member(item, 'worker_pid'))]
}

function registeredRow(item: unknown): string[] {
  const [name = '', options = ''] = textOf(item).split(/ \[(.*)\]$/s)
  return [name, options]
}

function queueRow(item: unknown): string[] {
  const exchange = member(item, 'exchange')
  const from = `${textOf(member(exchange, 'name'))} (${textOf(member(exchange, 'type'))})`
  return [textOf(member(item, 'name')), from, textOf(member(item, 'routing_key')), textOf(member(item, 'queue_arguments'))]
}

/** `pool.processes` and its value, one row for each. */
function flat(value: unknown, path: string): string[][] {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return path === '' && value == null ? [] : [[path, textOf(value)]]
  const members = Object.entries(value)
  return members.length === 0 && path !== ''
    ? [[path, '{}']]
    : members.flatMap(([name, inner]) => flat(inner, path === '' ? name : `${path}.${name}`))
}

function member(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined
  return (value as Readonly<Record<string, unknown>>)[name]
}

function textOf(value: unknown): string {
  if (value === undefined || value === null) return '–'
  return typeof value === 'string' ? value : JSON.stringify(value)
}

const emptyWords: Partial<Record<Inspection, string>> = {
  active: 'It runs no task at the moment.',
  reserved: 'It holds no task that waits for a free process.',
  scheduled: 'It holds no task with an ETA.',
  revoked: 'It knows of no revoked task.',
}

function nothingSaid(question: Inspection): string {
  return emptyWords[question] ?? 'The answer is empty.'
}
