import { failureHours, visibleLine } from '../../broker-bridge/protocol/index.ts'
import type { FailureCount, FailureGroup, FailureMark } from '../../broker-bridge/protocol/index.ts'
import { formatCount, plural } from '../text/numbers.ts'
import { formatAge, formatMoment } from '../text/times.ts'

/** Names a group on this page. */
export function groupKey({ connection, fingerprint }: Pick<FailureGroup, 'connection' | 'fingerprint'>): string {
  return `${connection}\n${fingerprint}`
}

/** A query takes so many fingerprints at most; more are no longer a question a person asks. */
export const mostShown = 10

/** The query that finds the tasks of these groups. */
export function tasksQuery(groups: readonly FailureGroup[]): string {
  const terms = [...new Set(groups.map(({ fingerprint }) => `fingerprint:${fingerprint}`))]
  return terms.join(' OR ')
}

/** Failures of each of the last hours up to now, the oldest first: a picture may be hours old. */
export function hoursUntil({ hours, hour }: Pick<FailureGroup, 'hours' | 'hour'>, now: number): number[] {
  const passed = Math.floor(now / 3_600) - hour
  return Array.from({ length: failureHours }, (_, index) => hours[index + passed] ?? 0)
}

/** How many groups bear each mark. */
export function countMarks(groups: readonly FailureGroup[]): Readonly<Record<FailureMark, number>> {
  const counts = { new: 0, known: 0, resolved: 0 }
  for (const { mark } of groups) counts[mark]++
  return counts
}

/** `shop.pay × 12, shop.refund × 2 and 3 more`. */
export function affected(counts: readonly FailureCount[], others: number, most = 2): string {
  const shown = counts.slice(0, most).map(({ name, count }) => `${named(name)} × ${formatCount(count)}`)
  const rest = counts.length - shown.length
  // Names that there was no room for are not counted one by one.
  const more = others > 0 ? ' and others' : rest > 0 ? ` and ${formatCount(rest)} more` : ''
  return shown.join(', ') + more
}

function named(name: string): string {
  return name === '' ? 'name not seen' : visibleLine(name, 100)
}

/** What a screen reader says of a group. */
export function spokenGroup(group: FailureGroup, now: number): string {
  const place = group.place === null ? '' : ` in ${visibleLine(group.place)}`
  const mark = group.cameBack ? 'came back' : group.mark
  return `${visibleLine(group.type)}${place}, ${mark}, ${plural(group.count, 'failure')}, last ${formatAge(group.lastSeen, now)} ago, ${affected(group.names, group.otherNames)}`
}

/** Groups as text for the clipboard: what an issue needs to say. */
export function groupsText(groups: readonly FailureGroup[]): string {
  return groups.map(groupText).join('\n\n')
}

function groupText(group: FailureGroup): string {
  const lines = [
    `${group.type}${group.place === null ? '' : ` in ${group.place}`}`,
    group.exception,
    `${plural(group.count, 'failure')}, first ${formatMoment(group.firstSeen)}, last ${formatMoment(group.lastSeen)}`,
    `Tasks: ${affected(group.names, group.otherNames, 20)}`,
    `Workers: ${affected(group.workers, group.otherWorkers, 20)}`,
    `Newest ids: ${group.examples.map(({ id }) => id).join(', ')}`,
    `Fingerprint: ${group.fingerprint}`,
  ]
  return lines.filter((line) => line !== '').join('\n')
}
