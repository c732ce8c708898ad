import { LitElement, html, nothing } from 'lit'
import type { TemplateResult } from 'lit'
import { customElement, property, state } from 'lit/decorators.js'
import { endedStates, visibleLine, visibleText } from '../../broker-bridge/protocol/index.ts'
import type { Attempt } from '../../broker-bridge/protocol/index.ts'
import { icon } from '../look/icons.ts'
import { shared } from '../look/shared.ts'
import { plural } from '../text/numbers.ts'
import { lookOf } from '../text/taskStates.ts'
import { formatDuration, formatMoment } from '../text/times.ts'
import { attemptStyles } from './detailAttempts.styles.ts'
import './traceback.ts'

/** Attempts shown at first: the newest ones, which are the ones asked about. */
const most = 10
/** Characters of an error that stand in an attempt's line. */
const briefly = 160

/** Every attempt of a task, each with its own error to be opened. */
@customElement('warren-attempts')
export class Attempts extends LitElement {
  static override styles = [shared, attemptStyles]

  @property({ attribute: false }) attempts: readonly Attempt[] = []
  /** True where a frame can open its source. */
  @property({ type: Boolean }) opens = false
  @state() private all = false
  @state() private opened: ReadonlySet<number> = new Set()

  protected override render(): TemplateResult {
    const unseen = (this.attempts[0]?.number ?? 1) - 1
    const hidden = this.all ? 0 : Math.max(0, this.attempts.length - most)
    return html`${unseen > 0 ? html`<p class="muted">${plural(unseen, 'earlier attempt')}: before Warren was watching.</p>` : nothing}
      ${hidden > 0 ? html`<button class="link" @click=${() => (this.all = true)}>Show ${plural(hidden, 'earlier attempt')}</button>` : nothing}
      <ol>
        ${this.attempts.slice(hidden).map((attempt) => this.#renderAttempt(attempt))}
      </ol>`
  }

  #renderAttempt(attempt: Attempt): TemplateResult {
    const { number, exception, traceback } = attempt
    const canOpen = exception !== null || traceback !== null
    const isOpen = this.opened.has(number)
    const isLast = attempt === this.attempts.at(-1)
    return html`<li>
      ${
        canOpen
          ? html`<button class="attempt" aria-expanded=${isOpen} @click=${() => this.#turn(number)}>
              ${icon(isOpen ? 'chevron-down' : 'chevron-right', 'small')} ${summary(attempt, isLast)}
            </button>`
          : html`<div class="attempt"><span class="no-twist"></span>${summary(attempt, isLast)}</div>`
      }
      ${isOpen ? this.#renderError(attempt) : nothing}
    </li>`
  }

  #renderError({ exception, traceback }: Attempt): TemplateResult {
    return html`<div class="opened">
      ${
        exception === null || !isLong(exception)
          ? nothing
          : html`<pre class="exception mono">${visibleText(exception, 4_000)}</pre>`
      }
      ${
        traceback === null
          ? html`<p class="muted">No event brought a traceback of this attempt.</p>`
          : html`<warren-traceback .text=${traceback} ?opens=${this.opens}></warren-traceback>`
      }
    </div>`
  }

  #turn(number: number): void {
    const opened = new Set(this.opened)
    if (!opened.delete(number)) opened.add(number)
    this.opened = opened
  }
}

function isLong(exception: string): boolean {
  return exception.length > briefly || exception.includes('\n')
}

function summary(attempt: Attempt, isLast: boolean): TemplateResult {
  const look = lookOf(attempt.state)
  const at = attempt.endedAt ?? attempt.startedAt ?? attempt.receivedAt
  return html`<span class="number numbers">${attempt.number}</span>
    ${icon(look.icon, `small tone-${look.tone}`)}
    <span class="state">${look.label}</span>
    <span class="ran numbers">${ranFor(attempt, isLast)}</span>
    <span class="when numbers" title=${formatMoment(at)}>${formatMoment(at).slice(0, 19)}</span>
    <span class="worker">${visibleLine(attempt.worker)}</span>
    ${attempt.exception === null ? nothing : html`<span class="error mono">${visibleLine(attempt.exception, briefly)}</span>`}`
}

/** An attempt that was followed by another and never ended was lost, replaced or ignored; events do not say which. */
function ranFor({ startedAt, endedAt, state }: Attempt, isLast: boolean): string {
  if (startedAt === null) return endedStates.has(state) ? 'never began' : ''
  if (endedAt !== null) return endedAt < startedAt ? 'clocks differ' : `ran ${formatDuration(endedAt - startedAt)}`
  return isLast ? 'running' : 'no end was seen'
}

declare global {
  interface HTMLElementTagNameMap {
    'warren-attempts': Attempts
  }
}
