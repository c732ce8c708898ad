import { LitElement, css, html, nothing } from 'lit'
import type { TemplateResult } from 'lit'
import { customElement, property, state } from 'lit/decorators.js'
import { visibleLine } from '../../broker-bridge/protocol/index.ts'
import type { Moment } from '../../broker-bridge/protocol/index.ts'
import { icon } from '../look/icons.ts'
import { shared } from '../look/shared.ts'
import { plural } from '../text/numbers.ts'
import { lookOf } from '../text/taskStates.ts'
import { formatClock, formatDuration, formatMoment } from '../text/times.ts'

/** A task that was retried ten thousand times has a life longer than a page; its middle folds. */
const mostMoments = 30

/** The steps of a task's life, with the time that passed between them. */
@customElement('warren-timeline')
export class Timeline extends LitElement {
  static override styles = [
    shared,
    css`
      ol {
        margin: 0;
        padding: 0;
        list-style: none;
      }
      li {
        position: relative;
        display: grid;
        grid-template-columns: 16px minmax(70px, max-content) max-content minmax(0, 1fr);
        gap: 0 8px;
        align-items: baseline;
        padding-block: 2px;
      }
      li .icon {
        align-self: center;
        background: var(--w-background);
        z-index: 1;
      }
      li:not(:last-child)::before {
        content: '';
        position: absolute;
        left: 7px;
        top: 50%;
        bottom: -50%;
        border-inline-start: 1px solid var(--w-muted);
        opacity: 0.4;
      }
      .passed {
        text-align: end;
        color: var(--w-muted);
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      .exception {
        grid-column: 2 / -1;
        color: var(--w-bad-text);
        overflow-wrap: anywhere;
        font-family: var(--w-mono);
        font-size: var(--w-mono-size);
      }
      .fold {
        margin-inline-start: 24px;
      }
    `,
  ]

  @property({ attribute: false }) moments: readonly Moment[] = []
  /** Shown last, where the task's own error is shown elsewhere. */
  @property({ type: Boolean }) withoutLastError = false
  @state() private unfolded = false

  protected override render(): TemplateResult {
    const hidden = this.unfolded ? 0 : Math.max(0, this.moments.length - mostMoments)
    const head = hidden > 0 ? mostMoments / 2 : this.moments.length
    return html`<ol>
      ${this.moments.slice(0, head).map((moment, index) => this.#renderMoment(moment, index))}
      ${
        hidden > 0
          ? html`<li>
              <button class="link fold" @click=${() => (this.unfolded = true)}>${plural(hidden, 'more step')}</button>
            </li>`
          : nothing
      }
      ${
        hidden > 0
          ? this.moments.slice(head + hidden).map((moment, index) => this.#renderMoment(moment, head + hidden + index))
          : nothing
      }
    </ol>`
  }

  #renderMoment(moment: Moment, index: number): TemplateResult {
    const look = lookOf(moment.state)
    const before = this.moments[index - 1]
    const isLast = index === this.moments.length - 1
    const exception = moment.exception === null || (isLast && this.withoutLastError) ? null : visibleLine(moment.exception, 400)
    return html`<li title=${`${formatMoment(moment.at)} on ${visibleLine(moment.worker)}`}>
      ${icon(look.icon, `small tone-${look.tone}`)}
      <span>${look.label}</span>
      <span class="numbers muted">${formatClock(moment.at)}</span>
      <span class="passed numbers">${before ? passed(before, moment) : visibleLine(moment.worker)}</span>
      ${exception === null ? nothing : html`<span class="exception">${exception}</span>`}
    </li>`
  }
}

/** Time between two moments. Two workers have two clocks, so it may be negative; then it is not known. */
function passed(before: Moment, moment: Moment): string {
  const seconds = moment.at - before.at
  return seconds < 0 ? 'clocks differ' : `+ ${formatDuration(seconds)}`
}

declare global {
  interface HTMLElementTagNameMap {
    'warren-timeline': Timeline
  }
}
