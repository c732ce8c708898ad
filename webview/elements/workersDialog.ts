import { LitElement, css, html, nothing } from 'lit'
import type { TemplateResult } from 'lit'
import { customElement, property, state } from 'lit/decorators.js'
import { visibleText } from '../../broker-bridge/protocol/index.ts'
import type { Ask, WorkerRow } from '../../broker-bridge/protocol/index.ts'
import { emit } from '../look/events.ts'
import { shared } from '../look/shared.ts'
import type { Session } from '../session/session.ts'
import { plural } from '../text/numbers.ts'
import './dialog.ts'
import { formStyles } from './form.styles.ts'
import { tellWorkers, toCommand } from './workersActions.ts'
import type { Wanted, WorkerAction } from './workersActions.ts'

/** Asks for what a command needs, sends it, and shows what each worker said. */
@customElement('warren-workers-dialog')
export class WorkersDialog extends LitElement {
  static override styles = [
    shared,
    formStyles,
    css`
      .problem {
        white-space: pre-wrap;
        color: var(--w-foreground);
      }
    `,
  ]

  @property({ attribute: false }) session: Session | null = null
  @property({ attribute: false }) workers: readonly WorkerRow[] = []
  @property({ attribute: false }) action: WorkerAction | null = null
  @property({ attribute: false }) ask: Ask = () => Promise.resolve(false)
  @state() private outcome = ''
  @state() private busy = false

  protected override render(): TemplateResult | typeof nothing {
    const { action } = this
    if (!action) return nothing
    const heading = action.label.replace('…', '')
    return html`<warren-dialog .heading=${heading}>
      <form id="form" @submit=${(event: Event) => void this.#send(event)}>
        <p class="lead">${visibleText(this.#whom(), 300)}</p>
        ${action.wants.map((wanted, index) => this.#renderField(wanted, index === 0))}
      </form>
      <p class="problem" role="status">${visibleText(this.outcome, 4_000)}</p>
      <button slot="actions" class="button" @click=${() => emit(this, 'warren-close', null)}>Close</button>
      <button slot="actions" class="button main" ?disabled=${this.busy} @click=${(event: Event) => void this.#send(event)}>
        ${this.busy ? 'Waiting for answers…' : heading}
      </button>
    </warren-dialog>`
  }

  #renderField({ name, label, kind, value, hint }: Wanted, first: boolean): TemplateResult {
    return html`<div class="field">
      <label for=${name}>${label}</label>
      <input
        id=${name}
        name=${name}
        type="text"
        inputmode=${kind === 'number' ? 'decimal' : 'text'}
        .value=${value}
        ?autofocus=${first}
      />
      ${hint === undefined ? nothing : html`<p class="hint">${hint}</p>`}
    </div>`
  }

  #whom(): string {
    const [first] = this.workers
    return this.workers.length === 1 ? `To worker ${first?.name ?? ''}.` : `To ${plural(this.workers.length, 'worker')}.`
  }

  async #send(event: Event): Promise<void> {
    event.preventDefault()
    const form = this.renderRoot.querySelector('form')
    if (!form || !this.action || !this.session || this.busy) return
    const entries = [...new FormData(form)].map(([name, value]) => [name, typeof value === 'string' ? value : ''])
    const values = Object.fromEntries(entries) as Record<string, string>
    this.busy = true
    this.outcome = ''
    this.outcome = await tellWorkers(this.session, this.workers, toCommand(this.action, values), this.ask)
    this.busy = false
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'warren-workers-dialog': WorkersDialog
  }
}
