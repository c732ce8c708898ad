import { html } from 'lit'
import type { TemplateResult } from 'lit'
import type { Ask, Operation } from '../../broker-bridge/protocol/index.ts'
import type { PageEvents } from '../look/events.ts'
import type { PageModel } from '../session/model.ts'
import './retryManyDialog.ts'
import type { RetryWish } from './retryManyDialog.ts'

export interface RetryDialog {
  readonly kind: 'retryMany'
  /** What a dry run is made for; null where the work was begun already. */
  readonly wish: RetryWish | null
  readonly begun: Operation | null
}

interface Stage {
  open(dialog: RetryDialog | { readonly kind: 'told'; readonly heading: string; readonly text: string } | null): void
}

type RetryEvent = 'warren-retry-many' | 'warren-retry-matching' | 'warren-retry-report' | 'warren-show-runs'
type RetryActions = { readonly [K in RetryEvent]: (model: PageModel, detail: PageEvents[K]) => void }

/** What can be done about many tasks at once. */
export function retryManyActions(stage: Stage): RetryActions {
  return {
    'warren-retry-many': (_model, wish) => stage.open({ kind: 'retryMany', wish, begun: null }),
    'warren-retry-matching': (model) => {
      const wish = matching(model)
      if (typeof wish === 'string') stage.open({ kind: 'told', heading: 'Retry Matching Tasks', text: wish })
      else stage.open({ kind: 'retryMany', wish, begun: null })
    },
    'warren-retry-report': (_model, begun) => stage.open({ kind: 'retryMany', wish: null, begun }),
    'warren-show-runs': showRuns,
  }
}

/** The feed, narrowed to what a query finds on one connection. */
export function showRuns(model: PageModel, { connection, query }: PageEvents['warren-show-runs']): void {
  const one = model.connections.length > 1 ? connection : null
  model.setView({ tab: 'tasks', source: 'live', query, states: [], connection: one, selected: null })
}

/** What the feed's filter finds, on the one connection that it is about; a sentence where there are several. */
function matching({ filter, connections }: PageModel): RetryWish | string {
  const [only, ...others] = connections
  const connection = filter.connection ?? (others.length === 0 ? only?.id : undefined)
  if (connection === undefined) return 'Choose one connection first: its tasks are retried, not those of all.'
  return { connection, target: { by: 'filter', filter } }
}

export function renderRetryMany(model: PageModel, { wish, begun }: RetryDialog, ask: Ask): TemplateResult {
  return html`<warren-retry-many
    .session=${model.session}
    .wish=${wish}
    .begun=${begun}
    .operations=${model.operations}
    .ask=${ask}
    ?inVsCode=${model.host.kind === 'vscode'}
  ></warren-retry-many>`
}
