import { LitElement, css, html, nothing } from 'lit'
import type { TemplateResult } from 'lit'
import { customElement, property } from 'lit/decorators.js'
import { settingLine, visibleLine } from '../../broker-bridge/protocol/index.ts'
import type { BlindSetting, BlindSpot, ConnectionInfo } from '../../broker-bridge/protocol/index.ts'
import { controlRefusal } from '../feed/notices.ts'
import { emit } from '../look/events.ts'
import { icon } from '../look/icons.ts'
import { shared } from '../look/shared.ts'
import { plural } from '../text/numbers.ts'
import './dialog.ts'

const titles: Readonly<Record<BlindSetting, string>> = {
  worker_send_task_events: 'Tasks that do not show up',
  task_send_sent_event: 'Queue, routing and time of sending',
  task_track_started: 'Started tasks in the result backend',
  result_extended: 'Names and arguments in the result backend',
}
const namesShown = 3

/** What is empty because of settings that are off, with the line that turns each on. */
@customElement('warren-blind-spots')
export class BlindSpotsDialog extends LitElement {
  static override styles = [
    shared,
    css`
      section + section {
        margin-top: 16px;
        padding-top: 14px;
        border-top: 1px solid var(--w-line);
      }
      h3 {
        margin: 0 0 4px;
        font-size: 1em;
        font-weight: 600;
        color: var(--w-strong);
      }
      p {
        margin: 4px 0;
        overflow-wrap: anywhere;
      }
      .line {
        display: flex;
        align-items: center;
        gap: 6px;
        margin: 8px 0;
        padding: 4px 4px 4px 10px;
        border: 1px solid var(--w-line);
        border-radius: 4px;
      }
      code {
        flex: 1;
        font-family: var(--w-mono);
        font-size: var(--w-mono-size);
        overflow-wrap: anywhere;
        user-select: text;
      }
      .actions {
        display: flex;
        flex-wrap: wrap;
        gap: 8px;
      }
      .actions:empty {
        display: none;
      }
    `,
  ]

  @property({ attribute: false }) connections: readonly ConnectionInfo[] = []
  @property({ type: Boolean }) inVsCode = false

  protected override render(): TemplateResult {
    const found = this.connections.flatMap((connection) => (connection.blindSpots ?? []).map((spot) => ({ connection, spot })))
    return html`<warren-dialog heading="What Warren cannot see">
      ${
        found.length === 0
          ? html`<p>Nothing that Warren knows of: every setting it looks at is on.</p>`
          : found.map(({ connection, spot }) => this.#renderSpot(connection, spot))
      }
      <button slot="actions" class="button" @click=${() => emit(this, 'warren-close', null)}>Close</button>
    </warren-dialog>`
  }

  #renderSpot(connection: ConnectionInfo, spot: BlindSpot): TemplateResult {
    const line = settingLine(spot.setting)
    const where = this.connections.length > 1 ? ` – ${visibleLine(connection.name, 60)}` : ''
    return html`<section>
      <h3>${titles[spot.setting]}${where}</h3>
      <p>${spot.effect}</p>
      <p class="muted">${whoSays(spot.workers)} ${spot.fix}</p>
      <div class="line">
        <code>${line}</code>
        <button
          class="tool"
          aria-label=${`Copy ${line}`}
          title="Copy this line"
          @click=${() => emit(this, 'warren-copy', { text: line, what: 'the setting' })}
        >
          ${icon('copy', 'small')}
        </button>
      </div>
      <div class="actions">
        ${spot.setting === 'worker_send_task_events' ? this.#renderTurnOn(connection) : nothing}
        ${
          this.inVsCode
            ? html`<button
                class="button"
                title="Finds the settings in the workspace and offers the line as a change to review"
                @click=${() => emit(this, 'warren-fix-settings', spot.setting)}
              >
                ${icon('go-to-file', 'small')} Show the Line to Add…
              </button>`
            : nothing
        }
      </div>
    </section>`
  }

  #renderTurnOn(connection: ConnectionInfo): TemplateResult {
    const refusal = controlRefusal(connection)
    return html`<button
      class="button main"
      aria-disabled=${refusal !== null}
      title=${refusal ?? 'Asks the workers to send task events. Warren shows what it will do first.'}
      @click=${() => refusal === null && emit(this, 'warren-enable-events', connection.id)}
    >
      Turn Events On
    </button>`
  }
}

function whoSays(workers: readonly string[]): string {
  if (workers.length === 0) return 'Many tasks came, and nobody told that they were sent.'
  const names = workers.slice(0, namesShown).map((worker) => visibleLine(worker, 60))
  const rest = workers.length - names.length
  return `It is off in ${names.join(', ')}${rest > 0 ? ` and ${plural(rest, 'other worker')}` : ''}.`
}

declare global {
  interface HTMLElementTagNameMap {
    'warren-blind-spots': BlindSpotsDialog
  }
}
