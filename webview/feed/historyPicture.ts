import { bundlePrefix, visibleLine } from '../../broker-bridge/protocol/index.ts'
import type { ConnectionInfo, TaskRow, ViewRange, ViewSnapshot } from '../../broker-bridge/protocol/index.ts'
import { formatCount, plural } from '../text/numbers.ts'
import { formatMoment } from '../text/times.ts'
import type { Emptiness } from './emptiness.ts'

/** Rows that a page holds at most: who came so far down narrows the search, or the time. */
export const mostRows = 20_000

/** What a search has found so far. */
export interface FoundHistory {
  readonly rows: readonly TaskRow[]
  /** Matches there are at least, and whether there are no more. */
  readonly known: { readonly count: number; readonly all: boolean }
  readonly busy: boolean
  readonly done: boolean
  /** How far back it was looked, in epoch seconds. */
  readonly reached: number | null
  /** Why a connection's history could not be read, as a sentence. */
  readonly problem: string | null
  /** When the search began, in epoch seconds. */
  readonly askedAt: number
}

/** The connections whose history can be searched: all, or the chosen one. A bundle was never watched by this computer. */
export function connectionsWithHistory(connections: readonly ConnectionInfo[], chosen: string | null): readonly ConnectionInfo[] {
  return connections.filter(
    ({ id, history }) => history != null && !id.startsWith(bundlePrefix) && (chosen === null || id === chosen),
  )
}

/** What was found, as the list takes it: with a place for each row that is still to come. */
export function historySnapshot(found: FoundHistory, revision: number): ViewSnapshot {
  const { rows, known, done } = found
  const more = done || rows.length >= mostRows ? 0 : Math.max(1, Math.min(known.count, mostRows) - rows.length)
  const matched = rows.length === 0 ? 0 : rows.length + more
  return { view: 'history', revision, first: 0, rows, matched, total: matched, states: {}, newer: 0 }
}

/** The tasks of rows that were found; those still to come are not known. */
export function historyRange({ rows, known }: FoundHistory): (first: number, count: number) => Promise<ViewRange> {
  const matched = Math.max(rows.length, known.count)
  return (first, count) => Promise.resolve({ tasks: rows.slice(first, first + count), matched })
}

/** How many tasks a search has found, in words. */
export function foundText({ rows, known, done }: FoundHistory): string {
  if (known.all || done) return plural(done ? rows.length : known.count, 'task')
  return `more than ${plural(known.count, 'task')}`
}

/** How far a search has come, while it has. */
export function searchingText({ reached }: FoundHistory): string {
  return reached === null ? 'Searching…' : `Searching… back to ${formatMoment(reached).slice(0, 16)}`
}

/** What has to be said of the histories themselves: where they stand still, and why. */
export function historyTrouble(connections: readonly ConnectionInfo[]): string | null {
  const [first] = connections.flatMap(({ history }) => (history && !history.kept && history.message ? [history.message] : []))
  return first === undefined ? null : visibleLine(first, 500)
}

/** What is kept, in words; null until that is known. */
export function keptText(connections: readonly ConnectionInfo[]): string | null {
  const status = connections[0]?.history
  if (status == null || status.tasks === null || status.bytes === null) return null
  const size = `${formatCount(Math.max(1, Math.round(status.bytes / 1_048_576)))} MB`
  return `${plural(status.tasks, 'task')} of all brokers in ${visibleLine(status.file, 300)} (${size})`
}

/** What is known when the history shows no row. */
export interface HistoryKnown {
  readonly found: FoundHistory | null
  /** Those that keep one. */
  readonly connections: readonly ConnectionInfo[]
  readonly anyConnection: boolean
  readonly filtered: boolean
  readonly inVsCode: boolean
}

/** Names the reason for an empty list of the history, or null where it is not empty. */
export function historyEmptiness(known: HistoryKnown): Emptiness | null {
  const { found, connections, filtered } = known
  if (found && found.rows.length > 0) return null
  if (connections.length === 0) return off(known)
  const trouble = found?.problem ?? (found?.busy === true ? null : historyTrouble(connections))
  if (trouble !== null) return broken(trouble)
  if (!found || found.busy || !found.done) return loading(found)
  return filtered ? noMatch() : empty()
}

function loading(found: FoundHistory | null): Emptiness {
  return { kind: 'loading', title: 'Loading…', text: found === null ? '' : searchingText(found), action: null }
}

function off({ anyConnection, inVsCode }: HistoryKnown): Emptiness {
  if (!anyConnection) {
    const text = 'The history is kept by broker: connect to one, and what was kept of it can be searched.'
    return { kind: 'noBroker', title: 'No broker is connected', text, action: inVsCode ? { kind: 'connect' } : null }
  }
  const how = inVsCode ? 'Turn on the setting “Warren › History: Enabled”' : 'Start Warren without --history off'
  const text = `${how}, and tasks are kept on this computer from then on and can be searched here.`
  return { kind: 'history', title: 'No history is kept here', text, action: null }
}

function broken(message: string): Emptiness {
  const text = visibleLine(message, 500)
  return { kind: 'broken', title: 'The history cannot be read', text, action: { kind: 'again' } }
}

function noMatch(): Emptiness {
  const text = 'No task that was kept on this computer fits the search.'
  return { kind: 'noMatch', title: 'Nothing in the history matches', text, action: { kind: 'clear' } }
}

function empty(): Emptiness {
  const text = 'Each task that Warren hears of is kept on this computer, and can be found here later.'
  return { kind: 'history', title: 'The history is empty', text, action: null }
}
