import { LitElement, css, html, nothing } from 'lit'
import type { PropertyValues, TemplateResult } from 'lit'
import { customElement, property, state } from 'lit/decorators.js'
import { keyed } from 'lit/directives/keyed.js'
import { messageOf, visibleLine, visibleText } from '../../broker-bridge/protocol/index.ts'
import type { Death, TaskKey, WaitingMessage } from '../../broker-bridge/protocol/index.ts'
import { kindText, lineOf, taskOf } from '../feed/messages.ts'
import type { ShownQueue } from '../feed/messages.ts'
import { emit } from '../look/events.ts'
import { icon } from '../look/icons.ts'
import { shared } from '../look/shared.ts'
import { formatCount } from '../text/numbers.ts'
import { formatMoment } from '../text/times.ts'
import { detailStyles, sectionStyles } from './detail.styles.ts'
import './detailValue.ts'
import { messageBody, messageBodyStyles } from './messagesBody.ts'
import { messageFacts } from './messagesFacts.ts'
import { taskName } from './taskRow.ts'

/** One waiting message with everything it holds. Nothing of it is executed or rendered. */
@customElement('warren-message')
export class MessageDetail extends LitElement {
  static override styles = [
    shared,
    sectionStyles,
    detailStyles,
    messageBodyStyles,
    css`
      table {
        width: 100%;
        border-collapse: collapse;
      }
      th,
      td {
        padding: 2px 10px 2px 0;
        text-align: start;
        vertical-align: baseline;
        overflow-wrap: anywhere;
        unicode-bidi: isolate;
      }
      th {
        color: var(--w-muted);
        font-weight: 400;
        white-space: nowrap;
      }
      .orphan span {
        min-width: 0;
        overflow-wrap: anywhere;
      }
    `,
  ]

  @property({ attribute: false }) message: WaitingMessage | null = null
  @property({ attribute: false }) queue: ShownQueue | null = null
  @property({ type: Number }) now = 0
  @property({ type: Boolean }) inVsCode = false
  /** Gives the message with its body whole. */
  @property({ attribute: false }) load: (mark: string) => Promise<WaitingMessage> = () =>
    Promise.reject(new Error('Nothing to load.'))
  /** Whether the feed knows a task. */
  @property({ attribute: false }) isKnown: (task: TaskKey) => Promise<boolean> = () => Promise.resolve(false)
  @state() private whole: WaitingMessage | null = null
  @state() private problem: string | null = null
  @state() private task: TaskKey | null = null

  /** Puts the keyboard into the pane. */
  override focus(): void {
    this.renderRoot.querySelector<HTMLElement>('section')?.focus()
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    const before = changed.get('message')
    if (!changed.has('message') || (before && this.message && lineOf(before) === lineOf(this.message))) return
    this.whole = null
    this.problem = null
    this.task = null
    void this.#askForTask()
  }

  protected override render(): TemplateResult {
    const message = this.whole ?? this.message
    return html`<section tabindex="-1" aria-label="Message" @keydown=${this.#onKey}>
      <button
        class="tool close"
        aria-label="Close the message"
        title="Close (Escape in the list)"
        @click=${() => emit(this, 'warren-message', null)}
      >
        ${icon('close')}
      </button>
      ${message ? this.#renderMessage(message) : html`<p class="quiet">Choose a message to see what it holds.</p>`}
    </section>`
  }

  #renderMessage(message: WaitingMessage): TemplateResult {
    return html`
      <h2>${message.name === null ? kindText(message) : taskName(message.name)}</h2>
      <div class="under">
        <span>${kindText(message)}, ${this.#placeText(message)}</span>
        ${message.id === null ? nothing : this.#renderId(message.id)}
        ${
          this.task
            ? html`<button class="link" @click=${() => emit(this, 'warren-select', this.task)}>Show Task in the Feed</button>`
            : nothing
        }
      </div>
      ${message.problem === null ? nothing : html`<p class="orphan">${icon('warning', 'tone-again')} <span>${visibleText(message.problem, 2_000)}</span></p>`}
      ${this.#renderActions(message)} ${messageFacts(message, this.now)} ${keyed(lineOf(message), this.#renderContents(message))}
    `
  }

  #placeText({ position }: WaitingMessage): string {
    return position === 1 ? 'at the head of the queue' : `number ${formatCount(position)}`
  }

  #renderId(id: string): TemplateResult {
    return html`<button
      class="id mono"
      title="Copy the id"
      @click=${() => emit(this, 'warren-copy', { text: id, what: 'the id' })}
    >
      ${visibleLine(id)} ${icon('copy', 'small')}
    </button>`
  }

  #renderActions({ mark }: WaitingMessage): TemplateResult | typeof nothing {
    const { queue } = this
    if (!this.inVsCode || !queue) return nothing
    return html`<div class="actions">
      <button class="button" @click=${() => emit(this, 'warren-open-body', { ...queue, mark })}>
        ${icon('go-to-file', 'small')} Open Body
      </button>
    </div>`
  }

  #renderContents(message: WaitingMessage): TemplateResult {
    const { args, kwargs, canvas, deaths, headers, properties } = message
    return html`
      ${valueOf('Arguments', args)} ${kwargs === '{}' && args !== null ? nothing : valueOf('Keyword arguments', kwargs)}
      ${valueOf('Callbacks, chain and chord', canvas)} ${deaths.length === 0 ? nothing : deathsTable(deaths)}
      ${messageBody(message, () => void this.#loadWhole(message.mark))}
      ${this.problem === null ? nothing : html`<p class="reason" role="alert">${visibleText(this.problem, 1_000)}</p>`}
      ${valueOf('Headers', headers)} ${valueOf('Properties', properties)}
    `
  }

  async #loadWhole(mark: string): Promise<void> {
    this.problem = null
    try {
      const whole = await this.load(mark)
      // The place of a message that is told again is the one where it was seen.
      if (this.message?.mark === mark) this.whole = { ...whole, position: this.message.position }
    } catch (error) {
      this.problem = messageOf(error)
    }
  }

  async #askForTask(): Promise<void> {
    const task = this.message && this.queue && taskOf(this.queue.connection, this.message)
    if (task && (await this.isKnown(task)) && this.message?.id === task.id) this.task = task
  }

  #onKey(event: KeyboardEvent): void {
    if (event.key !== 'Escape') return
    event.stopPropagation()
    emit(this, 'warren-leave-message', null)
  }
}

function valueOf(heading: string, text: string | null): TemplateResult | typeof nothing {
  return text === null ? nothing : html`<warren-value .heading=${heading} .text=${text}></warren-value>`
}

function deathsTable(deaths: readonly Death[]): TemplateResult {
  return html`<h3>Dead-lettered</h3>
    <table>
      <thead>
        <tr>
          <th scope="col">Reason</th>
          <th scope="col">Queue</th>
          <th scope="col">Came by</th>
          <th scope="col">Times</th>
          <th scope="col">At</th>
        </tr>
      </thead>
      <tbody>
        ${deaths.map(
          ({ reason, queue, exchange, routingKeys, count, at }) =>
            html`<tr>
              <td>${visibleLine(reason, 100)}</td>
              <td>${visibleLine(queue)}</td>
              <td>${visibleLine(exchange === '' ? 'default exchange' : exchange)}, ${visibleLine(routingKeys.join(' '))}</td>
              <td class="numbers">${formatCount(count)}</td>
              <td class="numbers">${formatMoment(at)}</td>
            </tr>`,
        )}
      </tbody>
    </table>`
}

declare global {
  interface HTMLElementTagNameMap {
    'warren-message': MessageDetail
  }
}
