import { LitElement, html, nothing } from 'lit'
import type { PropertyValues, TemplateResult } from 'lit'
import { customElement, property, query as element, state } from 'lit/decorators.js'
import { completeQuery, typedQueryLimit, visibleLine } from '../../broker-bridge/protocol/index.ts'
import type { Completion, KnownValues, QueryProblem, SavedFilter } from '../../broker-bridge/protocol/index.ts'
import { emit } from '../look/events.ts'
import { icon } from '../look/icons.ts'
import { shared } from '../look/shared.ts'
import './savedFilters.ts'
import { searchFieldStyles } from './searchField.styles.ts'

/** How long after the last key the query is sent. */
const typingMilliseconds = 120
/** Characters shown around the part of a query that is wrong. */
const context = 24

/** The query of the feed: a field that completes fields and values, and says calmly what cannot be read. */
@customElement('warren-search')
export class SearchField extends LitElement {
  static override styles = [shared, searchFieldStyles]

  @property() query = ''
  @property({ attribute: false }) problem: QueryProblem | null = null
  @property({ attribute: false }) known: KnownValues | null = null
  @property({ attribute: false }) saved: readonly SavedFilter[] = []
  /** Whether there is anything to save: words or states. */
  @property({ type: Boolean }) narrowed = false

  /** Where the caret was when the list was opened or moved; null while it is closed. */
  @state() private caret: number | null = null
  /** The option that Enter takes; -1 while none was chosen. */
  @state() private active = -1
  @element('input') private readonly input!: HTMLInputElement | null
  #typing: ReturnType<typeof setTimeout> | undefined

  /** Puts the cursor into the field. */
  override focus(): void {
    this.input?.focus()
    this.input?.select()
  }

  protected override updated(changed: PropertyValues<this>): void {
    // While somebody types, the field is ahead of what was sent; it must not be set back by a picture that arrives.
    if (changed.has('query') && this.#typing === undefined && this.input) this.input.value = this.query
    if (this.active >= 0) this.renderRoot.querySelector('[aria-selected=true]')?.scrollIntoView({ block: 'nearest' })
  }

  protected override render(): TemplateResult {
    const completions = this.#completions
    return html`<div class="field" role="search">
        ${icon('search')}
        <input
          type="search"
          role="combobox"
          maxlength=${typedQueryLimit}
          spellcheck="false"
          autocomplete="off"
          aria-label="Find tasks by words or fields"
          aria-autocomplete="list"
          aria-haspopup="listbox"
          aria-expanded=${completions.length > 0}
          aria-controls="completions"
          aria-activedescendant=${this.active >= 0 ? `completion-${this.active}` : nothing}
          aria-invalid=${this.problem !== null}
          aria-describedby=${this.problem ? 'problem' : nothing}
          aria-keyshortcuts="/"
          placeholder="Find: words, state:failed, name:shop.*"
          @input=${this.#onInput}
          @keydown=${this.#onKey}
          @click=${this.#openList}
          @focus=${this.#onFocus}
          @blur=${this.#onBlur}
        />
        <div class="tools">
          ${
            this.query === ''
              ? nothing
              : html`<button class="tool" aria-label="Clear the search" title="Clear the search" @click=${() => this.#send('')}>
                  ${icon('close', 'small')}
                </button>`
          }
          <warren-saved-filters
            .saved=${this.saved}
            .suggestion=${this.query}
            ?savable=${this.narrowed && this.problem === null}
          ></warren-saved-filters>
        </div>
      </div>
      <div class="below">
        ${this.problem ? this.#renderProblem(this.problem, completions.length > 0) : nothing}${this.#renderList(completions)}
      </div>`
  }

  #renderProblem({ problem, at, length }: QueryProblem, stillWriting: boolean): TemplateResult {
    const before = visibleLine(this.query.slice(Math.max(0, at - context), at), context)
    const wrong = visibleLine(this.query.slice(at, at + length), context)
    const after = visibleLine(this.query.slice(at + length, at + length + context), context)
    return html`<div class="problem" id="problem" role="status" ?hidden=${stillWriting}>
      ${problem}${length === 0 ? nothing : html`<span class="place mono">${before}<mark>${wrong}</mark>${after}</span>`}
    </div>`
  }

  #renderList(completions: readonly Completion[]): TemplateResult | typeof nothing {
    // The listbox is there even while it is closed: the field names it.
    return html`<ul
      id="completions"
      role="listbox"
      aria-label="Completions"
      ?hidden=${completions.length === 0}
      @pointerdown=${(event: Event) => event.preventDefault()}
    >
      ${completions.map(
        (completion, index) =>
          html`<li
            id="completion-${index}"
            role="option"
            aria-selected=${index === this.active}
            @click=${() => this.#accept(completion)}
          >
            <span class="label mono">${visibleLine(completion.label, 200)}</span>
            <span class="detail">${completion.detail}</span>
          </li>`,
      )}
    </ul>`
  }

  get #completions(): readonly Completion[] {
    return this.caret === null || this.known === null ? [] : completeQuery(this.input?.value ?? '', this.caret, this.known)
  }

  #openList(): void {
    this.caret = this.input?.selectionStart ?? 0
    this.active = -1
  }

  #close(): void {
    this.caret = null
    this.active = -1
  }

  #onFocus(): void {
    emit(this, 'warren-searching', true)
    if (this.input?.value === '') this.#openList()
  }

  #onBlur(): void {
    emit(this, 'warren-searching', false)
    this.#close()
  }

  #onInput(): void {
    const value = this.input?.value ?? ''
    this.#openList()
    clearTimeout(this.#typing)
    this.#typing = setTimeout(() => this.#send(value), typingMilliseconds)
  }

  #onKey(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || !this.#act(event.key)) return
    event.preventDefault()
    event.stopPropagation()
  }

  /** Whether the key meant something here. */
  #act(key: string): boolean {
    const completions = this.#completions
    const chosen = completions[this.active]
    if ((key === 'Enter' || key === 'Tab') && chosen) return this.#accept(chosen)
    if (key === 'Enter') return this.#sendNow()
    if (key === 'Escape') return this.#leave(completions.length > 0)
    const step = { ArrowDown: 1, ArrowUp: -1 }[key]
    if (step === undefined) return false
    if (completions.length === 0) this.#openList()
    // One place more than there are options: past the ends lies the field itself.
    else this.active = ((this.active + 1 + step + completions.length + 1) % (completions.length + 1)) - 1
    return true
  }

  #sendNow(): boolean {
    this.#close()
    this.#send(this.input?.value ?? '')
    return true
  }

  #leave(isOpen: boolean): boolean {
    this.#close()
    if (isOpen) return true
    if (this.input?.value === '') return false
    this.#send('')
    return true
  }

  #accept({ insert, from, to }: Completion): boolean {
    const { input } = this
    if (!input) return false
    input.setRangeText(insert, from, to, 'end')
    this.#send(input.value)
    this.#openList()
    return true
  }

  #send(value: string): void {
    clearTimeout(this.#typing)
    this.#typing = undefined
    if (this.input && this.input.value !== value) this.input.value = value
    emit(this, 'warren-filter-query', value)
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'warren-search': SearchField
  }
}
