import { LitElement, css, html } from 'lit'
import type { TemplateResult } from 'lit'
import { customElement, property, state } from 'lit/decorators.js'
import { messageOf, visibleLine } from '../../broker-bridge/protocol/index.ts'
import type { ActionEntry, ActionList } from '../../broker-bridge/protocol/index.ts'
import { shared } from '../look/shared.ts'
import type { Session } from '../session/session.ts'
import { formatCount } from '../text/numbers.ts'
import { formatMoment } from '../text/times.ts'
import './dialog.ts'
import { tableStyles } from './table.styles.ts'

/** What was done through Warren, newest first. */
@customElement('warren-action-log')
export class ActionLogDialog extends LitElement {
  static override styles = [
    shared,
    tableStyles,
    css`
      :host {
        --dialog-width: 1100px;
        padding: 0;
      }
      th {
        position: static;
        background: transparent;
      }
    `,
  ]

  @property({ attribute: false }) session: Session | null = null
  @state() private told: ActionList | string | null = null

  protected override firstUpdated(): void {
    void this.#load()
  }

  protected override render(): TemplateResult {
    return html`<warren-dialog heading="Action Log" reading>${this.#renderTold()}</warren-dialog>`
  }

  #renderTold(): TemplateResult {
    const { told } = this
    if (told === null || typeof told === 'string')
      return html`<p class="limits">${told === null ? 'Reading…' : visibleLine(told, 1_000)}</p>`
    const place = told.file === null ? 'Kept until Warren ends.' : `Kept in ${told.file}`
    if (told.entries.length === 0) return html`<p class="limits">Nothing was done yet. ${visibleLine(place, 1_000)}</p>`
    return html`<p class="limits">${visibleLine(place, 1_000)}</p>
      <table>
        <thead>
          <tr>
            <th scope="col">When</th>
            <th scope="col">Who</th>
            <th scope="col">Action</th>
            <th scope="col">What</th>
            <th scope="col" class="numbers">Count</th>
            <th scope="col">Outcome</th>
            <th scope="col">Where</th>
          </tr>
        </thead>
        <tbody>
          ${told.entries.map(line)}
        </tbody>
      </table>`
  }

  async #load(): Promise<void> {
    this.told = (await this.session?.request('listActions', {}).catch(messageOf)) ?? null
  }
}

function line({ at, by, action, what, count, outcome, said, place }: ActionEntry): TemplateResult {
  return html`<tr>
    <td class="numbers">${formatMoment(at)}</td>
    <td>${visibleLine(by, 100)}</td>
    <td>${visibleLine(action)}</td>
    <td>${visibleLine(what, 600)}</td>
    <td class="numbers">${count === null ? '' : formatCount(count)}</td>
    <td class=${outcome === 'failed' || outcome === 'refused' ? 'attention' : ''}>
      ${outcome}${said === '' ? '' : `: ${visibleLine(said, 600)}`}
    </td>
    <td class="muted">${visibleLine(place, 600)}</td>
  </tr>`
}

declare global {
  interface HTMLElementTagNameMap {
    'warren-action-log': ActionLogDialog
  }
}
