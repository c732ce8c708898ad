import { LitElement, css, html, nothing } from 'lit'
import type { TemplateResult } from 'lit'
import { customElement, property, state } from 'lit/decorators.js'
import type { StreamPlace, WaitingMessage } from '../../broker-bridge/protocol/index.ts'
import { lookCount } from '../feed/messages.ts'
import { neighbours, placeOf } from '../feed/streamPlace.ts'
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
      .problem {
        color: var(--w-bad);
        flex-basis: 100%;
      }
      .problem:empty {
        display: none;
      }
    `,
  ]

  /** What is shown now; null before the first look. */
  @property({ attribute: false }) shown: readonly WaitingMessage[] | null = null
  @property({ attribute: false }) read: (place: StreamPlace) => void = () => undefined
  @state() private kind: 'offset' | 'time' = 'offset'
  @state() private text = ''
  @state() private problem = ''

  protected override render(): TemplateResult {
    const { shown } = this
    const { earlier, later } = neighbours(shown ?? [])
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
      title=${place === null ? 'There is none.' : nothing}
      @click=${() => place !== null && this.read(place)}
    >
      ${icon(sign, 'small')} ${label}
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
