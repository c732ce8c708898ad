import * as v from 'valibot'
import { Mark, markLimit } from './marks.ts'
import { typedQueryLimit } from './queryLimits.ts'
import { SavedFilters } from './savedFilters.ts'
import { blindSettings } from './blindSpots.ts'
import { GetMessageParams, QueueKey } from './messages.ts'
import { TaskFilter, TaskKey } from './tasks.ts'

/**
 * The webview's tiny channel to its host in VS Code, a closed list. It does not exist in a browser, where the UI hides
 * what needs it. `relay` frames carry the protocol itself where the webview cannot open a WebSocket.
 */
export const ToHost = v.variant('type', [
  v.object({ type: v.literal('ready') }),
  /** A frame of a traceback the user clicked: the host finds the file in the workspace, or says that it can't. */
  v.object({
    type: v.literal('openSource'),
    file: v.pipe(v.string(), v.maxLength(4_000)),
    line: v.pipe(v.number(), v.integer(), v.minValue(1)),
  }),
  v.object({ type: v.literal('showTraceback'), task: TaskKey }),
  /** The body of a message of an earlier look, to be opened as a document. */
  v.object({ type: v.literal('openMessage'), ...GetMessageParams.entries }),
  v.object({ type: v.literal('retry'), task: TaskKey }),
  /** The task is to run here, under a debugger. */
  v.object({ type: v.literal('debug'), task: TaskKey }),
  /** Commits of the workspace since then are wanted for the chart, in epoch seconds; null: no longer. */
  v.object({ type: v.literal('watchCommits'), since: v.nullable(v.pipe(v.number(), v.finite())) }),
  /** What workers of this window logged of a task is wanted, by the task's id; null: no longer. */
  v.object({ type: v.literal('watchLog'), task: v.nullable(v.pipe(v.string(), v.maxLength(155))) }),
  v.object({ type: v.literal('enqueue') }),
  v.object({ type: v.literal('connect') }),
  /** The exchanges that were found are to be used, and kept with the connection. */
  v.object({ type: v.literal('useExchanges'), connection: v.pipe(v.string(), v.maxLength(100)) }),
  v.object({ type: v.literal('export'), filter: TaskFilter, source: v.optional(v.picklist(['memory', 'history'])) }),
  /** What the list shows the tasks of, and whether they are those of the history; told whenever it changes. */
  v.object({ type: v.literal('shows'), filter: TaskFilter, source: v.picklist(['memory', 'history']) }),
  v.object({ type: v.literal('fixSettings'), setting: v.picklist(blindSettings) }),
  v.object({ type: v.literal('copy'), text: v.pipe(v.string(), v.maxLength(10_000_000)) }),
  /** All of the user's saved filters, to be kept by the host. */
  v.object({ type: v.literal('saveFilters'), saved: SavedFilters }),
  v.object({ type: v.literal('relayOpen') }),
  v.object({ type: v.literal('relaySend'), frame: v.string() }),
  v.object({ type: v.literal('relayClose') }),
])
export type ToHost = v.InferOutput<typeof ToHost>

/** A task to select, and whether its workflow shall be unfolded. */
export const ShownTask = v.object({ ...TaskKey.entries, workflow: v.optional(v.boolean()) })
export type ShownTask = v.InferOutput<typeof ShownTask>

export const FromHost = v.variant('type', [
  /** Answer to `ready`: where the bridge is and the secret; never stored by the webview. */
  v.object({ type: v.literal('bridge'), url: v.string(), token: v.string(), select: v.optional(ShownTask) }),
  /** The extension lost its bridge; a further `bridge` message follows when it is back. */
  v.object({ type: v.literal('bridgeGone'), message: v.string() }),
  v.object({ type: v.literal('select'), task: ShownTask }),
  /** A queue whose waiting messages shall be shown. */
  v.object({ type: v.literal('showMessages'), queue: QueueKey }),
  /** The tasks of one connection that a query finds are to be shown. */
  v.object({
    type: v.literal('showRuns'),
    connection: v.pipe(v.string(), v.maxLength(100)),
    query: v.pipe(v.string(), v.maxLength(typedQueryLimit)),
  }),
  /** The tasks kept on this computer are to be searched. */
  v.object({ type: v.literal('searchHistory'), query: v.pipe(v.string(), v.maxLength(typedQueryLimit)) }),
  /** All that `watchCommits` asked for, now and whenever there are others. */
  v.object({ type: v.literal('commits'), commits: v.pipe(v.array(Mark), v.maxLength(markLimit)) }),
  /** All that `watchLog` asked for, now and whenever there is more. */
  v.object({ type: v.literal('taskLog'), task: v.string(), lines: v.pipe(v.array(v.string()), v.maxLength(1_000)) }),
  /** Answer to `ready`: the filters that `saveFilters` gave to keep. */
  v.object({ type: v.literal('savedFilters'), saved: SavedFilters }),
  v.object({ type: v.literal('relayFrame'), frame: v.string() }),
  v.object({ type: v.literal('relayClosed'), reason: v.string() }),
])
export type FromHost = v.InferOutput<typeof FromHost>
