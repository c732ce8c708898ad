import { html, nothing } from 'lit'
import type { TemplateResult } from 'lit'
import { visibleLine } from '../../broker-bridge/protocol/index.ts'
import type { TaskDetail } from '../../broker-bridge/protocol/index.ts'
import { icon } from '../look/icons.ts'
import { lookOf } from '../text/taskStates.ts'
import { formatRelative } from '../text/times.ts'

/**
 * Below the state that events told, another one that the result backend told when Warren asked it by itself. @param now epoch seconds
 */
export function backendLine({ backend, state }: TaskDetail, now: number): TemplateResult | typeof nothing {
  const answer = backend?.answers.find((one) => one.state !== null && one.state !== state)
  if (!backend || typeof answer?.state !== 'string') return nothing
  const look = lookOf(answer.state)
  return html`<p class="orphan">
    ${icon(look.icon, `tone-${look.tone}`)}
    <span>
      State from the result backend: <strong>${look.label}</strong> (${visibleLine(answer.source)}, asked
      ${formatRelative(Math.min(backend.askedAt, now), now)})
    </span>
  </p>`
}
