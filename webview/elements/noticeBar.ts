import { LitElement, css, html, nothing } from 'lit'
import type { TemplateResult } from 'lit'
import { customElement, property, state } from 'lit/decorators.js'
import { repeat } from 'lit/directives/repeat.js'
import type { Notice } from '../feed/notices.ts'
import { emit } from '../look/events.ts'
import { icon } from '../look/icons.ts'
import type { IconName } from '../look/icons.ts'
import { shared } from '../look/shared.ts'
import { plural } from '../text/numbers.ts'

const mostAtOnce = 3
const severityIcons: Readonly<Record<Notice['severity'], IconName>> = { error: 'error', warning: 'warning', info: 'info' }

/** What the user must know to trust the feed, one line each; more than three fold away. */
@customElement('warren-notices')
export class NoticeBar extends LitElement {
  static override styles = [
    shared,
    css`
      :host {
        display: block;
      }
      .notice {
        display: flex;
        align-items: center;
        gap: 8px;
        min-height: 28px;
        padding: 2px 8px 2px 12px;
        border-bottom: 1px solid var(--w-line);
        color: var(--w-strong);
        background: var(--w-info-back);
        box-shadow: inset 3px 0 var(--w-info-line);
      }
      .notice.warning {
        background: var(--w-warning-back);
        box-shadow: inset 3px 0 var(--w-warning-line);
      }
      .notice.error {
        background: var(--w-error-back);
        box-shadow: inset 3px 0 var(--w-error-line);
      }
      .info > .icon {
        color: var(--w-running);
      }
      .warning > .icon {
        color: var(--w-again);
      }
      .error > .icon {
        color: var(--w-bad);
      }
      .text {
        flex: 1;
        min-width: 0;
        overflow-wrap: anywhere;
        font-variant-numeric: tabular-nums;
      }
      .button {
        min-height: 22px;
        padding: 0 10px;
      }
      .more {
        padding: 3px 12px 4px;
        border-bottom: 1px solid var(--w-line);
      }
    `,
  ]

  @property({ attribute: false }) notices: readonly Notice[] = []
  @state() private unfolded = false

  protected override render(): TemplateResult | typeof nothing {
    if (this.notices.length === 0) return nothing
    const shown = this.unfolded ? this.notices : this.notices.slice(0, mostAtOnce)
    const rest = this.notices.length - mostAtOnce
    return html`
      <div role="list" aria-label="Notices">
        ${repeat(
          shown,
          (notice) => notice.id,
          (notice) => this.#renderNotice(notice),
        )}
      </div>
      ${
        rest > 0
          ? html`<div class="more">
              <button class="link" aria-expanded=${this.unfolded} @click=${() => (this.unfolded = !this.unfolded)}>
                ${this.unfolded ? 'Show fewer' : plural(rest, 'more notice')}
              </button>
            </div>`
          : nothing
      }
    `
  }

  #renderNotice(notice: Notice): TemplateResult {
    return html`<div class="notice ${notice.severity}" role="listitem">
      ${icon(severityIcons[notice.severity])}
      <span class="text">${notice.text}</span>
      ${notice.action ? this.#renderAction(notice.action) : nothing}
      ${
        notice.closable
          ? html`<button class="tool" aria-label="Put this notice away" @click=${() => emit(this, 'warren-dismiss', notice.id)}>
              ${icon('close', 'small')}
            </button>`
          : nothing
      }
    </div>`
  }

  #renderAction({ kind, connection, refusal }: NonNullable<Notice['action']>): TemplateResult {
    if (kind === 'useExchanges')
      return html`<button
        class="button main"
        title="Connects again with these names. Nothing on the broker changes."
        @click=${() => emit(this, 'warren-use-exchanges', connection)}
      >
        Use These Exchanges
      </button>`
    if (kind === 'record')
      return html`<button
        class="link"
        title="Lets the broker keep what happens while Warren is away. Warren shows what it will do first."
        @click=${() => emit(this, 'warren-recording', connection)}
      >
        Record on Broker…
      </button>`
    return html`<button
        class="link"
        title="What is empty, and which setting changes that"
        @click=${() => emit(this, 'warren-blind-spots', null)}
      >
        Settings…
      </button>
      <button
        class="button main"
        aria-disabled=${refusal !== null}
        title=${refusal ?? 'Asks the workers to send task events. Warren shows what it will do first.'}
        @click=${() => refusal === null && emit(this, 'warren-enable-events', connection)}
      >
        Turn Events On
      </button>`
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'warren-notices': NoticeBar
  }
}
