import { LitElement, css, html, nothing } from 'lit'
import type { TemplateResult } from 'lit'
import { customElement, property, state } from 'lit/decorators.js'
import { repeat } from 'lit/directives/repeat.js'
import { visibleLine } from '../../broker-bridge/protocol/index.ts'
import type { Ask, ConnectionInfo, WorkerRow } from '../../broker-bridge/protocol/index.ts'
import { controlRefusal } from '../feed/notices.ts'
import { emit } from '../look/events.ts'
import { icon } from '../look/icons.ts'
import { shared } from '../look/shared.ts'
import type { Session } from '../session/session.ts'
import { formatCount, plural } from '../text/numbers.ts'
import { formatAge, formatMoment } from '../text/times.ts'
import { tableStyles } from './table.styles.ts'
import { workerActions } from './workersActions.ts'
import type { WorkerAction } from './workersActions.ts'
import './workersDetail.ts'
import './workersDialog.ts'

/** Seconds by which a clock may differ before it is worth a word: an event is on its way for a moment, too. */
const drifting = 2

/** The workers that have shown themselves, those at work first; what chosen ones say of themselves, and what they can be told. */
@customElement('warren-workers')
export class WorkersTable extends LitElement {
  static override styles = [
    shared,
    tableStyles,
    css`
      :host {
        display: flex;
        flex-direction: column;
        height: 100%;
        padding: 0;
        overflow: hidden;
      }
      .list,
      warren-workers-detail {
        flex: 1 1 0;
        overflow: auto;
        min-height: 120px;
        padding: 0 12px 12px;
      }
      .bar {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 8px;
        padding: 8px 16px;
        border-top: 1px solid var(--w-line);
      }
      .bar .limits {
        margin: 0;
      }
      tr[aria-selected='true'] {
        background: var(--w-hover);
      }
      td:first-child,
      th:first-child {
        min-width: 0;
        width: 1px;
      }
      .log {
        float: inline-end;
        font-weight: 400;
      }
      td:nth-child(7),
      td:nth-child(n + 9) {
        white-space: nowrap;
      }
      .link:disabled {
        color: var(--w-muted);
        cursor: default;
      }
      .name {
        min-width: 140px;
        color: var(--w-strong);
      }
    `,
  ]

  @property({ attribute: false }) workers: readonly WorkerRow[] | null = null
  @property({ attribute: false }) connections: readonly ConnectionInfo[] = []
  @property({ attribute: false }) session: Session | null = null
  @property({ attribute: false }) ask: Ask = () => Promise.resolve(false)
  @property({ type: Number }) now = 0
  @state() private chosen: ReadonlySet<string> = new Set()
  @state() private action: WorkerAction | null = null

  protected override render(): TemplateResult {
    if (this.workers === null) return html`<p class="quiet">${icon('loading', 'spin small')} Looking for workers…</p>`
    if (this.workers.length === 0)
      return html`<p class="quiet">
        No worker has shown itself yet. A worker appears when it starts or within seconds when it runs.
      </p>`
    const chosen = this.workers.filter((worker) => this.chosen.has(keyOf(worker)))
    return html`<div class="list">${this.#renderTable(this.workers)}</div>
      ${this.#renderBar(chosen)} ${this.#renderDetail(chosen)} ${this.#renderDialog(chosen)}`
  }

  #renderTable(workers: readonly WorkerRow[]): TemplateResult {
    const online = workers.filter((worker) => worker.online).length
    return html`<table>
      <caption>
        ${plural(workers.length, 'worker')}
        <span class="muted numbers">${formatCount(online)} online</span>
        <button class="link log" @click=${() => emit(this, 'warren-action-log', null)}>Action Log</button>
      </caption>
      <thead>
        <tr>
          <th scope="col">
            <input
              type="checkbox"
              aria-label="Choose all workers that are online"
              .checked=${online > 0 && workers.every((worker) => !worker.online || this.chosen.has(keyOf(worker)))}
              @change=${(event: Event) => this.#chooseAll(workers, event)}
            />
          </th>
          <th scope="col">Worker</th>
          <th scope="col">State</th>
          <th scope="col">Task events</th>
          <th scope="col" class="end">Active</th>
          <th scope="col" class="end">Processed</th>
          <th scope="col">Pool</th>
          <th scope="col">Queues</th>
          <th scope="col" class="end">Load</th>
          <th scope="col">Software</th>
          <th scope="col">Clock</th>
          <th scope="col" class="end">Last sign</th>
        </tr>
      </thead>
      <tbody>
        ${repeat(
          [...workers].sort((a, b) => Number(b.online) - Number(a.online)),
          keyOf,
          (worker) => this.#renderLine(worker),
        )}
      </tbody>
    </table>`
  }

  #renderLine(worker: WorkerRow): TemplateResult {
    const pool = [worker.pool, worker.concurrency === null ? null : `× ${formatCount(worker.concurrency)}`]
    const chosen = this.chosen.has(keyOf(worker))
    return html`<tr aria-selected=${chosen}>
      <td>
        <input
          type="checkbox"
          aria-label=${`Choose ${visibleLine(worker.name)}`}
          .checked=${chosen}
          ?disabled=${!worker.online}
          @change=${() => this.#toggle(worker)}
        />
      </td>
      <td class="name">
        <button class="link" ?disabled=${!worker.online} @click=${() => (this.chosen = new Set([keyOf(worker)]))}>
          ${visibleLine(worker.name)}
        </button>
      </td>
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
      <td class="muted numbers">${driftText(worker.drift)}</td>
      <td class="end numbers muted" title=${formatMoment(worker.lastSeen)}>${formatAge(worker.lastSeen, this.now)}</td>
    </tr>`
  }

  #renderBar(chosen: readonly WorkerRow[]): TemplateResult | typeof nothing {
    const refusal = this.#refusal(chosen)
    if (chosen.length === 0) return nothing
    return html`<div class="bar" role="toolbar" aria-label="Chosen workers">
      <span>${plural(chosen.length, 'worker')} chosen</span>
      <select
        aria-label="Tell the chosen workers something"
        ?disabled=${refusal !== null}
        @change=${(event: Event) => this.#choose(event)}
      >
        <option value="">Tell ${chosen.length === 1 ? 'It' : 'Them'}…</option>
        ${workerActions.map(({ command, label }) => html`<option value=${command}>${label}</option>`)}
      </select>
      <button class="button" @click=${() => (this.chosen = new Set())}>Choose None</button>
      ${refusal === null ? nothing : html`<span class="limits">${refusal}</span>`}
    </div>`
  }

  #renderDetail(chosen: readonly WorkerRow[]): TemplateResult | typeof nothing {
    if (chosen.length === 0 || connectionsOf(chosen) > 1) return nothing
    return html`<warren-workers-detail .session=${this.session} .workers=${chosen}></warren-workers-detail>`
  }

  #renderDialog(chosen: readonly WorkerRow[]): TemplateResult | typeof nothing {
    if (!this.action || chosen.length === 0) return nothing
    return html`<warren-workers-dialog
      .session=${this.session}
      .workers=${chosen}
      .action=${this.action}
      .ask=${this.ask}
      @warren-close=${() => (this.action = null)}
    ></warren-workers-dialog>`
  }

  /** Why these cannot be told anything together; null when they can. */
  #refusal(chosen: readonly WorkerRow[]): string | null {
    if (connectionsOf(chosen) > 1) return 'They belong to several connections; choose workers of one.'
    const connection = this.connections.find(({ id }) => id === chosen[0]?.connection)
    return connection ? controlRefusal(connection) : null
  }

  #choose(event: Event): void {
    const select = event.target as HTMLSelectElement
    this.action = workerActions.find(({ command }) => command === select.value) ?? null
    select.value = ''
  }

  #toggle(worker: WorkerRow): void {
    const chosen = new Set(this.chosen)
    if (!chosen.delete(keyOf(worker))) chosen.add(keyOf(worker))
    this.chosen = chosen
  }

  #chooseAll(workers: readonly WorkerRow[], event: Event): void {
    const all = (event.target as HTMLInputElement).checked
    this.chosen = new Set(all ? workers.filter(({ online }) => online).map(keyOf) : [])
  }
}

function keyOf(worker: WorkerRow): string {
  return `${worker.connection}\n${worker.name}`
}

function connectionsOf(workers: readonly WorkerRow[]): number {
  return new Set(workers.map(({ connection }) => connection)).size
}

function driftText(drift: number | null | undefined): string {
  if (drift === null || drift === undefined) return '–'
  if (Math.abs(drift) < drifting) return 'in step'
  return `${Math.abs(drift).toFixed(0)} s ${drift > 0 ? 'ahead' : 'behind'}`
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
