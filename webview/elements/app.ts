import { LitElement, html, nothing } from 'lit'
import type { PropertyValues, TemplateResult } from 'lit'
import { customElement, property, query, state } from 'lit/decorators.js'
import type { Confirmation } from '../../broker-bridge/protocol/index.ts'
import { icon } from '../look/icons.ts'
import { shared } from '../look/shared.ts'
import { EndedWork } from '../feed/operations.ts'
import { Looks } from '../session/messages.ts'
import type { PageModel } from '../session/model.ts'
import { Announcer } from './announcer.ts'
import { appStyles } from './app.styles.ts'
import type { Detail } from './detail.ts'
import { renderDialogs } from './dialogs.ts'
import type { Confirming } from './dialogs.ts'
import './header.ts'
import type { Messages } from './messages.ts'
import { PageActions } from './pageActions.ts'
import type { OpenDialog, Stage } from './pageActions.ts'
import './signIn.ts'
import { renderTab, shownTab } from './tabs.ts'
import type { MessagesPage } from './tabs.ts'
import type { TaskList } from './taskList.ts'
import type { Toolbar } from './toolbar.ts'

/** Below this width of the page the detail pane lies under the list. */
const narrow = 760

/** The whole page. It hands the model's pictures down and turns what comes up into actions. */
@customElement('warren-app')
export class App extends LitElement {
  static override styles = [shared, appStyles]

  @property({ attribute: false }) model: PageModel | null = null
  @state() private stacked = false
  @state() private dialog: OpenDialog | null = null
  @state() private confirming: Confirming | null = null
  @state() private dismissed: ReadonlySet<string> = new Set()
  @query('warren-toolbar') private readonly toolbar!: Toolbar | null
  @query('warren-task-list') private readonly list!: TaskList | null
  @query('warren-messages') private readonly messages!: Messages | null
  @query('warren-detail') private readonly detail!: Detail | null

  #pictures = 0
  readonly #looks = new Looks()
  readonly #ended = new EndedWork()
  /** Always the same function: elements that take it are not drawn again for it. */
  readonly #ask = (confirmation: Confirmation): Promise<boolean> =>
    new Promise((resolve) => {
      this.confirming = {
        confirmation,
        answer: (yes) => {
          this.confirming = null
          resolve(yes)
        },
      }
    })
  readonly #announcer = new Announcer(this)
  readonly #update = (): void => this.requestUpdate()
  readonly #width = new ResizeObserver(([entry]) => (this.stacked = (entry?.contentRect.width ?? narrow) < narrow))

  constructor() {
    super()
    new PageActions(this, this.#stage())
  }

  get #page(): MessagesPage & { readonly dialog: OpenDialog | null; readonly confirming: Confirming | null } {
    const { stacked, dismissed, dialog, confirming } = this
    return {
      ask: this.#ask,
      looks: this.#looks,
      ended: this.#ended,
      nextPicture: () => this.#pictures++,
      stacked,
      dismissed,
      dialog,
      confirming,
    }
  }

  #stage(): Stage {
    return {
      announce: (text) => this.#announcer.say(text),
      open: (dialog) => (this.dialog = dialog),
      ask: this.#ask,
      dismiss: (id) => (this.dismissed = new Set([...this.dismissed, id])),
      toFilter: () => (this.messages ? this.messages.focusSearch() : this.toolbar?.focusFilter()),
      toList: () => this.list?.focusGrid(),
      toDetail: () => void this.#focusDetail(),
      toNewest: () => this.list?.toTop(),
    }
  }

  override connectedCallback(): void {
    super.connectedCallback()
    this.#width.observe(this)
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#width.disconnect()
    this.model?.removeEventListener('change', this.#update)
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('model')) {
      changed.get('model')?.removeEventListener('change', this.#update)
      this.model?.addEventListener('change', this.#update)
    }
    if (this.model) this.#announcer.summarise(this.model)
  }

  protected override render(): TemplateResult {
    const { model } = this
    if (!model) return html`<div class="whole">${icon('loading', 'spin')}</div>`
    if (model.link.kind === 'refused') return this.#renderRefused(model, model.link.message)
    return html`
      <warren-header
        role="banner"
        .connections=${model.connections}
        .activity=${model.activity}
        .chosen=${model.view.connection}
        .tab=${shownTab(model)}
        ?inBrowser=${model.host.kind === 'browser'}
      ></warren-header>
      ${this.#renderLink(model)} ${renderTab(model, this.#page)} ${renderDialogs(model, this.#page)}
      <div class="sr" role="status" aria-live="polite">${this.#announcer.text}</div>
    `
  }

  #renderRefused(model: PageModel, message: string): TemplateResult {
    if (model.host.kind === 'browser') return html`<warren-sign-in .message=${message === '' ? null : message}></warren-sign-in>`
    return html`<div class="whole">
      ${icon('debug-disconnect')}
      <p>${message} Close this panel and open the live feed again.</p>
    </div>`
  }

  #renderLink({ link, snapshot }: PageModel): TemplateResult | typeof nothing {
    if (link.kind === 'open' || (link.kind === 'connecting' && snapshot === null)) return nothing
    const text =
      link.kind === 'gone' ? `${link.message} What you see is as it was; Warren keeps trying.` : 'Connecting to the bridge…'
    return html`<div class="banner" role="status">
      ${icon('debug-disconnect', 'small')} <span>${text}</span>
      ${link.kind === 'gone' ? html`<button class="button" @click=${() => this.model?.session.retryNow()}>Try Now</button>` : nothing}
    </div>`
  }

  /** A task that was chosen by the same key gets its pane only with the next frame. */
  async #focusDetail(): Promise<void> {
    await new Promise(requestAnimationFrame)
    await this.updateComplete
    await this.detail?.updateComplete
    this.detail?.focus()
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'warren-app': App
  }
}
