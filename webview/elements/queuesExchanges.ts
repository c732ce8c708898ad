import { LitElement, css, html, nothing } from 'lit'
import type { PropertyValues, TemplateResult } from 'lit'
import { customElement, property, state } from 'lit/decorators.js'
import { messageOf, topologyFileName, topologyText, visibleLine, visibleText } from '../../broker-bridge/protocol/index.ts'
import type {
  Binding,
  ConnectionInfo,
  ExchangeBindings,
  ExchangePage,
  ExchangeRow,
  VirtualHosts,
} from '../../broker-bridge/protocol/index.ts'
import { rateText } from '../feed/queues.ts'
import { emit } from '../look/events.ts'
import { icon } from '../look/icons.ts'
import { shared } from '../look/shared.ts'
import { saveText } from '../session/download.ts'
import type { Session } from '../session/session.ts'
import { formatCount } from '../text/numbers.ts'
import { tableStyles } from './table.styles.ts'

/** What is known of one connection's exchanges. */
interface Told {
  readonly page: ExchangePage | string
  readonly hosts: VirtualHosts | null
}

/** The exchanges of every connection with what leads out of them, and the topology as a file. */
@customElement('warren-exchanges')
export class Exchanges extends LitElement {
  static override styles = [
    shared,
    tableStyles,
    css`
      .tools {
        display: flex;
        flex-wrap: wrap;
        gap: 6px 10px;
        align-items: center;
        padding: 4px;
      }
      ul {
        margin: 2px 0 8px;
        padding-inline-start: 22px;
        color: var(--w-muted);
      }
    `,
  ]

  @property({ attribute: false }) session: Session | null = null
  @property({ attribute: false }) connections: readonly ConnectionInfo[] = []
  @state() private told: ReadonlyMap<string, Told> = new Map()
  @state() private unfolded: ReadonlyMap<string, ExchangeBindings | string> = new Map()
  @state() private said = ''

  #asked = ''

  protected override updated(changed: PropertyValues<this>): void {
    const ids = this.connections.map(({ id }) => id).join()
    if (!changed.has('connections') || ids === this.#asked) return
    this.#asked = ids
    for (const { id } of this.connections) void this.#ask(id)
  }

  protected override render(): TemplateResult {
    return html`<div role="status">
        ${this.said === '' ? nothing : html`<p class="limits">${visibleText(this.said, 1_000)}</p>`}
      </div>
      ${this.connections.map((connection) => this.#renderConnection(connection))}`
  }

  #renderConnection(connection: ConnectionInfo): TemplateResult {
    const told = this.told.get(connection.id)
    if (!told) return html`<p class="quiet">${icon('loading', 'spin small')} Asking for exchanges…</p>`
    if (typeof told.page === 'string') return html`<p class="quiet">${visibleText(told.page, 1_000)}</p>`
    return html`${this.#renderTools(connection, told.hosts)} ${this.#renderTable(connection, told.page)}`
  }

  #renderTools(connection: ConnectionInfo, hosts: VirtualHosts | null): TemplateResult {
    const others = hosts?.others ?? []
    return html`<div class="tools">
      <button class="button" @click=${() => void this.#download(connection.id, hosts?.current ?? '/')}>
        ${icon('export', 'small')} Download Topology
      </button>
      ${
        others.length === 0
          ? nothing
          : html`<span class="muted">Other virtual hosts, copy an address to connect to one:</span> ${others
                .slice(0, 20)
                .map(
                  (host) =>
                    html`<button class="link" @click=${() => this.#copyAddress(connection, host)}>
                      ${visibleLine(host, 60)}
                    </button>`,
                )}`
      }
    </div>`
  }

  #renderTable(connection: ConnectionInfo, page: ExchangePage): TemplateResult {
    return html`<table>
      <caption>
        Exchanges of ${visibleLine(connection.name, 100)}
        <span class="muted numbers">
          ${formatCount(page.total)}${page.total > page.exchanges.length ? `, the first ${page.exchanges.length} shown` : ''}
        </span>
      </caption>
      <thead>
        <tr>
          <th scope="col">Exchange</th>
          <th scope="col">Type</th>
          <th scope="col">Lasts</th>
          <th scope="col" class="end">In</th>
          <th scope="col" class="end">Out</th>
        </tr>
      </thead>
      <tbody>
        ${page.exchanges.map((exchange) => this.#renderExchange(connection.id, exchange))}
      </tbody>
    </table>`
  }

  #renderExchange(connection: string, exchange: ExchangeRow): TemplateResult {
    const bindings = this.unfolded.get(`${connection}\n${exchange.name}`)
    const name = exchange.name === '' ? 'default exchange' : visibleLine(exchange.name)
    return html`<tr>
      <td>
        <button class="link" aria-expanded=${bindings !== undefined} @click=${() => void this.#unfold(connection, exchange.name)}>
          ${icon(bindings === undefined ? 'chevron-right' : 'chevron-down', 'small')} ${name}
        </button>
        ${bindings === undefined ? nothing : bindingList(bindings)}
      </td>
      <td class="muted">${visibleLine(exchange.type)}</td>
      <td class="muted">
        ${exchange.durable ? 'durable' : 'until the broker stops'}${exchange.autoDelete ? ', auto-delete' : ''}
      </td>
      <td class="end numbers muted">${rateText(exchange.inRate)}</td>
      <td class="end numbers muted">${rateText(exchange.outRate)}</td>
    </tr>`
  }

  async #ask(connection: string): Promise<void> {
    const { session } = this
    if (!session) return
    const page = await session.request('listExchanges', { connection }).catch(messageOf)
    const hosts = typeof page === 'string' ? null : await session.request('listVirtualHosts', { connection }).catch(() => null)
    this.told = new Map([...this.told, [connection, { page, hosts }]])
  }

  async #unfold(connection: string, exchange: string): Promise<void> {
    const key = `${connection}\n${exchange}`
    const others = [...this.unfolded].filter(([other]) => other !== key)
    if (others.length < this.unfolded.size) return void (this.unfolded = new Map(others))
    const told = await this.session?.request('getExchange', { connection, exchange }).catch(messageOf)
    if (told !== undefined) this.unfolded = new Map([...this.unfolded, [key, told]])
  }

  async #download(connection: string, virtualHost: string): Promise<void> {
    try {
      const topology = await this.session?.request('exportTopology', { connection }, 30_000)
      if (topology) saveText(`${topologyFileName(virtualHost)}.json`, topologyText(topology))
      this.said = 'The topology holds queues, exchanges, bindings and policies; no users and no passwords.'
    } catch (error) {
      this.said = messageOf(error)
    }
  }

  #copyAddress({ address }: ConnectionInfo, host: string): void {
    const text = `${address.replace(/^(\w+:\/\/[^/]*).*$/s, '$1')}/${encodeURIComponent(host)}`
    emit(this, 'warren-copy', { text, what: `the address of the virtual host ${visibleLine(host, 60)}, without the password` })
  }
}

function bindingList(bindings: ExchangeBindings | string): TemplateResult {
  if (typeof bindings === 'string') return html`<p class="limits">${visibleText(bindings, 500)}</p>`
  const { out, into, more } = bindings
  if (out.length + into.length === 0)
    return html`<ul>
      <li>No binding: whatever is published here is lost.</li>
    </ul>`
  return html`<ul>
    ${into.slice(0, 200).map((one) => html`<li>from ${visibleLine(one.source)} with key ${keyText(one)}</li>`)}
    ${out.slice(0, 500).map((one) => html`<li>${keyText(one)} → ${one.destinationType} ${visibleLine(one.destination)}</li>`)}
    ${more > 0 || out.length > 500 ? html`<li>and more</li>` : nothing}
  </ul>`
}

function keyText({ key }: Binding): string {
  return key === '' ? '(every message)' : visibleLine(key)
}

declare global {
  interface HTMLElementTagNameMap {
    'warren-exchanges': Exchanges
  }
}
