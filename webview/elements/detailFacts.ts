import { html } from 'lit'
import type { TemplateResult } from 'lit'
import { visibleLine } from '../../broker-bridge/protocol/index.ts'
import type { TaskDetail } from '../../broker-bridge/protocol/index.ts'
import { formatAge, formatDuration, formatMoment } from '../text/times.ts'

/** The short facts of a task, as a table of two columns. What is not known has no line. */
export function detailFacts(task: TaskDetail, now: number): TemplateResult {
  const known = factsOf(task, now).filter((fact): fact is readonly [string, string] => fact[1] !== null)
  return html`<dl>
    ${known.map(
      ([name, value]) =>
        html`<div class=${value.length > 26 ? 'wide' : ''}>
          <dt>${name}</dt>
          <dd class="numbers">${value}</dd>
        </div>`,
    )}
  </dl>`
}

function factsOf(task: TaskDetail, now: number): (readonly [string, string | null])[] {
  return [
    ['Worker', line(task.worker)],
    ['Queue', line(task.queue)],
    ['Runtime', task.runtime === null ? running(task, now) : formatDuration(task.runtime)],
    ['Waited', between(task.receivedAt ?? task.sentAt, task.startedAt)],
    ['Retries', task.retries > 0 ? String(task.retries) : null],
    ['Routing', routing(task)],
    ['ETA', line(task.eta)],
    ['Expires', line(task.expires)],
    ['Last event', `${formatMoment(task.at)} (${formatAge(task.at, now)}${task.at <= now - 1 ? ' ago' : ''})`],
  ]
}

function line(text: string | null): string | null {
  return text === null || text === '' ? null : visibleLine(text)
}

/** Exchange and routing key say more than the queue only where they differ from it. */
function routing({ exchange, routingKey, queue }: TaskDetail): string | null {
  if (routingKey === null || routingKey === queue) return null
  return line(exchange ? `${exchange} → ${routingKey}` : routingKey)
}

function running(task: TaskDetail, now: number): string | null {
  if (task.state !== 'STARTED' || task.startedAt === null) return null
  return `${formatDuration(Math.max(0, Math.floor(now - task.startedAt)))} so far`
}

function between(from: number | null, to: number | null): string | null {
  return from === null || to === null || to < from ? null : formatDuration(to - from)
}
