import { html } from 'lit'
import type { TemplateResult } from 'lit'
import type { EndedWork } from '../feed/operations.ts'
import { editorTabs } from '../feed/viewState.ts'
import type { Tab } from '../feed/viewState.ts'
import type { Looks } from '../session/messages.ts'
import type { PageModel } from '../session/model.ts'
import './failuresTable.ts'
import { renderFeed } from './feedTab.ts'
import type { Page } from './feedTab.ts'
import './messages.ts'
import './operations.ts'
import './queuesTable.ts'
import './schedules.ts'
import './statisticsTable.ts'
import './workersTable.ts'

export interface MessagesPage extends Page {
  readonly ended: EndedWork
  /** What was seen of the queues that were opened. */
  readonly looks: Looks
}

export function shownTab({ host, view }: PageModel): Tab {
  const ofMessages = view.tab === 'queues' && view.messages !== null
  return host.kind === 'browser' || ofMessages || editorTabs.includes(view.tab) ? view.tab : 'tasks'
}

/** The tab that is shown: one of the page's views, or the messages of an opened queue. */
export function renderTab(model: PageModel, page: MessagesPage): TemplateResult {
  switch (shownTab(model)) {
    case 'failures':
      return panel(
        'failures',
        html`${renderRetries(model, page)}
          <warren-failures .picture=${model.failures} .connections=${model.connections} .now=${model.now}></warren-failures>`,
      )
    case 'queues':
      return panel('queues', html`${renderOperations(model, page)} ${renderQueues(model, page)}`)
    case 'statistics':
      return panel(
        'statistics',
        html`<warren-statistics
          .statistics=${model.statistics}
          .connections=${model.connections}
          .marks=${[...model.marks, ...model.commits]}
          .now=${model.now}
        ></warren-statistics>`,
      )
    case 'schedules':
      return panel(
        'schedules',
        html`<warren-schedules
          .session=${model.session}
          .connections=${model.connections}
          .ask=${page.ask}
          .now=${model.now}
        ></warren-schedules>`,
      )
    case 'workers':
      return panel(
        'workers',
        html`<warren-workers
          .workers=${model.workers}
          .connections=${model.connections}
          .session=${model.session}
          .ask=${page.ask}
          .now=${model.now}
        ></warren-workers>`,
      )
    case 'tasks':
      return panel('tasks', html`${renderRetries(model, page)} ${renderFeed(model, page)}`)
  }
}

function panel(tab: string, content: TemplateResult): TemplateResult {
  return html`<main class="panel" aria-label=${tab}>${content}</main>`
}

function renderOperations({ session, operations }: PageModel, { ended }: MessagesPage): TemplateResult {
  return html`<warren-operations .session=${session} .operations=${operations} .ended=${ended}></warren-operations>`
}

/** Bulk retries belong to tasks, and not to any queue. */
function renderRetries({ session, operations }: PageModel, { ended }: MessagesPage): TemplateResult {
  const retries = operations.filter(({ what }) => what === 'retry')
  return html`<warren-operations .session=${session} .operations=${retries} .ended=${ended}></warren-operations>`
}

/** The queues or, once one was opened, the messages that wait in it. */
function renderQueues(model: PageModel, page: MessagesPage): TemplateResult {
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
    .looks=${page.looks}
    ?linked=${model.link.kind === 'open'}
    .ask=${page.ask}
    .now=${model.now}
    ?inVsCode=${model.host.kind === 'vscode'}
  ></warren-messages>`
}
