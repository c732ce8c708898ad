import { LitElement, css, html, nothing } from 'lit'
import type { PropertyValues, TemplateResult } from 'lit'
import { customElement, property, state } from 'lit/decorators.js'
import type { StreamPlace, WaitingMessage } from '../../broker-bridge/protocol/index.ts'
import { lookCount } from '../feed/messages.ts'
import { neighbours, placeOf, placeText } from '../feed/streamPlace.ts'
import { icon } from '../look/icons.ts'
import type { IconName } from '../look/icons.ts'
import { shared } from '../look/shared.ts'

/** Where in a stream to read: its beginning or end, beside what is shown, an offset, or a time. */
@customElement('warren-stream-place')
export class StreamPlaceBar extends LitElement {
  static override styles = [
    shared,
    css`
      :host {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 6px 8px;
        container: place / inline-size;
        flex: 1 1 480px;
      }
      .from {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 6px;
        margin: 0;
      }
      input {
        min-height: 26px;
      }
      input[inputmode] {
        width: 12ch;
      }
      @container place (max-width: 700px) {
        .word {
          position: absolute;
          width: 1px;
          height: 1px;
          overflow: hidden;
          clip-path: inset(50%);
        }
      }
      .problem {
        color: var(--w-bad);
        flex-basis: 100%;
      }
      .problem:empty {
        display: none;
      }
    `,
  ]

  /** Where was read last: the fields begin with it. */
  @property({ attribute: false }) place: StreamPlace = 'first'
  /** What is shown now; null before the first look. */
  @property({ attribute: false }) shown: readonly WaitingMessage[] | null = null
  @property({ attribute: false }) read: (place: StreamPlace) => void = () => undefined
  @state() private kind: 'offset' | 'time' = 'offset'
  @state() private text = ''
  @state() private problem = ''

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has('place') || typeof this.place === 'string') return
    this.kind = typeof this.place === 'number' ? 'offset' : 'time'
    this.text = placeText(this.place)
  }

  protected override render(): TemplateResult {
    const { shown } = this
    const { earlier, later } = neighbours(shown ?? [], this.place)
    return html`${this.#button(`First ${lookCount}`, 'arrow-up', 'first', shown === null)}
      ${shown === null ? nothing : this.#button('Earlier', 'chevron-left', earlier)}
      ${shown === null ? nothing : this.#button('Later', 'chevron-right', later)}
      ${this.#button(`Last ${lookCount}`, 'arrow-down', 'last')} ${this.#renderFrom()}
      <span class="problem" role="status">${this.problem}</span>`
  }

  #button(label: string, sign: IconName, place: StreamPlace | null, main = false): TemplateResult {
    return html`<button
      class="button ${main ? 'main' : ''}"
      aria-disabled=${place === null}
      title=${place === null ? `${label}: there is none.` : label}
      @click=${() => place !== null && this.read(place)}
    >
      ${icon(sign, 'small')} <span class=${main || place === 'first' || place === 'last' ? '' : 'word'}>${label}</span>
    </button>`
  }

  #renderFrom(): TemplateResult {
    const time = this.kind === 'time'
    return html`<span class="from">
      <select
        aria-label="Read from"
        .value=${this.kind}
        @change=${(event: Event) => this.#choose((event.target as HTMLSelectElement).value === 'time' ? 'time' : 'offset')}
      >
        <option value="offset">From offset</option>
        <option value="time">From time</option>
      </select>
      <input
        type=${time ? 'datetime-local' : 'text'}
        inputmode=${time ? nothing : 'numeric'}
        step=${time ? '1' : nothing}
        aria-label=${time ? 'Time, in your time zone' : 'Offset'}
        placeholder=${time ? nothing : '0'}
        maxlength="30"
        autocomplete="off"
        .value=${this.text}
        @input=${(event: Event) => this.#type((event.target as HTMLInputElement).value)}
        @keydown=${(event: KeyboardEvent) => event.key === 'Enter' && this.#go()}
      />
      <button class="button" @click=${() => this.#go()}>Read</button>
    </span>`
  }

  #choose(kind: 'offset' | 'time'): void {
    this.kind = kind
    this.#type('')
  }

  #type(text: string): void {
    this.text = text
    this.problem = ''
  }

  #go(): void {
    const place = placeOf(this.kind, this.text)
    if (typeof place === 'object' && 'problem' in place) this.problem = place.problem
    else this.read(place)
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'warren-stream-place': StreamPlaceBar
  }
}
