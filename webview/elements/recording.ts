import { LitElement, css, html, nothing } from 'lit'
import type { TemplateResult } from 'lit'
import { customElement, property, state } from 'lit/decorators.js'
import {
  confirmed,
  defaultRecording,
  defaultRetention,
  messageOf,
  recordingAgeProblem,
  recordingNameProblem,
  recordingSizeProblem,
  visibleLine,
  visibleText,
} from '../../broker-bridge/protocol/index.ts'
import type { Ask, ConnectionInfo, RecordingInfo } from '../../broker-bridge/protocol/index.ts'
import { recordingRefusal, replayText } from '../feed/recording.ts'
import { emit } from '../look/events.ts'
import { icon } from '../look/icons.ts'
import { shared } from '../look/shared.ts'
import { freshKey } from '../session/freshKey.ts'
import type { PageModel } from '../session/model.ts'
import type { Session } from '../session/session.ts'
import './dialog.ts'
import { formStyles } from './form.styles.ts'

/** Begins a recording of events on a broker, says how it is, or ends it. */
@customElement('warren-recording')
export class RecordingDialog extends LitElement {
  static override styles = [
    shared,
    formStyles,
    css`
      .row {
        display: flex;
        flex-wrap: wrap;
        gap: 0 16px;
      }
      .row .field {
        flex: 1 1 160px;
      }
      .now {
        display: flex;
        align-items: center;
        gap: 8px;
        margin: 12px 0 0;
        color: var(--w-strong);
        overflow-wrap: anywhere;
      }
      .lead {
        margin-top: 4px;
      }
    `,
  ]

  @property({ attribute: false }) session: Session | null = null
  @property({ attribute: false }) connections: readonly ConnectionInfo[] = []
  @property() connection = ''
  @property({ attribute: false }) ask: Ask = () => Promise.resolve(false)

  @state() private name = defaultRecording
  @state() private age: string = defaultRetention.maxAge
  @state() private size = String(defaultRetention.megabytes)
  @state() private failure: string | null = null
  @state() private busy = false

  protected override render(): TemplateResult {
    const chosen = this.#chosen
    const recording = chosen?.recording ?? null
    return html`<warren-dialog heading="Record History on Broker">
      ${this.connections.length > 1 ? this.#renderConnections() : nothing}
      ${recording ? this.#renderKnown(recording) : this.#renderForm()}
      ${this.failure === null ? nothing : html`<p class="failed" role="alert">${visibleText(this.failure, 2_000)}</p>`}
      <button slot="actions" class="button" @click=${() => emit(this, 'warren-close', null)}>Close</button>
      ${chosen ? this.#renderAction(chosen, recording) : nothing}
    </warren-dialog>`
  }

  get #chosen(): ConnectionInfo | undefined {
    return this.connections.find(({ id }) => id === this.connection) ?? this.connections[0]
  }

  #renderConnections(): TemplateResult {
    return html`<div class="field">
      <label for="connection">Connection</label>
      <select id="connection" @change=${(event: Event) => (this.connection = valueOf(event))}>
        ${this.connections.map(
          ({ id, name, address }) =>
            html`<option value=${id} ?selected=${id === this.#chosen?.id}>
              ${visibleLine(name, 80)} – ${visibleLine(address, 120)}
            </option>`,
        )}
      </select>
    </div>`
  }

  #renderKnown({ queue, replay, message }: RecordingInfo): TemplateResult {
    return html`
      <p class="now">${icon('record')} <span>Recorded in the stream ${visibleLine(queue, 200)}</span></p>
      <p class="hint">
        RabbitMQ keeps the events of all tasks there. What happened while Warren did not run is replayed when it connects, each
        event once.
      </p>
      ${replay ? html`<p class="hint" role="status">${replayText(replay)}</p>` : nothing}
      ${message === null ? nothing : html`<p class="hint">${visibleText(message, 500)}</p>`}
    `
  }

  #renderForm(): TemplateResult {
    return html`
      <p class="lead">
        RabbitMQ keeps the events of all tasks in a stream, also while Warren does not run. When Warren connects again, it replays
        what it missed. You are shown what is created before anything is.
      </p>
      ${this.#renderField({ id: 'name', label: 'Name of the stream', text: this.name, problem: recordingNameProblem(this.name) }, (text) => (this.name = text))}
      <div class="row">
        ${this.#renderField({ id: 'age', label: 'Kept for at most', text: this.age, problem: recordingAgeProblem(this.age) }, (text) => (this.age = text))}
        ${this.#renderField({ id: 'size', label: 'Size at most, in MB', text: this.size, problem: recordingSizeProblem(this.size) }, (text) => (this.size = text))}
      </div>
      <p class="hint">A task with short arguments takes about 2 kB on the broker’s disk.</p>
    `
  }

  #renderField(
    { id, label, text, problem }: { id: string; label: string; text: string; problem: string | null },
    take: (text: string) => void,
  ): TemplateResult {
    return html`<div class="field">
      <label for=${id}>${label}</label>
      <input
        id=${id}
        class="mono"
        maxlength="120"
        spellcheck="false"
        autocomplete="off"
        ?autofocus=${id === 'name'}
        aria-invalid=${problem === null ? 'false' : 'true'}
        aria-describedby="${id}-problem"
        .value=${text}
        @input=${(event: Event) => take(valueOf(event).trim())}
      />
      <p class="problem" id="${id}-problem">${problem ?? nothing}</p>
    </div>`
  }

  #renderAction(chosen: ConnectionInfo, recording: RecordingInfo | null): TemplateResult {
    const refusal = recordingRefusal(chosen)
    const isReady = refusal === null && !this.busy && (recording !== null || this.#isValid)
    const label = recording ? 'Stop Recording…' : 'Record History…'
    return html`<button
      slot="actions"
      class="button ${recording ? '' : 'main'}"
      aria-disabled=${!isReady}
      title=${refusal ?? nothing}
      @click=${() => isReady && void this.#act(chosen.id, recording)}
    >
      ${this.busy ? 'Asking the broker…' : label}
    </button>`
  }

  get #isValid(): boolean {
    return [recordingNameProblem(this.name), recordingAgeProblem(this.age), recordingSizeProblem(this.size)].every(
      (problem) => problem === null,
    )
  }

  async #act(connection: string, recording: RecordingInfo | null): Promise<void> {
    const { session } = this
    if (!session) return
    this.busy = true
    this.failure = null
    const common = { connection, key: freshKey() }
    const terms = { queue: this.name, maxAge: this.age, megabytes: Number(this.size) }
    try {
      if (recording) await confirmed(session, 'stopRecording', common, this.ask)
      else await confirmed(session, 'recordHistory', { ...common, ...terms }, this.ask)
    } catch (error) {
      this.failure = messageOf(error)
    }
    this.busy = false
  }
}

/** The dialog over the page. */
export function renderRecording({ session, connections }: PageModel, connection: string, ask: Ask): TemplateResult {
  return html`<warren-recording
    .session=${session}
    .connections=${connections}
    .connection=${connection}
    .ask=${ask}
  ></warren-recording>`
}

function valueOf({ target }: Event): string {
  return target instanceof HTMLInputElement || target instanceof HTMLSelectElement ? target.value : ''
}

declare global {
  interface HTMLElementTagNameMap {
    'warren-recording': RecordingDialog
  }
}
