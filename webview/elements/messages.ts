import { LitElement, html, nothing } from 'lit'
import type { PropertyValues, TemplateResult } from 'lit'
import { customElement, property, query, state } from 'lit/decorators.js'
import { messageOf, visibleText } from '../../broker-bridge/protocol/index.ts'
import type { Ask, ConnectionInfo, Operation, StreamPlace, TaskKey, WaitingMessage } from '../../broker-bridge/protocol/index.ts'
import { isFound, lineOf } from '../feed/messages.ts'
import type { ShownQueue } from '../feed/messages.ts'
import { isStream, selectionRefusal } from '../feed/streamPlace.ts'
import { icon } from '../look/icons.ts'
import { shared } from '../look/shared.ts'
import { Looks, QueueMessages } from '../session/messages.ts'
import { deleteMessages, purgeQueue } from '../session/messagesDeeds.ts'
import { OperationsFollowed } from '../session/operations.ts'
import type { Session } from '../session/session.ts'
import { searchField, selectionButtons } from './messagesBar.ts'
import type { MessageDeeds } from './messagesBar.ts'
import { nothingPanel, nothingThereText, stagePanel } from './messagesCalm.ts'
import { messagesDialog } from './messagesDialogs.ts'
import type { MessagesDialog } from './messagesDialogs.ts'
import type { MessageDetail } from './messagesDetail.ts'
import './messagesDetail.ts'
import { lostNote, messagesHead, saidNote } from './messagesHead.ts'
import type { Said } from './messagesHead.ts'
import type { MessagesList } from './messagesList.ts'
import './messagesList.ts'
import { messagesStyles } from './messages.styles.ts'

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
  /** Whether there is a bridge to ask. */
  @property({ type: Boolean }) linked = false
  @state() private chosen: ReadonlySet<string> = new Set()
  @state() private cursor: string | null = null
  @state() private search = ''
  @state() private dialog: MessagesDialog | null = null
  @state() private said: Said | null = null
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
    else if (changed.has('linked') && this.linked) this.#messages?.linkCame()
    if (changed.has('operations')) for (const lines of this.#followed.take(this.operations)) this.#messages?.lose(lines)
  }

  protected override render(): TemplateResult {
    const [queue, messages] = [this.queue, this.#messages]
    if (!queue || !messages) return html``
    return html`
      ${messagesHead({ queue, connection: this.#connection, messages, operations: this.operations, now: this.now, inVsCode: this.inVsCode, deeds: this.#deeds })}
      ${saidNote(this.said, () => (this.said = null))} ${this.#renderStage(messages)}
      ${messagesDialog(this.dialog, {
        session: this.session,
        queue,
        concerned: this.#concerned,
        ready: messages.peek?.ready ?? messages.plan?.ready ?? null,
        ask: this.ask,
        close: () => (this.dialog = null),
        began: (operation, about) => this.#follow(operation, about),
        published: (to) => this.#say(`Published a message to ${to}.`),
      })}
    `
  }

  #renderStage(messages: QueueMessages): TemplateResult {
    const { stage, peek } = messages
    // What was seen before stays in sight until the next look has brought something.
    if (stage.kind === 'looked' || (stage.kind === 'looking' && peek)) return this.#renderMessages(messages)
    if (stage.kind === 'failed' && peek) return html`${lostNote(stage.message)} ${this.#renderMessages(messages)}`
    const act = { look: (place?: StreamPlace) => void messages.look(place), again: () => void messages.askPlan() }
    return stagePanel(stage, act, isStream(messages))
  }

  #renderMessages(messages: QueueMessages): TemplateResult {
    const { peek } = messages
    if (!peek || peek.messages.length === 0) return this.#renderNothing(messages)
    const found = this.#found
    return html`
      <div class="bar">
        ${searchField(this.search, (text) => (this.search = text), this.#onSearchKey)} ${this.#renderPlace(messages)}
        <div class="actions" role="group" aria-label="The messages">
          ${selectionButtons(this.#concerned, this.chosen.size > 0, selectionRefusal(this.#connection, messages), { stream: isStream(messages), deeds: this.#deeds })}
        </div>
      </div>
      ${peek.limits === null ? nothing : html`<p class="note">${icon('info', 'small')} <span>${visibleText(peek.limits, 1_000)}</span></p>`}
      ${found.length === 0 ? nothingPanel(peek.messages.length, this.search) : this.#renderBody(messages, found)}
    `
  }

  #renderNothing(messages: QueueMessages): TemplateResult {
    if (!isStream(messages)) return nothingPanel(0, '')
    return html`<div class="bar">${this.#renderPlace(messages)}</div>
      ${nothingThereText(messages.place)}`
  }

  #renderPlace(messages: QueueMessages): TemplateResult | typeof nothing {
    if (!isStream(messages)) return nothing
    return html`<warren-stream-place
      .place=${messages.place}
      .shown=${messages.peek?.messages ?? []}
      .read=${(place: StreamPlace) => void this.#look(place)}
    ></warren-stream-place>`
  }

  #renderBody(messages: QueueMessages, found: readonly WaitingMessage[]): TemplateResult {
    const message = found.find((each) => lineOf(each) === this.cursor)
    return html`<div class="body">
      <warren-messages-list
        .messages=${found}
        .chosen=${this.chosen}
        .gone=${messages.gone}
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

  get #connection(): ConnectionInfo | undefined {
    return this.connections.find(({ id }) => id === this.queue?.connection)
  }

  /** Of the last look, what the search finds: nothing is done to a message that is not shown. */
  get #found(): readonly WaitingMessage[] {
    return (this.#messages?.peek?.messages ?? []).filter((message) => isFound(message, this.search))
  }

  /** What an action is about: the messages that were selected or, where none is, the one under the cursor. */
  get #concerned(): readonly WaitingMessage[] {
    const lines = this.chosen.size > 0 ? this.chosen : new Set([this.cursor])
    return this.#found.filter((message) => lines.has(lineOf(message)) && !this.#messages?.gone.has(lineOf(message)))
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

  async #look(place?: StreamPlace): Promise<void> {
    this.chosen = new Set()
    this.cursor = null
    await this.#messages?.look(place)
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
    this.#messages?.lose((this.#messages.peek?.messages ?? []).map(lineOf))
    this.#say(said)
  }

  #follow(operation: Operation, about: readonly WaitingMessage[]): void {
    this.chosen = new Set()
    const lines = this.#followed.follow(operation, about.map(lineOf))
    if (lines) this.#messages?.lose(lines)
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
      this.#say(messageOf(error), true)
    }
  }

  #say(text: string, failed = false): void {
    this.said = { text, failed }
  }

  #point(line: string | null): void {
    this.cursor = line
    if (line === null) this.list?.focus()
  }

  /** Leads from the search into what it found. */
  readonly #onSearchKey = (event: KeyboardEvent): void => {
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
