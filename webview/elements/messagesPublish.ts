import { LitElement, html, nothing } from 'lit'
import type { TemplateResult } from 'lit'
import { customElement, property, state } from 'lit/decorators.js'
import { confirmed, messageOf, visibleText } from '../../broker-bridge/protocol/index.ts'
import type { Ask } from '../../broker-bridge/protocol/index.ts'
import type { ShownQueue } from '../feed/messages.ts'
import { emit } from '../look/events.ts'
import { shared } from '../look/shared.ts'
import { freshKey } from '../session/freshKey.ts'
import type { Session } from '../session/session.ts'
import { checkJson } from '../text/jsonText.ts'
import './dialog.ts'
import { formStyles } from './form.styles.ts'
import { jsonField } from './jsonField.ts'

/** Sends any message to a queue: its body as written, its headers, and what form it has. */
@customElement('warren-messages-publish')
export class MessagesPublish extends LitElement {
  static override styles = [shared, formStyles]

  @property({ attribute: false }) session: Session | null = null
  @property({ attribute: false }) queue: ShownQueue | null = null
  @property({ attribute: false }) ask: Ask = () => Promise.resolve(false)
  @property({ attribute: false }) sent: (queue: string) => void = () => undefined
  @state() private to = ''
  @state() private body = ''
  @state() private headers = '{}'
  @state() private contentType = 'application/json'
  @state() private persistent = true
  @state() private failure: string | null = null
  @state() private sending = false

  protected override firstUpdated(): void {
    this.to = this.queue?.queue ?? ''
  }

  protected override render(): TemplateResult {
    return html`<warren-dialog heading="Publish Message">
      <p class="lead">Sent as written. To send a Celery task, use Enqueue: it writes what workers expect.</p>
      ${this.#renderText('to', 'Queue', this.to, (text) => (this.to = text))} ${this.#renderBody()}
      ${this.#renderText('contentType', 'Content type', this.contentType, (text) => (this.contentType = text))}
      ${jsonField({ id: 'headers', label: 'Headers', kind: 'object', text: this.headers, shown: null }, (text) => (this.headers = text))}
      <label class="check"
        ><input type="checkbox" .checked=${this.persistent} @change=${() => (this.persistent = !this.persistent)} /> Keep it when
        the broker restarts, if the queue is durable</label
      >
      ${this.failure === null ? nothing : html`<p class="failed" role="alert">${visibleText(this.failure, 2_000)}</p>`}
      <button slot="actions" class="button" @click=${() => emit(this, 'warren-close', null)}>Cancel</button>
      <button slot="actions" class="button main" aria-disabled=${!this.#isReady} @click=${() => void this.#send()}>
        ${this.sending ? 'Sending…' : 'Publish'}
      </button>
    </warren-dialog>`
  }

  #renderText(id: string, label: string, value: string, change: (text: string) => void): TemplateResult {
    return html`<div class="field">
      <label for=${id}>${label}</label>
      <input
        id=${id}
        class="mono"
        maxlength="255"
        spellcheck="false"
        autocomplete="off"
        .value=${value}
        @input=${(event: Event) => change(event.target instanceof HTMLInputElement ? event.target.value : '')}
      />
    </div>`
  }

  #renderBody(): TemplateResult {
    return html`<div class="field">
      <label for="body">Body</label>
      <textarea
        id="body"
        rows="6"
        spellcheck="false"
        autocomplete="off"
        autofocus
        aria-describedby="body-hint"
        .value=${this.body}
        @input=${(event: Event) => (this.body = event.target instanceof HTMLTextAreaElement ? event.target.value : '')}
      ></textarea>
      <p class="hint" id="body-hint">${this.#bodyHint}</p>
    </div>`
  }

  /** A body that does not fit its content type may still be meant so: this is no error. */
  get #bodyHint(): string {
    if (this.body === '') return 'An empty body is a message, too.'
    if (!/\bjson\b/i.test(this.contentType)) return ''
    return isJson(this.body) ? 'This is JSON.' : 'This is not JSON, though its content type says so.'
  }

  get #isReady(): boolean {
    return this.to.trim() !== '' && checkJson(this.headers, 'object') === null && !this.sending
  }

  async #send(): Promise<void> {
    const { session, queue } = this
    if (!session || !queue || !this.#isReady) return
    this.sending = true
    this.failure = null
    try {
      if (await this.#publish(session, queue)) {
        this.sent(this.to.trim())
        emit(this, 'warren-close', null)
      }
    } catch (error) {
      this.failure = messageOf(error)
    }
    this.sending = false
  }

  /** False when the user said no. */
  async #publish(session: Session, queue: ShownQueue): Promise<boolean> {
    const { body, headers, contentType, persistent } = this
    let declined = false
    const params = { ...queue, queue: this.to.trim(), body, headers, contentType, persistent, key: freshKey() }
    await confirmed(session, 'publishMessage', params, async (confirmation) => {
      const yes = await this.ask(confirmation)
      declined = !yes
      return yes
    })
    return !declined
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'warren-messages-publish': MessagesPublish
  }
}
