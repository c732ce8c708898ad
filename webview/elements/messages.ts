import { LitElement, html, nothing } from 'lit'
import type { PropertyValues, TemplateResult } from 'lit'
import { customElement, property, query, state } from 'lit/decorators.js'
import { visibleLine, visibleText } from '../../broker-bridge/protocol/index.ts'
import type { Ask, ConnectionInfo, Operation, TaskKey, WaitingMessage } from '../../broker-bridge/protocol/index.ts'
import { changeRefusal, extentText, isFound, lineOf } from '../feed/messages.ts'
import type { ShownQueue } from '../feed/messages.ts'
import { emit } from '../look/events.ts'
import { icon } from '../look/icons.ts'
import { shared } from '../look/shared.ts'
import { Looks, QueueMessages } from '../session/messages.ts'
import { deleteMessages, purgeQueue } from '../session/messagesDeeds.ts'
import { OperationsFollowed } from '../session/operations.ts'
import type { Session } from '../session/session.ts'
import { formatRelative } from '../text/times.ts'
import { queueButtons, selectionButtons } from './messagesBar.ts'
import type { MessageDeeds } from './messagesBar.ts'
import { calm, failedPanel, nothingPanel, planPanel } from './messagesCalm.ts'
import type { MessageDetail } from './messagesDetail.ts'
import './messagesDetail.ts'
import type { MessagesList } from './messagesList.ts'
import './messagesList.ts'
import './messagesMove.ts'
import './messagesPublish.ts'
import './messagesRequeue.ts'
import { messagesStyles } from './messages.styles.ts'

type Dialog = 'move' | 'return' | 'requeue' | 'publish'

/** What waits in one queue. Opened, it says what a look would do; only a person's press of a button looks. */
@customElement('warren-messages')
export class Messages extends LitElement {
  static override styles = [shared, messagesStyles]

  @property({ attribute: false }) session: Session | null = null
  @property({ attribute: false }) queue: ShownQueue | null = null
  @property({ attribute: false }) connections: readonly ConnectionInfo[] = []
  @property({ attribute: false }) operations: readonly Operation[] = []
  @property({ attribute: false }) ask: Ask = () => Promise.resolve(false)
  /** What was seen before. */
  @property({ attribute: false }) looks = new Looks()
  @property({ type: Number }) now = 0
  @property({ type: Boolean }) inVsCode = false
  @state() private chosen: ReadonlySet<string> = new Set()
  @state() private cursor: string | null = null
  @state() private search = ''
  @state() private dialog: Dialog | null = null
  @state() private said: { readonly text: string; readonly failed: boolean } | null = null
  @query('warren-messages-list') private readonly list!: MessagesList | null
  @query('warren-message') private readonly detail!: MessageDetail | null
  @query('.bar input') private readonly field!: HTMLInputElement | null

  #messages: QueueMessages | null = null
  readonly #followed = new OperationsFollowed()

  constructor() {
    super()
    this.addEventListener('warren-message', (event) => this.#point((event as CustomEvent<string | null>).detail))
    this.addEventListener('warren-choose-messages', (event) => {
      this.chosen = new Set((event as CustomEvent<readonly string[]>).detail)
    })
    this.addEventListener('warren-open-message', () => this.detail?.focus())
    this.addEventListener('warren-leave-message', () => this.list?.focus())
    this.addEventListener('warren-find-message', () => this.focusSearch())
  }

  /** Puts the keyboard into the search; false where there is none. */
  focusSearch(): boolean {
    this.field?.focus()
    return this.field !== null
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#messages?.end()
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('queue') || changed.has('session')) this.#begin()
    if (changed.has('operations')) for (const marks of this.#followed.take(this.operations)) this.#messages?.lose(marks)
  }

  protected override render(): TemplateResult {
    const { queue } = this
    const messages = this.#messages
    if (!queue || !messages) return html``
    return html`
      ${this.#renderHead(queue, messages)}
      <div role="status">
        ${
          this.said === null
            ? nothing
            : html`<p class="note ${this.said.failed ? 'failed' : ''}">
                ${icon(this.said.failed ? 'error' : 'info', 'small')} <span>${visibleText(this.said.text, 2_000)}</span>
                <button class="tool" aria-label="Put this note away" @click=${() => (this.said = null)}>
                  ${icon('close', 'small')}
                </button>
              </p>`
        }
      </div>
      ${this.#renderStage(messages)} ${this.#renderDialog(messages)}
    `
  }

  #renderHead(queue: ShownQueue, { peek, stage }: QueueMessages): TemplateResult {
    const connection = this.#connection
    const where = [connection?.name, queue.virtualHost === undefined ? undefined : `virtual host ${queue.virtualHost}`]
    const looked = peek ? `${extentText(peek)}, ${formatRelative(peek.at, Math.max(this.now, peek.at))}` : undefined
    return html`<div class="head">
      <button class="button" @click=${() => emit(this, 'warren-show-messages', null)}>
        ${icon('arrow-left', 'small')} Queues
      </button>
      <h2>${icon('inbox')} ${visibleLine(queue.queue)}</h2>
      <span class="about numbers"
        >${[...where, looked]
          .filter((part) => part !== undefined)
          .map((part) => visibleLine(part, 200))
          .join(' · ')}</span
      >
      <div class="actions" role="group" aria-label="The queue">
        ${queueButtons(changeRefusal(connection), { canLook: peek !== null && stage.kind !== 'looking', deeds: this.#deeds })}
      </div>
    </div>`
  }

  #renderStage(messages: QueueMessages): TemplateResult {
    const { stage, peek } = messages
    switch (stage.kind) {
      case 'planning':
        return calm('loading', 'Asking the broker about this queue…', 'Nothing is taken out of it.', true)
      case 'planned':
        return planPanel(stage.plan, () => void messages.look())
      case 'looking':
        return calm('loading', 'Looking at the first messages…', 'They are put back at once.', true)
      case 'failed':
        if (peek) return html`${this.#renderLost(stage.message)} ${this.#renderMessages(messages)}`
        return failedPanel(stage.message, () => void messages.askPlan())
      case 'looked':
        return this.#renderMessages(messages)
    }
  }

  #renderLost(message: string): TemplateResult {
    return html`<p class="note failed" role="alert">
      ${icon('error', 'small')}
      <span>${visibleText(message, 1_000)} What you see is from the look before.</span>
    </p>`
  }

  #renderMessages(messages: QueueMessages): TemplateResult {
    const { peek } = messages
    if (!peek || peek.messages.length === 0) return nothingPanel(0, '')
    const found = peek.messages.filter((message) => isFound(message, this.search))
    const gone = new Set(peek.messages.filter(({ mark }) => messages.gone.has(mark)).map(lineOf))
    return html`
      <div class="bar">
        <input
          type="search"
          aria-label="Find in these messages"
          placeholder="Find in these messages (/)"
          maxlength="500"
          spellcheck="false"
          .value=${this.search}
          @input=${(event: Event) => (this.search = event.target instanceof HTMLInputElement ? event.target.value : '')}
          @keydown=${this.#onSearchKey}
        />
        <div class="actions" role="group" aria-label="The messages">
          ${selectionButtons(this.#concerned, this.chosen.size, changeRefusal(this.#connection), this.#deeds)}
        </div>
      </div>
      ${peek.limits === null ? nothing : html`<p class="note">${icon('info', 'small')} <span>${visibleText(peek.limits, 1_000)}</span></p>`}
      ${found.length === 0 ? nothingPanel(peek.messages.length, this.search) : this.#renderBody(messages, found, gone)}
    `
  }

  #renderBody(messages: QueueMessages, found: readonly WaitingMessage[], gone: ReadonlySet<string>): TemplateResult {
    const message = found.find((each) => lineOf(each) === this.cursor)
    return html`<div class="body">
      <warren-messages-list
        .messages=${found}
        .chosen=${this.chosen}
        .gone=${gone}
        .cursor=${this.cursor}
        .now=${this.now}
      ></warren-messages-list>
      ${
        message === undefined
          ? nothing
          : html`<warren-message
              .message=${message}
              .queue=${this.queue}
              .now=${this.now}
              ?inVsCode=${this.inVsCode}
              .load=${(mark: string) => messages.whole(mark)}
              .isKnown=${(task: TaskKey) => this.#isKnown(task)}
            ></warren-message>`
      }
    </div>`
  }

  #renderDialog({ peek, plan }: QueueMessages): TemplateResult | typeof nothing {
    const { dialog, session, queue, ask } = this
    const close = (): void => void (this.dialog = null)
    const began = (operation: Operation, about: readonly WaitingMessage[]): void => this.#follow(operation, about)
    switch (dialog) {
      case 'move':
      case 'return':
        return html`<warren-messages-move
          .session=${session}
          .queue=${queue}
          .what=${dialog}
          .selected=${this.#concerned}
          .ready=${peek?.ready ?? plan?.ready ?? null}
          .ask=${ask}
          .began=${began}
          @warren-close=${close}
        ></warren-messages-move>`
      case 'requeue':
        return html`<warren-messages-requeue
          .session=${session}
          .queue=${queue}
          .message=${this.#concerned[0] ?? null}
          .ask=${ask}
          .began=${began}
          @warren-close=${close}
        ></warren-messages-requeue>`
      case 'publish':
        return html`<warren-messages-publish
          .session=${session}
          .queue=${queue}
          .ask=${ask}
          .sent=${(to: string) => this.#say(`Published a message to ${to}.`)}
          @warren-close=${close}
        ></warren-messages-publish>`
      case null:
        return nothing
    }
  }

  get #connection(): ConnectionInfo | undefined {
    return this.connections.find(({ id }) => id === this.queue?.connection)
  }

  /** What an action is about: the messages that were selected or, where none is, the one under the cursor. */
  get #concerned(): readonly WaitingMessage[] {
    const held = this.#messages?.peek?.messages ?? []
    const lines = this.chosen.size > 0 ? this.chosen : new Set([this.cursor])
    return held.filter((message) => lines.has(lineOf(message)) && !this.#messages?.gone.has(message.mark))
  }

  get #deeds(): MessageDeeds {
    return {
      look: () => void this.#look(),
      open: (dialog) => (this.dialog = dialog),
      remove: () => void this.#do(() => this.#delete()),
      purge: () => void this.#do(() => this.#purge()),
    }
  }

  #begin(): void {
    this.#messages?.end()
    const { session, queue } = this
    Object.assign(this, { chosen: new Set(), cursor: null, search: '', dialog: null, said: null })
    const ask: Ask = (confirmation) => this.ask(confirmation)
    this.#messages = session && queue ? new QueueMessages(session, queue, ask, () => this.requestUpdate()) : null
    this.#messages?.begin(this.looks)
  }

  async #look(): Promise<void> {
    this.chosen = new Set()
    this.cursor = null
    await this.#messages?.look()
  }

  async #delete(): Promise<void> {
    const { session, queue } = this
    const about = this.#concerned
    if (!session || !queue || about.length === 0) return
    const operation = await deleteMessages(session, queue, about, this.ask)
    if (operation) this.#follow(operation, about)
  }

  async #purge(): Promise<void> {
    const { session, queue } = this
    const said = session && queue && (await purgeQueue(session, queue, this.ask))
    if (said === null) return
    this.#messages?.lose((this.#messages.peek?.messages ?? []).map(({ mark }) => mark))
    this.#say(said)
  }

  #follow(operation: Operation, about: readonly WaitingMessage[]): void {
    this.chosen = new Set()
    const marks = this.#followed.follow(
      operation,
      about.map(({ mark }) => mark),
    )
    if (marks) this.#messages?.lose(marks)
  }

  async #isKnown(task: TaskKey): Promise<boolean> {
    return (
      (await this.session?.request('getTask', task).then(
        () => true,
        () => false,
      )) ?? false
    )
  }

  async #do(deed: () => Promise<void>): Promise<void> {
    try {
      await deed()
    } catch (error) {
      this.#say(error instanceof Error ? error.message : String(error), true)
    }
  }

  #say(text: string, failed = false): void {
    this.said = { text, failed }
  }

  #point(line: string | null): void {
    this.cursor = line
    if (line === null) this.list?.focus()
  }

  #onSearchKey(event: KeyboardEvent): void {
    if (event.key !== 'Enter' && event.key !== 'ArrowDown' && event.key !== 'Escape') return
    event.preventDefault()
    if (event.key === 'Escape') this.search = ''
    this.list?.focus()
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'warren-messages': Messages
  }
}
