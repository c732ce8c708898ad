import { LitElement, css, html } from 'lit'
import type { PropertyValues, TemplateResult, nothing } from 'lit'
import { customElement, property, state } from 'lit/decorators.js'
import { answeredText, messageOf, visibleLine } from '../../broker-bridge/protocol/index.ts'
import type { Inspection, WorkerReports, WorkerRow } from '../../broker-bridge/protocol/index.ts'
import { icon } from '../look/icons.ts'
import { shared } from '../look/shared.ts'
import type { Session } from '../session/session.ts'
import { reportTable } from './workersReport.ts'
import { tableStyles } from './table.styles.ts'

const questions: readonly (readonly [Inspection, string])[] = [
  ['stats', 'Statistics'],
  ['active', 'Running'],
  ['reserved', 'Waiting'],
  ['scheduled', 'Scheduled'],
  ['revoked', 'Revoked'],
  ['registered', 'Tasks'],
  ['active_queues', 'Queues'],
  ['conf', 'Settings'],
  ['report', 'Report'],
]

/** What chosen workers say of themselves, one question at a time. */
@customElement('warren-workers-detail')
export class WorkersDetail extends LitElement {
  static override styles = [
    shared,
    tableStyles,
    css`
      :host {
        border-top: 1px solid var(--w-line);
        flex: 1;
      }
      nav {
        display: flex;
        flex-wrap: wrap;
        gap: 4px;
        padding: 10px 0 6px;
      }
      nav input {
        min-width: 120px;
        margin-inline-start: auto;
      }
      h3 {
        margin: 12px 4px 4px;
        font-size: 1em;
        color: var(--w-strong);
        overflow-wrap: anywhere;
      }
      th:first-child,
      td:first-child {
        width: 40%;
      }
      .report {
        margin: 0 4px;
        white-space: pre-wrap;
        overflow-wrap: anywhere;
        font-family: var(--w-mono);
        font-size: var(--w-mono-size);
      }
      [aria-pressed='true'] {
        outline: 1px solid var(--w-focus, currentColor);
        outline-offset: -1px;
        font-weight: 600;
      }
    `,
  ]

  @property({ attribute: false }) session: Session | null = null
  /** Of one connection. */
  @property({ attribute: false }) workers: readonly WorkerRow[] = []
  @state() private question: Inspection = 'stats'
  @state() private told: WorkerReports | string | null = null
  @state() private find = ''
  #asked = 0

  protected override willUpdate(changed: PropertyValues<this>): void {
    const before = changed.get('workers')
    if (before === undefined || namesOf(before) !== namesOf(this.workers)) {
      if (changed.has('workers')) void this.#ask(this.question)
    }
  }

  protected override render(): TemplateResult {
    return html`<nav aria-label="What to ask">
        ${questions.map(
          ([question, label]) =>
            html`<button class="button" aria-pressed=${question === this.question} @click=${() => void this.#ask(question)}>
              ${label}
            </button>`,
        )}
        <button class="tool" aria-label="Ask again" title="Ask again" @click=${() => void this.#ask(this.question)}>
          ${icon('refresh')}
        </button>
        <input
          type="search"
          placeholder="Find in the answer"
          aria-label="Find in the answer"
          .value=${this.find}
          @input=${(event: Event) => (this.find = (event.target as HTMLInputElement).value)}
        />
      </nav>
      <div role="status">${this.#renderTold()}</div>`
  }

  #renderTold(): TemplateResult | typeof nothing {
    const { told } = this
    if (told === null) return html`<p class="limits">${icon('loading', 'spin small')} Asking…</p>`
    if (typeof told === 'string') return html`<p class="limits">${visibleLine(told, 1_000)}</p>`
    const { reports, silent } = told
    return html`<p class="limits">
        ${visibleLine(answeredText(reports.length, silent), 1_000)}${silent.length > 0 ? ' A solo worker answers between two tasks only.' : ''}
      </p>
      ${reports.map(
        (report) =>
          html`<section aria-label=${visibleLine(report.worker)}>
            <h3>${visibleLine(report.worker)}</h3>
            ${reportTable(told.question, report, this.find)}
          </section>`,
      )}`
  }

  async #ask(question: Inspection): Promise<void> {
    const [first] = this.workers
    if (!first || !this.session) return
    const asked = ++this.#asked
    this.question = question
    this.told = null
    const workers = this.workers.map(({ name }) => name)
    const told = await this.session
      .request('inspectWorkers', { connection: first.connection, workers, question })
      .catch((error: unknown) => messageOf(error))
    if (asked === this.#asked) this.told = told
  }
}

function namesOf(workers: readonly WorkerRow[]): string {
  return JSON.stringify(workers.map(({ connection, name }) => [connection, name]))
}

declare global {
  interface HTMLElementTagNameMap {
    'warren-workers-detail': WorkersDetail
  }
}
