import { LitElement, html, nothing } from 'lit'
import type { PropertyValues, TemplateResult } from 'lit'
import { customElement, property, query, state } from 'lit/decorators.js'
import { confirmed } from '../../broker-bridge/protocol/index.ts'
import type { Confirmation, ConnectionInfo, TaskKey } from '../../broker-bridge/protocol/index.ts'
import { emptinessOf } from '../feed/emptiness.ts'
import type { Emptiness } from '../feed/emptiness.ts'
import { connectionsWithHistory, historyEmptiness, historySnapshot } from '../feed/historyPicture.ts'
import { controlRefusal, noticesOf } from '../feed/notices.ts'
import type { Notice } from '../feed/notices.ts'
import { joinTimelines } from '../feed/timelines.ts'
import { timeRangeOf } from '../feed/timeRange.ts'
import { editorTabs, isFiltered } from '../feed/viewState.ts'
import type { Tab } from '../feed/viewState.ts'
import { icon } from '../look/icons.ts'
import { place } from '../look/place.ts'
import { shared } from '../look/shared.ts'
import { Looks } from '../session/messages.ts'
import type { PageModel } from '../session/model.ts'
import { appStyles } from './app.styles.ts'
import { blindSpotOf } from './blindSpotHint.ts'
import './exportDialog.ts'
import { Announcer } from './announcer.ts'
import { PageActions } from './pageActions.ts'
import type { OpenDialog, Stage } from './pageActions.ts'
import './chart.ts'
import './confirmDialog.ts'
import type { Detail } from './detail.ts'
import './detail.ts'
import './emptyState.ts'
import './enqueueDialog.ts'
import './failuresTable.ts'
import './header.ts'
import './historyBar.ts'
import { plainDialog } from './plainDialogs.ts'
import type { Messages } from './messages.ts'
import './messages.ts'
import './noticeBar.ts'
import './operations.ts'
import './queuesTable.ts'
import { renderRecording } from './recording.ts'
import './retryDialog.ts'
import './schedules.ts'
import './signIn.ts'
import './splitter.ts'
import './statisticsTable.ts'
import type { TaskList } from './taskList.ts'
import './taskList.ts'
import type { Toolbar } from './toolbar.ts'
import './toolbar.ts'
import './workersTable.ts'
import './workflow.ts'
import { isInWorkflow, retryFailed } from './workflowActions.ts'

/** Below this width of the page the detail pane lies under the list. */
const narrow = 760

/** The whole page. It hands the model's pictures down and turns what comes up into actions. */
@customElement('warren-app')
export class App extends LitElement {
  static override styles = [shared, appStyles]

  @property({ attribute: false }) model: PageModel | null = null
  @state() private stacked = false
  @state() private dialog: OpenDialog | null = null
  @state() private confirming: { readonly confirmation: Confirmation; readonly answer: (yes: boolean) => void } | null = null
  @state() private dismissed: ReadonlySet<string> = new Set()
  @query('warren-toolbar') private readonly toolbar!: Toolbar | null
  @query('warren-task-list') private readonly list!: TaskList | null
  @query('warren-messages') private readonly messages!: Messages | null
  @query('warren-detail') private readonly detail!: Detail | null

  /** Numbers the pictures of the history: a list adopts each once. */
  #pictures = 0
  readonly #looks = new Looks()
  readonly #asked = (confirmation: Confirmation): Promise<boolean> => this.#ask(confirmation)
  readonly #announcer = new Announcer(this)
  readonly #update = (): void => this.requestUpdate()
  readonly #width = new ResizeObserver(([entry]) => (this.stacked = (entry?.contentRect.width ?? narrow) < narrow))

  constructor() {
    super()
    new PageActions(this, this.#stage())
  }

  #stage(): Stage {
    return {
      announce: (text) => this.#announcer.say(text),
      open: (dialog) => (this.dialog = dialog),
      ask: (confirmation) => this.#ask(confirmation),
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
      ${this.#renderLink(model)} ${this.#renderTab(model)} ${this.#renderDialogs(model)}
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

  #renderTab(model: PageModel): TemplateResult {
    switch (shownTab(model)) {
      case 'failures':
        return this.#panel(
          'failures',
          html`<warren-failures
            .session=${model.session}
            .picture=${model.failures}
            .connections=${model.connections}
            .now=${model.now}
          ></warren-failures>`,
        )
      case 'queues':
        return this.#panel('queues', html`${this.#renderOperations(model)} ${this.#renderQueues(model)}`)
      case 'statistics':
        return this.#panel(
          'statistics',
          html`<warren-statistics
            .statistics=${model.statistics}
            .connections=${model.connections}
            .marks=${[...model.marks, ...model.commits]}
            .now=${model.now}
          ></warren-statistics>`,
        )
      case 'schedules':
        return this.#panel(
          'schedules',
          html`<warren-schedules
            .session=${model.session}
            .connections=${model.connections}
            .ask=${(confirmation: Confirmation) => this.#ask(confirmation)}
            .now=${model.now}
          ></warren-schedules>`,
        )
      case 'workers':
        return this.#panel(
          'workers',
          html`<warren-workers
            .workers=${model.workers}
            .connections=${model.connections}
            .session=${model.session}
            .ask=${(confirmation: Confirmation) => this.#ask(confirmation)}
            .now=${model.now}
          ></warren-workers>`,
        )
      case 'tasks':
        return this.#panel('tasks', this.#renderFeed(model))
    }
  }

  #panel(tab: string, content: TemplateResult): TemplateResult {
    return html`<main class="panel" aria-label=${tab}>${content}</main>`
  }

  #renderOperations({ session, operations }: PageModel): TemplateResult {
    return html`<warren-operations .session=${session} .operations=${operations}></warren-operations>`
  }

  /** The queues or, once one was opened, the messages that wait in it. */
  #renderQueues(model: PageModel): TemplateResult {
    if (model.view.messages === null)
      return html`<warren-queues
        .watch=${model.queueWatch}
        .wish=${model.queueWatch.wish}
        .snapshot=${model.queueWatch.snapshot}
        .problem=${model.queueWatch.problem}
        .session=${model.session}
        .connections=${model.connections}
        .now=${model.now}
      ></warren-queues>`
    return html`<warren-messages
      .session=${model.session}
      .queue=${model.view.messages}
      .connections=${model.connections}
      .operations=${model.operations}
      .looks=${this.#looks}
      ?linked=${model.link.kind === 'open'}
      .ask=${this.#asked}
      .now=${model.now}
      ?inVsCode=${model.host.kind === 'vscode'}
    ></warren-messages>`
  }

  #renderFeed(model: PageModel): TemplateResult {
    const { view } = model
    const reason = this.#emptiness(model)
    return html`
      ${this.#renderToolbar(model)}
      <warren-notices .notices=${this.#notices(model, reason)}></warren-notices>
      ${model.refusal === null ? nothing : html`<div class="banner" role="alert">${model.refusal}</div>`}
      ${this.#renderChart(model)} ${view.source === 'history' ? this.#renderHistoryBar(model) : nothing}
      <div class="body ${this.stacked ? 'stacked' : ''}">
        ${this.#renderList(model, reason)}
        ${
          view.selected === null
            ? nothing
            : html`<warren-splitter .size=${view.paneSize} ?stacked=${this.stacked}></warren-splitter>
                ${this.#renderDetail(model, view.selected)}`
        }
      </div>
    `
  }

  #renderChart({ timelines, marks, commits, view, now }: PageModel): TemplateResult {
    return html`<warren-chart
      .timeline=${joinTimelines(timelines, view.connection, view.chart ?? 'hour')}
      .range=${timeRangeOf(view.query, now)}
      .span=${view.chart}
      .marks=${[...marks, ...commits]}
      .now=${now}
    ></warren-chart>`
  }

  #renderHistoryBar({ history, connections, view }: PageModel): TemplateResult {
    return html`<warren-history-bar
      .found=${history.found}
      .connections=${connectionsWithHistory(connections, view.connection)}
    ></warren-history-bar>`
  }

  #renderToolbar(model: PageModel): TemplateResult {
    const { view, snapshot, activity } = model
    const inHistory = view.source === 'history'
    const narrowed = inHistory || view.query !== '' || view.connection !== null
    // Under a filter the picture's own counts are the true ones; it says nothing of states that the filter leaves out.
    const counts = inHistory ? {} : narrowed ? (snapshot?.states ?? {}) : (activity?.states ?? snapshot?.states ?? {})
    return html`<warren-toolbar
      .source=${view.source}
      .query=${view.query}
      .problem=${model.queryProblem}
      .known=${model.known}
      .saved=${view.saved}
      .chosen=${view.states}
      .counts=${counts}
      ?partial=${inHistory || (narrowed && view.states.length > 0)}
      ?paused=${view.paused}
      .refusal=${enqueueRefusal(model)}
    ></warren-toolbar>`
  }

  #emptiness(model: PageModel): Emptiness | null {
    const { view, link, snapshot, connections, workers, host } = model
    if (link.kind === 'connecting' && snapshot === null) return { kind: 'loading', title: 'Loading…', text: '', action: null }
    if (view.source === 'history') return this.#historyEmptiness(model)
    return emptinessOf({ snapshot, connections, workers, filtered: isFiltered(view), inVsCode: host.kind === 'vscode' })
  }

  #historyEmptiness({ view, history, connections, host }: PageModel): Emptiness | null {
    return historyEmptiness({
      found: history.found,
      connections: connectionsWithHistory(connections, view.connection),
      anyConnection: connections.length > 0,
      filtered: view.query.trim() !== '' || view.states.length > 0,
      inVsCode: host.kind === 'vscode',
    })
  }

  /** What an empty list says itself in large letters is not said twice. */
  #notices({ connections, now }: PageModel, reason: Emptiness | null): readonly Notice[] {
    const said = reason?.kind === 'silent' ? '/silent' : reason?.kind === 'broken' && connections.length === 1 ? '/status' : null
    return noticesOf(connections, now).filter(({ id }) => !this.dismissed.has(id) && (said === null || !id.endsWith(said)))
  }

  #renderList({ view, snapshot, history, now, connections }: PageModel, reason: Emptiness | null): TemplateResult {
    const { found } = history
    const inHistory = view.source === 'history'
    return html`<div class="feed">
      <warren-task-list
        .snapshot=${inHistory ? found && historySnapshot(found, this.#pictures++) : snapshot}
        .selected=${view.selected}
        .blindQueue=${blindSpotOf(connections, view.connection, 'queue')}
        .about=${JSON.stringify([view.query, view.states, view.connection, inHistory ? found?.askedAt : view.sort])}
        .columns=${view.columns}
        .sort=${inHistory ? null : view.sort}
        .fixedOrder=${inHistory ? 'the history is in the order of time' : null}
        .connections=${connections}
        .now=${now}
        ?paused=${!inHistory && view.paused}
      ></warren-task-list>
      ${reason ? html`<warren-empty .reason=${reason}></warren-empty>` : nothing}
    </div>`
  }

  #renderDetail(model: PageModel, selected: TaskKey): TemplateResult {
    const connection = model.connectionOf(selected.connection)
    return html`<warren-detail
      .followed=${model.followed}
      .askBackend=${(task: TaskKey) => confirmed(model.session, 'askBackend', task, (confirmation) => this.#ask(confirmation))}
      .blindSpots=${connection?.blindSpots ?? []}
      .now=${model.now}
      .refusal=${connection ? controlRefusal(connection) : null}
      ?inVsCode=${model.host.kind === 'vscode'}
      ${place({ 'flex-basis': `${model.view.paneSize}%` })}
      >${isInWorkflow(model) ? this.#renderWorkflow(model, connection) : nothing}</warren-detail
    >`
  }

  #renderWorkflow(model: PageModel, connection: ConnectionInfo | undefined): TemplateResult {
    return html`<warren-workflow
      .workflow=${model.workflow}
      .selected=${model.view.selected}
      .refusal=${connection ? controlRefusal(connection) : null}
      .retry=${(task: TaskKey) => retryFailed(model.session, task, (confirmation) => this.#ask(confirmation))}
      ?open=${model.view.workflow}
    ></warren-workflow>`
  }

  #renderDialogs(model: PageModel): TemplateResult {
    const { dialog, confirming } = this
    const ask = (confirmation: Confirmation): Promise<boolean> => this.#ask(confirmation)
    return html`
      ${plainDialog(dialog, model)}
      ${
        dialog?.kind === 'export'
          ? html`<warren-export
              .session=${model.session}
              .filter=${model.filter}
              ?filtered=${isFiltered(model.view)}
              .matched=${model.snapshot?.matched ?? null}
            ></warren-export>`
          : nothing
      }
      ${dialog?.kind === 'recording' ? renderRecording(model, dialog.connection, ask) : nothing}
      ${dialog?.kind === 'retry' ? html`<warren-retry .session=${model.session} .task=${dialog.task} .ask=${ask}></warren-retry>` : nothing}
      ${
        dialog?.kind === 'enqueue'
          ? html`<warren-enqueue
              .session=${model.session}
              .connections=${model.connections}
              .connection=${dialog.connection}
              .ask=${ask}
            ></warren-enqueue>`
          : nothing
      }
      ${
        confirming
          ? html`<warren-confirm
              .confirmation=${confirming.confirmation}
              @warren-answer=${(event: CustomEvent<boolean>) => confirming.answer(event.detail)}
            ></warren-confirm>`
          : nothing
      }
    `
  }

  /** A task that was chosen by the same key gets its pane only with the next frame. */
  async #focusDetail(): Promise<void> {
    await new Promise(requestAnimationFrame)
    await this.updateComplete
    await this.detail?.updateComplete
    this.detail?.focus()
  }

  #ask(confirmation: Confirmation): Promise<boolean> {
    return new Promise((resolve) => {
      this.confirming = {
        confirmation,
        answer: (yes) => {
          this.confirming = null
          resolve(yes)
        },
      }
    })
  }
}

function shownTab({ host, view }: PageModel): Tab {
  const ofMessages = view.tab === 'queues' && view.messages !== null
  return host.kind === 'browser' || ofMessages || editorTabs.includes(view.tab) ? view.tab : 'tasks'
}

/** Why no task can be sent anywhere, or null when some connection takes one. */
function enqueueRefusal({ connections, view }: PageModel): string | null {
  const candidates = connections.filter((connection) => view.connection === null || connection.id === view.connection)
  const [first] = candidates
  if (!first) return 'No broker is connected.'
  const reasons = candidates.map(controlRefusal)
  return reasons.includes(null) ? null : (reasons[0] ?? null)
}

declare global {
  interface HTMLElementTagNameMap {
    'warren-app': App
  }
}
