import { html, nothing } from 'lit'
import type { TemplateResult } from 'lit'
import { visibleLine, visibleText } from '../../broker-bridge/protocol/index.ts'
import type { DueTask, PeriodicTask, Schedules } from '../../broker-bridge/protocol/index.ts'
import { emit } from '../look/events.ts'
import { icon } from '../look/icons.ts'
import { formatCount } from '../text/numbers.ts'
import { formatMoment, formatRelative } from '../text/times.ts'

interface Told {
  readonly told: Schedules
  /** The connection's name where there are several. */
  readonly of: string | null
  readonly now: number
}

/** Tasks with an ETA or a countdown. */
export function dueTable({ told, of, connection, now }: Told & { readonly connection: string }): TemplateResult {
  const { due, dueTotal } = told
  const more = dueTotal > due.length ? `, the next ${formatCount(due.length)} shown` : ''
  const caption = html`Waiting for their time ${suffix(of)} <span class="muted numbers">${formatCount(dueTotal)}${more}</span>`
  if (due.length === 0)
    return html`<table>
        <caption>
          ${caption}
        </caption>
      </table>
      <p class="limits">No task with an ETA or a countdown is known. One is known once a worker holds it.</p>`
  return html`<table>
    <caption>
      ${caption}
    </caption>
    <thead>
      <tr>
        <th scope="col">Task</th>
        <th scope="col">Due</th>
        <th scope="col">Arguments</th>
        <th scope="col">Held by</th>
        <th scope="col">Queue</th>
      </tr>
    </thead>
    <tbody>
      ${due.map((task) => dueLine(task, connection, now))}
    </tbody>
  </table>`
}

function dueLine(task: DueTask, connection: string, now: number): TemplateResult {
  const show = (event: Event): void => {
    if (event.currentTarget) emit(event.currentTarget, 'warren-select', { connection, id: task.id })
  }
  return html`<tr>
    <td>
      <button class="link" title="Show this task" @click=${show}>${visibleLine(task.name ?? task.id)}</button>
    </td>
    <td class="numbers" title=${formatMoment(task.due)}>${formatRelative(task.due, now)}</td>
    <td class="mono muted">${visibleLine(task.args ?? '')}</td>
    <td class="muted">${task.worker === null ? 'the queue' : visibleLine(task.worker)}</td>
    <td class="muted">${visibleLine(task.queue ?? '–')}</td>
  </tr>`
}

interface Periodic extends Told {
  /** Why nothing can be changed, or null. */
  readonly refusal: string | null
  readonly act: { readonly set: (task: PeriodicTask) => void; readonly run: (task: PeriodicTask) => void }
}

/** The periodic tasks of django-celery-beat. */
export function periodicTable({ told, of, refusal, now, act }: Periodic): TemplateResult {
  const { database, periodic } = told
  const place = database === null ? nothing : html`<span class="muted">${visibleLine(database.file)}</span>`
  const why =
    database === null
      ? 'Schedules of django-celery-beat are read from its database: start Warren with --result-backend and its address, or name it in the connection.'
      : database.problem
  const empty = periodic.length === 0 ? (why ?? 'There are no periodic tasks.') : why
  return html`<table>
      <caption>
        Periodic tasks ${suffix(of)} ${place}
      </caption>
      ${
        periodic.length === 0
          ? nothing
          : html`<thead>
                <tr>
                  <th scope="col">Name</th>
                  <th scope="col">Task</th>
                  <th scope="col">Schedule</th>
                  <th scope="col">Last run</th>
                  <th scope="col">Next run</th>
                  <th scope="col" class="end">Runs</th>
                  <th scope="col">State</th>
                  <th scope="col"><span class="sr">Actions</span></th>
                </tr>
              </thead>
              <tbody>
                ${periodic.map((task) => periodicLine(task, { refusal, now, act }))}
              </tbody>`
      }
    </table>
    ${empty === null ? nothing : html`<p class="limits">${visibleText(empty, 2_000)}</p>`}`
}

function periodicLine(task: PeriodicTask, { refusal, now, act }: Pick<Periodic, 'refusal' | 'now' | 'act'>): TemplateResult {
  const time = (at: number | null): string => (at === null ? '–' : formatRelative(at, now))
  const name = visibleLine(task.name)
  return html`<tr>
    <td>${name}</td>
    <td class="mono" title=${visibleLine(`${task.args} ${task.kwargs}`)}>${visibleLine(task.task)}</td>
    <td>
      ${visibleLine(task.schedule)}
      ${task.note === null ? nothing : html`<span class="note">${visibleText(task.note, 300)}</span>`}
    </td>
    <td class="numbers muted" title=${formatMoment(task.lastRun)}>${time(task.lastRun)}</td>
    <td class="numbers" title=${formatMoment(task.nextRun)}>${time(task.nextRun)}</td>
    <td class="end numbers muted">${formatCount(task.runs)}</td>
    <td>
      <span class="state"
        >${icon('circle-filled', task.enabled ? 'tone-good' : 'tone-idle')} ${task.enabled ? 'Enabled' : 'Disabled'}</span
      >
    </td>
    <td class="end">
      ${button(task.enabled ? 'Disable…' : 'Enable…', name, refusal, () => act.set(task))}
      ${button('Run Now…', name, refusal ?? task.refusal, () => act.run(task))}
    </td>
  </tr>`
}

function button(label: string, name: string, refusal: string | null, act: () => void): TemplateResult {
  return html`<button
    class="button"
    aria-label=${`${label.replace('…', '')} ${name}`}
    aria-disabled=${refusal !== null}
    title=${refusal ?? ''}
    @click=${() => refusal === null && act()}
  >
    ${label}
  </button>`
}

function suffix(of: string | null): TemplateResult | typeof nothing {
  return of === null ? nothing : html`<span class="muted">${of}</span>`
}
