import { html, nothing } from 'lit'
import type { TemplateResult } from 'lit'
import { retryRates, visibleLine, visibleText } from '../../broker-bridge/protocol/index.ts'
import type { Operation, RetryHeap, RetryManyPlan, RetryReport, RetryVerdict } from '../../broker-bridge/protocol/index.ts'
import { progressText, shareDone } from '../feed/operations.ts'
import { icon } from '../look/icons.ts'
import type { IconName } from '../look/icons.ts'
import { place } from '../look/place.ts'
import { formatCount, plural } from '../text/numbers.ts'
import { otherReasons } from '../text/retryReport.ts'

const verdicts: Readonly<Record<RetryVerdict, { readonly title: string; readonly icon: IconName; readonly tone: string }>> = {
  ready: { title: 'Ready', icon: 'pass', tone: 'tone-good' },
  edit: { title: 'To be completed first', icon: 'edit', tone: 'tone-again' },
  blocked: { title: 'Cannot be sent now', icon: 'circle-slash', tone: 'tone-idle' },
}

/** What a dry run found: how many are ready, have to be completed and are blocked, and why. */
export function renderPlan(plan: RetryManyPlan): TemplateResult {
  return html`<p class="lead">Nothing has been sent yet.</p>
    ${(['ready', 'edit', 'blocked'] as const).map((verdict) => renderVerdict(verdict, plan))}
    ${plan.beyond > 0 ? html`<p>${plural(plan.beyond, 'further task')} match and were not looked at: retry again for those.</p>` : nothing}
    ${plan.ready > 0 ? renderKeeps(plan) : nothing}`
}

function renderVerdict(verdict: RetryVerdict, plan: RetryManyPlan): TemplateResult {
  const { title, icon: name, tone } = verdicts[verdict]
  const heaps = plan.heaps.filter((heap) => heap.verdict === verdict)
  return html`<section class="verdict" aria-label=${title}>
    <h3>${icon(name, tone)} ${title} <span class="numbers">${formatCount(plan[verdict])}</span></h3>
    ${
      heaps.length === 0
        ? nothing
        : html`<ul>
            ${heaps.map(renderHeap)}
          </ul>`
    }
  </section>`
}

function renderHeap({ reason, count, examples }: RetryHeap): TemplateResult {
  const names = examples.map(({ id, name }) => `${visibleLine(name ?? 'name not seen', 80)} ${visibleLine(id, 40)}`)
  const more = count > examples.length ? ` and ${formatCount(count - examples.length)} more` : ''
  return html`<li>
    <span class="numbers">${formatCount(count)}:</span> ${visibleText(reason, 600)}
    <span class="examples">${names.join(', ')}${more}</span>
  </li>`
}

function renderKeeps({ keeps }: RetryManyPlan): TemplateResult {
  return html`<details>
    <summary>What the new runs keep</summary>
    <ul>
      ${keeps.map((sentence) => html`<li>${visibleText(sentence, 400)}</li>`)}
    </ul>
  </details>`
}

export interface Choices {
  readonly rate: string
  readonly carry: boolean
  setRate(rate: string): void
  setCarry(carry: boolean): void
}

/** How fast, and whether what was to follow comes along. */
export function renderChoices({ ready, withCanvas }: RetryManyPlan, choices: Choices): TemplateResult {
  const rate = readRate(choices.rate)
  return html`<div class="field">
      <label for="rate">Tasks a second, at most</label>
      <input
        id="rate"
        inputmode="decimal"
        autocomplete="off"
        aria-invalid=${rate === null}
        aria-describedby="pace"
        .value=${choices.rate}
        @input=${(event: Event) => event.target instanceof HTMLInputElement && choices.setRate(event.target.value)}
      />
      <p class=${rate === null ? 'problem' : 'hint'} id="pace">
        ${rate === null ? `Write a number from ${retryRates.least} to ${formatCount(retryRates.most)}.` : `Takes about ${durationText(ready / rate)}.`}
      </p>
    </div>
    ${
      withCanvas === 0
        ? nothing
        : html`<div class="check">
            <input type="checkbox" id="carry" .checked=${choices.carry} @change=${() => choices.setCarry(!choices.carry)} />
            <label for="carry"
              >Carry what was to follow ${plural(withCanvas, 'of them', 'of them')} (callbacks, a chain or a chord)</label
            >
          </div>`
    }`
}

/** Null where it is no rate. */
export function readRate(text: string): number | null {
  const rate = Number(text.trim().replace(',', '.'))
  return text.trim() !== '' && rate >= retryRates.least && rate <= retryRates.most ? rate : null
}

function durationText(seconds: number): string {
  if (seconds < 2) return 'a second'
  if (seconds < 120) return `${Math.ceil(seconds)} seconds`
  return seconds < 7_200 ? `${Math.ceil(seconds / 60)} minutes` : `${Math.ceil(seconds / 3_600)} hours`
}

export function renderProgress(operation: Operation): TemplateResult {
  const percent = Math.round((shareDone(operation) ?? 0) * 100)
  return html`<p class="lead" role="status">${visibleLine(operation.title)}: ${progressText(operation)}</p>
    <div
      class="bar"
      role="progressbar"
      aria-label=${visibleLine(operation.title)}
      aria-valuemin="0"
      aria-valuemax="100"
      aria-valuenow=${percent}
    >
      <span class="share" ${place({ width: `${percent}%` })}></span>
    </div>
    <p class="hint">It goes on when this is closed; the line above the list shows it then.</p>`
}

export function renderReport(operation: Operation, report: RetryReport | null): TemplateResult {
  const reasons = report ? otherReasons(report.tasks) : []
  return html`<p class=${operation.state === 'failed' ? 'failed' : 'lead'} role="status">
      ${visibleText(operation.report ?? '', 2_000)}
    </p>
    ${
      reasons.length === 0
        ? nothing
        : html`<ul>
            ${reasons
              .slice(0, 10)
              .map(
                ({ text, count }) => html`<li><span class="numbers">${formatCount(count)}:</span> ${visibleText(text, 600)}</li>`,
              )}
          </ul>`
    }`
}
