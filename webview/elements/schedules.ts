import { LitElement, css, html, nothing } from 'lit'
import type { PropertyValues, TemplateResult } from 'lit'
import { customElement, property, state } from 'lit/decorators.js'
import { confirmed, messageOf, visibleLine, visibleText } from '../../broker-bridge/protocol/index.ts'
import type { Ask, ConnectionInfo, PeriodicTask, Schedules } from '../../broker-bridge/protocol/index.ts'
import { icon } from '../look/icons.ts'
import { shared } from '../look/shared.ts'
import { freshKey } from '../session/freshKey.ts'
import type { Session } from '../session/session.ts'
import { dueTable, periodicTable } from './schedulesRows.ts'
import { tableStyles } from './table.styles.ts'

/** Milliseconds between two looks: nobody tells when a table of somebody else changes. */
const pace = 5_000

/** What is to run in the future: tasks that wait for their time, and the periodic tasks of django-celery-beat. */
@customElement('warren-schedules')
export class SchedulesPage extends LitElement {
  static override styles = [
    shared,
    tableStyles,
    css`
      .said {
        padding: 10px 4px 0;
      }
      td .button {
        margin: 1px 0;
      }
      .note {
        display: block;
        color: var(--w-muted);
      }
    `,
  ]

  @property({ attribute: false }) session: Session | null = null
  @property({ attribute: false }) connections: readonly ConnectionInfo[] = []
  @property({ attribute: false }) ask: Ask = () => Promise.resolve(false)
  @property({ type: Number }) now = 0
  /** What was told of each connection: its schedules, or why there are none. */
  @state() private told: ReadonlyMap<string, Schedules | string> = new Map()
  @state() private said = ''

  #timer: number | undefined
  #looking = false

  override connectedCallback(): void {
    super.connectedCallback()
    this.#timer = window.setInterval(() => void this.#look(), pace)
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    window.clearInterval(this.#timer)
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has('connections') && this.connections.some(({ id }) => !this.told.has(id))) void this.#look()
  }

  protected override render(): TemplateResult {
    if (this.connections.length === 0) return html`<p class="quiet">No broker is connected.</p>`
    return html`<div role="status">
        ${this.said === '' ? nothing : html`<p class="said">${visibleText(this.said, 2_000)}</p>`}
      </div>
      ${this.connections.map((connection) => this.#renderConnection(connection))}`
  }

  #renderConnection(connection: ConnectionInfo): TemplateResult {
    const told = this.told.get(connection.id)
    const of = this.connections.length > 1 ? visibleLine(connection.name, 80) : null
    if (told === undefined) return html`<p class="quiet">${icon('loading', 'spin small')} Looking for schedules…</p>`
    if (typeof told === 'string') return html`<p class="quiet">${visibleText(told, 2_000)}</p>`
    const refusal = connection.readOnly ? 'This connection is read-only.' : null
    const act = {
      set: (task: PeriodicTask) => void this.#set(connection.id, task),
      run: (task: PeriodicTask) => void this.#run(connection.id, task),
    }
    return html`${dueTable({ told, of, connection: connection.id, now: this.now })}
    ${periodicTable({ told, of, refusal, now: this.now, act })}`
  }

  async #look(): Promise<void> {
    const { session } = this
    if (!session || document.hidden || this.#looking) return
    this.#looking = true
    const asked = this.connections.map(
      async ({ id }) => [id, await session.request('listSchedules', { connection: id }).catch(messageOf)] as const,
    )
    this.told = new Map(await Promise.all(asked))
    this.#looking = false
  }

  #set(connection: string, { id, name, enabled }: PeriodicTask): Promise<void> {
    return this.#do(async (session) => {
      const params = { connection, id, name, enabled: !enabled, key: freshKey() }
      const done = await confirmed(session, 'setPeriodic', params, this.ask)
      return done && `${done.enabled ? 'Enabled' : 'Disabled'} ${visibleLine(name, 100)}.`
    })
  }

  #run(connection: string, { id, name }: PeriodicTask): Promise<void> {
    return this.#do(async (session) => {
      const params = { connection, id, name, key: freshKey() }
      const sent = await confirmed(session, 'runPeriodic', params, this.ask)
      return sent && `Sent ${visibleLine(name, 100)} to ${visibleLine(sent.queue, 100)}, as ${sent.id}.`
    })
  }

  async #do(act: (session: Session) => Promise<string | null>): Promise<void> {
    if (!this.session) return
    try {
      const said = await act(this.session)
      if (said !== null) this.said = said
    } catch (error) {
      this.said = messageOf(error)
    }
    await this.#look()
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'warren-schedules': SchedulesPage
  }
}
