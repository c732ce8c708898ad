import { LitElement, html } from 'lit'
import type { TemplateResult } from 'lit'
import { customElement, property } from 'lit/decorators.js'
import { repeat } from 'lit/directives/repeat.js'
import { visibleLine } from '../../broker-bridge/protocol/index.ts'
import type { WorkerRow } from '../../broker-bridge/protocol/index.ts'
import { icon } from '../look/icons.ts'
import { shared } from '../look/shared.ts'
import { formatCount, plural } from '../text/numbers.ts'
import { formatAge, formatMoment } from '../text/times.ts'
import { tableStyles } from './table.styles.ts'

/** The workers that have shown themselves, those at work first. */
@customElement('warren-workers')
export class WorkersTable extends LitElement {
  static override styles = [shared, tableStyles]

  @property({ attribute: false }) workers: readonly WorkerRow[] | null = null
  @property({ type: Number }) now = 0

  protected override render(): TemplateResult {
    if (this.workers === null) return html`<p class="quiet">${icon('loading', 'spin small')} Looking for workers…</p>`
    if (this.workers.length === 0)
      return html`<p class="quiet">
        No worker has shown itself yet. A worker appears when it starts or within seconds when it runs.
      </p>`
    const online = this.workers.filter((worker) => worker.online).length
    return html`<table>
      <caption>
        ${plural(this.workers.length, 'worker')}
        <span class="muted numbers">${formatCount(online)} online</span>
      </caption>
      <thead>
        <tr>
          <th scope="col">Worker</th>
          <th scope="col">State</th>
          <th scope="col">Task events</th>
          <th scope="col" class="end">Active</th>
          <th scope="col" class="end">Processed</th>
          <th scope="col">Pool</th>
          <th scope="col">Queues</th>
          <th scope="col" class="end">Load</th>
          <th scope="col">Software</th>
          <th scope="col" class="end">Last sign</th>
        </tr>
      </thead>
      <tbody>
        ${repeat(
          [...this.workers].sort((a, b) => Number(b.online) - Number(a.online)),
          (worker) => `${worker.connection}\n${worker.name}`,
          (worker) => workerLine(worker, this.now),
        )}
      </tbody>
    </table>`
  }
}

function workerLine(worker: WorkerRow, now: number): TemplateResult {
  const pool = [worker.pool, worker.concurrency === null ? null : `× ${formatCount(worker.concurrency)}`]
  return html`<tr>
    <td>${visibleLine(worker.name)}</td>
    <td>
      <span class="state"
        >${icon('circle-filled', worker.online ? 'tone-good' : 'tone-idle')} ${worker.online ? 'Online' : 'Offline'}</span
      >
    </td>
    <td class="muted">${worker.sendsEvents === null ? '–' : worker.sendsEvents ? 'on' : 'off'}</td>
    <td class="end numbers">${formatCount(worker.active)}</td>
    <td class="end numbers">${formatCount(worker.processed)}</td>
    <td class="muted">${joined(pool, ' ')}</td>
    <td class="muted">${joined(worker.queues, ', ')}</td>
    <td class="end numbers muted">${worker.load === null ? '–' : worker.load.map((load) => load.toFixed(2)).join('  ')}</td>
    <td class="muted">${worker.software === null ? '–' : visibleLine(worker.software)}</td>
    <td class="end numbers muted" title=${formatMoment(worker.lastSeen)}>${formatAge(worker.lastSeen, now)}</td>
  </tr>`
}

function joined(parts: readonly (string | null)[], separator: string): string {
  const known = parts.filter((part) => part !== null && part !== '')
  return known.length === 0 ? '–' : visibleLine(known.join(separator))
}

declare global {
  interface HTMLElementTagNameMap {
    'warren-workers': WorkersTable
  }
}
