import { LitElement, css, html, nothing } from 'lit'
import type { TemplateResult } from 'lit'
import { customElement, property } from 'lit/decorators.js'
import type { Activity, ConnectionInfo } from '../../broker-bridge/protocol/index.ts'
import { editorTabs, tabs } from '../feed/viewState.ts'
import type { Tab } from '../feed/viewState.ts'
import { payloadsTitle, recordsPayloads } from '../feed/payloads.ts'
import { emit } from '../look/events.ts'
import { icon } from '../look/icons.ts'
import { shared } from '../look/shared.ts'
import { formatCount, formatRate, plural } from '../text/numbers.ts'
import './connectionList.ts'

const tabNames: Readonly<Record<Tab, string>> = {
  tasks: 'Tasks',
  failures: 'Failures',
  statistics: 'Statistics',
  schedules: 'Schedules',
  queues: 'Queues',
  workers: 'Workers',
}

/** The first line of the page: its tabs, what it is connected to, and the pulse of it. */
@customElement('warren-header')
export class Header extends LitElement {
  static override styles = [
    shared,
    css`
      :host {
        display: flex;
        align-items: center;
        gap: 4px 16px;
        min-height: 35px;
        padding: 0 12px;
        border-bottom: 1px solid var(--w-line);
        background: var(--w-bar);
        flex-wrap: wrap;
      }
      warren-connections {
        flex: 1 1 160px;
      }
      .rest {
        display: contents;
      }
      /* Of many there is one line, beside the tabs where it fits and below them where it does not; what is too much for it folds. */
      .rest.many {
        display: flex;
        flex: 1 1 auto;
        align-items: center;
        gap: 16px;
        min-width: 0;
        min-height: 30px;
      }
      .pulse {
        display: flex;
        gap: 16px;
        margin-inline-start: auto;
        color: var(--w-muted);
        white-space: nowrap;
      }
      .figure {
        display: inline-block;
        min-width: 3.2ch;
        text-align: end;
        color: var(--w-strong);
      }
      [role='tablist'] {
        display: flex;
        align-self: stretch;
        gap: 2px;
      }
      [role='tab'] {
        padding: 0 10px;
        min-height: 34px;
        border: 0;
        border-block: 2px solid transparent;
        background: none;
        color: var(--w-muted);
      }
      [role='tab']:hover {
        color: var(--w-strong);
      }
      [role='tab'][aria-selected='true'] {
        border-bottom-color: var(--w-focus);
        color: var(--w-strong);
      }
      @media (forced-colors: active) {
        [role='tab'] {
          border-color: Canvas;
        }
        [role='tab'][aria-selected='true'] {
          border-bottom-color: Highlight;
        }
      }
      .tool.on {
        display: inline-flex;
        align-items: center;
        gap: 4px;
        width: auto;
        padding: 0 6px;
        white-space: nowrap;
      }
      .brand {
        font-weight: 600;
        color: var(--w-strong);
        letter-spacing: 0.01em;
      }
      @media (max-width: 700px) {
        .brand {
          display: none;
        }
      }
    `,
  ]

  @property({ attribute: false }) connections: readonly ConnectionInfo[] = []
  @property({ attribute: false }) activity: Activity | null = null
  @property() chosen: string | null = null
  @property() tab: Tab = 'tasks'
  @property({ type: Boolean }) inBrowser = false

  protected override render(): TemplateResult {
    return html`
      ${this.inBrowser ? html`<span class="brand">Warren</span>` : nothing} ${this.#renderTabs()}
      <div class="rest ${this.connections.length > 2 ? 'many' : ''}">
        <warren-connections
          class=${this.connections.length > 2 ? 'many' : ''}
          .connections=${this.connections}
          .chosen=${this.chosen}
        ></warren-connections>
        ${this.inBrowser && this.connections.length > 0 ? this.#renderRecording() : nothing} ${this.#renderPayloads()}
        ${this.activity ? this.#renderPulse(this.activity) : nothing}
      </div>
    `
  }

  #renderRecording(): TemplateResult {
    const recorded = this.connections.some(({ recording }) => recording)
    const title = recorded ? 'History is recorded on the broker' : 'Record history on the broker'
    return html`<button
      class="tool"
      aria-label="${title}…"
      title="${title}…"
      @click=${() => emit(this, 'warren-recording', this.chosen)}
    >
      ${icon('record', recorded ? 'tone-bad' : '')}
    </button>`
  }

  /** In VS Code the tree's menu begins it, and the page says that it is on. */
  #renderPayloads(): TemplateResult | typeof nothing {
    const how = recordsPayloads(this.connections)
    if (how === 'no' || (how === 'offered' && !this.inBrowser)) return nothing
    const on = this.connections.find(({ payloads }) => payloads && payloads.state !== 'off')
    const label = on?.payloads ? payloadsTitle(on.payloads) : 'Record payloads of tasks…'
    return html`<button
      class="tool ${on ? 'on' : ''}"
      aria-label=${label}
      title=${label}
      @click=${() => emit(this, 'warren-payloads', on?.id ?? this.chosen)}
    >
      ${on ? html`${icon('record', 'tone-bad')} <span>Recording payloads</span>` : icon('inbox')}
    </button>`
  }

  #renderPulse(activity: Activity): TemplateResult {
    const letGo =
      activity.letGo > 0 ? `${plural(activity.letGo, 'older task')} let go, because Warren holds a bounded number.` : ''
    return html`<div class="pulse numbers">
      <span title="Events per second, over the last two seconds"
        ><span class="figure">${formatRate(activity.eventsPerSecond)}</span> events/s</span
      >
      <span title=${`${plural(activity.events, 'event')} seen so far. ${letGo}`}
        ><span class="figure">${formatCount(activity.tasks)}</span> ${activity.tasks === 1 ? 'task' : 'tasks'}
        ${activity.letGo > 0 ? html`<span class="gone">+ ${formatCount(activity.letGo)} let go</span>` : nothing}</span
      >
    </div>`
  }

  #renderTabs(): TemplateResult {
    return html`<div role="tablist" aria-label="Views" @keydown=${this.#onTabKey}>
      ${this.#tabs.map(
        (tab) =>
          html`<button
            role="tab"
            id="tab-${tab}"
            aria-selected=${tab === this.tab}
            tabindex=${tab === this.tab ? 0 : -1}
            @click=${() => emit(this, 'warren-tab', tab)}
          >
            ${tabNames[tab]} ${tab === 'failures' ? this.#renderNew() : nothing}
          </button>`,
      )}
    </div>`
  }

  #renderNew(): TemplateResult | typeof nothing {
    const count = this.activity?.newFailures ?? 0
    if (count === 0) return nothing
    const meaning = `${plural(count, 'group')} of failures nobody has marked yet`
    return html`<span class="badge numbers" title=${meaning}>${formatCount(count)}<span class="sr"> new</span></span>`
  }

  get #tabs(): readonly Tab[] {
    // Messages of a queue are opened from VS Code's tree as well.
    return this.inBrowser ? tabs : [...editorTabs, ...(editorTabs.includes(this.tab) ? [] : [this.tab])]
  }

  #onTabKey(event: KeyboardEvent): void {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0
    const shown = this.#tabs
    const next = shown[(shown.indexOf(this.tab) + step + shown.length) % shown.length]
    if (step === 0 || next === undefined) return
    emit(this, 'warren-tab', next)
    this.renderRoot.querySelector<HTMLElement>(`#tab-${next}`)?.focus()
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'warren-header': Header
  }
}
