import { LitElement, css, html, nothing } from 'lit'
import type { TemplateResult } from 'lit'
import { customElement, property, state } from 'lit/decorators.js'
import { confirmed, messageOf, payloadSentences, visibleLine, visibleText } from '../../broker-bridge/protocol/index.ts'
import type { Ask, ConnectionInfo, PayloadsInfo } from '../../broker-bridge/protocol/index.ts'
import { payloadsRefusal, payloadsTitle } from '../feed/payloads.ts'
import { emit } from '../look/events.ts'
import { icon } from '../look/icons.ts'
import { shared } from '../look/shared.ts'
import { freshKey } from '../session/freshKey.ts'
import type { PageModel } from '../session/model.ts'
import type { Session } from '../session/session.ts'
import './dialog.ts'
import { formStyles } from './form.styles.ts'

/** Begins to record the payloads of tasks, says how it stands, or ends it. */
@customElement('warren-payloads')
export class PayloadsDialog extends LitElement {
  static override styles = [
    shared,
    formStyles,
    css`
      .field + .lead {
        margin-top: 12px;
      }
      .now {
        display: flex;
        align-items: flex-start;
        gap: 8px;
        margin: 12px 0 0;
        color: var(--w-strong);
        overflow-wrap: anywhere;
      }
      .now .codicon {
        margin-top: 0.12em;
      }
      ul {
        margin: 6px 0 0;
        padding-inline-start: 20px;
        color: var(--w-muted);
      }
      li {
        margin: 3px 0;
      }
    `,
  ]

  @property({ attribute: false }) session: Session | null = null
  @property({ attribute: false }) connections: readonly ConnectionInfo[] = []
  @property() connection = ''
  @property({ attribute: false }) ask: Ask = () => Promise.resolve(false)

  @state() private resume = false
  @state() private forget = false
  @state() private failure: string | null = null
  @state() private busy = false

  protected override render(): TemplateResult {
    const chosen = this.#chosen
    const payloads = chosen?.payloads ?? null
    const isOn = payloads !== null && payloads.state !== 'off'
    return html`<warren-dialog heading="Record Payloads">
      ${this.connections.length > 1 ? this.#renderConnections() : nothing}
      ${isOn ? this.#renderOn(payloads) : this.#renderOff(chosen, payloads)}
      ${this.failure === null ? nothing : html`<p class="failed" role="alert">${visibleText(this.failure, 2_000)}</p>`}
      <button slot="actions" class="button" @click=${() => emit(this, 'warren-close', null)}>Close</button>
      ${chosen ? this.#renderAction(chosen, isOn) : nothing}
    </warren-dialog>`
  }

  get #chosen(): ConnectionInfo | undefined {
    return this.connections.find(({ id }) => id === this.connection) ?? this.connections[0]
  }

  #renderConnections(): TemplateResult {
    return html`<div class="field">
      <label for="connection">Connection</label>
      <select id="connection" @change=${(event: Event) => this.#choose(event)}>
        ${this.connections.map(
          ({ id, name, address }) =>
            html`<option value=${id} ?selected=${id === this.#chosen?.id}>
              ${visibleLine(name, 80)} – ${visibleLine(address, 120)}
            </option>`,
        )}
      </select>
    </div>`
  }

  #choose({ target }: Event): void {
    if (target instanceof HTMLSelectElement) this.connection = target.value
    this.failure = null
  }

  #renderOn(payloads: PayloadsInfo): TemplateResult {
    return html`
      <p class="now" role="status">${icon('record', 'tone-bad')} <span>${payloadsTitle(payloads)}</span></p>
      ${payloads.message === null ? nothing : html`<p class="hint">${visibleText(payloads.message, 600)}</p>`}
      ${this.#renderKept(payloads)} ${payloads.messages > 0 ? this.#renderForget() : nothing}
    `
  }

  #renderOff(chosen: ConnectionInfo | undefined, payloads: PayloadsInfo | null): TemplateResult {
    const refusal = chosen ? payloadsRefusal(chosen) : null
    return html`
      <p class="lead">
        Nobody keeps the exact message of a task once it was taken: events show its arguments shortened, and as text. While
        payloads are recorded, Warren keeps each task’s message as it was published, so that a retry is the same to the byte.
      </p>
      <p class="hint">
        For that the broker’s tracing is turned on, which slows down everybody on its virtual host. You are shown what changes
        before anything does, and it is turned off again, also after a crash.
      </p>
      ${payloads?.message == null ? nothing : html`<p class="now">${icon('info')} <span>${visibleText(payloads.message, 600)}</span></p>`}
      ${payloads && payloads.messages > 0 ? this.#renderKept(payloads) : nothing}
      ${refusal === null ? this.#renderResume() : html`<p class="failed">${refusal}</p>`}
    `
  }

  #renderKept(payloads: PayloadsInfo): TemplateResult {
    return html`<ul class="numbers">
      ${payloadSentences(payloads).map((sentence) => html`<li>${sentence}</li>`)}
    </ul>`
  }

  #renderResume(): TemplateResult {
    return html`<div class="check">
      <input type="checkbox" id="resume" .checked=${this.resume} @change=${() => (this.resume = !this.resume)} />
      <label for="resume">Go on by itself the next time this connection is opened, until I stop it</label>
    </div>`
  }

  #renderForget(): TemplateResult {
    return html`<div class="check">
      <input type="checkbox" id="forget" .checked=${this.forget} @change=${() => (this.forget = !this.forget)} />
      <label for="forget">When stopping, delete what was recorded on this computer</label>
    </div>`
  }

  #renderAction(chosen: ConnectionInfo, isOn: boolean): TemplateResult {
    const refusal = isOn ? null : payloadsRefusal(chosen)
    const isReady = refusal === null && !this.busy
    const label = isOn ? (this.forget ? 'Stop and Delete…' : 'Stop Recording') : 'Record Payloads…'
    return html`<button
      slot="actions"
      class="button ${isOn ? '' : 'main'}"
      aria-disabled=${!isReady}
      title=${refusal ?? nothing}
      @click=${() => isReady && void this.#act(chosen.id, isOn)}
    >
      ${this.busy ? 'Asking the broker…' : label}
    </button>`
  }

  async #act(connection: string, isOn: boolean): Promise<void> {
    const { session, forget, resume } = this
    if (!session) return
    this.busy = true
    this.failure = null
    const common = { connection, key: freshKey() }
    try {
      if (isOn) await confirmed(session, 'stopPayloads', { ...common, forget }, this.ask)
      else await confirmed(session, 'recordPayloads', { ...common, resume }, this.ask)
      this.forget = false
    } catch (error) {
      this.failure = messageOf(error)
    }
    this.busy = false
  }
}

/** The dialog over the page. */
export function renderPayloads({ session, connections }: PageModel, connection: string, ask: Ask): TemplateResult {
  return html`<warren-payloads
    .session=${session}
    .connections=${connections}
    .connection=${connection}
    .ask=${ask}
  ></warren-payloads>`
}

declare global {
  interface HTMLElementTagNameMap {
    'warren-payloads': PayloadsDialog
  }
}
