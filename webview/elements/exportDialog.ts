import { LitElement, css, html, nothing } from 'lit'
import type { TemplateResult } from 'lit'
import { customElement, property, state } from 'lit/decorators.js'
import { messageOf, visibleText } from '../../broker-bridge/protocol/index.ts'
import type { ExportFormat, TaskFilter } from '../../broker-bridge/protocol/index.ts'
import { emit } from '../look/events.ts'
import { shared } from '../look/shared.ts'
import { downloadTasks } from '../session/download.ts'
import type { Session } from '../session/session.ts'
import { plural } from '../text/numbers.ts'
import './dialog.ts'
import { formStyles } from './form.styles.ts'

const formats: readonly { readonly format: ExportFormat; readonly title: string; readonly hint: string }[] = [
  { format: 'csv', title: 'CSV', hint: 'A table for spreadsheets; texts that look like formulas are made harmless.' },
  { format: 'jsonl', title: 'JSON lines', hint: 'One task per line with all its fields, for programs.' },
  { format: 'bundle', title: 'Bundle', hint: 'One file that Warren opens again without a broker: npm start -- --open FILE.' },
]

/** Downloads the tasks of the present filter. */
@customElement('warren-export')
export class ExportDialog extends LitElement {
  static override styles = [
    shared,
    formStyles,
    css`
      fieldset {
        margin: 12px 0 0;
        padding: 0;
        border: 0;
      }
      .check input {
        flex: none;
      }
      .check span {
        display: block;
        color: var(--w-muted);
      }
    `,
  ]

  @property({ attribute: false }) session: Session | null = null
  @property({ attribute: false }) filter: TaskFilter = {}
  @property({ type: Boolean }) filtered = false
  @property() source: 'memory' | 'history' = 'memory'
  /** Tasks in memory that match right now; null while nobody knows. */
  @property({ type: Number }) matched: number | null = null

  @state() private format: ExportFormat = 'csv'
  @state() private mask = true
  @state() private failure: string | null = null
  @state() private running: AbortController | null = null

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.running?.abort()
  }

  protected override render(): TemplateResult {
    return html`<warren-dialog heading="Export Tasks">
      <p class="lead">${this.#lead}</p>
      <fieldset>
        <legend class="label">Form</legend>
        ${formats.map((choice) => this.#renderFormat(choice))}
      </fieldset>
      <div class="check">
        <input type="checkbox" id="mask" .checked=${this.mask} @change=${() => (this.mask = !this.mask)} />
        <label for="mask"
          >Mask secrets<span
            >What stands under names like password, token or authorization becomes ***. Positional arguments have no names: look
            through the file before you pass it on.</span
          ></label
        >
      </div>
      ${this.failure === null ? nothing : html`<p class="failed" role="alert">${visibleText(this.failure, 1_000)}</p>`}
      <button slot="actions" class="button" @click=${() => emit(this, 'warren-close', null)}>Cancel</button>
      <button
        slot="actions"
        class="button main"
        aria-disabled=${this.running !== null}
        @click=${() => this.running === null && void this.#export()}
      >
        ${this.running ? 'Exporting…' : 'Export'}
      </button>
    </warren-dialog>`
  }

  get #lead(): string {
    if (this.source === 'history') {
      const what = this.filtered ? 'that the history finds for the present search' : 'in the history on this computer'
      return `All tasks ${what}, as they were kept, newest first: also those that are not listed.`
    }
    const count = this.matched === null ? 'The tasks' : plural(this.matched, 'task')
    return `${count} ${this.filtered ? 'of the present filter' : 'that Warren holds'}, newest activity first.`
  }

  #renderFormat({ format, title, hint }: (typeof formats)[number]): TemplateResult {
    return html`<div class="check">
      <input type="radio" name="format" id=${format} .checked=${this.format === format} @change=${() => (this.format = format)} />
      <label for=${format}>${title}<span>${hint}</span></label>
    </div>`
  }

  async #export(): Promise<void> {
    const { session, filter, format, mask, source } = this
    if (!session) return
    const running = new AbortController()
    this.running = running
    this.failure = null
    try {
      await downloadTasks(session, { filter, format, mask, source }, running.signal)
      emit(this, 'warren-close', null)
    } catch (error) {
      this.failure = messageOf(error)
    }
    this.running = null
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'warren-export': ExportDialog
  }
}
