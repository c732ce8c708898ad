import { html } from 'lit'
import type { TemplateResult } from 'lit'
import { knownStates, visibleLine } from '../../broker-bridge/protocol/index.ts'
import type { BlindSpot, TaskDetail } from '../../broker-bridge/protocol/index.ts'
import { filterFor } from '../text/filterFor.ts'
import { lifeSpans, phaseTotals } from '../text/lifeSpans.ts'
import { icon } from '../look/icons.ts'
import { blindSpotHint } from './blindSpotHint.ts'
import { fromHistoryText } from './taskRow.ts'
import { formatDuration, formatMoment, formatRelative, momentOf } from '../text/times.ts'

/** A fact, and the filter that finds the tasks that share it. */
interface Fact {
  readonly name: string
  readonly value: string | null
  readonly filter?: { readonly text: string | null; readonly title: string }
}

/**
 * The short facts of a task, as a table of two columns. What is not known has no line.
 * @param narrow sets the list's filter
 */
export function detailFacts(
  task: TaskDetail,
  now: number,
  narrow: (text: string) => void,
  blind: readonly BlindSpot[] = [],
): TemplateResult {
  const unseen = task.queue === null ? blind.find(({ fields }) => fields.includes('queue')) : undefined
  return html`<dl>
    ${
      unseen === undefined
        ? null
        : html`<div>
            <dt>Queue</dt>
            <dd class="muted">not told ${blindSpotHint(unseen, 'Queue')}</dd>
          </div>`
    }
    ${
      task.fromHistory === true
        ? html`<div class="wide">
            <dt>Known</dt>
            <dd><span class="state">${icon('history', 'small')} ${fromHistoryText}; nothing was heard of it since</span></dd>
          </div>`
        : null
    }
    ${factsOf(task, now).map(({ name, value, filter }) => {
      if (value === null) return null
      const link = filter?.text ?? null
      return html`<div class=${value.length > 26 ? 'wide' : ''}>
        <dt>${name}</dt>
        <dd class="numbers">
          ${link === null ? value : html`<button class="link" title=${filter?.title ?? ''} @click=${() => narrow(link)}>${value}</button>`}
        </dd>
      </div>`
    })}
  </dl>`
}

function factsOf(task: TaskDetail, now: number): readonly Fact[] {
  return [
    { name: 'Worker', value: line(task.worker), filter: filterBy('worker', task.worker, 'Show the tasks of this worker') },
    { name: 'Queue', value: line(task.queue), filter: filterBy('queue', task.queue, 'Show the tasks of this queue') },
    { name: 'Runtime', value: task.runtime === null ? running(task, now) : formatDuration(task.runtime) },
    { name: 'Waited', value: waited(task) },
    { name: 'Retries', value: task.retries > 0 ? String(task.retries) : null },
    { name: 'Routing', value: routing(task) },
    { name: 'ETA', value: time(task.eta, now) },
    { name: 'Expires', value: time(task.expires, now) },
    { name: 'Last event', value: `${formatMoment(task.at)} (${formatRelative(task.at, now)})` },
  ]
}

function filterBy(field: 'worker' | 'queue', value: string | null, title: string): { text: string | null; title: string } {
  return { text: value === null || value === '' ? null : filterFor(field, value), title }
}

function line(text: string | null): string | null {
  return text === null || text === '' ? null : visibleLine(text)
}

/** A time that names its zone, as this computer's clock shows it and as a distance from now; any other as its sender wrote it. */
function time(text: string | null, now: number): string | null {
  const at = text === null ? null : momentOf(text)
  return at === null ? line(text) : `${formatMoment(at)} (${formatRelative(at, now)})`
}

/** Exchange and routing key say more than the queue only where they differ from it. */
function routing({ exchange, routingKey, queue }: TaskDetail): string | null {
  if (routingKey === null || routingKey === queue) return null
  return line(exchange ? `${exchange} → ${routingKey}` : routingKey)
}

function running(task: TaskDetail, now: number): string | null {
  // Whatever state a task gave itself, it runs.
  if (!isRunning(task.state) || task.startedAt === null) return null
  return `${formatDuration(Math.max(0, Math.floor(now - task.startedAt)))} so far`
}

function isRunning(state: string): boolean {
  return state === 'STARTED' || !(knownStates as readonly string[]).includes(state)
}

/** All the time it did not run: in the queue, with a worker and between attempts. */
function waited(task: TaskDetail): string | null {
  const spans = lifeSpans(task.timeline)
  if (spans.some(({ skew }) => skew !== null)) return 'not known: clocks differ'
  const waits = phaseTotals(spans).filter(({ phase }) => phase !== 'ran')
  return waits.length === 0 ? null : formatDuration(waits.reduce((sum, { seconds }) => sum + seconds, 0))
}
