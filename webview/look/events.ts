import type {
  BlindSetting,
  FailureGroup,
  FailureMark,
  KeptEnqueue,
  KeptEnqueues,
  Mark,
  Operation,
  SavedFilter,
  Sort,
  TaskKey,
} from '../../broker-bridge/protocol/index.ts'
import type { RetryWish } from '../elements/retryManyDialog.ts'
import type { RevokeWish } from '../elements/revokeActions.ts'
import type { Choice } from '../elements/taskListChoice.ts'
import type { ChosenColumn } from '../feed/columns.ts'
import type { OpenBody, ShownQueue } from '../feed/messages.ts'
import type { TimelineSpan } from '../feed/timelines.ts'
import type { Source, Tab } from '../feed/viewState.ts'

/** A window of rows that the list shows or is about to show. */
export interface RowWindow {
  readonly first: number
  readonly count: number
  readonly resting: boolean
}

/** What elements tell upwards: properties go down, these come up. */
export interface PageEvents {
  'warren-filter-query': string
  /** The search field is being used, or no longer: it wants to know what can be searched for. */
  'warren-searching': boolean
  'warren-filter-save': string
  'warren-filter-forget': string
  'warren-filter-use': SavedFilter
  'warren-filter-state': string
  'warren-filter-clear': null
  'warren-filter-connection': string | null
  'warren-pause': boolean
  'warren-source': Source
  /** The search in the history is to be done anew. */
  'warren-history-again': null
  'warren-window': RowWindow
  'warren-columns': readonly ChosenColumn[]
  /** Null for newest activity first. */
  'warren-sort': Sort | null
  /** Null folds the chart away. */
  'warren-chart': TimelineSpan | null
  /** Tasks last heard of in this time, in epoch seconds; null for any time. */
  'warren-time-range': { readonly from: number; readonly to: number } | null
  'warren-select': TaskKey | null
  /** The tasks to act on together. */
  'warren-choose': Choice
  /** Something for a screen reader. */
  'warren-say': string
  'warren-open-detail': null
  'warren-close-detail': null
  'warren-leave-detail': null
  'warren-tab': Tab
  'warren-mark-failures': { readonly groups: readonly FailureGroup[]; readonly mark: FailureMark }
  'warren-show-failures': readonly FailureGroup[]
  'warren-pane-size': number
  'warren-enable-events': string
  /** Opens the dialog about a connection's recording; null for any connection. */
  'warren-recording': string | null
  /** Opens the dialog about recorded payloads; null for any connection. */
  'warren-payloads': string | null
  'warren-dismiss': string
  /** Connects again with the exchanges that were found. */
  'warren-use-exchanges': string
  'warren-blind-spots': null
  'warren-fix-settings': BlindSetting
  'warren-export': null
  'warren-enqueue': null
  /** Fills the form with what was enqueued before; and the lists of that as they are to be from now on. */
  'warren-use-enqueue': KeptEnqueue
  'warren-keep-enqueues': KeptEnqueues
  'warren-retry': TaskKey
  'warren-retry-many': RetryWish
  /** What failed among whatever the feed's filter finds. */
  'warren-retry-matching': null
  /** The report of a bulk retry, or its progress. */
  'warren-retry-report': Operation
  /** The tasks of one connection that a query finds. */
  'warren-show-runs': { readonly connection: string; readonly query: string }
  'warren-debug': TaskKey
  'warren-revoke': RevokeWish
  /** Whatever the feed's filter finds. */
  'warren-revoke-matching': null
  'warren-action-log': null
  'warren-remove-mark': Mark
  /** Whether the workflow of the selected task is unfolded. */
  'warren-workflow': boolean
  'warren-connect': null
  'warren-open-source': { readonly file: string; readonly line: number }
  'warren-show-traceback': TaskKey
  'warren-copy': { readonly text: string; readonly what: string }
  /** The queue whose messages are shown; null for the queues themselves. */
  'warren-show-messages': ShownQueue | null
  /** The message under the cursor, by its line. */
  'warren-message': string | null
  'warren-choose-messages': readonly string[]
  'warren-open-message': null
  'warren-leave-message': null
  'warren-find-message': null
  'warren-open-body': OpenBody
  'warren-keys': null
  'warren-try-again': null
  'warren-token': string
  'warren-close': null
  'warren-answer': boolean
}

/** Tells something upwards, out of shadow roots too. */
export function emit<K extends keyof PageEvents>(from: EventTarget, name: K, detail: PageEvents[K]): void {
  from.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }))
}
