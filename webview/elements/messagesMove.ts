import { LitElement, css, html, nothing } from 'lit'
import type { TemplateResult } from 'lit'
import { customElement, property, state } from 'lit/decorators.js'
import { confirmed, messageOf, visibleLine, visibleText } from '../../broker-bridge/protocol/index.ts'
import type { Ask, Operation, WaitingMessage } from '../../broker-bridge/protocol/index.ts'
import { chosenOf, everything, problemOf } from '../feed/messages.ts'
import type { ShownQueue, Which } from '../feed/messages.ts'
import { emit } from '../look/events.ts'
import { shared } from '../look/shared.ts'
import { freshKey } from '../session/freshKey.ts'
import type { Session } from '../session/session.ts'
import './dialog.ts'
import { formStyles } from './form.styles.ts'
import { loadQueueNames, queueField } from './messagesQueueField.ts'
import { whichFields } from './messagesWhich.ts'

/** Asks which messages shall go, and where to: to a queue of one's choice, or back to where each died. */
@customElement('warren-messages-move')
export class MessagesMove extends LitElement {
  static override styles = [
    shared,
    formStyles,
    css`
      fieldset {
        margin: 12px 0 0;
        padding: 0;
        border: 0;
      }
      .check {
        margin-top: 4px;
      }
      .pair {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(200px, 1fr));
        gap: 0 14px;
      }
    `,
  ]

  @property({ attribute: false }) session: Session | null = null
  @property({ attribute: false }) queue: ShownQueue | null = null
  @property({ attribute: false }) selected: readonly WaitingMessage[] = []
  @property({ attribute: false }) ready: number | null = null
  @property() what: 'move' | 'return' = 'move'
  @property({ attribute: false }) ask: Ask = () => Promise.resolve(false)
  /** Told what was begun, and about which selected messages. */
  @property({ attribute: false }) began: (operation: Operation, about: readonly WaitingMessage[]) => void = () => undefined
  @state() private which: Which = { scope: 'matching', ...everything }
  @state() private target = ''
  @state() private queues: readonly string[] = []
  @state() private failure: string | null = null
  @state() private sending = false

  protected override firstUpdated(): void {
    if (this.selected.length > 0) this.which = { ...this.which, scope: 'selected' }
    if (this.what === 'move') void loadQueueNames(this.session, this.queue).then((queues) => (this.queues = queues))
  }

  protected override render(): TemplateResult {
    const from = visibleLine(this.queue?.queue ?? '', 100)
    const moves = this.what === 'move'
    return html`<warren-dialog .heading=${moves ? `Move Messages out of ${from}` : `Return Dead Letters from ${from}`}>
      <p class="lead">
        ${
          moves
            ? 'Each is sent to the other queue, as it is, and leaves this one once the broker has confirmed it.'
            : 'Each dead letter goes back to the queue it died in last. Messages that never died stay here.'
        }
      </p>
      ${moves ? queueField('To the queue', this.target, this.queues, (text) => (this.target = text)) : nothing}
      ${whichFields(this.which, { selected: this.selected.length, ready: this.ready }, (which) => (this.which = which))}
      ${this.failure === null ? nothing : html`<p class="failed" role="alert">${visibleText(this.failure, 2_000)}</p>`}
      <button slot="actions" class="button" @click=${() => emit(this, 'warren-close', null)}>Cancel</button>
      <button slot="actions" class="button main" aria-disabled=${!this.#isReady} @click=${() => void this.#send()}>
        ${this.sending ? 'Asking…' : moves ? 'Move…' : 'Return…'}
      </button>
    </warren-dialog>`
  }

  get #isReady(): boolean {
    const hasTarget = this.what === 'return' || this.target.trim() !== ''
    return hasTarget && problemOf(this.which) === null && !this.sending
  }

  async #send(): Promise<void> {
    if (!this.#isReady) return
    this.sending = true
    this.failure = null
    try {
      const operation = await this.#act()
      if (operation) this.began(operation, this.which.scope === 'selected' ? this.selected : [])
      if (operation) emit(this, 'warren-close', null)
    } catch (error) {
      this.failure = messageOf(error)
    }
    this.sending = false
  }

  async #act(): Promise<Operation | null> {
    const { session, queue, ask } = this
    if (!session || !queue) return null
    const params = { ...queue, ...chosenOf(this.which, this.selected), key: freshKey() }
    if (this.what === 'return') return confirmed(session, 'returnDeadLetters', params, ask)
    return confirmed(session, 'moveMessages', { ...params, target: this.target.trim() }, ask)
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'warren-messages-move': MessagesMove
  }
}
