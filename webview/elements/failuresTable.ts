import { LitElement, html, nothing } from 'lit'
import type { PropertyValues, TemplateResult } from 'lit'
import { customElement, property, query, state } from 'lit/decorators.js'
import { repeat } from 'lit/directives/repeat.js'
import type { ConnectionInfo, FailureGroup, FailureMark, FailurePicture } from '../../broker-bridge/protocol/index.ts'
import { groupKey, groupsText, mostShown } from '../feed/failureGroups.ts'
import { controlRefusal } from '../feed/notices.ts'
import { emit } from '../look/events.ts'
import { icon } from '../look/icons.ts'
import { shared } from '../look/shared.ts'
import { formatCount, plural } from '../text/numbers.ts'
import { failureRow } from './failureRow.ts'
import { actionButtons, markChips } from './failuresBar.ts'
import type { FailureDeeds } from './failuresBar.ts'
import { failuresStyles } from './failures.styles.ts'

/** What was resolved is out of the way until it comes back. */
const openMarks: ReadonlySet<FailureMark> = new Set(['new', 'known'])

/** The failure inbox: groups of failures, to be looked at and decided about one by one or several at a time. */
@customElement('warren-failures')
export class FailuresTable extends LitElement {
  static override styles = [shared, failuresStyles]

  @property({ attribute: false }) picture: FailurePicture | null = null
  @property({ attribute: false }) connections: readonly ConnectionInfo[] = []
  @property({ type: Number }) now = 0
  @state() private shownMarks = openMarks
  @state() private chosen: ReadonlySet<string> = new Set()
  @state() private cursor: string | null = null
  @query('[role=listbox]') private readonly list!: HTMLElement | null

  #groups: readonly FailureGroup[] = []
  /** While somebody aims at a row all keep their places, and what is new goes to the end. */
  readonly #places = new Map<string, number>()
  #hovered = false
  #focused = false

  protected override willUpdate(changed: PropertyValues<this>): void {
    const groups = this.picture?.groups ?? []
    if (!this.#hovered && !this.#focused) this.#places.clear()
    for (const group of groups) if (!this.#places.has(groupKey(group))) this.#places.set(groupKey(group), this.#places.size)
    const place = (group: FailureGroup): number => this.#places.get(groupKey(group)) ?? 0
    this.#groups = groups.filter(({ mark }) => this.shownMarks.has(mark)).sort((one, other) => place(one) - place(other))
    if (changed.has('picture')) this.#letGo()
  }

  protected override render(): TemplateResult {
    if (this.picture === null) return html`<p class="whole">${icon('loading', 'spin')}<span class="sr">Loading</span></p>`
    if (this.picture.total === 0)
      return nothingHere(
        'No failures',
        'When a task fails, it appears here together with all others that failed for the same reason.',
      )
    return html`
      ${this.#renderBar(this.picture)}
      ${
        this.#groups.length === 0
          ? nothingHere(
              'Nothing left to look at',
              'Every group bears a mark that is not shown. A group that fails again after it was resolved comes back by itself.',
            )
          : this.#renderList()
      }
    `
  }

  #renderBar({ groups }: FailurePicture): TemplateResult {
    const concerned = this.#concerned
    const deeds: FailureDeeds = {
      showTasks: () => emit(this, 'warren-show-failures', concerned),
      retry: () => this.#retry(concerned),
      mark: (mark) => this.#mark(concerned, mark),
      copy: () => emit(this, 'warren-copy', { text: groupsText(concerned), what: plural(concerned.length, 'group') }),
    }
    return html`<div class="bar">
      ${markChips(groups, this.shownMarks, (mark) => this.#toggleMark(mark))}
      <div class="actions" role="group" aria-label="Actions">
        <span class="told numbers">${this.chosen.size > 0 ? `${formatCount(this.chosen.size)} selected` : ''}</span>
        ${actionButtons(concerned, this.#refusal(concerned), deeds)}
      </div>
    </div>`
  }

  #renderList(): TemplateResult {
    const cursor = this.#groups.findIndex((group) => groupKey(group) === this.cursor)
    const several = this.connections.length > 1
    return html`<div class="list" @pointerenter=${() => (this.#hovered = true)} @pointerleave=${() => this.#leave()}>
      <div
        role="listbox"
        tabindex="0"
        aria-label="Groups of failures, newest first"
        aria-multiselectable="true"
        aria-activedescendant=${cursor < 0 ? nothing : `group-${cursor}`}
        @keydown=${this.#onKey}
        @click=${this.#onClick}
        @dblclick=${() => this.#showTasks()}
        @focus=${() => this.#enter()}
        @blur=${() => (this.#focused = false)}
      >
        ${repeat(this.#groups, groupKey, (group, index) =>
          failureRow(group, {
            index,
            now: this.now,
            cursor: index === cursor,
            chosen: this.chosen.has(groupKey(group)),
            connection: several ? (this.connections.find(({ id }) => id === group.connection)?.name ?? group.connection) : null,
          }),
        )}
      </div>
      ${this.#renderLimits()}
    </div>`
  }

  #renderLimits(): TemplateResult | typeof nothing {
    const { groups = [], total = 0, letGo = 0 } = this.picture ?? {}
    if (total <= groups.length && letGo === 0) return nothing
    const held = total > groups.length ? `These are the ${formatCount(groups.length)} newest of ${plural(total, 'group')}.` : ''
    const gone = letGo > 0 ? `${plural(letGo, 'older group')} let go, because Warren holds a bounded number.` : ''
    return html`<p class="limits">${[held, gone].filter(Boolean).join(' ')}</p>`
  }

  #retry(groups: readonly FailureGroup[]): void {
    const [first] = groups
    const target = { by: 'failures' as const, fingerprints: groups.map(({ fingerprint }) => fingerprint) }
    if (first) emit(this, 'warren-retry-many', { connection: first.connection, target })
  }

  /** Why nothing can be sent to a broker of these groups; empty where it can. */
  #refusal(groups: readonly FailureGroup[]): string {
    const concerned = this.connections.filter(({ id }) => groups.some(({ connection }) => connection === id))
    if (concerned.length > 1) return 'These groups are of several brokers: choose those of one.'
    return concerned.map(controlRefusal).find((reason) => reason !== null) ?? ''
  }

  /** What an action acts on: the groups that were selected or, where none is, the one under the cursor. */
  get #concerned(): readonly FailureGroup[] {
    if (this.chosen.size === 0) return this.#groups.filter((group) => groupKey(group) === this.cursor)
    return this.#groups.filter((group) => this.chosen.has(groupKey(group)))
  }

  /** What is no longer shown is no longer selected. */
  #letGo(): void {
    const shown = new Set(this.#groups.map(groupKey))
    const kept = [...this.chosen].filter((key) => shown.has(key))
    if (kept.length !== this.chosen.size) this.chosen = new Set(kept)
  }

  #toggleMark(mark: FailureMark): void {
    this.shownMarks = flipped(this.shownMarks, mark)
    this.chosen = new Set()
  }

  #mark(groups: readonly FailureGroup[], mark: FailureMark): void {
    const under = this.#groups.findIndex((group) => groupKey(group) === this.cursor)
    emit(this, 'warren-mark-failures', { groups, mark })
    this.chosen = new Set()
    // A row that is about to leave hands its cursor to the next one.
    const gone = new Set(this.shownMarks.has(mark) ? [] : groups)
    const next = this.#groups.slice(under).find((group) => !gone.has(group)) ?? this.#groups.findLast((group) => !gone.has(group))
    if (under >= 0) this.cursor = next ? groupKey(next) : null
    this.list?.focus()
  }

  #showTasks(): boolean {
    const groups = this.#concerned
    if (groups.length > 0 && groups.length <= mostShown) emit(this, 'warren-show-failures', groups)
    return true
  }

  #enter(): void {
    this.#focused = true
    if (this.cursor === null && this.#groups[0]) this.cursor = groupKey(this.#groups[0])
  }

  #leave(): void {
    this.#hovered = false
    this.requestUpdate()
  }

  #onClick(event: MouseEvent): void {
    const target = event.target instanceof Element ? event.target : null
    const key = target?.closest<HTMLElement>('[data-key]')?.dataset['key']
    if (key === undefined) return
    this.cursor = key
    if (target?.closest('.check') || event.ctrlKey || event.metaKey) this.chosen = flipped(this.chosen, key)
  }

  #onKey(event: KeyboardEvent): void {
    const all = (event.ctrlKey || event.metaKey) && event.key === 'a'
    if (!all && (event.ctrlKey || event.metaKey || event.altKey)) return
    const handled = all ? this.#chooseAll() : this.#act(event.key)
    if (handled) event.preventDefault()
  }

  #act(key: string): boolean {
    if (key === 'Enter') return this.#showTasks()
    if (key === 'Escape') return this.#forget()
    if (key === ' ') return this.#flip()
    const last = this.#groups.length - 1
    const from = this.#groups.findIndex((group) => groupKey(group) === this.cursor)
    const steps: Readonly<Record<string, number>> = {
      ArrowDown: 1,
      j: 1,
      ArrowUp: -1,
      k: -1,
      PageDown: 8,
      PageUp: -8,
      Home: -last,
      End: last,
    }
    const step = steps[key]
    if (step === undefined) return false
    this.#moveTo(Math.min(last, Math.max(0, from + step)))
    return true
  }

  #moveTo(index: number): void {
    const group = this.#groups[index]
    if (!group) return
    this.cursor = groupKey(group)
    this.renderRoot.querySelector(`#group-${index}`)?.scrollIntoView({ block: 'nearest' })
  }

  #flip(): boolean {
    if (this.cursor !== null) this.chosen = flipped(this.chosen, this.cursor)
    return true
  }

  #chooseAll(): boolean {
    this.chosen = new Set(this.#groups.map(groupKey))
    return true
  }

  #forget(): boolean {
    this.chosen = new Set()
    this.list?.blur()
    return true
  }
}

function nothingHere(title: string, text: string): TemplateResult {
  return html`<div class="whole">
    ${icon('pass')}
    <h2>${title}</h2>
    <p>${text}</p>
  </div>`
}

function flipped<T>(set: ReadonlySet<T>, member: T): ReadonlySet<T> {
  const next = new Set(set)
  if (!next.delete(member)) next.add(member)
  return next
}

declare global {
  interface HTMLElementTagNameMap {
    'warren-failures': FailuresTable
  }
}
