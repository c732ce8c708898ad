import { LitElement, html, nothing } from 'lit'
import type { TemplateResult } from 'lit'
import { customElement, property, query, state } from 'lit/decorators.js'
import { repeat } from 'lit/directives/repeat.js'
import { visibleLine, visibleText } from '../../broker-bridge/protocol/index.ts'
import type { ConnectionInfo, QueueLine, QueueOrigin, QueueSnapshot } from '../../broker-bridge/protocol/index.ts'
import type { QueueWish } from '../feed/queues.ts'
import { everyQueue, nextSort, progressText, queueRowHeight, queueWindow } from '../feed/queues.ts'
import { icon } from '../look/icons.ts'
import { place } from '../look/place.ts'
import { shared } from '../look/shared.ts'
import type { QueueWatch } from '../session/queueWatch.ts'
import type { Session } from '../session/session.ts'
import { formatCount, plural } from '../text/numbers.ts'
import './queuesDetail.ts'
import './queuesExchanges.ts'
import { queueHead, queueRow } from './queuesRows.ts'
import { queuesStyles } from './queues.styles.ts'
import { sparklineStyles } from './sparkline.ts'

interface Chosen {
  readonly connection: string
  readonly queue: string
}

/** The queues of every connection: only the rows in sight are there, and only their numbers are asked for. */
@customElement('warren-queues')
export class QueuesTable extends LitElement {
  static override styles = [shared, sparklineStyles, queuesStyles]

  @property({ attribute: false }) watch: QueueWatch | null = null
  @property({ attribute: false }) snapshot: QueueSnapshot | null = null
  @property({ attribute: false }) wish: QueueWish = everyQueue
  /** Why the bridge shows no queues. */
  @property({ attribute: false }) problem: string | null = null
  @property({ attribute: false }) session: Session | null = null
  @property({ attribute: false }) connections: readonly ConnectionInfo[] = []
  @property({ type: Number }) now = 0
  @property({ type: Boolean, reflect: true }) several = false
  @state() private chosen: Chosen | null = null
  @state() private cursor = 0
  @state() private exchanges = false
  @query('.scroller') private readonly scroller!: HTMLElement | null

  readonly #size = new ResizeObserver(() => this.#look())

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#size.disconnect()
  }

  protected override willUpdate(): void {
    this.several = (this.snapshot?.origins.length ?? 0) > 1
  }

  protected override updated(): void {
    if (this.scroller) this.#size.observe(this.scroller)
  }

  protected override render(): TemplateResult {
    const { problem, snapshot } = this
    if (problem !== null) return html`<p class="quiet" role="alert">${visibleText(problem, 1_000)}</p>`
    if (snapshot === null) return html`<p class="quiet">${icon('loading', 'spin small')} Asking the broker for its queues…</p>`
    if (snapshot.origins.length === 0) return html`<p class="quiet">No broker is connected, so there are no queues to show.</p>`
    return html`${this.#renderBar(snapshot)} ${snapshot.origins.map((origin) => this.#renderOrigin(origin))}
    ${this.exchanges ? this.#renderExchanges() : this.#renderBody(snapshot)}`
  }

  #renderBar(counts: QueueSnapshot): TemplateResult {
    return html`<div class="bar">
      ${this.exchanges ? nothing : this.#renderFilter(counts)}
      <span class="room"></span>
      <button class="button" @click=${() => (this.exchanges = !this.exchanges)}>
        ${this.exchanges ? 'Show Queues' : 'Show Exchanges'}
      </button>
    </div>`
  }

  #renderFilter({ matched, plumbing, warned }: QueueSnapshot): TemplateResult {
    const { wish } = this
    return html`<input
        type="search"
        aria-label="Find queues by a part of their name"
        placeholder="Find queues"
        .value=${wish.text}
        @input=${(event: InputEvent) => this.#narrow({ text: (event.target as HTMLInputElement).value.slice(0, 255) })}
      />
      <span class="muted numbers" role="status">${plural(matched, 'queue')}</span>
      <button class="chip" aria-pressed=${wish.warned} @click=${() => this.#narrow({ warned: !wish.warned })}>
        ${icon('warning', 'small')} With a warning <span class="numbers">${formatCount(warned)}</span>
      </button>
      <button class="chip" aria-pressed=${wish.plumbing} @click=${() => this.#narrow({ plumbing: !wish.plumbing })}>
        Celery’s own plumbing <span class="numbers">${formatCount(plumbing)}</span>
      </button>`
  }

  #renderOrigin(origin: QueueOrigin): TemplateResult | typeof nothing {
    const text = [origin.limits, origin.at === 0 ? null : progressText(origin)].filter((part) => part !== null).join(' ')
    if (text === '') return nothing
    const name = this.several ? `${visibleLine(this.#info(origin.connection)?.name ?? origin.connection, 80)}: ` : ''
    return html`<p class="limits">${icon('info', 'small')} ${name}${visibleText(text, 1_500)}</p>`
  }

  #renderBody(snapshot: QueueSnapshot): TemplateResult {
    return html`<div class="body">
      <div
        class="scroller"
        role="grid"
        aria-label="Queues"
        aria-rowcount=${snapshot.matched + 1}
        @scroll=${() => this.#look()}
        @keydown=${(event: KeyboardEvent) => this.#key(event)}
        @click=${(event: MouseEvent) => this.#click(event)}
      >
        ${queueHead(this.wish.sort, this.several, (by) => this.#narrow({ sort: nextSort(this.wish.sort, by) }))}
        <div class="spacer" role="rowgroup" ${place({ height: `${snapshot.matched * queueRowHeight}px` })}>
          ${repeat(
            snapshot.rows,
            (line) => `${line.connection}\n${line.name}`,
            (line, index) => this.#renderRow(line, snapshot.first + index),
          )}
        </div>
        ${snapshot.matched === 0 ? html`<p class="quiet">${this.#nothing(snapshot)}</p>` : nothing}
      </div>
      ${this.chosen === null ? nothing : this.#renderDetail(this.chosen)}
    </div>`
  }

  #renderRow(line: QueueLine, index: number): TemplateResult {
    const { chosen, now, several } = this
    return queueRow(line, {
      ...{ index, now, several },
      chosen: chosen?.connection === line.connection && chosen.queue === line.name,
      entrance: index === this.cursor,
      connection: this.#info(line.connection),
    })
  }

  #renderDetail(chosen: Chosen): TemplateResult {
    return html`<warren-queue-detail
      .session=${this.session}
      .queue=${chosen}
      .now=${this.now}
      @warren-leave-queue=${() => this.#leave()}
    ></warren-queue-detail>`
  }

  #renderExchanges(): TemplateResult {
    return html`<warren-exchanges .session=${this.session} .connections=${this.connections}></warren-exchanges>`
  }

  #nothing({ origins }: QueueSnapshot): string {
    const { wish } = this
    if (wish.text !== '') return 'No queue has this in its name.'
    if (wish.warned) return 'No queue has a warning: whatever waits is being consumed.'
    if (origins.every(({ at }) => at === 0)) return 'Asking the broker for its queues…'
    return 'No queue of an application is known yet. One appears when a worker consumes it or a task is sent to it.'
  }

  #narrow(change: Parameters<QueueWatch['narrow']>[0]): void {
    this.cursor = 0
    if (this.scroller) this.scroller.scrollTop = 0
    this.watch?.narrow(change)
  }

  /** Tells which rows are in sight. */
  #look(): void {
    const { scroller } = this
    if (scroller && scroller.clientHeight > 0) this.watch?.look(queueWindow(scroller.scrollTop, scroller.clientHeight))
  }

  #click(event: MouseEvent): void {
    const row = event.composedPath().find((part): part is HTMLElement => part instanceof HTMLElement && part.role === 'row')
    const index = row?.dataset['index']
    if (index !== undefined) this.#choose(Number(index))
  }

  #choose(index: number): void {
    const line = this.#lineAt(index)
    if (!line) return
    this.cursor = index
    this.chosen = { connection: line.connection, queue: line.name }
    // The pane takes room, and the row that was chosen shall still be seen.
    void this.updateComplete.then(() => this.#reveal(index))
  }

  #leave(): void {
    this.chosen = null
    void this.#focusCursor()
  }

  #key(event: KeyboardEvent): void {
    const last = (this.snapshot?.matched ?? 0) - 1
    const page = Math.max(1, Math.floor((this.scroller?.clientHeight ?? 0) / queueRowHeight) - 2)
    const steps: Readonly<Record<string, number>> = {
      ArrowDown: 1,
      ArrowUp: -1,
      PageDown: page,
      PageUp: -page,
      Home: -last,
      End: last,
    }
    const target = event.composedPath()[0]
    const onRow = target instanceof HTMLElement && target.role === 'row'
    const step = steps[event.key]
    if (event.key === 'Escape' && this.chosen) return this.#leave()
    if (!onRow || (step === undefined && event.key !== 'Enter' && event.key !== ' ')) return
    event.preventDefault()
    if (step === undefined) return this.#choose(this.cursor)
    this.cursor = Math.min(last, Math.max(0, this.cursor + step))
    if (this.chosen) this.#choose(this.cursor)
    this.#reveal(this.cursor)
    void this.#focusCursor()
  }

  #reveal(index: number): void {
    const { scroller } = this
    if (!scroller) return
    const top = index * queueRowHeight
    const room = scroller.clientHeight - queueRowHeight
    if (top < scroller.scrollTop) scroller.scrollTop = top
    else if (top + queueRowHeight > scroller.scrollTop + room) scroller.scrollTop = top + queueRowHeight - room
  }

  /** A row that was just scrolled to may still be on its way. */
  async #focusCursor(): Promise<void> {
    for (let frame = 0; frame < 30; frame++) {
      await this.updateComplete
      const row = this.renderRoot.querySelector<HTMLElement>(`#queue-${this.cursor}`)
      if (row) return row.focus()
      await new Promise(requestAnimationFrame)
    }
  }

  #lineAt(index: number): QueueLine | undefined {
    return this.snapshot?.rows[index - this.snapshot.first]
  }

  #info(id: string): ConnectionInfo | undefined {
    return this.connections.find((connection) => connection.id === id)
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'warren-queues': QueuesTable
  }
}
