import { visibleLine } from '../../broker-bridge/protocol/index.ts'
import type { ConnectionInfo, ViewSnapshot, WorkerRow } from '../../broker-bridge/protocol/index.ts'
import { plural } from '../text/numbers.ts'
import { controlRefusal } from './notices.ts'

/** Why the list shows nothing, and what the user can do about it. */
export interface Emptiness {
  readonly kind: 'loading' | 'noBroker' | 'broken' | 'noMatch' | 'silent' | 'noWorkers' | 'quiet' | 'history'
  readonly title: string
  readonly text: string
  readonly action:
    | { readonly kind: 'connect' }
    | { readonly kind: 'clear' }
    /** The history is asked again. */
    | { readonly kind: 'again' }
    | { readonly kind: 'enableEvents'; readonly connection: string; readonly refusal: string | null }
    | null
  /** Tasks that are not in memory any more may fit. */
  readonly older?: boolean
}

/** What the page knows when it has no row to show. */
export interface Known {
  readonly snapshot: ViewSnapshot | null
  readonly connections: readonly ConnectionInfo[]
  readonly workers: readonly WorkerRow[] | null
  readonly filtered: boolean
  readonly inVsCode: boolean
}

/** Names the reason for an empty list, or null when it is not empty. */
export function emptinessOf(known: Known): Emptiness | null {
  const { snapshot, connections, filtered } = known
  if (snapshot && snapshot.matched > 0) return null
  if (connections.length === 0) return noBroker(known.inVsCode)
  if (!snapshot) return { kind: 'loading', title: 'Loading…', text: '', action: null }
  if (filtered && snapshot.total > 0) return noMatch(snapshot, connections)
  return broken(connections) ?? elsewhere(connections) ?? silent(connections) ?? noTasks(known)
}

function noBroker(inVsCode: boolean): Emptiness {
  const text = inVsCode
    ? 'Connect to a RabbitMQ broker, and its tasks appear here as they happen.'
    : 'Start Warren with --broker and the address of a RabbitMQ broker, and its tasks appear here as they happen.'
  return { kind: 'noBroker', title: 'No broker is connected', text, action: inVsCode ? { kind: 'connect' } : null }
}

function noMatch(snapshot: ViewSnapshot, connections: readonly ConnectionInfo[]): Emptiness {
  if (snapshot.counting === true) {
    const text = `Nothing so far; Warren is still looking through ${plural(snapshot.total, 'task')} in memory.`
    return { kind: 'loading', title: 'Searching…', text, action: null }
  }
  const older = connections.some(({ history }) => history != null)
  const text = `None of ${plural(snapshot.total, 'task')} in memory fits the filter.`
  return { kind: 'noMatch', title: 'Nothing matches', text, action: { kind: 'clear' }, older }
}

function broken(connections: readonly ConnectionInfo[]): Emptiness | undefined {
  if (connections.some(({ status }) => status.kind === 'connected')) return undefined
  const worst = connections.find(({ status }) => status.kind === 'failed') ?? connections[0]
  if (!worst) return undefined
  const title = worst.status.kind === 'connecting' ? 'Connecting to the broker…' : 'The broker cannot be reached'
  return { kind: 'broken', title, text: visibleLine(worst.status.message, 500), action: null }
}

/** Nobody can say that no worker runs while workers were found that send their events elsewhere. */
function elsewhere(connections: readonly ConnectionInfo[]): Emptiness | undefined {
  if (!connections.some(({ otherNames }) => otherNames)) return undefined
  const text = 'Workers were found that use exchanges of their own. Use those, and their tasks appear here as they happen.'
  return { kind: 'silent', title: 'No events come', text, action: null }
}

function silent(connections: readonly ConnectionInfo[]): Emptiness | undefined {
  const connection = connections.find(({ silentWorkers: { certain, likely } }) => certain.length + likely.length > 0)
  if (!connection) return undefined
  const { certain, likely, keptOn } = connection.silentWorkers
  const count = certain.length + likely.length
  const workers = plural(count, 'worker')
  const text = keptOn
    ? `${workers} ${count === 1 ? 'was' : 'were'} asked to send task events. The next task that runs appears here.`
    : `${workers} ${count === 1 ? 'runs without telling what it does' : 'run without telling what they do'}. Celery workers send task events only when they are asked to: by an option, by their configuration, or by a word from here.`
  const action = keptOn
    ? null
    : ({ kind: 'enableEvents', connection: connection.id, refusal: controlRefusal(connection) } as const)
  return {
    kind: 'silent',
    title: keptOn ? 'Waiting for the first task' : count === 1 ? 'The worker is silent' : 'The workers are silent',
    text,
    action,
  }
}

function noTasks({ workers }: Known): Emptiness {
  const online = workers?.filter((worker) => worker.online).length ?? null
  if (online === 0) {
    const text = 'Tasks appear here when a worker takes them. Start one with: celery -A yourapp worker -E'
    return { kind: 'noWorkers', title: 'No worker is running', text, action: null }
  }
  const watching = online === null ? '' : ` ${plural(online, 'worker')} online.`
  return {
    kind: 'quiet',
    title: 'No tasks yet',
    text: `Warren is listening.${watching} The next task appears here at once.`,
    action: null,
  }
}
