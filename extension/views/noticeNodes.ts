import { visibleLine } from '../../broker-bridge/protocol/index.ts'
import type { ConnectionInfo, Gap, GapReason } from '../../broker-bridge/protocol/index.ts'
import { commandIds } from '../contributions.ts'
import { clockText, countText, durationText } from '../shownText.ts'
import { accessOf } from './access.ts'
import type { ViewNode } from './node.ts'

/** Says that tasks stay invisible because workers send no task events, and offers to turn them on. */
export function silentWorkerNodes(info: ConnectionInfo): ViewNode[] {
  const { certain, likely } = info.silentWorkers
  const silent = certain.length > 0 ? certain : likely
  if (silent.length === 0) return []
  const icon: ViewNode['icon'] = certain.length > 0 ? { id: 'warning', color: 'problemsWarningIcon.foreground' } : { id: 'info' }
  const names = silent.map((name) => visibleLine(name, 100)).join(', ')
  const label =
    certain.length > 0
      ? `${countText(silent.length, 'worker sends', 'workers send')} no task events`
      : `${countText(silent.length, 'worker')} may send no task events`
  const offer = info.readOnly ? 'This connection is read-only: Warren cannot turn them on.' : 'Select to turn on task events.'
  return [
    {
      id: `silent:${info.id}`,
      label,
      description: info.readOnly ? 'read-only' : 'Turn On Task Events',
      tooltip: `${names}\nTheir tasks stay invisible until task events are turned on. ${offer}`,
      icon,
      contextValue: `notice silent ${accessOf([info], info.id)}`,
      accessibility: `${label}. ${offer}`,
      expand: 'none',
      target: { kind: 'connection', connection: info.id },
      ...(info.readOnly ? {} : { command: commandIds.turnOnEvents }),
    },
  ]
}

/** The newest stretch for which events are missing; older ones are counted in its tooltip. */
export function gapNodes(info: ConnectionInfo, now: number): ViewNode[] {
  // One that was filled is told of only where none is left open.
  const gap = info.gaps.findLast((each) => !isFilled(each)) ?? info.gaps.at(-1)
  if (!gap) return []
  const label = gapText(gap, now)
  return [
    {
      id: `gap:${info.id}`,
      label,
      description: clockText(gap.from, now),
      tooltip: info.gaps.map((each) => `${clockText(each.from, now)}: ${gapText(each, now)} (${why[each.reason]})`).join('\n'),
      icon: isFilled(gap) ? { id: 'history' } : { id: 'history', color: 'problemsWarningIcon.foreground' },
      contextValue: 'notice gap',
      accessibility: `${label}, from ${clockText(gap.from, now)}: ${why[gap.reason]}`,
      expand: 'none',
    },
  ]
}

const why: Readonly<Record<GapReason, string>> = {
  disconnected: 'the broker was not connected',
  overflow: 'they came faster than they could be taken',
  unbound: 'their exchange or Warren’s queue was missing on the broker',
  bridge: 'Warren’s bridge ended and was started again',
}

function isFilled({ from, filledFrom }: Gap): boolean {
  return filledFrom !== undefined && filledFrom <= from
}

function gapText(gap: Gap, now: number): string {
  if (isFilled(gap)) return 'A gap was filled from the broker’s recording'
  if (gap.missed !== null) return `${countText(gap.missed, 'event')} missed`
  // While it lasts its length would change every second, and with it the line.
  if (gap.until === null) return `Events are missing since ${clockText(gap.from, now)}`
  return `Events missing for ${durationText(Math.max(0, (gap.filledFrom ?? gap.until) - gap.from))}`
}

/** What became of the history, or why none is kept. */
export function historyNodes({ id, history }: ConnectionInfo): ViewNode[] {
  const message = visibleLine(history?.message ?? '', 500)
  if (!history || message === '') return []
  return [
    {
      id: `history:${id}`,
      label: history.kept ? 'History begun anew' : 'No history is kept',
      description: message,
      tooltip: `${message}\n${visibleLine(history.file, 500)}`,
      icon: { id: 'database', color: 'problemsWarningIcon.foreground' },
      contextValue: 'notice history',
      accessibility: message,
      expand: 'none',
    },
  ]
}

/** Messages that could not be understood, by reason. */
export function malformedNodes(info: ConnectionInfo): ViewNode[] {
  const reasons = Object.entries(info.malformed).sort((a, b) => b[1] - a[1])
  const count = reasons.reduce((sum, [, number]) => sum + number, 0)
  if (count === 0) return []
  const label = `${countText(count, 'message')} not understood`
  return [
    {
      id: `malformed:${info.id}`,
      label,
      description: visibleLine(reasons[0]?.[0] ?? ''),
      tooltip: reasons.map(([reason, number]) => `${number} × ${visibleLine(reason)}`).join('\n'),
      icon: { id: 'question', color: 'problemsWarningIcon.foreground' },
      contextValue: 'notice malformed',
      accessibility: label,
      expand: 'none',
    },
  ]
}
