import { LitElement, css, html } from 'lit'
import type { TemplateResult } from 'lit'
import { customElement, property } from 'lit/decorators.js'
import { emit } from '../look/events.ts'
import { shared } from '../look/shared.ts'

const smallest = 20
const largest = 75

/** The movable line between list and detail, by pointer or arrow keys. Sizes are percent of what both share. */
@customElement('warren-splitter')
export class Splitter extends LitElement {
  static override styles = [
    shared,
    css`
      :host {
        position: relative;
        z-index: 3;
        flex: none;
      }
      div {
        position: absolute;
        touch-action: none;
        outline: none;
      }
      .column {
        inset: 0 -3px;
        cursor: col-resize;
      }
      .row {
        inset: -3px 0;
        cursor: row-resize;
      }
      div:hover,
      div:focus-visible,
      div:active {
        background: var(--vscode-sash-hoverBorder, var(--w-focus));
      }
    `,
  ]

  @property({ type: Number }) size = 40
  @property({ type: Boolean }) stacked = false

  protected override render(): TemplateResult {
    return html`<div
      class=${this.stacked ? 'row' : 'column'}
      role="separator"
      tabindex="0"
      aria-label="Size of the task pane"
      aria-orientation=${this.stacked ? 'horizontal' : 'vertical'}
      aria-valuenow=${Math.round(this.size)}
      aria-valuemin=${smallest}
      aria-valuemax=${largest}
      @pointerdown=${this.#grab}
      @keydown=${this.#onKey}
    ></div>`
  }

  #grab(event: PointerEvent): void {
    const handle = event.currentTarget
    if (!(handle instanceof HTMLElement)) return
    handle.setPointerCapture(event.pointerId)
    const move = (to: PointerEvent): void => this.#set(this.#sizeAt(to))
    handle.addEventListener('pointermove', move)
    handle.addEventListener('lostpointercapture', () => handle.removeEventListener('pointermove', move), { once: true })
    event.preventDefault()
  }

  #sizeAt({ clientX, clientY }: PointerEvent): number {
    const box = this.parentElement?.getBoundingClientRect() ?? this.getBoundingClientRect()
    return this.stacked ? ((box.bottom - clientY) / box.height) * 100 : ((box.right - clientX) / box.width) * 100
  }

  #onKey(event: KeyboardEvent): void {
    const step = { ArrowLeft: 2, ArrowUp: 2, ArrowRight: -2, ArrowDown: -2 }[event.key]
    if (step === undefined) return
    event.preventDefault()
    event.stopPropagation()
    this.#set(this.size + step)
  }

  #set(size: number): void {
    // Taken at once: the next key may come before the page has rendered this one.
    this.size = Math.min(largest, Math.max(smallest, size))
    emit(this, 'warren-pane-size', this.size)
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'warren-splitter': Splitter
  }
}
