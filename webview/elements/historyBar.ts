import { LitElement, css, html, nothing } from 'lit'
import type { TemplateResult } from 'lit'
import { customElement, property } from 'lit/decorators.js'
import type { ConnectionInfo } from '../../broker-bridge/protocol/index.ts'
import { visibleLine } from '../../broker-bridge/protocol/index.ts'
import { foundText, historyTrouble, keptText, mostRows, searchingText } from '../feed/historyPicture.ts'
import type { FoundHistory } from '../feed/historyPicture.ts'
import { emit } from '../look/events.ts'
import { icon } from '../look/icons.ts'
import { shared } from '../look/shared.ts'
import { formatCount } from '../text/numbers.ts'
import { formatClock, formatMoment } from '../text/times.ts'

/** What a search in the history has found, how far it has come, and when. */
@customElement('warren-history-bar')
export class HistoryBar extends LitElement {
  static override styles = [
    shared,
    css`
      :host {
        display: flex;
        align-items: center;
        flex-wrap: wrap;
        gap: 2px 12px;
        min-height: 28px;
        padding: 2px 12px;
        border-bottom: 1px solid var(--w-line);
        color: var(--w-muted);
      }
      .found {
        display: inline-flex;
        align-items: center;
        gap: 6px;
        min-width: 12ch;
        color: var(--w-strong);
      }
      .trouble {
        display: inline-flex;
        gap: 6px;
        color: var(--w-strong);
        overflow-wrap: anywhere;
      }
      .asked {
        margin-inline-start: auto;
        white-space: nowrap;
      }
      .again {
        display: inline-flex;
        align-items: center;
        gap: 4px;
        white-space: nowrap;
      }
    `,
  ]

  @property({ attribute: false }) found: FoundHistory | null = null
  /** Those whose history is searched. */
  @property({ attribute: false }) connections: readonly ConnectionInfo[] = []

  protected override render(): TemplateResult | typeof nothing {
    const { found } = this
    if (found === null || this.connections.length === 0) return nothing
    const trouble = found.problem === null ? historyTrouble(this.connections) : visibleLine(found.problem, 500)
    return html`
      <span class="found numbers" title=${keptText(this.connections) ?? nothing} role="status">
        ${found.busy ? icon('loading', 'small spin') : icon('history', 'small')}
        ${found.busy && found.rows.length === 0 ? searchingText(found) : foundText(found)}
      </span>
      ${found.busy && found.rows.length > 0 ? html`<span class="numbers">${searchingText(found)}</span>` : nothing}
      ${
        trouble === null || found.rows.length === 0
          ? nothing
          : html`<span class="trouble">${icon('warning', 'small tone-again')} ${trouble}</span>`
      }
      ${
        found.rows.length >= mostRows && !found.done
          ? html`<span>Only the newest ${formatCount(mostRows)} are listed; narrow the search or the time for older ones.</span>`
          : nothing
      }
      <span class="asked numbers" title="Searched at ${formatMoment(found.askedAt)}; what changed since is not in this list"
        >as of ${formatClock(found.askedAt).slice(0, 8)}</span
      >
      <button class="link again" @click=${() => emit(this, 'warren-history-again', null)}>
        ${icon('refresh', 'small')} Search Again
      </button>
    `
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'warren-history-bar': HistoryBar
  }
}
