import { LitElement, html, nothing } from 'lit'
import type { TemplateResult } from 'lit'
import { customElement, property, state } from 'lit/decorators.js'
import { confirmed, messageOf, visibleLine, visibleText } from '../../broker-bridge/protocol/index.ts'
import type { Ask, Enqueued, RetryPlan, TaskKey } from '../../broker-bridge/protocol/index.ts'
import { emit } from '../look/events.ts'
import { icon } from '../look/icons.ts'
import { shared } from '../look/shared.ts'
import { freshKey } from '../session/freshKey.ts'
import type { Session } from '../session/session.ts'
import { checkJson } from '../text/jsonText.ts'
import './dialog.ts'
import { formStyles } from './form.styles.ts'
import { jsonField } from './jsonField.ts'
import { changedOptions, optionProblem, optionsOf, renderOptions } from './retryOptions.ts'
import type { RetryOptions } from './retryOptions.ts'

/** Runs a task again: shows where its arguments come from, lets them be completed, and sends what the user completed. */
@customElement('warren-retry')
export class RetryDialog extends LitElement {
  static override styles = [shared, formStyles]

  @property({ attribute: false }) session: Session | null = null
  @property({ attribute: false }) task: TaskKey | null = null
  @property({ attribute: false }) ask: Ask = () => Promise.resolve(false)

  @state() private plan: RetryPlan | null = null
  @state() private args = ''
  @state() private kwargs = ''
  @state() private name = ''
  @state() private queue = ''
  @state() private canvas = false
  @state() private options: RetryOptions = optionsOf(undefined)
  @state() private failure: string | null = null
  @state() private sending = false

  protected override firstUpdated(): void {
    void this.#load()
  }

  protected override render(): TemplateResult {
    return html`<warren-dialog heading="Retry Task">
      ${this.plan ? this.#renderPlan(this.plan) : this.failure === null ? html`<p class="lead muted">${icon('loading', 'spin small')} Asking what is known of this task…</p>` : nothing}
      ${this.failure === null ? nothing : html`<p class="failed" role="alert">${visibleText(this.failure, 2_000)}</p>`}
      <button slot="actions" class="button" @click=${() => emit(this, 'warren-close', null)}>Cancel</button>
      <button slot="actions" class="button main" aria-disabled=${!this.#isReady} @click=${() => void this.#send()}>
        ${this.sending ? 'Sending…' : 'Retry'}
      </button>
    </warren-dialog>`
  }

  #renderPlan(plan: RetryPlan): TemplateResult {
    return html`
      <p class="lead">
        <strong>${visibleLine(plan.name ?? 'A task without a name')}</strong>
        <span class="mono muted">${visibleLine(plan.id)}</span>
      </p>
      <p class="source ${plan.source}">${visibleText(plan.explanation, 1_000)}</p>
      ${plan.source === 'incomplete' ? this.#renderName(plan) : nothing} ${isOpaque(plan) ? nothing : this.#renderArguments(plan)}
      ${this.#renderQueue(plan)}
      ${isOpaque(plan) ? nothing : renderOptions(plan.kept, this.options, (options) => (this.options = options))}
      ${plan.canvas === null ? nothing : this.#renderCanvas(plan.canvas)}
    `
  }

  #renderArguments(plan: RetryPlan): TemplateResult {
    return html`
      ${jsonField(
        {
          id: 'args',
          label: 'Arguments',
          kind: 'array',
          text: this.args,
          shown: plan.source === 'incomplete' ? plan.argsShown : null,
        },
        (text) => (this.args = text),
      )}
      ${jsonField(
        {
          id: 'kwargs',
          label: 'Keyword arguments',
          kind: 'object',
          text: this.kwargs,
          shown: plan.source === 'incomplete' ? plan.kwargsShown : null,
        },
        (text) => (this.kwargs = text),
      )}
    `
  }

  #renderName(plan: RetryPlan): TemplateResult {
    return html`<div class="field">
      <label for="name">Task name</label>
      <input
        id="name"
        .value=${this.name}
        spellcheck="false"
        autocomplete="off"
        @input=${(event: Event) => (this.name = valueOf(event))}
      />
      <p class="hint">
        ${plan.name === null ? 'No event named this task, so its name is needed.' : 'The name under which its worker registered it.'}
      </p>
    </div>`
  }

  #renderQueue(plan: RetryPlan): TemplateResult {
    const choices = [...new Set([...(plan.queue === null ? [] : [plan.queue]), ...plan.queueChoices])]
    return html`<div class="field">
      <label for="queue">Queue</label>
      <input
        id="queue"
        list="queues"
        .value=${this.queue}
        spellcheck="false"
        autocomplete="off"
        @input=${(event: Event) => (this.queue = valueOf(event))}
      />
      <datalist id="queues">${choices.map((queue) => html`<option value=${queue}></option>`)}</datalist>
      <p class="hint">${visibleLine(plan.queueSource, 300)}</p>
    </div>`
  }

  #renderCanvas(canvas: string): TemplateResult {
    return html`<div class="check">
      <input type="checkbox" id="canvas" .checked=${this.canvas} @change=${() => (this.canvas = !this.canvas)} />
      <label for="canvas">Carry what followed it: ${visibleLine(canvas, 500)}</label>
    </div>`
  }

  get #isReady(): boolean {
    const named = this.plan !== null && (this.plan.source !== 'incomplete' || this.name.trim() !== '')
    const isLeft = this.plan !== null && isOpaque(this.plan)
    const valid = isLeft || (checkJson(this.args, 'array') === null && checkJson(this.kwargs, 'object') === null)
    const fits = (['priority', 'eta', 'expires', 'headers'] as const).every(
      (name) => optionProblem(name, this.options[name]) === '',
    )
    return named && valid && fits && this.queue.trim() !== '' && !this.sending
  }

  async #load(): Promise<void> {
    if (!this.session || !this.task) return
    try {
      const plan = await this.session.request('planRetry', this.task)
      this.name = plan.name ?? ''
      this.args = plan.args ?? ''
      this.kwargs = plan.kwargs ?? ''
      this.queue = plan.queue ?? ''
      this.options = optionsOf(plan.kept)
      this.plan = plan
    } catch (error) {
      this.failure = messageOf(error)
    }
  }

  async #send(): Promise<void> {
    if (!this.#isReady) return
    this.sending = true
    this.failure = null
    try {
      const sent = await this.#retry()
      if (sent) emit(this, 'warren-select', { connection: sent.connection, id: sent.id })
      if (sent) emit(this, 'warren-close', null)
    } catch (error) {
      this.failure = messageOf(error)
    }
    this.sending = false
  }

  async #retry(): Promise<Enqueued | null> {
    const { session, task, plan } = this
    if (!session || !task || !plan) return null
    // Untouched arguments are left to the bridge, which has them exactly.
    const own = { ...changed('args', plan.args, this.args), ...changed('kwargs', plan.kwargs, this.kwargs) }
    const options = changedOptions(optionsOf(plan.kept), this.options)
    // An incomplete plan's name may be a display name, so the one that was let stand is said too.
    const name = plan.source === 'incomplete' ? { name: this.name.trim() } : {}
    const params = { ...task, ...own, ...options, ...name, queue: this.queue.trim(), carryCanvas: this.canvas, key: freshKey() }
    return confirmed(session, 'retry', params, this.ask)
  }
}

/** A recorded message whose body is not decoded: it goes out as it is, or not at all. */
function isOpaque({ source, args, kwargs }: RetryPlan): boolean {
  return source === 'payload' && (args === null || kwargs === null)
}

function changed(member: 'args' | 'kwargs', planned: string | null, text: string): Record<string, string> {
  return text === (planned ?? '') ? {} : { [member]: text }
}

function valueOf(event: Event): string {
  return event.target instanceof HTMLInputElement ? event.target.value : ''
}

declare global {
  interface HTMLElementTagNameMap {
    'warren-retry': RetryDialog
  }
}
