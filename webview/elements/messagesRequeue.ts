import { LitElement, html, nothing } from 'lit'
import type { TemplateResult } from 'lit'
import { customElement, property, state } from 'lit/decorators.js'
import { confirmed, messageOf, visibleText } from '../../broker-bridge/protocol/index.ts'
import type { Ask, Operation, WaitingMessage } from '../../broker-bridge/protocol/index.ts'
import { keyOf, kindText } from '../feed/messages.ts'
import type { ShownQueue } from '../feed/messages.ts'
import { emit } from '../look/events.ts'
import { icon } from '../look/icons.ts'
import { shared } from '../look/shared.ts'
import { freshKey } from '../session/freshKey.ts'
import type { Session } from '../session/session.ts'
import { checkJson } from '../text/jsonText.ts'
import { prettyJson } from '../text/prettyJson.ts'
import './dialog.ts'
import { formStyles } from './form.styles.ts'
import { jsonField } from './jsonField.ts'
import { loadQueueNames, queueField } from './messagesQueueField.ts'

/** Sends one message again with changes; the original leaves the queue once the new one is safe. */
@customElement('warren-messages-requeue')
export class MessagesRequeue extends LitElement {
  static override styles = [shared, formStyles]

  @property({ attribute: false }) session: Session | null = null
  @property({ attribute: false }) queue: ShownQueue | null = null
  @property({ attribute: false }) message: WaitingMessage | null = null
  @property({ attribute: false }) ask: Ask = () => Promise.resolve(false)
  @property({ attribute: false }) began: (operation: Operation, about: readonly WaitingMessage[]) => void = () => undefined
  @state() private args: string | null = null
  @state() private kwargs: string | null = null
  @state() private body: string | null = null
  @state() private eta = ''
  @state() private target = ''
  @state() private queues: readonly string[] = []
  @state() private loading = true
  @state() private failure: string | null = null
  @state() private sending = false
  /** The message as it was, with its body whole. */
  #whole: WaitingMessage | null = null

  protected override firstUpdated(): void {
    this.target = this.queue?.queue ?? ''
    void loadQueueNames(this.session, this.queue).then((queues) => (this.queues = queues))
    void this.#load()
  }

  protected override render(): TemplateResult {
    return html`<warren-dialog heading="Edit and Requeue">
      <p class="lead">
        A new message with these contents goes to the end of the queue. The original is removed once the broker has confirmed the
        new one.
      </p>
      ${this.loading ? html`<p class="lead muted">${icon('loading', 'spin small')} Fetching the whole message…</p>` : this.#renderFields()}
      ${this.failure === null ? nothing : html`<p class="failed" role="alert">${visibleText(this.failure, 2_000)}</p>`}
      <button slot="actions" class="button" @click=${() => emit(this, 'warren-close', null)}>Cancel</button>
      <button slot="actions" class="button main" aria-disabled=${!this.#isReady} @click=${() => void this.#send()}>
        ${this.sending ? 'Asking…' : 'Requeue…'}
      </button>
    </warren-dialog>`
  }

  #renderFields(): TemplateResult {
    const { args, kwargs, body } = this
    return html`
      ${args === null ? nothing : jsonField({ id: 'args', label: 'Arguments', kind: 'array', text: args, shown: null }, (text) => (this.args = text))}
      ${kwargs === null ? nothing : jsonField({ id: 'kwargs', label: 'Keyword arguments', kind: 'object', text: kwargs, shown: null }, (text) => (this.kwargs = text))}
      ${body === null ? nothing : this.#renderBody(body)}
      ${args === null && body === null && this.message ? this.#renderUnreadable(this.message) : nothing}
      ${args === null ? nothing : this.#renderEta()}
      ${queueField('Queue', this.target, this.queues, (text) => (this.target = text))}
    `
  }

  #renderBody(body: string): TemplateResult {
    return html`<div class="field">
      <label for="body">Body</label>
      <textarea
        id="body"
        rows="8"
        spellcheck="false"
        autocomplete="off"
        .value=${body}
        @input=${(event: Event) => (this.body = event.target instanceof HTMLTextAreaElement ? event.target.value : '')}
      ></textarea>
    </div>`
  }

  #renderUnreadable(message: WaitingMessage): TemplateResult {
    return html`<p class="source incomplete">
      ${kindText(message)}: Warren can send this body again as it is, to the same queue or another, but cannot change it.
    </p>`
  }

  #renderEta(): TemplateResult {
    return html`<div class="field">
      <label for="eta">ETA <span class="muted">(ISO 8601 with a time zone; empty for at once)</span></label>
      <input
        id="eta"
        class="mono"
        maxlength="60"
        spellcheck="false"
        autocomplete="off"
        placeholder="2026-12-01T09:00:00+00:00"
        .value=${this.eta}
        @input=${(event: Event) => (this.eta = event.target instanceof HTMLInputElement ? event.target.value : '')}
      />
    </div>`
  }

  /** What a look shows of a large message is only its beginning. */
  async #load(): Promise<void> {
    const { session, queue, message } = this
    if (!session || !queue || !message) return
    try {
      this.#whole = message.cut ? await session.request('getMessage', { ...queue, mark: message.mark }) : message
      this.#take(this.#whole)
      this.loading = false
    } catch (error) {
      this.failure = messageOf(error)
    }
  }

  #take(message: WaitingMessage): void {
    const { args, kwargs, body, kind, serializer, cut } = message
    const isTask = kind === 'celery' && (serializer === null || serializer === 'json') && args !== null && kwargs !== null
    this.eta = message.eta ?? ''
    if (isTask) this.args = prettyJson(args) ?? args
    if (isTask) this.kwargs = prettyJson(kwargs) ?? kwargs
    if (!isTask && !cut && (kind === 'json' || kind === 'text' || kind === 'yaml' || kind === 'empty')) this.body = body
  }

  get #isReady(): boolean {
    const { args, kwargs } = this
    const valid =
      (args === null || checkJson(args, 'array') === null) && (kwargs === null || checkJson(kwargs, 'object') === null)
    return valid && this.target.trim() !== '' && !this.loading && !this.sending
  }

  async #send(): Promise<void> {
    const { session, queue, message } = this
    if (!session || !queue || !message || !this.#isReady) return
    this.sending = true
    this.failure = null
    try {
      const params = { ...queue, message: keyOf(message), ...this.#changes(this.#whole ?? message, queue), key: freshKey() }
      const operation = await confirmed(session, 'requeueMessage', params, this.ask)
      if (operation) this.began(operation, [message])
      if (operation) emit(this, 'warren-close', null)
    } catch (error) {
      this.failure = messageOf(error)
    }
    this.sending = false
  }

  /** What is as it was is left out, so that it stays so to the byte. */
  #changes(message: WaitingMessage, queue: ShownQueue): Record<string, string | null> {
    const { args, kwargs, body, eta, target } = this
    const changed = (now: string | null, before: string | null): boolean =>
      now !== null && now !== before && now !== prettyJson(before ?? '')
    return {
      ...(changed(args, message.args) && args !== null ? { args } : {}),
      ...(changed(kwargs, message.kwargs) && kwargs !== null ? { kwargs } : {}),
      ...(body !== null && body !== message.body ? { body } : {}),
      ...(args !== null && eta.trim() !== (message.eta ?? '') ? { eta: eta.trim() === '' ? null : eta.trim() } : {}),
      ...(target.trim() === queue.queue ? {} : { target: target.trim() }),
    }
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'warren-messages-requeue': MessagesRequeue
  }
}
