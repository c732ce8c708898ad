import { LitElement, css, html, nothing } from 'lit'
import type { TemplateResult } from 'lit'
import { customElement, property, query, state } from 'lit/decorators.js'
import { visibleLine } from '../../broker-bridge/protocol/index.ts'
import type { ConnectionInfo } from '../../broker-bridge/protocol/index.ts'
import { emit } from '../look/events.ts'
import { icon } from '../look/icons.ts'
import { shared } from '../look/shared.ts'
import { connectionLook } from './connectionLook.ts'
import { environmentBadge, environmentStyles } from './environmentBadge.ts'

/** What the page is connected to, on one line: where that is too short, the rest is folded away behind a button. */
@customElement('warren-connections')
export class ConnectionList extends LitElement {
  static override styles = [
    shared,
    environmentStyles,
    css`
      :host {
        display: flex;
        min-width: 0;
        align-items: flex-start;
        gap: 4px;
      }
      ul {
        display: flex;
        flex: 1 1 auto;
        gap: 2px 16px;
        min-width: 0;
        margin: 0;
        padding: 0;
        list-style: none;
      }
      :host(.many) ul {
        gap: 2px 4px;
        flex-wrap: wrap;
      }
      ul.folded {
        overflow: hidden;
        max-height: 26px;
      }
      :host(.many) .address {
        display: none;
      }
      li {
        min-width: 0;
      }
      .connection {
        display: flex;
        max-width: 100%;
        align-items: center;
        gap: 6px;
        min-width: 0;
        padding: 2px 6px;
        border: 1px solid transparent;
        border-radius: 4px;
        background: none;
        white-space: nowrap;
      }
      :host(.many) .connection,
      .more {
        height: 26px;
        box-sizing: border-box;
      }
      button.connection:hover {
        background: var(--w-hover);
      }
      button.connection[aria-pressed='true'] {
        background: var(--w-resting);
        border-color: var(--w-focus);
      }
      .name {
        color: var(--w-strong);
        font-weight: 600;
      }
      .name,
      .address {
        overflow: hidden;
        text-overflow: ellipsis;
        unicode-bidi: isolate;
      }
      .address {
        color: var(--w-muted);
        flex: 0 1000 auto;
      }
      .dot {
        font-size: 12px;
      }
      .more {
        display: inline-flex;
        flex: none;
        align-items: center;
        gap: 4px;
        width: auto;
        padding: 0 6px;
        white-space: nowrap;
      }
      @media (forced-colors: active) {
        span.connection {
          border-color: Canvas;
        }
      }
    `,
  ]

  @property({ attribute: false }) connections: readonly ConnectionInfo[] = []
  @property() chosen: string | null = null
  @state() private unfolded = false
  /** How many stand on the first line. */
  @state() private fitting = Infinity
  @query('ul') private list!: HTMLElement
  readonly #watcher = new ResizeObserver(() => this.#measure())

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#watcher.disconnect()
  }

  protected override updated(): void {
    this.#watcher.observe(this.list)
    this.#measure()
  }

  protected override render(): TemplateResult {
    const folded = this.#isFolded
    return html`
      <ul class=${folded ? 'folded' : ''} aria-label="Connections">
        ${this.connections.map(
          (connection, place) => html`<li ?inert=${folded && place >= this.fitting}>${this.#renderConnection(connection)}</li>`,
        )}
      </ul>
      ${this.fitting < this.connections.length ? this.#renderMore(folded) : nothing}
    `
  }

  /** The chosen one is never folded away. */
  get #isFolded(): boolean {
    const chosen = this.connections.findIndex(({ id }) => id === this.chosen)
    return !this.unfolded && chosen < this.fitting
  }

  #measure(): void {
    const tops = Array.from(this.list.children, (item) => (item as HTMLElement).offsetTop)
    const onFirstLine = tops.filter((top) => top === tops[0]).length
    this.fitting = onFirstLine === tops.length ? Infinity : onFirstLine
  }

  #renderMore(folded: boolean): TemplateResult {
    const rest = this.connections.slice(this.fitting)
    const troubled = folded && rest.some(({ status }) => status.kind !== 'connected')
    const title = troubled ? 'Show all connections: one of the others is not connected' : 'Show all connections'
    return html`<button
      class="tool more"
      aria-expanded=${!folded}
      title=${folded ? title : 'Show one line of connections'}
      @click=${() => (this.unfolded = folded)}
    >
      ${troubled ? icon('warning', 'tone-bad') : nothing} ${folded ? `${rest.length} more` : 'Fewer'}
      ${icon(folded ? 'chevron-right' : 'chevron-down')}
    </button>`
  }

  #renderConnection(connection: ConnectionInfo): TemplateResult {
    const look = connectionLook(connection)
    const content = html`
      ${icon('circle-filled', `dot ${look.tone}`)}
      <span class="name">${visibleLine(connection.name, 80)}</span>
      ${environmentBadge(connection.environment)}
      <span class="address">${visibleLine(connection.address, 200)}</span>
      ${look.label === 'Connected' ? html`<span class="sr">Connected</span>` : html`<span>${look.label}</span>`}
      ${connection.readOnly ? html`<span class="badge" title="Warren sends nothing to this broker.">read-only</span>` : nothing}
    `
    const title = [connection.broker, connection.status.message]
      .filter((part) => part !== null)
      .map((part) => visibleLine(part, 400))
    if (this.connections.length < 2) return html`<span class="connection" title=${title.join('\n')}>${content}</span>`
    const pressed = this.chosen === connection.id
    return html`<button
      class="connection"
      aria-pressed=${pressed}
      title=${[...title, pressed ? 'Show the tasks of all connections' : 'Show only the tasks of this connection'].join('\n')}
      @click=${() => emit(this, 'warren-filter-connection', pressed ? null : connection.id)}
    >
      ${content}
    </button>`
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'warren-connections': ConnectionList
  }
}
