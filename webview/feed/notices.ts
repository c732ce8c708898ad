import { visibleLine } from '../../broker-bridge/protocol/index.ts'
import type { ConnectionInfo, Gap, OtherNames } from '../../broker-bridge/protocol/index.ts'
import { formatCount, plural } from '../text/numbers.ts'
import { recordingRefusal, replayText } from './recording.ts'
import { formatClock, formatDuration } from '../text/times.ts'

/** Something the user must know to trust what the feed shows. `id` stays the same as long as it is the same thing. */
export interface Notice {
  readonly id: string
  readonly severity: 'error' | 'warning' | 'info'
  readonly text: string
  /** What the notice's button does; null where there is nothing to do. */
  readonly action: {
    readonly kind: 'enableEvents' | 'record' | 'useExchanges'
    readonly connection: string
    readonly refusal: string | null
  } | null
  /** True for what is over: the user may put it away. */
  readonly closable: boolean
}

/** Seconds after which a replay is told of: most are over before, and the list would only jump. */
const longReplay = 1

const order = { error: 0, warning: 1, info: 2 } as const

/** Everything worth a line above the feed, the worst first. */
export function noticesOf(connections: readonly ConnectionInfo[], now: number): Notice[] {
  const several = connections.length > 1
  const notices = connections.flatMap((connection) => {
    const prefix = several ? `${visibleLine(connection.name, 60)}: ` : ''
    return of(connection, now).map((notice) => ({ ...notice, id: `${connection.id}/${notice.id}`, text: prefix + notice.text }))
  })
  return notices.sort((a, b) => order[a.severity] - order[b.severity])
}

function of(connection: ConnectionInfo, now: number): Notice[] {
  return [
    ...statusNotice(connection),
    ...blockedNotice(connection),
    ...silentNotices(connection),
    ...gapNotice(connection, now),
    ...recordingNotice(connection, now),
    ...historyNotice(connection),
    ...malformedNotice(connection.malformed),
  ]
}

function notice(id: string, severity: Notice['severity'], text: string, rest: Partial<Notice> = {}): Notice {
  return { id, severity, text, action: null, closable: false, ...rest }
}

function statusNotice(connection: ConnectionInfo): Notice[] {
  const { status, capabilities, otherNames } = connection
  const text = visibleLine(status.message, 500)
  switch (status.kind) {
    case 'failed':
      return [notice('status', 'error', text)]
    case 'reconnecting':
    case 'unresponsive':
      return [notice('status', 'warning', text)]
    case 'connecting':
      return []
    case 'connected':
      if (capabilities.events.available) return []
      return otherNames
        ? [otherNamesNotice(connection.id, otherNames)]
        : [notice('events', 'error', visibleLine(capabilities.events.reason, 500))]
  }
}

/** A press uses them; the names stand in the text for whoever starts Warren the next time. */
function otherNamesNotice(connection: string, { eventExchange, controlExchange }: OtherNames): Notice {
  const [events, control] = [visibleLine(eventExchange, 200), visibleLine(controlExchange, 200)]
  const text = `No events come: workers here use exchanges of their own, “${events}” for events (event_exchange) and “${control}” for commands (control_exchange).`
  return notice('events', 'error', text, { action: { kind: 'useExchanges', connection, refusal: null } })
}

function blockedNotice({ blocked }: ConnectionInfo): Notice[] {
  if (blocked === null) return []
  const reason = visibleLine(blocked, 200)
  return [
    notice('blocked', 'warning', `The broker takes no messages right now (${reason}): tasks cannot be sent until it does again.`),
  ]
}

function historyNotice({ history }: ConnectionInfo): Notice[] {
  const message = history?.message ?? null
  return message === null ? [] : [notice('history', 'info', visibleLine(message, 500), { closable: true })]
}

function silentNotices(connection: ConnectionInfo): Notice[] {
  const { certain, likely, keptOn } = connection.silentWorkers
  const action = { kind: 'enableEvents', connection: connection.id, refusal: controlRefusal(connection) } as const
  if (certain.length > 0) {
    const text = keptOn
      ? `${named(certain)} ${verb(certain, 'was', 'were')} asked to send task events and ${verb(certain, 'has', 'have')} sent none yet.`
      : `${named(certain)} ${verb(certain, 'works', 'work')} without sending task events, so ${verb(certain, 'its', 'their')} tasks do not show up here.`
    return [notice('silent', 'warning', text, { action })]
  }
  if (likely.length === 0 || keptOn) return []
  const text = `${named(likely)} ${verb(likely, 'is', 'are')} configured without task events and ${verb(likely, 'has', 'have')} sent none so far.`
  return [notice('silent', 'info', text, { action, closable: true })]
}

/** Why workers cannot be told anything on this connection, or null when they can. */
export function controlRefusal({ readOnly, capabilities }: ConnectionInfo): string | null {
  if (readOnly) return 'This connection is read-only: Warren sends nothing to its workers.'
  return capabilities.control.available ? null : visibleLine(capabilities.control.reason, 300)
}

function named(workers: readonly string[]): string {
  const [first = '', second = ''] = workers.map((worker) => visibleLine(worker, 60))
  if (workers.length === 1) return first
  if (workers.length === 2) return `${first} and ${second}`
  return `${first} and ${plural(workers.length - 1, 'other worker')}`
}

function verb(workers: readonly string[], one: string, many: string): string {
  return workers.length === 1 ? one : many
}

function gapNotice(connection: ConnectionInfo, now: number): Notice[] {
  const open = connection.gaps.filter((gap) => !isFilled(gap))
  const last = open.at(-1)
  if (!last) return filledNotice(connection.gaps.at(-1))
  const earlier = open.length > 1 ? ` ${plural(open.length - 1, 'earlier gap')} too.` : ''
  const over = last.until !== null
  const action = over && !connection.recording ? recordAction(connection) : null
  return [notice(`gap-${last.from}-${over}`, 'warning', gapText(last, now) + earlier, { closable: over, action })]
}

function filledNotice(gap: Gap | undefined): Notice[] {
  if (gap?.until == null) return []
  const text = `The gap from ${shortClock(gap.from)} to ${shortClock(gap.until)} was filled from the broker’s recording.`
  return [notice(`gap-${gap.from}-filled`, 'info', text, { closable: true })]
}

function isFilled({ from, filledFrom }: Gap): boolean {
  return filledFrom !== undefined && filledFrom <= from
}

/** What would have filled the gap. */
function recordAction(connection: ConnectionInfo): Notice['action'] {
  if (connection.broker === null || connection.readOnly) return null
  return { kind: 'record', connection: connection.id, refusal: recordingRefusal(connection) }
}

function recordingNotice({ recording }: ConnectionInfo, now: number): Notice[] {
  if (!recording) return []
  const message = recording.message === null ? null : visibleLine(recording.message, 500)
  return [
    ...(recording.replay && now - recording.replay.since >= longReplay
      ? [notice('replay', 'info', replayText(recording.replay))]
      : []),
    ...(message === null ? [] : [notice(`recording-${message}`, 'info', message, { closable: true })]),
  ]
}

/** `Disconnected for 12 s (03:11:07 to 03:11:19): events of that time are missing.` A sentence of its own for each reason. */
export function gapText(gap: Gap, now: number): string {
  const partly =
    gap.filledFrom === undefined ? '' : ` Since ${shortClock(gap.filledFrom)} they were filled from the broker’s recording.`
  return lostText(gap, now) + partly
}

function lostText(gap: Gap, now: number): string {
  const length = formatDuration(Math.max(0, (gap.until ?? now) - gap.from))
  const when = gap.until === null ? `since ${shortClock(gap.from)}` : `${shortClock(gap.from)} to ${shortClock(gap.until)}`
  switch (gap.reason) {
    case 'disconnected':
      return `Disconnected for ${length} (${when}): events of that time are missing.`
    case 'unbound':
      return `No events reached Warren for ${length} (${when}): their exchange or Warren’s queue was missing on the broker.`
    case 'bridge':
      return `Warren’s bridge ended and was started again: events of ${length} (${when}) are missing.`
    case 'overflow':
      return `Events came faster than they could be taken (${when}): ${lossText(gap.missed)}.`
  }
}

function lossText(missed: number | null): string {
  return missed === null ? 'some are missing, nobody counted how many' : `missed at least ${formatCount(missed)}`
}

function shortClock(at: number): string {
  return formatClock(at).slice(0, 8)
}

function malformedNotice(malformed: Readonly<Record<string, number>>): Notice[] {
  const entries = Object.entries(malformed).filter(([, count]) => count > 0)
  if (entries.length === 0) return []
  const total = entries.reduce((sum, [, count]) => sum + count, 0)
  const reasons = entries
    .sort(([, a], [, b]) => b - a)
    .slice(0, 4)
    .map(([reason, count]) => `${formatCount(count)} × ${visibleLine(reason, 80)}`)
  const text = `${plural(total, 'event')} could not be understood: ${reasons.join(', ')}${entries.length > 4 ? ', and more' : ''}.`
  return [notice('malformed', 'info', text, { closable: true })]
}
