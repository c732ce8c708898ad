import { LitElement, css, html, nothing } from 'lit'
import type { TemplateResult } from 'lit'
import { customElement, property, state } from 'lit/decorators.js'
import { confirmed, messageOf, retryRates, visibleText } from '../../broker-bridge/protocol/index.ts'
import type { Ask, Operation, RetryManyPlan, RetryReport, RetryTarget } from '../../broker-bridge/protocol/index.ts'
import { emit } from '../look/events.ts'
import { icon } from '../look/icons.ts'
import { shared } from '../look/shared.ts'
import { saveText } from '../session/download.ts'
import { freshKey } from '../session/freshKey.ts'
import type { Session } from '../session/session.ts'
import { plural } from '../text/numbers.ts'
import { reportText } from '../text/retryReport.ts'
import './dialog.ts'
import { formStyles } from './form.styles.ts'
import { readRate, renderChoices, renderPlan, renderProgress, renderReport } from './retryManyParts.ts'

/** Tasks of one connection that are to run again. */
export interface RetryWish {
  readonly connection: string
  readonly target: RetryTarget
}

/** Runs many tasks again: a dry run first, then how fast, a question, the progress and the report. */
@customElement('warren-retry-many')
export class RetryManyDialog extends LitElement {
  static override styles = [
    shared,
    formStyles,
    css`
      h3 {
        display: flex;
        gap: 6px;
        align-items: center;
        margin: 12px 0 4px;
        font-size: 1em;
        font-weight: 600;
        color: var(--w-strong);
      }
      ul {
        margin: 4px 0;
        padding-inline-start: 22px;
        overflow-wrap: anywhere;
      }
      li {
        margin-bottom: 4px;
      }
      .examples {
        display: block;
        color: var(--w-muted);
        font-family: var(--w-mono);
        font-size: var(--w-mono-size);
      }
      summary {
        cursor: pointer;
      }
      details {
        margin-top: 12px;
      }
      .bar {
        height: 6px;
        margin: 10px 0;
        border-radius: 3px;
        background: var(--w-track);
        outline: 1px solid var(--vscode-contrastBorder, transparent);
        overflow: hidden;
      }
      .share {
        display: block;
        height: 100%;
        background: var(--w-running);
      }
      @media (forced-colors: active) {
        .share {
          background: Highlight;
          forced-color-adjust: none;
        }
      }
    `,
  ]

  @property({ attribute: false }) session: Session | null = null
  @property({ attribute: false }) wish: RetryWish | null = null
  /** Work that was begun earlier, to be followed or told of; null begins with a dry run. */
  @property({ attribute: false }) begun: Operation | null = null
  @property({ attribute: false }) operations: readonly Operation[] = []
  @property({ attribute: false }) ask: Ask = () => Promise.resolve(false)
  /** There a report is copied: a webview has no downloads. */
  @property({ type: Boolean }) inVsCode = false

  @state() private plan: RetryManyPlan | null = null
  @state() private rate = String(retryRates.usual)
  @state() private carry = false
  @state() private operation: Operation | null = null
  @state() private report: RetryReport | null = null
  @state() private failure: string | null = null
  @state() private sending = false
  /** It was in the bridge's list, and is in none of a bridge that took its place. */
  @state() private lost = false
  #listed = false
  /** One dialog is one operation, however often its button is pressed. */
  readonly #key = freshKey()

  protected override firstUpdated(): void {
    this.operation = this.begun
    this.#listed = this.begun !== null
    if (this.begun === null) void this.#look()
    else if (this.begun.endedAt !== null) void this.#fetchReport(this.begun)
  }

  protected override willUpdate(): void {
    if (!this.operation) return
    // The list may tell of the work before the answer that began it does.
    const { id, endedAt } = this.operation
    const found = this.operations.find((one) => one.id === id)
    this.lost = this.#listed && !found && endedAt === null
    this.#listed ||= found !== undefined
    this.operation = found ?? this.operation
    if (endedAt === null && this.operation.endedAt !== null) void this.#fetchReport(this.operation)
  }

  protected override render(): TemplateResult {
    return html`<warren-dialog .heading=${this.wish?.target.by === 'ids' ? 'Retry Selected Tasks' : 'Retry Matching Tasks'}>
      ${this.#renderBody()}
      ${this.failure === null ? nothing : html`<p class="failed" role="alert">${visibleText(this.failure, 2_000)}</p>`}
      ${this.#renderActions()}
    </warren-dialog>`
  }

  #renderBody(): TemplateResult | typeof nothing {
    const { operation, plan } = this
    if (this.lost) return html`<p class="failed" role="alert">${lostSentence}</p>`
    if (operation) return operation.endedAt === null ? renderProgress(operation) : renderReport(operation, this.report)
    if (plan) return html`${renderPlan(plan)} ${plan.ready > 0 ? renderChoices(plan, this.#choices) : nothing}`
    if (this.failure !== null) return nothing
    return html`<p class="lead muted">${icon('loading', 'spin small')} Looking what is known of these tasks… Nothing is sent.</p>`
  }

  get #choices() {
    const { rate, carry } = this
    return { rate, carry, setRate: (text: string) => (this.rate = text), setCarry: (yes: boolean) => (this.carry = yes) }
  }

  #renderActions(): TemplateResult {
    const { operation, plan } = this
    if (this.lost) return html`${button('Close', () => this.#close(), { main: true })}`
    if (operation?.endedAt === null)
      return html`${button('Close', () => this.#close())} ${button('Cancel Retry', () => void this.#cancel(operation))}`
    if (operation)
      return html`${this.#renderSave()} ${this.#renderShow()} ${button('Close', () => this.#close(), { main: true })}`
    const ready = plan?.ready ?? 0
    const can = ready > 0 && readRate(this.rate) !== null && !this.sending
    return html`${button('Cancel', () => this.#close())}
    ${button(`Retry ${ready > 0 ? plural(ready, 'Task') : ''}…`, () => void this.#send(), { main: true, off: !can })}`
  }

  #renderSave(): TemplateResult | typeof nothing {
    const { report } = this
    if (!report) return nothing
    return this.inVsCode
      ? button('Copy Report', () => emit(this, 'warren-copy', { text: reportText(report), what: 'the report' }))
      : button('Save Report', () => saveText(`warren-retry-${report.operation.slice(0, 8)}.json`, reportText(report)))
  }

  #renderShow(): TemplateResult | typeof nothing {
    const { report } = this
    if (!report || report.counts.retried === 0) return nothing
    return button('Show New Runs', () => {
      emit(this, 'warren-show-runs', { connection: report.connection, query: report.query })
      this.#close()
    })
  }

  #close(): void {
    emit(this, 'warren-close', null)
  }

  async #look(): Promise<void> {
    const { wish } = this
    if (wish) await this.#try(async (session) => (this.plan = await session.request('planRetryMany', wish, 60_000)))
  }

  async #send(): Promise<void> {
    const rate = readRate(this.rate)
    const { wish } = this
    if (rate === null || !wish || this.sending) return
    this.sending = true
    await this.#try(async (session) => {
      const params = { ...wish, rate, carryCanvas: this.carry, key: this.#key }
      this.operation = await confirmed(session, 'retryMany', params, this.ask)
      if (this.operation?.endedAt != null) await this.#fetchReport(this.operation)
    })
    this.sending = false
  }

  #cancel({ id }: Operation): Promise<void> {
    return this.#try((session) => session.request('cancelOperation', { operation: id }))
  }

  #fetchReport({ id }: Operation): Promise<void> {
    return this.#try(async (session) => (this.report = await session.request('getRetryReport', { operation: id })))
  }

  async #try(act: (session: Session) => Promise<unknown>): Promise<void> {
    if (!this.session) return
    this.failure = null
    try {
      await act(this.session)
    } catch (error) {
      this.failure = messageOf(error)
    }
  }
}

const lostSentence =
  'Warren’s bridge ended before the retry did. The tasks that were sent are in their queues; the others were not sent.'

function button(label: string, act: () => void, { main = false, off = false } = {}): TemplateResult {
  return html`<button slot="actions" class="button ${main ? 'main' : ''}" aria-disabled=${off} @click=${() => !off && act()}>
    ${label}
  </button>`
}

declare global {
  interface HTMLElementTagNameMap {
    'warren-retry-many': RetryManyDialog
  }
}
