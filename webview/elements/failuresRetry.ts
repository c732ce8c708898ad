import { LitElement, html, nothing } from 'lit'
import type { TemplateResult } from 'lit'
import { customElement, property, state } from 'lit/decorators.js'
import { messageOf, visibleText } from '../../broker-bridge/protocol/index.ts'
import type { FailureGroup } from '../../broker-bridge/protocol/index.ts'
import { emit } from '../look/events.ts'
import { icon } from '../look/icons.ts'
import { shared } from '../look/shared.ts'
import { planGroupRetry, retryAll } from '../session/groupRetry.ts'
import type { GroupRetryOutcome, GroupRetryPlan } from '../session/groupRetry.ts'
import type { Session } from '../session/session.ts'
import { formatCount, plural } from '../text/numbers.ts'
import './dialog.ts'
import { formStyles } from './form.styles.ts'

/** Runs the failed tasks of some groups again: says how many and which it leaves out, and how far it got. Closing it stops. */
@customElement('warren-failures-retry')
export class FailuresRetry extends LitElement {
  static override styles = [shared, formStyles]

  @property({ attribute: false }) session: Session | null = null
  @property({ attribute: false }) groups: readonly FailureGroup[] = []
  @state() private plan: GroupRetryPlan | null = null
  @state() private outcome: GroupRetryOutcome | null = null
  @state() private failure: string | null = null

  protected override firstUpdated(): void {
    void this.#look()
  }

  protected override render(): TemplateResult {
    const count = this.plan?.ready.length ?? 0
    const ended = this.outcome?.ended === true || (this.plan !== null && count === 0)
    return html`<warren-dialog heading="Retry Failed Tasks">
      ${this.#renderBody()}
      ${this.failure === null ? nothing : html`<p class="failed" role="alert">${visibleText(this.failure, 2_000)}</p>`}
      <button slot="actions" class="button ${ended ? 'main' : ''}" @click=${() => emit(this, 'warren-close', null)}>
        ${ended ? 'Close' : this.outcome ? 'Stop' : 'Cancel'}
      </button>
      ${
        ended || this.outcome
          ? nothing
          : html`<button slot="actions" class="button main" aria-disabled=${count === 0} @click=${() => void this.#send()}>
              Retry ${count > 0 ? plural(count, 'Task') : ''}
            </button>`
      }
    </warren-dialog>`
  }

  #renderBody(): TemplateResult | typeof nothing {
    if (this.outcome && this.plan) return renderOutcome(this.outcome, this.plan)
    if (this.plan) return renderPlan(this.plan, this.groups.length)
    if (this.failure !== null) return nothing
    return html`<p class="lead muted">${icon('loading', 'spin small')} Looking what is known of these tasks…</p>`
  }

  async #look(): Promise<void> {
    if (!this.session) return
    try {
      this.plan = await planGroupRetry(this.session, this.groups)
    } catch (error) {
      this.failure = messageOf(error)
    }
  }

  async #send(): Promise<void> {
    if (!this.session || !this.plan || this.plan.ready.length === 0 || this.outcome) return
    this.outcome = { sent: 0, failed: 0, problem: null, ended: false }
    for await (const outcome of retryAll(this.session, this.plan.ready)) {
      this.outcome = outcome
      if (!this.isConnected) return
    }
  }
}

function renderPlan({ ready, fromEvents, incomplete, repeated, more }: GroupRetryPlan, groups: number): TemplateResult {
  const lines = [
    fromEvents > 0
      ? `Arguments of ${formatCount(fromEvents)} are read from the text of an event, which may have lost a type, or are lists or dicts from the result backend, which the task may have changed.`
      : '',
    incomplete > 0
      ? `${plural(incomplete, 'more task')} ${incomplete === 1 ? 'is' : 'are'} left out: arguments or queue are not fully known. Show the tasks and retry each by itself.`
      : '',
    repeated > 0
      ? `${plural(repeated, 'task')} ${repeated === 1 ? 'was' : 'were'} run again already and ${repeated === 1 ? 'is' : 'are'} left out.`
      : '',
    more > 0 ? `${formatCount(more)} older ones are not looked at; retry again for those.` : '',
  ]
  const lead =
    ready.length === 0
      ? 'None of the failed tasks can be run again from here.'
      : `${plural(ready.length, 'failed task')} of ${plural(groups, 'group')} will be sent again, each as a new task with a new id.`
  return html`<p class="lead">${lead}</p>
    ${lines.filter(Boolean).map((line) => html`<p>${line}</p>`)}`
}

function renderOutcome({ sent, failed, problem, ended }: GroupRetryOutcome, { ready }: GroupRetryPlan): TemplateResult {
  const progress = ended
    ? `${plural(sent, 'task')} sent again.`
    : `${formatCount(sent + failed)} of ${formatCount(ready.length)}…`
  const rest = ready.length - sent - failed
  return html`<p class="lead" role="status">${progress}</p>
    ${problem === null ? nothing : html`<p class="failed" role="alert">${plural(failed, 'task')} could not be sent: ${visibleText(problem, 1_000)}</p>`}
    ${ended && rest > 0 ? html`<p>${plural(rest, 'other task')} left as ${rest === 1 ? 'it was' : 'they were'}.</p>` : nothing}`
}

declare global {
  interface HTMLElementTagNameMap {
    'warren-failures-retry': FailuresRetry
  }
}
