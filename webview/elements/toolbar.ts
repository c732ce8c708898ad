import { LitElement, css, html } from 'lit'
import type { TemplateResult } from 'lit'
import { customElement, property, query as element } from 'lit/decorators.js'
import { repeat } from 'lit/directives/repeat.js'
import type { KnownValues, QueryProblem, SavedFilter } from '../../broker-bridge/protocol/index.ts'
import { emit } from '../look/events.ts'
import { icon } from '../look/icons.ts'
import { shared } from '../look/shared.ts'
import { formatCount } from '../text/numbers.ts'
import { chipStates, lookOf } from '../text/taskStates.ts'
import type { Source } from '../feed/viewState.ts'
import './historySwitch.ts'
import type { SearchField } from './searchField.ts'
import './searchField.ts'

/** The second line: the search, the counters that are filters too, pause, and what can be done. */
@customElement('warren-toolbar')
export class Toolbar extends LitElement {
  static override styles = [
    shared,
    css`
      :host {
        display: block;
        padding: 5px 12px;
        border-bottom: 1px solid var(--w-line);
        container: toolbar / inline-size;
      }
      .tools {
        display: flex;
        align-items: center;
        flex: 1;
        flex-wrap: wrap;
        gap: 6px 10px;
        min-width: 0;
      }
      warren-search {
        flex: 1 1 236px;
        max-width: 620px;
      }
      .chips {
        display: flex;
        flex-wrap: wrap;
        gap: 4px;
      }
      .chip {
        display: inline-flex;
        align-items: center;
        gap: 5px;
        height: 24px;
        padding: 0 8px;
        border: 1px solid var(--w-line);
        border-radius: 12px;
        background: none;
        white-space: nowrap;
      }
      .chip:hover {
        background: var(--w-hover);
      }
      .chip[aria-pressed='true'] {
        background: var(--w-selected);
        color: var(--w-selected-text);
        border-color: var(--w-focus);
      }
      .chip .icon {
        font-size: 13px;
      }
      .count {
        min-width: 2ch;
        color: var(--w-muted);
        text-align: end;
      }
      .chip[aria-pressed='true'] .count {
        color: inherit;
      }
      .actions {
        display: flex;
        align-items: center;
        gap: 6px;
        margin-inline-start: auto;
      }
      .pause {
        min-width: 92px;
        justify-content: center;
      }
      .pause[aria-pressed='true'] {
        background: var(--w-button);
        color: var(--w-button-text);
      }
      @container toolbar (max-width: 1560px) {
        .chips.many .label {
          position: absolute;
          width: 1px;
          height: 1px;
          overflow: hidden;
          clip-path: inset(50%);
        }
      }
      @container toolbar (max-width: 1420px) {
        .chips .label {
          position: absolute;
          width: 1px;
          height: 1px;
          overflow: hidden;
          clip-path: inset(50%);
        }
        warren-search {
          flex-basis: 160px;
        }
      }
      @container toolbar (max-width: 1020px) {
        .actions .label {
          position: absolute;
          width: 1px;
          height: 1px;
          overflow: hidden;
          clip-path: inset(50%);
        }
        .pause {
          min-width: 0;
        }
      }
      @container toolbar (max-width: 680px) {
        warren-search {
          flex-basis: 100%;
          max-width: none;
        }
      }
      @media (forced-colors: active) {
        .chip[aria-pressed='true'],
        .pause[aria-pressed='true'] {
          background: Highlight;
          color: HighlightText;
          forced-color-adjust: none;
        }
        .chip[aria-pressed='true'] .icon {
          color: inherit;
        }
      }
    `,
  ]

  @property() source: Source = 'live'
  @property() query = ''
  @property({ attribute: false }) problem: QueryProblem | null = null
  @property({ attribute: false }) known: KnownValues | null = null
  @property({ attribute: false }) saved: readonly SavedFilter[] = []
  @property({ attribute: false }) chosen: readonly string[] = []
  /** Tasks by state; a state that is missing is not known under the present filter. */
  @property({ attribute: false }) counts: Readonly<Record<string, number>> = {}
  @property({ type: Boolean }) partial = false
  @property({ type: Boolean }) paused = false
  /** Why no task can be sent, or null when it can. */
  @property() refusal: string | null = null

  @element('warren-search') private readonly search!: SearchField | null
  /** A state that was there once keeps its chip: chips that come and go move the others under the pointer. */
  readonly #met = new Set<string>()

  /** Puts the cursor into the filter. */
  focusFilter(): void {
    this.search?.focus()
  }

  protected override render(): TemplateResult {
    const states = chipStates(this.counts, [...this.chosen, ...this.#met])
    for (const state of states) this.#met.add(state)
    const isLive = this.source === 'live'
    return html`<div class="tools">
      <warren-source .source=${this.source}></warren-source>
      <warren-search
        .query=${this.query}
        .problem=${this.problem}
        .known=${this.known}
        .saved=${this.saved}
        ?narrowed=${this.query.trim() !== '' || this.chosen.length > 0}
      ></warren-search>
      <div class="chips ${states.length > 6 ? 'many' : ''}" role="group" aria-label="Filter by state">
        ${repeat(
          states,
          (state) => state,
          (state) => this.#renderChip(state),
        )}
      </div>
      <div class="actions">
        <button
          class="button pause"
          ?hidden=${!isLive}
          aria-pressed=${this.paused}
          title=${this.paused ? 'Let the list go on' : 'Hold the list still'}
          @click=${() => emit(this, 'warren-pause', !this.paused)}
        >
          ${icon(this.paused ? 'play' : 'debug-pause', 'small')} <span class="label">${this.paused ? 'Resume' : 'Pause'}</span>
        </button>
        <button
          class="button"
          aria-disabled=${this.refusal !== null}
          title=${this.refusal ?? 'Send a task to a queue'}
          @click=${() => this.refusal === null && emit(this, 'warren-enqueue', null)}
        >
          ${icon('add', 'small')} <span class="label">Enqueue…</span>
        </button>
        ${this.#renderRetry(isLive)} ${this.#renderRevoke(isLive)}
        <button
          class="tool"
          aria-label="Export…"
          title=${isLive ? 'Export these tasks to a file' : 'Export what the history finds to a file'}
          @click=${() => emit(this, 'warren-export', null)}
        >
          ${icon('export')}
        </button>
        <button class="tool" aria-label="Keyboard keys" title="Keyboard keys (?)" @click=${() => emit(this, 'warren-keys', null)}>
          ${icon('question')}
        </button>
      </div>
    </div>`
  }

  #renderRetry(isLive: boolean): TemplateResult {
    const off = !isLive || this.refusal !== null
    return html`<button
      class="tool"
      aria-label="Retry All Matching…"
      aria-disabled=${off}
      title=${this.refusal ?? 'Retry the tasks in this list that failed; Warren shows first how many, and sends nothing before you agree'}
      @click=${() => !off && emit(this, 'warren-retry-matching', null)}
    >
      ${icon('debug-restart')}
    </button>`
  }

  #renderRevoke(isLive: boolean): TemplateResult {
    const off = !isLive || this.refusal !== null
    return html`<button
      class="tool"
      aria-label="Revoke Matching…"
      aria-disabled=${off}
      title=${this.refusal ?? 'Revoke the tasks in this list that have not ended; Warren asks first, with their number'}
      @click=${() => !off && emit(this, 'warren-revoke-matching', null)}
    >
      ${icon('circle-slash')}
    </button>`
  }

  #renderChip(state: string): TemplateResult {
    const look = lookOf(state)
    const count = this.partial && !(state in this.counts) ? '' : formatCount(this.counts[state] ?? 0)
    const pressed = this.chosen.includes(state)
    return html`<button
      class="chip"
      aria-pressed=${pressed}
      title=${look.label}
      @click=${() => emit(this, 'warren-filter-state', state)}
    >
      ${icon(look.icon, pressed ? '' : `tone-${look.tone}`)} <span class="label">${look.label}</span>
      <span class="count numbers" ?hidden=${this.source === 'history'}>${count}</span>
    </button>`
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'warren-toolbar': Toolbar
  }
}
