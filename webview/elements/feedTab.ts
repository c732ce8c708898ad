import { html, nothing } from 'lit'
import type { TemplateResult } from 'lit'
import { confirmed } from '../../broker-bridge/protocol/index.ts'
import type { Confirmation, ConnectionInfo, TaskKey } from '../../broker-bridge/protocol/index.ts'
import { emptinessOf } from '../feed/emptiness.ts'
import type { Emptiness } from '../feed/emptiness.ts'
import { connectionsWithHistory, historyEmptiness, historyRange, historySnapshot } from '../feed/historyPicture.ts'
import { controlRefusal, noticesOf } from '../feed/notices.ts'
import type { Notice } from '../feed/notices.ts'
import { joinTimelines } from '../feed/timelines.ts'
import { timeRangeOf } from '../feed/timeRange.ts'
import { isFiltered } from '../feed/viewState.ts'
import { place } from '../look/place.ts'
import type { PageModel } from '../session/model.ts'
import { blindSpotOf } from './blindSpotHint.ts'
import './chart.ts'
import './detail.ts'
import './emptyState.ts'
import './historyBar.ts'
import './noticeBar.ts'
import { findRecorded } from './recordedMessage.ts'
import './selectionBar.ts'
import './splitter.ts'
import './taskList.ts'
import './toolbar.ts'
import './workflow.ts'
import { isInWorkflow, retryFailed } from './workflowActions.ts'

/** Asks the user; whether they said yes. */
export type Ask = (confirmation: Confirmation) => Promise<boolean>

/** What a tab needs of the page around it. */
export interface Page {
  readonly ask: Ask
  /** Whether the detail pane lies under the list instead of beside it. */
  readonly stacked: boolean
  /** Ids of notices that were sent away. */
  readonly dismissed: ReadonlySet<string>
  /** Numbers the pictures of the history: a list adopts each once. */
  nextPicture(): number
}

/** The list of tasks with all that stands around it. */
export function renderFeed(model: PageModel, page: Page): TemplateResult {
  const { view } = model
  const reason = emptiness(model)
  return html`
    ${renderToolbar(model)}
    <warren-notices .notices=${notices(model, reason, page.dismissed)}></warren-notices>
    ${model.refusal === null ? nothing : html`<div class="banner" role="alert">${model.refusal}</div>`} ${renderChart(model)}
    ${view.source === 'history' ? renderHistoryBar(model) : nothing}
    <div class="body ${page.stacked ? 'stacked' : ''}">
      ${renderList(model, reason, page)}
      ${
        view.selected === null
          ? nothing
          : html`<warren-splitter .size=${view.paneSize} ?stacked=${page.stacked}></warren-splitter>
              ${renderDetail(model, view.selected, page)}`
      }
    </div>
  `
}

function renderChart({ timelines, marks, commits, view, now }: PageModel): TemplateResult {
  return html`<warren-chart
    .timeline=${joinTimelines(timelines, view.connection, view.chart ?? 'hour')}
    .range=${timeRangeOf(view.query, now)}
    .span=${view.chart}
    .marks=${[...marks, ...commits]}
    .now=${now}
  ></warren-chart>`
}

function renderHistoryBar({ history, connections, view }: PageModel): TemplateResult {
  return html`<warren-history-bar
    .found=${history.found}
    .connections=${connectionsWithHistory(connections, view.connection)}
  ></warren-history-bar>`
}

function renderToolbar(model: PageModel): TemplateResult {
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

function emptiness(model: PageModel): Emptiness | null {
  const { view, link, snapshot, connections, workers, host } = model
  if (link.kind === 'connecting' && snapshot === null) return { kind: 'loading', title: 'Loading…', text: '', action: null }
  if (view.source === 'history') return emptinessOfHistory(model)
  return emptinessOf({ snapshot, connections, workers, filtered: isFiltered(view), inVsCode: host.kind === 'vscode' })
}

function emptinessOfHistory({ view, history, connections, host }: PageModel): Emptiness | null {
  return historyEmptiness({
    found: history.found,
    connections: connectionsWithHistory(connections, view.connection),
    anyConnection: connections.length > 0,
    filtered: view.query.trim() !== '' || view.states.length > 0,
    inVsCode: host.kind === 'vscode',
  })
}

/** What an empty list says itself in large letters is not said twice. */
function notices({ connections, now }: PageModel, reason: Emptiness | null, dismissed: ReadonlySet<string>): readonly Notice[] {
  const said = reason?.kind === 'silent' ? '/silent' : reason?.kind === 'broken' && connections.length === 1 ? '/status' : null
  return noticesOf(connections, now).filter(({ id }) => !dismissed.has(id) && (said === null || !id.endsWith(said)))
}

function renderList(
  { view, snapshot, history, now, connections, selection }: PageModel,
  reason: Emptiness | null,
  page: Page,
): TemplateResult {
  const { found } = history
  const inHistory = view.source === 'history'
  return html`<div class="feed">
    <warren-task-list
      .snapshot=${inHistory ? found && historySnapshot(found, page.nextPicture()) : snapshot}
      .selected=${view.selected}
      .chosen=${selection.tasks}
      .range=${inHistory && found ? historyRange(found) : selection.range}
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
    ${
      selection.tasks.size === 0
        ? nothing
        : html`<warren-selection-bar
            .tasks=${selection.tasks}
            .more=${selection.more}
            .letGo=${selection.letGo}
            .connections=${connections}
            ?live=${!inHistory}
          ></warren-selection-bar>`
    }
  </div>`
}

function renderDetail(model: PageModel, selected: TaskKey, page: Page): TemplateResult {
  const connection = model.connectionOf(selected.connection)
  return html`<warren-detail
    .followed=${model.followed}
    .findRecorded=${findRecorded(model)}
    .askBackend=${(task: TaskKey) => confirmed(model.session, 'askBackend', task, page.ask)}
    .blindSpots=${connection?.blindSpots ?? []}
    .now=${model.now}
    .logLines=${model.logLines}
    .refusal=${connection ? controlRefusal(connection) : null}
    ?inVsCode=${model.host.kind === 'vscode'}
    ${place({ 'flex-basis': `${model.view.paneSize}%` })}
    >${isInWorkflow(model) ? renderWorkflow(model, connection, page.ask) : nothing}</warren-detail
  >`
}

function renderWorkflow(model: PageModel, connection: ConnectionInfo | undefined, ask: Ask): TemplateResult {
  return html`<warren-workflow
    .workflow=${model.workflow}
    .selected=${model.view.selected}
    .refusal=${connection ? controlRefusal(connection) : null}
    .retry=${(task: TaskKey) => retryFailed(model.session, task, ask)}
    ?open=${model.view.workflow}
  ></warren-workflow>`
}

/** Why no task can be sent anywhere, or null when some connection takes one. */
function enqueueRefusal({ connections, view }: PageModel): string | null {
  const candidates = connections.filter((connection) => view.connection === null || connection.id === view.connection)
  const [first] = candidates
  if (!first) return 'No broker is connected.'
  const reasons = candidates.map(controlRefusal)
  return reasons.includes(null) ? null : (reasons[0] ?? null)
}
