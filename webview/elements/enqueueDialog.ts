import { LitElement, html, nothing } from 'lit'
import type { TemplateResult } from 'lit'
import { customElement, property, state } from 'lit/decorators.js'
import { confirmed, keptOf, messageOf, visibleLine, withRecent, visibleText } from '../../broker-bridge/protocol/index.ts'
import type {
  Ask,
  ConnectionInfo,
  Enqueued,
  KeptEnqueue,
  KeptEnqueues,
  RegisteredTask,
} from '../../broker-bridge/protocol/index.ts'
import { controlRefusal } from '../feed/notices.ts'
import { emit } from '../look/events.ts'
import { shared } from '../look/shared.ts'
import { freshKey } from '../session/freshKey.ts'
import { loadKeptEnqueues, storeKeptEnqueues } from '../session/keptEnqueues.ts'
import type { Session } from '../session/session.ts'
import { checkJson } from '../text/jsonText.ts'
import { plural } from '../text/numbers.ts'
import './dialog.ts'
import { formStyles } from './form.styles.ts'
import { jsonField } from './jsonField.ts'
import './keptEnqueues.ts'

/** Sends a new task: a name among those the workers registered or any other, JSON arguments and a queue. */
@customElement('warren-enqueue')
export class EnqueueDialog extends LitElement {
  static override styles = [shared, formStyles]

  @property({ attribute: false }) session: Session | null = null
  @property({ attribute: false }) connections: readonly ConnectionInfo[] = []
  @property() connection = ''
  @property({ attribute: false }) ask: Ask = () => Promise.resolve(false)

  @state() private name = ''
  @state() private args = '[]'
  @state() private kwargs = '{}'
  @state() private queue = ''
  @state() private registered: readonly RegisteredTask[] = []
  @state() private queues: readonly string[] = []
  @state() private hint = 'Asking the workers which tasks they know…'
  @state() private failure: string | null = null
  @state() private sending = false
  @state() private kept: KeptEnqueues = loadKeptEnqueues()

  protected override firstUpdated(): void {
    void this.#load()
  }

  protected override render(): TemplateResult {
    return html`<warren-dialog heading="Enqueue Task">
      <warren-kept-enqueues
        .kept=${this.kept}
        @warren-use-enqueue=${(event: CustomEvent<KeptEnqueue>) => this.#use(event.detail)}
        @warren-keep-enqueues=${(event: CustomEvent<KeptEnqueues>) => this.#keep(event.detail)}
      ></warren-kept-enqueues>
      ${this.connections.length > 1 ? this.#renderConnections() : nothing} ${this.#renderName()}
      ${jsonField({ id: 'args', label: 'Arguments', kind: 'array', text: this.args, shown: null }, (text) => (this.args = text))}
      ${jsonField({ id: 'kwargs', label: 'Keyword arguments', kind: 'object', text: this.kwargs, shown: null }, (text) => (this.kwargs = text))}
      ${this.#renderQueue()}
      ${this.failure === null ? nothing : html`<p class="failed" role="alert">${visibleText(this.failure, 2_000)}</p>`}
      <button slot="actions" class="button" @click=${() => emit(this, 'warren-close', null)}>Cancel</button>
      <button slot="actions" class="button main" aria-disabled=${!this.#isReady} @click=${() => void this.#send()}>
        ${this.sending ? 'Sending…' : 'Enqueue'}
      </button>
    </warren-dialog>`
  }

  #renderConnections(): TemplateResult {
    return html`<div class="field">
      <label for="connection">Connection</label>
      <select id="connection" @change=${this.#onConnection}>
        ${this.connections
          .filter((connection) => controlRefusal(connection) === null)
          .map(
            ({ id, name, address }) =>
              html`<option value=${id} ?selected=${id === this.connection}>
                ${visibleLine(name, 80)} – ${visibleLine(address, 120)}
              </option>`,
          )}
      </select>
    </div>`
  }

  #renderName(): TemplateResult {
    return html`<div class="field">
      <label for="name">Task name</label>
      <input
        id="name"
        class="mono"
        list="names"
        maxlength="1000"
        spellcheck="false"
        autocomplete="off"
        autofocus
        placeholder="shop.tasks.send_invoice"
        .value=${this.name}
        @input=${(event: Event) => (this.name = valueOf(event))}
      />
      <datalist id="names">${this.registered.map((task) => html`<option value=${task.name}></option>`)}</datalist>
      <p class="hint">${this.#nameHint}</p>
    </div>`
  }

  /** Says so while the name is one that no answering worker knows: it may still be right, so it is no error. */
  get #nameHint(): string {
    const name = this.name.trim()
    const known = this.registered.find((task) => task.name === name)
    if (known) return `Known to ${plural(known.workers.length, 'worker')}.`
    const beginning = this.registered.some((task) => task.name.startsWith(name))
    if (name === '' || this.registered.length === 0 || beginning) return this.hint
    return 'No worker that answered knows this name. A worker that gets a task it does not know throws it away.'
  }

  #renderQueue(): TemplateResult {
    return html`<div class="field">
      <label for="queue">Queue</label>
      <input
        id="queue"
        class="mono"
        list="queues"
        maxlength="255"
        spellcheck="false"
        autocomplete="off"
        .value=${this.queue}
        @input=${(event: Event) => (this.queue = valueOf(event))}
      />
      <datalist id="queues">${this.queues.map((queue) => html`<option value=${queue}></option>`)}</datalist>
    </div>`
  }

  #use({ name, args, kwargs, queue }: KeptEnqueue): void {
    Object.assign(this, { name, args: args ?? '[]', kwargs: kwargs ?? '{}', queue })
  }

  #keep(kept: KeptEnqueues): void {
    this.kept = kept
    storeKeptEnqueues(kept)
  }

  #onConnection(event: Event): void {
    this.connection = event.target instanceof HTMLSelectElement ? event.target.value : this.connection
    this.registered = []
    this.queues = []
    void this.#load()
  }

  async #load(): Promise<void> {
    const { connection, session } = this
    if (!session) return
    const named = session.request('listRegisteredTasks', { connection }).then(({ tasks, silent }) => {
      if (connection !== this.connection) return
      this.registered = tasks
      this.hint = tasks.length === 0 ? noAnswer(silent) : `${plural(tasks.length, 'task')} registered by the workers.`
    })
    const queued = session.request('listQueueNames', { connection }).then((queues) => {
      if (connection !== this.connection) return
      this.queues = queues.queues
      this.queue ||= queues.default ?? queues.queues[0] ?? ''
    })
    // Names and queues are help, not conditions: without them both are typed.
    await Promise.all([named, queued]).catch((error: unknown) => (this.hint = messageOf(error)))
  }

  get #isReady(): boolean {
    const valid = checkJson(this.args, 'array') === null && checkJson(this.kwargs, 'object') === null
    return this.name.trim() !== '' && valid && !this.sending
  }

  async #send(): Promise<void> {
    if (!this.#isReady) return
    this.sending = true
    this.failure = null
    try {
      const sent = await this.#enqueue()
      if (sent) emit(this, 'warren-select', { connection: sent.connection, id: sent.id })
      if (sent) emit(this, 'warren-close', null)
    } catch (error) {
      this.failure = messageOf(error)
    }
    this.sending = false
  }

  async #enqueue(): Promise<Enqueued | null> {
    const { session, connection, args, kwargs } = this
    if (!session) return null
    const queue = this.queue.trim() === '' ? {} : { queue: this.queue.trim() }
    const params = { connection, name: this.name.trim(), args, kwargs, ...queue, key: freshKey() }
    const sent = await confirmed(session, 'enqueue', params, this.ask)
    if (sent) this.#keep(withRecent(this.kept, keptOf({ ...params, queue: sent.queue }, sent.secret === true)))
    return sent
  }
}

function noAnswer(silent: readonly string[]): string {
  return silent.length === 0
    ? 'No worker answered, so names cannot be offered.'
    : `${plural(silent.length, 'worker')} did not answer in time.`
}

function valueOf(event: Event): string {
  return event.target instanceof HTMLInputElement ? event.target.value : ''
}

declare global {
  interface HTMLElementTagNameMap {
    'warren-enqueue': EnqueueDialog
  }
}
