import { LitElement, html, nothing } from 'lit'
import type { TemplateResult } from 'lit'
import { customElement, property, state } from 'lit/decorators.js'
import { selectionLimit, visibleLine } from '../../broker-bridge/protocol/index.ts'
import type { ConnectionInfo, ListedTask } from '../../broker-bridge/protocol/index.ts'
import { controlRefusal } from '../feed/notices.ts'
import { byConnection, hasEnded, moreText, nothingSelected, stateCounts } from '../feed/selection.ts'
import type { Selection } from '../feed/selection.ts'
import { emit } from '../look/events.ts'
import { icon } from '../look/icons.ts'
import type { IconName } from '../look/icons.ts'
import { shared } from '../look/shared.ts'
import { formatCount, plural } from '../text/numbers.ts'
import { lookOf } from '../text/taskStates.ts'
import { selectionBarStyles } from './selectionBar.styles.ts'

/** The tasks of one connection that a button acts on. */
interface Part {
  readonly connection: string
  readonly tasks: readonly ListedTask[]
}

/** How many tasks are selected, in which states, and what can be done with them. A request is about one connection. */
@customElement('warren-selection-bar')
export class SelectionBar extends LitElement {
  static override styles = [shared, selectionBarStyles]

  @property({ attribute: false }) tasks: Selection = nothingSelected
  /** Tasks of the list beyond those that could be selected. */
  @property({ type: Number }) more = 0
  /** Selected tasks that the bridge let go. */
  @property({ type: Number }) letGo = 0
  @property({ attribute: false }) connections: readonly ConnectionInfo[] = []
  /** Whether the list shows tasks in memory: what the history found can be old. */
  @property({ type: Boolean }) live = false
  /** The connection to act on, where the user chose one of several. */
  @state() private wanted = ''

  protected override render(): TemplateResult {
    const groups = byConnection(this.tasks)
    const [first = ['', []] as const] = groups
    const [connection, tasks] = groups.has(this.wanted) ? ([this.wanted, groups.get(this.wanted) ?? []] as const) : first
    return html`<div class="bar" role="group" aria-label="Selected tasks" @keydown=${this.#onKey}>
      <span class="count numbers">${formatCount(this.tasks.size)} selected</span>
      <span class="states">${stateCounts(this.tasks).map(renderState)}</span>
      <span class="muted" role="status">${this.#note}</span>
      <span class="acts">
        ${groups.size < 2 ? nothing : this.#renderPlaces(groups, connection)} ${this.#renderActs({ connection, tasks })}
      </span>
      ${this.#renderReason(connection)} ${this.more === 0 ? nothing : this.#renderMore()}
    </div>`
  }

  get #note(): string {
    if (this.letGo > 0) return `${plural(this.letGo, 'task')} let go by Warren`
    return this.tasks.size >= selectionLimit && this.more === 0 ? 'the most at once' : ''
  }

  #renderMore(): TemplateResult {
    return html`<span class="more">
      ${moreText(this.tasks, this.more, this.live ? 'live' : 'history')}
      ${
        this.live
          ? html`<button class="link" @click=${() => emit(this, 'warren-retry-matching', null)}>Retry All Matching…</button>
              <button class="link" @click=${() => emit(this, 'warren-revoke-matching', null)}>Revoke All Matching…</button>`
          : nothing
      }
    </span>`
  }

  #renderPlaces(groups: ReadonlyMap<string, readonly ListedTask[]>, chosen: string): TemplateResult {
    const names = new Map(this.connections.map(({ id, name }) => [id, name]))
    return html`<label class="place" title="Retry and revoke act on one connection at a time: choose which">
      <span>On</span>
      <select
        aria-label="Connection to act on"
        @change=${(event: Event) => event.target instanceof HTMLSelectElement && (this.wanted = event.target.value)}
      >
        ${[...groups].map(
          ([id, { length }]) =>
            html`<option value=${id} ?selected=${id === chosen} .selected=${id === chosen}>
              ${visibleLine(names.get(id) ?? id, 60)} (${formatCount(length)})
            </option>`,
        )}
      </select>
    </label>`
  }

  #renderActs({ connection, tasks }: Part): TemplateResult {
    const refusal = this.#refusal(connection)
    const open = tasks.some((task) => !hasEnded(task))
    const ids = tasks.map(({ id }) => id)
    // What the bridge does not hold it takes for waiting; the history knows better.
    const revocable = this.live ? ids : tasks.filter((task) => !hasEnded(task)).map(({ id }) => id)
    const what = plural(this.tasks.size, 'id')
    return html`${act(
      {
        label: 'Retry…',
        sign: 'debug-restart',
        refusal,
        hint: `Run ${plural(ids.length, 'task')} again; Warren shows first what would be sent`,
      },
      () => emit(this, 'warren-retry-many', { connection, target: { by: 'ids', ids } }),
    )}
    ${act(
      {
        ...{ label: 'Revoke…', sign: 'circle-slash' },
        refusal: refusal ?? (open ? null : 'All of these tasks have ended: there is nothing to revoke.'),
        hint: 'Workers drop these tasks when they would start them. Warren asks first, with their number',
      },
      () => emit(this, 'warren-revoke', { connection, target: { by: 'ids', ids: revocable }, terminate: false }),
    )}
    ${act({ label: 'Copy Ids', sign: 'copy', quiet: true, refusal: null, hint: `Copy ${what}, one a line` }, () =>
      emit(this, 'warren-copy', { text: [...this.tasks.values()].map(({ id }) => id).join('\n'), what }),
    )}
    ${act({ label: 'Clear', sign: 'close', quiet: true, refusal: null, hint: 'Select nothing (Escape)' }, () => this.#clear())}`
  }

  #renderReason(connection: string): TemplateResult | typeof nothing {
    const refusal = this.#refusal(connection)
    return refusal === null ? nothing : html`<span class="reason">${refusal}</span>`
  }

  #refusal(id: string): string | null {
    const connection = this.connections.find((one) => one.id === id)
    return connection ? controlRefusal(connection) : 'This connection is closed.'
  }

  #onKey(event: KeyboardEvent): void {
    if (event.key !== 'Escape') return
    event.stopPropagation()
    this.#clear()
  }

  #clear(): void {
    emit(this, 'warren-choose', { tasks: nothingSelected, more: 0 })
    emit(this, 'warren-leave-detail', null)
  }
}

function renderState({ state, count }: { readonly state: string; readonly count: number }): TemplateResult {
  const { icon: sign, tone, label } = lookOf(state)
  return html`<span class="state" title=${`${formatCount(count)} ${label}`}
    >${icon(sign, `small tone-${tone}`)} <span class="numbers">${formatCount(count)}</span>
    <span class="label">${label}</span></span
  >`
}

interface Act {
  readonly label: string
  readonly sign: IconName
  /** Why it cannot be done; null where it can. */
  readonly refusal: string | null
  readonly hint: string
  /** Whether its icon is enough in little room. */
  readonly quiet?: boolean
}

function act({ label, sign, refusal, hint, quiet = false }: Act, press: () => void): TemplateResult {
  return html`<button
    class="button ${quiet ? 'quiet' : ''}"
    aria-disabled=${refusal !== null}
    title=${refusal ?? hint}
    @click=${() => refusal === null && press()}
  >
    ${icon(sign, 'small')} <span class="label">${label}</span>
  </button>`
}

declare global {
  interface HTMLElementTagNameMap {
    'warren-selection-bar': SelectionBar
  }
}
