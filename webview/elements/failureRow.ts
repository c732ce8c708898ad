import { html, nothing } from 'lit'
import type { TemplateResult } from 'lit'
import { visibleLine, visibleText } from '../../broker-bridge/protocol/index.ts'
import type { FailureGroup } from '../../broker-bridge/protocol/index.ts'
import { affected, groupKey, hoursUntil, spokenGroup } from '../feed/failureGroups.ts'
import { icon } from '../look/icons.ts'
import { formatCount } from '../text/numbers.ts'
import { formatAge, formatMoment } from '../text/times.ts'
import { sparkline } from './sparkline.ts'

export interface FailureRowState {
  readonly index: number
  readonly now: number
  readonly cursor: boolean
  readonly chosen: boolean
  /** Null where there is only one connection. */
  readonly connection: string | null
}

/** One group: what went wrong and where, how often and when, and who was affected. */
export function failureRow(group: FailureGroup, { index, now, cursor, chosen, connection }: FailureRowState): TemplateResult {
  return html`<div
    role="option"
    id="group-${index}"
    class="group ${cursor ? 'cursor' : ''} ${chosen ? 'chosen' : ''} mark-${group.mark}"
    aria-selected=${chosen}
    aria-label=${spokenGroup(group, now)}
    data-key=${groupKey(group)}
  >
    <span class="check">${icon(chosen ? 'check' : 'circle-outline', 'small')}</span>
    <span class="what">
      <span class="title">
        <span class="type">${visibleLine(group.type)}</span>
        ${group.place === null ? nothing : html`<span class="place" title=${visibleLine(group.place, 1_000)}>${visibleLine(group.place)}</span>`}
        ${markBadge(group)}
      </span>
      <span class="said" title=${visibleText(group.exception, 1_000)}>${visibleLine(group.exception, 300)}</span>
    </span>
    <span class="whom">
      <span class="line" title=${affected(group.names, group.otherNames, 20)}>${affected(group.names, group.otherNames)}</span>
      <span class="line muted" title=${affected(group.workers, group.otherWorkers, 20)}
        >${connection === null ? '' : `${visibleLine(connection, 60)} · `}${affected(group.workers, group.otherWorkers)}</span
      >
    </span>
    <span class="trend" title="Failures in each of the last 24 hours">${sparkline(hoursUntil(group, now))}</span>
    <span class="count numbers" title="Failures seen">${formatCount(group.count)}</span>
    <span class="when numbers">
      <span title="Last: ${formatMoment(group.lastSeen)}">${formatAge(group.lastSeen, now)}</span>
      <span class="muted" title="First: ${formatMoment(group.firstSeen)}">first ${formatAge(group.firstSeen, now)}</span>
    </span>
  </div>`
}

function markBadge({ mark, cameBack }: FailureGroup): TemplateResult {
  if (cameBack)
    return html`<span class="mark back" title="It was resolved, and failed again since."
      >${icon('debug-restart', 'small')} came back</span
    >`
  if (mark === 'new') return html`<span class="mark">new</span>`
  return html`<span class="mark quiet">${mark}</span>`
}
