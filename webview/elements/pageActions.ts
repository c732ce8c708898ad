import type { ReactiveController, ReactiveControllerHost } from 'lit'
import { confirmed, messageOf, typedQueryLimit } from '../../broker-bridge/protocol/index.ts'
import type { Confirmation, ControlAnswers, SavedFilter, TaskKey, ToHost } from '../../broker-bridge/protocol/index.ts'
import { controlRefusal } from '../feed/notices.ts'
import { spokenSelection } from '../feed/selection.ts'
import { withTimeRange } from '../feed/timeRange.ts'
import { toggled, withSaved, withoutSaved } from '../feed/viewState.ts'
import type { PageEvents } from '../look/events.ts'
import { freshKey } from '../session/freshKey.ts'
import type { PageModel } from '../session/model.ts'
import { plural } from '../text/numbers.ts'
import { copyInBrowser } from './copy.ts'
import { failureActions } from './failureActions.ts'
import { retryManyActions } from './retryManyActions.ts'
import type { RetryDialog } from './retryManyActions.ts'
import { removeMark } from './removeMark.ts'
import { matchingWish, revokeTasks } from './revokeActions.ts'
import type { RevokeWish } from './revokeActions.ts'

export type OpenDialog =
  | { readonly kind: 'keys' }
  | { readonly kind: 'told'; readonly heading: string; readonly text: string }
  | { readonly kind: 'actions' }
  | { readonly kind: 'retry'; readonly task: TaskKey }
  | RetryDialog
  | { readonly kind: 'enqueue'; readonly connection: string }
  | { readonly kind: 'blindSpots' }
  | { readonly kind: 'recording'; readonly connection: string }
  | { readonly kind: 'payloads'; readonly connection: string }
  | { readonly kind: 'export' }

/** What actions need of the page that shows their outcome. */
export interface Stage {
  announce(text: string): void
  open(dialog: OpenDialog | null): void
  ask(confirmation: Confirmation): Promise<boolean>
  dismiss(notice: string): void
  toFilter(): void
  toList(): void
  toDetail(): void
  toNewest(): void
}

type Actor = ReactiveControllerHost & EventTarget & { readonly model: PageModel | null }
type Actions = { readonly [K in keyof PageEvents]?: (model: PageModel, detail: PageEvents[K]) => void }

/** Turns what the elements tell and the page's own keys into actions. */
export class PageActions implements ReactiveController {
  readonly #page: Actor
  readonly #stage: Stage
  readonly #actions: Actions
  readonly #onKey = (event: KeyboardEvent): void => this.#key(event)
  readonly #onEvent = (event: Event): void => this.#act(event)

  constructor(page: Actor, stage: Stage) {
    this.#page = page
    this.#stage = stage
    this.#actions = this.#all()
    page.addController(this)
  }

  hostConnected(): void {
    for (const name of Object.keys(this.#actions)) this.#page.addEventListener(name, this.#onEvent)
    document.addEventListener('keydown', this.#onKey)
  }

  hostDisconnected(): void {
    for (const name of Object.keys(this.#actions)) this.#page.removeEventListener(name, this.#onEvent)
    document.removeEventListener('keydown', this.#onKey)
  }

  #act(event: Event): void {
    const { model } = this.#page
    if (!model || !(event instanceof CustomEvent)) return
    const action = this.#actions[event.type as keyof PageEvents] as ((model: PageModel, detail: unknown) => void) | undefined
    action?.(model, event.detail)
  }

  #all(): Actions {
    const stage = this.#stage
    return {
      ...viewActions(stage),
      ...hostActions(stage),
      ...failureActions((text) => stage.announce(text)),
      ...retryManyActions(stage),
      'warren-dismiss': (_model, id) => stage.dismiss(id),
      'warren-action-log': () => stage.open({ kind: 'actions' }),
      'warren-remove-mark': (model, mark) => void removeMark(model, mark, stage),
      'warren-revoke': (model, wish) => void this.#revoke(model, wish),
      'warren-revoke-matching': (model) => void this.#revoke(model, matchingWish(model)),
      'warren-keys': () => stage.open({ kind: 'keys' }),
      'warren-blind-spots': () => stage.open({ kind: 'blindSpots' }),
      'warren-recording': ({ view }, connection) =>
        stage.open({ kind: 'recording', connection: connection ?? view.connection ?? '' }),
      'warren-payloads': ({ view }, connection) =>
        stage.open({ kind: 'payloads', connection: connection ?? view.connection ?? '' }),
      'warren-close': () => stage.open(null),
      'warren-open-detail': () => stage.toDetail(),
      'warren-leave-detail': () => stage.toList(),
      'warren-enable-events': (model, connection) => void this.#enableEvents(model, connection),
      'warren-use-exchanges': (model, connection) => void this.#useExchanges(model, connection),
      'warren-copy': (model, { text, what }) => void this.#copy(model, text, what),
    }
  }

  async #enableEvents({ session }: PageModel, connection: string): Promise<void> {
    try {
      const params = { connection, key: freshKey() }
      const answers = await confirmed(session, 'enableEvents', params, (confirmation) => this.#stage.ask(confirmation))
      if (answers) this.#stage.announce(spokenAnswers(answers))
    } catch (error) {
      this.#stage.announce(messageOf(error))
    }
  }

  /** VS Code keeps the names with its connection; a monitor in a terminal knows them until it ends. */
  async #useExchanges({ session, host }: PageModel, connection: string): Promise<void> {
    if (host.kind === 'vscode') return host.post({ type: 'useExchanges', connection })
    try {
      await session.request('useFoundExchanges', { connection })
      this.#stage.announce('Connecting again with these exchanges.')
    } catch (error) {
      this.#stage.announce(messageOf(error))
    }
  }

  async #revoke({ session }: PageModel, wish: RevokeWish | string): Promise<void> {
    const ask = (confirmation: Confirmation): Promise<boolean> => this.#stage.ask(confirmation)
    const text = typeof wish === 'string' ? wish : await revokeTasks(session, wish, ask)
    if (text !== '') this.#stage.open({ kind: 'told', heading: 'Revoke', text })
  }

  async #copy({ host }: PageModel, text: string, what: string): Promise<void> {
    if (host.kind === 'vscode') host.post({ type: 'copy', text })
    const done = host.kind === 'vscode' || (await copyInBrowser(text))
    this.#stage.announce(done ? `Copied ${what}.` : `The browser did not allow copying ${what}.`)
  }

  #key(event: KeyboardEvent): void {
    const { model } = this.#page
    if (!model || event.ctrlKey || event.metaKey || event.altKey || isTyping(event)) return
    const { paused, source } = model.view
    const act = {
      '/': () => this.#stage.toFilter(),
      '?': () => this.#stage.open({ kind: 'keys' }),
      p: () => source === 'live' && model.setView({ paused: !paused }),
      n: () => this.#stage.toNewest(),
    }[event.key]
    if (!act) return
    event.preventDefault()
    act()
  }
}

function viewActions(stage: Stage): Actions {
  return {
    'warren-filter-query': (model, query) => model.setView({ query: query.slice(0, typedQueryLimit) }),
    'warren-searching': (model, searching) => model.setSearching(searching),
    ...savedFilterActions(stage),
    'warren-filter-state': (model, state) => model.setView({ states: toggled(model.view.states, state) }),
    'warren-source': (model, source) => model.setView({ source }),
    'warren-history-again': (model) => model.searchAgain(),
    'warren-filter-connection': (model, connection) => model.setView({ connection }),
    'warren-filter-clear': (model) => model.setView({ query: '', states: [], connection: null }),
    'warren-pause': (model, paused) => {
      model.setView({ paused })
      stage.announce(paused ? 'Paused.' : 'Live again.')
    },
    'warren-window': (model, window) => model.setWindow(window),
    'warren-columns': (model, columns) => model.setView({ columns: [...columns] }),
    'warren-sort': (model, sort) => model.setView({ sort }),
    'warren-chart': (model, chart) => model.setView({ chart }),
    'warren-time-range': (model, range) =>
      model.setView({ query: withTimeRange(model.view.query, range).slice(0, typedQueryLimit) }),
    'warren-choose': ({ selection, view }, { tasks, more }) => {
      selection.choose(tasks, more)
      stage.announce(spokenSelection(tasks, more, view.source))
    },
    'warren-say': (_model, text) => stage.announce(text),
    'warren-select': (model, selected) => model.setView({ selected, tab: 'tasks' }),
    'warren-close-detail': (model) => {
      model.setView({ selected: null })
      stage.toList()
    },
    'warren-workflow': (model, workflow) => model.setView({ workflow }),
    // The tab one is in leads back to its beginning.
    'warren-tab': (model, tab) => model.setView({ tab, ...(tab === model.view.tab ? { messages: null } : {}) }),
    'warren-show-messages': (model, messages) => model.setView({ messages, tab: 'queues' }),
    'warren-pane-size': (model, paneSize) => model.setView({ paneSize }),
  }
}

function savedFilterActions(stage: Stage): Actions {
  const keep = (model: PageModel, saved: SavedFilter[], what: string): void => {
    model.setView({ saved })
    model.host.saveFilters(saved)
    stage.announce(what)
  }
  return {
    'warren-filter-save': (model, name) => {
      const { query, states, saved } = model.view
      keep(model, withSaved(saved, { name, query, states }), `Saved as ${name}.`)
    },
    'warren-filter-forget': (model, name) => keep(model, withoutSaved(model.view.saved, name), `Forgot ${name}.`),
    'warren-filter-use': (model, { query, states }) => model.setView({ query, states }),
  }
}

/** In VS Code these belong to the extension; a browser has dialogs of its own for those it can do. */
function hostActions(stage: Stage): Actions {
  const tell = ({ host }: PageModel, message: ToHost): boolean => {
    if (host.kind === 'vscode') host.post(message)
    return host.kind === 'vscode'
  }
  return {
    'warren-enqueue': (model) => {
      if (!tell(model, { type: 'enqueue' })) stage.open({ kind: 'enqueue', connection: connectionForNew(model) })
    },
    'warren-retry': (model, task) => {
      if (!tell(model, { type: 'retry', task })) stage.open({ kind: 'retry', task })
    },
    'warren-debug': (model, task) => void tell(model, { type: 'debug', task }),
    'warren-export': (model) => {
      const source = model.view.source === 'history' ? 'history' : 'memory'
      if (!tell(model, { type: 'export', filter: model.filter, source })) stage.open({ kind: 'export' })
    },
    'warren-fix-settings': (model, setting) => void tell(model, { type: 'fixSettings', setting }),
    'warren-connect': (model) => void tell(model, { type: 'connect' }),
    'warren-open-source': (model, { file, line }) => void tell(model, { type: 'openSource', file, line }),
    'warren-open-body': (model, body) => void tell(model, { type: 'openMessage', ...body }),
    'warren-show-traceback': (model, task) => void tell(model, { type: 'showTraceback', task }),
  }
}

function connectionForNew({ connections, view }: PageModel): string {
  const usable = connections.filter((connection) => controlRefusal(connection) === null)
  return (usable.find(({ id }) => id === view.connection) ?? usable[0])?.id ?? ''
}

function spokenAnswers({ answers, silent }: ControlAnswers): string {
  const agreed = answers.filter(({ ok }) => ok).length
  const rest = silent.length > 0 ? ` ${plural(silent.length, 'worker')} did not answer in time.` : ''
  return `${plural(agreed, 'worker')} agreed to send task events.${rest}`
}

function isTyping(event: KeyboardEvent): boolean {
  const [target] = event.composedPath()
  return target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement
}
