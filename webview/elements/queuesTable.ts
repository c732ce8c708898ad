import { LitElement, html, nothing } from 'lit'
import type { TemplateResult } from 'lit'
import { customElement, property, state } from 'lit/decorators.js'
import { repeat } from 'lit/directives/repeat.js'
import { visibleLine } from '../../broker-bridge/protocol/index.ts'
import type { ConnectionInfo, QueueList, QueueRow } from '../../broker-bridge/protocol/index.ts'
import { emit } from '../look/events.ts'
import { icon } from '../look/icons.ts'
import { shared } from '../look/shared.ts'
import { formatCount, plural } from '../text/numbers.ts'
import { tableStyles } from './table.styles.ts'

/** The queues of every connection, Celery's own plumbing folded away. */
@customElement('warren-queues')
export class QueuesTable extends LitElement {
  static override styles = [shared, tableStyles]

  @property({ attribute: false }) lists: readonly QueueList[] | null = null
  @property({ attribute: false }) connections: readonly ConnectionInfo[] = []
  @state() private plumbing = false

  protected override render(): TemplateResult {
    if (this.lists === null) return html`<p class="quiet">${icon('loading', 'spin small')} Asking the broker for its queues…</p>`
    if (this.lists.length === 0) return html`<p class="quiet">No broker is connected, so there are no queues to show.</p>`
    return html`${this.lists.map((list) => this.#renderList(list))}`
  }

  #renderList(list: QueueList): TemplateResult {
    const own = list.queues.filter((queue) => !queue.plumbing)
    const plumbing = list.queues.filter((queue) => queue.plumbing)
    const name = this.connections.find((connection) => connection.id === list.connection)?.name ?? list.connection
    return html`<table>
        <caption>
          ${visibleLine(name, 120)}
          <span class="muted">${plural(own.length, 'queue')}${list.truncated ? ', and more that are not listed' : ''}</span>
        </caption>
        <thead>
          <tr>
            <th scope="col">Queue</th>
            <th scope="col">Virtual host</th>
            <th scope="col">Type</th>
            <th scope="col" class="end">Ready</th>
            <th scope="col" class="end">Unacked</th>
            <th scope="col" class="end">Consumers</th>
            <th scope="col"><span class="sr">Actions</span></th>
          </tr>
        </thead>
        <tbody>
          ${repeat(this.plumbing ? [...own, ...plumbing] : own, (queue) => `${queue.virtualHost}\n${queue.name}`, queueLine)}
        </tbody>
      </table>
      ${own.length === 0 && !this.plumbing ? html`<p class="limits">No queue of an application is known yet.</p>` : nothing}
      ${list.limits === null ? nothing : html`<p class="limits">${visibleLine(list.limits, 500)}</p>`}
      ${
        plumbing.length === 0
          ? nothing
          : html`<button class="link fold" aria-expanded=${this.plumbing} @click=${() => (this.plumbing = !this.plumbing)}>
              ${this.plumbing ? 'Hide Celery’s own queues' : `Show ${plural(plumbing.length, 'queue')} of Celery’s own plumbing`}
            </button>`
      }`
  }
}

function queueLine(queue: QueueRow): TemplateResult {
  // Messages that nobody takes are what one looks for here.
  const stuck = queue.consumers === 0 && (queue.ready ?? 0) > 0
  return html`<tr>
    <td>${visibleLine(queue.name)}</td>
    <td class="muted">${visibleLine(queue.virtualHost)}</td>
    <td class="muted">${queue.type === null ? '–' : visibleLine(queue.type)}</td>
    <td class="end numbers">${formatCount(queue.ready)}</td>
    <td class="end numbers">${formatCount(queue.unacked)}</td>
    <td class="end numbers ${stuck ? 'attention' : ''}" title=${stuck ? 'Messages wait here and nobody takes them.' : ''}>
      ${formatCount(queue.consumers)}
    </td>
    <td class="end">${messagesButton(queue)}</td>
  </tr>`
}

/** Leads to what waits in a queue. */
function messagesButton({ connection, virtualHost, name }: QueueRow): TemplateResult {
  return html`<button
    class="link"
    aria-label="Show Messages of ${visibleLine(name)}"
    @click=${(event: Event) =>
      event.currentTarget && emit(event.currentTarget, 'warren-show-messages', { connection, virtualHost, queue: name })}
  >
    Show Messages
  </button>`
}

declare global {
  interface HTMLElementTagNameMap {
    'warren-queues': QueuesTable
  }
}
