import { html, nothing } from 'lit'
import type { TemplateResult } from 'lit'
import { endedStates, visibleLine } from '../../broker-bridge/protocol/index.ts'
import type { Progress, TaskDetail } from '../../broker-bridge/protocol/index.ts'
import { place } from '../look/place.ts'
import { formatNumber } from '../text/numbers.ts'

/** How far a running task says it is: a bar where the whole is known, else a bar that only says that something moves. */
export function detailProgress({ progress, state }: TaskDetail): TemplateResult | typeof nothing {
  if (progress === null || endedStates.has(state)) return nothing
  const { percent, message } = progress
  return html`<div class="progress">
    ${percent === null ? unknownBar(progress) : knownBar(percent, progress)}
    <span class="numbers"
      >${percent === null ? nothing : html`<strong>${Math.round(percent)} %</strong> `}${countText(progress)}</span
    >
    ${message === null ? nothing : html`<span class="message">${visibleLine(message, 300)}</span>`}
  </div>`
}

function knownBar(percent: number, progress: Progress): TemplateResult {
  return html`<div
    class="bar"
    role="progressbar"
    aria-label="Progress"
    aria-valuenow=${Math.round(percent)}
    aria-valuemin="0"
    aria-valuemax="100"
    aria-valuetext=${`${Math.round(percent)} % ${countText(progress)}`.trim()}
  >
    <div class="done" ${place({ width: `${percent}%` })}></div>
  </div>`
}

function unknownBar(progress: Progress): TemplateResult {
  return html`<div class="bar" role="progressbar" aria-label="Progress" aria-valuetext=${countText(progress) || 'Under way'}>
    <div class="moving"></div>
  </div>`
}

function countText({ current, total }: Progress): string {
  if (current === null) return ''
  return total === null ? `${formatNumber(current)} so far` : `${formatNumber(current)} of ${formatNumber(total)}`
}
