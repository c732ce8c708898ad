import { LitElement, html, nothing } from 'lit'
import type { PropertyValues, TemplateResult } from 'lit'
import { customElement, property, state } from 'lit/decorators.js'
import { visibleLine } from '../../broker-bridge/protocol/index.ts'
import type { Moment } from '../../broker-bridge/protocol/index.ts'
import { icon } from '../look/icons.ts'
import { place } from '../look/place.ts'
import { shared } from '../look/shared.ts'
import { lifeSpans, phaseTotals, phaseWords } from '../text/lifeSpans.ts'
import type { Span } from '../text/lifeSpans.ts'
import { plural } from '../text/numbers.ts'
import { lookOf } from '../text/taskStates.ts'
import { formatClock, formatDuration, formatMoment } from '../text/times.ts'
import { timelineStyles } from './timeline.styles.ts'

/** A task that was retried ten thousand times has a life longer than a page; its middle folds. */
const mostMoments = 30
/** A clock that is ahead by less is within what clocks are set right to. */
const tolerance = 2

/** The steps of a task's life, with what it did between them and for how long. */
@customElement('warren-timeline')
export class Timeline extends LitElement {
  static override styles = [shared, timelineStyles]

  @property({ attribute: false }) moments: readonly Moment[] = []
  /** Epoch seconds by this computer's clock. */
  @property({ type: Number }) now = 0
  @state() private unfolded = false
  #spans: readonly Span[] = []

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('moments')) this.#spans = lifeSpans(this.moments)
  }

  protected override render(): TemplateResult {
    const spans = this.#spans
    const hidden = this.unfolded ? 0 : Math.max(0, spans.length - mostMoments)
    const head = hidden > 0 ? mostMoments / 2 : spans.length
    return html`${this.#renderTotals()}
      <ol>
        ${spans.slice(0, head).map((span) => this.#renderSpan(span))} ${hidden > 0 ? this.#renderFold(hidden) : nothing}
        ${spans.slice(head + hidden).map((span) => this.#renderSpan(span))}
      </ol>
      ${this.#renderAhead()}`
  }

  #renderFold(hidden: number): TemplateResult {
    return html`<li>
      <button class="link fold" @click=${() => (this.unfolded = true)}>${plural(hidden, 'more step')}</button>
    </li>`
  }

  /** Where the time went, at a glance. */
  #renderTotals(): TemplateResult | typeof nothing {
    const totals = phaseTotals(this.#spans)
    const sum = totals.reduce((all, { seconds }) => all + seconds, 0)
    if (totals.length < 2 || sum <= 0) return nothing
    return html`<div class="share" aria-hidden="true">
        ${totals.map(({ phase, seconds }) => html`<div class=${phase} ${place({ 'flex-grow': `${seconds / sum}` })}></div>`)}
      </div>
      <ul class="totals">
        ${totals.map(
          ({ phase, seconds }) =>
            html`<li>
              <span class="dot ${phase}"></span>${phaseWords[phase]} <span class="numbers">${formatDuration(seconds)}</span>
            </li>`,
        )}
      </ul>`
  }

  #renderSpan({ moment, since, skew }: Span): TemplateResult {
    const look = lookOf(moment.state)
    const worker = visibleLine(moment.worker)
    return html`<li class="moment" title=${`${formatMoment(moment.at)} on ${worker}`}>
      ${icon(look.icon, `small tone-${look.tone}`)}
      <span class="state">${look.label}</span>
      <span class="numbers muted">${formatClock(moment.at)}</span>
      <span class="passed numbers">${since ? passed(since) : worker}</span>
      ${skew === null ? nothing : html`<span class="skew">${skewText(moment, skew)}</span>`}
    </li>`
  }

  /** Times come from the senders' clocks; a last moment that has not come yet says that one of them is ahead. */
  #renderAhead(): TemplateResult | typeof nothing {
    const ahead = Math.max(...this.moments.map(({ at }) => at)) - this.now
    if (!Number.isFinite(ahead) || this.now === 0 || ahead < tolerance) return nothing
    return html`<p class="skew">
      The clock of a worker is ${formatDuration(ahead)} ahead of this computer’s, or more. Durations on one worker are right all
      the same.
    </p>`
  }
}

function passed({ phase, seconds }: NonNullable<Span['since']>): string {
  return `${phaseWords[phase]} ${formatDuration(seconds)}`
}

function skewText({ worker }: Moment, skew: number): string {
  const ahead = `${visibleLine(worker, 60)} is ahead of the worker’s by at least ${formatDuration(skew)}`
  return `It was sent before it was received: the clock of ${ahead}. How long it waited is not known.`
}

declare global {
  interface HTMLElementTagNameMap {
    'warren-timeline': Timeline
  }
}
