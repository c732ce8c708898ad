import { LitElement, css, html, nothing } from 'lit'
import type { TemplateResult } from 'lit'
import { customElement, property, state } from 'lit/decorators.js'
import type { TaskDetail } from '../../broker-bridge/protocol/index.ts'
import { emit } from '../look/events.ts'
import { icon } from '../look/icons.ts'
import { shared } from '../look/shared.ts'
import { celeryCall, pythonCall } from '../text/taskCalls.ts'
import type { TaskCall } from '../text/taskCalls.ts'
import { taskJson } from '../text/taskJson.ts'

interface Item {
  readonly title: string
  readonly copy: (task: TaskDetail) => { readonly text: string; readonly what: string }
}

const items: readonly Item[] = [
  { title: 'As JSON', copy: (task) => ({ text: taskJson(task), what: 'the task as JSON' }) },
  { title: 'As Python call', copy: (task) => called(pythonCall(task), 'the Python call') },
  { title: 'As celery call line', copy: (task) => called(celeryCall(task), 'the celery call line') },
  { title: 'Id', copy: ({ id }) => ({ text: id, what: 'the id' }) },
]

function called({ text, complete }: TaskCall, what: string): { readonly text: string; readonly what: string } {
  return { text, what: complete ? what : `${what}; its arguments are not known exactly and have to be completed` }
}

/** What of a task can be copied, behind one button. */
@customElement('warren-copy-menu')
export class CopyMenu extends LitElement {
  static override styles = [
    shared,
    css`
      :host {
        position: relative;
        display: inline-block;
      }
      [role='menu'] {
        position: absolute;
        inset-inline-start: 0;
        top: calc(100% + 2px);
        z-index: 5;
        display: grid;
        min-width: max-content;
        padding: 4px;
        border: 1px solid var(--w-line);
        border-radius: 4px;
        background: var(--w-raised);
        box-shadow: 0 2px 8px var(--w-shadow);
      }
      [role='menuitem'] {
        padding: 4px 12px;
        border: 1px solid transparent;
        border-radius: 3px;
        background: none;
        color: var(--w-foreground);
        text-align: start;
      }
      [role='menuitem']:hover,
      [role='menuitem']:focus {
        background: var(--w-hover);
        border-color: var(--vscode-contrastActiveBorder, transparent);
        color: var(--w-strong);
      }
    `,
  ]

  @property({ attribute: false }) task: TaskDetail | null = null
  @state() private open = false

  protected override render(): TemplateResult {
    return html`<button
        class="button"
        aria-haspopup="menu"
        aria-expanded=${this.open}
        @click=${() => this.#show(!this.open)}
        @keydown=${this.#onButtonKey}
      >
        ${icon('copy', 'small')} Copy ${icon('chevron-down', 'small')}
      </button>
      ${
        this.open
          ? html`<div role="menu" aria-label="Copy" @keydown=${this.#onKey} @focusout=${this.#onFocusOut}>
              ${items.map(
                (item) => html`<button role="menuitem" tabindex="-1" @click=${() => this.#copy(item)}>${item.title}</button>`,
              )}
            </div>`
          : nothing
      }`
  }

  #show(open: boolean): void {
    this.open = open
    if (open) void this.updateComplete.then(() => this.#items[0]?.focus())
  }

  #close(): void {
    this.open = false
    this.renderRoot.querySelector('button')?.focus()
  }

  #copy(item: Item): void {
    if (this.task) emit(this, 'warren-copy', item.copy(this.task))
    this.#close()
  }

  get #items(): readonly HTMLElement[] {
    return [...this.renderRoot.querySelectorAll<HTMLElement>('[role=menuitem]')]
  }

  #onButtonKey(event: KeyboardEvent): void {
    if (event.key !== 'ArrowDown' || this.open) return
    event.preventDefault()
    this.#show(true)
  }

  #onKey(event: KeyboardEvent): void {
    const list = this.#items
    const at = list.findIndex((item) => item.matches(':focus'))
    const next = { ArrowDown: at + 1, ArrowUp: at - 1 + list.length, Home: 0, End: list.length - 1 }[event.key]
    if (next === undefined && event.key !== 'Escape') return
    event.preventDefault()
    event.stopPropagation()
    if (next === undefined) this.#close()
    else list[next % list.length]?.focus()
  }

  #onFocusOut(event: FocusEvent): void {
    const to = event.relatedTarget
    if (!(to instanceof Node && this.renderRoot.contains(to))) this.open = false
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'warren-copy-menu': CopyMenu
  }
}
