import { LitElement, html, nothing } from 'lit'
import type { PropertyValues, TemplateResult } from 'lit'
import { customElement, property, query } from 'lit/decorators.js'
import { repeat } from 'lit/directives/repeat.js'
import type { WaitingMessage } from '../../broker-bridge/protocol/index.ts'
import { lineOf } from '../feed/messages.ts'
import { emit } from '../look/events.ts'
import { shared } from '../look/shared.ts'
import { messagesListStyles } from './messagesList.styles.ts'
import { columnCount, messageRow, messagesHeading } from './messagesRow.ts'

const page = 15

/** The messages of one look as a grid with a cursor and a selection, worked as the task list is. */
@customElement('warren-messages-list')
export class MessagesList extends LitElement {
  static override styles = [shared, messagesListStyles]

  @property({ attribute: false }) messages: readonly WaitingMessage[] = []
  /** Lines by `lineOf`. */
  @property({ attribute: false }) chosen: ReadonlySet<string> = new Set()
  @property({ attribute: false }) gone: ReadonlySet<string> = new Set()
  @property({ attribute: false }) cursor: string | null = null
  @property({ type: Number }) now = 0
  @query('.scroller') private readonly scroller!: HTMLElement | null
  /** The line where a selection with Shift began. */
  #anchor: string | null = null

  /** Puts the keyboard into the list. */
  override focus(): void {
    this.scroller?.focus()
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has('cursor')) this.renderRoot.querySelector('.row.cursor')?.scrollIntoView({ block: 'nearest' })
  }

  protected override render(): TemplateResult {
    const cursor = this.#index
    return html`<div
      class="scroller"
      role="grid"
      tabindex="0"
      aria-label="Waiting messages, head of the queue first"
      aria-multiselectable="true"
      aria-rowcount=${this.messages.length + 1}
      aria-colcount=${columnCount}
      aria-activedescendant=${cursor < 0 ? nothing : `message-${cursor}`}
      @keydown=${this.#onKey}
      @click=${this.#onClick}
      @dblclick=${() => emit(this, 'warren-open-message', null)}
      @focus=${this.#onFocus}
    >
      ${messagesHeading()}
      <div class="rows" role="rowgroup">
        ${repeat(this.messages, lineOf, (message, index) =>
          messageRow(message, {
            index,
            now: this.now,
            cursor: index === cursor,
            chosen: this.chosen.has(lineOf(message)),
            gone: this.gone.has(lineOf(message)),
          }),
        )}
      </div>
    </div>`
  }

  get #index(): number {
    return this.messages.findIndex((message) => lineOf(message) === this.cursor)
  }

  /** Where a selection with Shift begins: where the last one did, or at the cursor. */
  get #start(): number {
    const anchor = this.messages.findIndex((message) => lineOf(message) === this.#anchor)
    if (anchor >= 0) return anchor
    const here = this.messages[this.#index]
    this.#anchor = here ? lineOf(here) : null
    return this.#index
  }

  #onFocus(): void {
    if (this.#index < 0) this.#moveTo(0)
  }

  #onClick(event: MouseEvent): void {
    const target = event.target instanceof Element ? event.target : null
    const index = Number(target?.closest<HTMLElement>('[data-index]')?.dataset['index'] ?? Number.NaN)
    const message = this.messages[index]
    if (!message) return
    const from = this.#start
    this.#moveTo(index)
    if (event.shiftKey && from >= 0) this.#choose(this.#between(from, index))
    else if (target?.closest('.check') || event.ctrlKey || event.metaKey) this.#flip(message)
    if (!event.shiftKey) this.#anchor = lineOf(message)
  }

  #onKey(event: KeyboardEvent): void {
    if (event.altKey) return
    const command = event.ctrlKey || event.metaKey
    if (command ? this.#command(event.key) : this.#act(event.key, event.shiftKey)) {
      event.preventDefault()
      event.stopPropagation()
    }
  }

  #command(key: string): boolean {
    if (key !== 'a') return false
    return this.#choose(this.messages.map(lineOf))
  }

  #act(key: string, extend: boolean): boolean {
    const message = this.messages[this.#index]
    if (key === 'Enter') return this.#tell('warren-open-message')
    if (key === '/') return this.#tell('warren-find-message')
    if (key === 'Escape') return this.#leave()
    if (key === ' ') return message ? this.#flip(message) : true
    const last = this.messages.length - 1
    const steps: Readonly<Record<string, number>> = {
      ...{ ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 },
      ...{ PageDown: page, PageUp: -page, Home: -last, End: last },
    }
    const step = steps[key]
    if (step === undefined) return false
    const from = this.#start
    const to = this.#moveTo(this.#index + step)
    if (extend) this.#choose(this.#between(Math.max(0, from), to))
    else this.#anchor = null
    return true
  }

  #tell(name: 'warren-open-message' | 'warren-find-message'): true {
    emit(this, name, null)
    return true
  }

  /** First lets the selection go, then the message. */
  #leave(): true {
    if (this.chosen.size > 0) this.#choose([])
    else emit(this, 'warren-message', null)
    return true
  }

  #moveTo(index: number): number {
    const to = Math.min(this.messages.length - 1, Math.max(0, index))
    const message = this.messages[to]
    if (message) emit(this, 'warren-message', lineOf(message))
    return to
  }

  #between(from: number, to: number): string[] {
    return this.messages.slice(Math.min(from, to), Math.max(from, to) + 1).map(lineOf)
  }

  #flip(message: WaitingMessage): true {
    const line = lineOf(message)
    const others = [...this.chosen].filter((other) => other !== line)
    return this.#choose(this.chosen.has(line) ? others : [...others, line])
  }

  #choose(lines: readonly string[]): true {
    emit(this, 'warren-choose-messages', lines)
    return true
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'warren-messages-list': MessagesList
  }
}
