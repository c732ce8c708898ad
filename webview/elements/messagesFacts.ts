import { html } from 'lit'
import type { TemplateResult } from 'lit'
import { visibleLine } from '../../broker-bridge/protocol/index.ts'
import type { WaitingMessage } from '../../broker-bridge/protocol/index.ts'
import { sizeText } from '../feed/messages.ts'
import { formatCount } from '../text/numbers.ts'
import { formatMoment, formatRelative, momentOf } from '../text/times.ts'

/** What a message says of itself beside its contents; what it does not say has no line. */
export function messageFacts(message: WaitingMessage, now: number): TemplateResult {
  return html`<dl>
    ${factsOf(message, now).map(
      ([label, value, wide]) =>
        html`<div class=${wide ? 'wide' : ''}>
          <dt>${label}</dt>
          <dd>${visibleLine(value, 500)}</dd>
        </div>`,
    )}
  </dl>`
}

type Fact = readonly [label: string, value: string, wide: boolean]

function factsOf(message: WaitingMessage, now: number): Fact[] {
  const { exchange, routingKey, serializer, contentType, contentEncoding, retries, priority, at, deliveries } = message
  const rows: (readonly [string, string | null, boolean?])[] = [
    ['ETA', timeText(message.eta, now), true],
    ['Expires', timeText(message.expires, now), true],
    ['Sent', at === null ? null : `${formatMoment(at)}, ${formatRelative(at, now)}`, true],
    ['By', message.origin, true],
    ['Exchange', exchange === '' ? 'default' : exchange],
    ['Key', routingKey === '' ? null : routingKey],
    ['Retries', retries === null || retries === 0 ? null : formatCount(retries)],
    ['Priority', priority === null ? null : String(priority)],
    ['Root', message.root, true],
    ['Parent', message.parent, true],
    ['Group', message.group, true],
    ['Form', [serializer, contentType, contentEncoding].filter((part) => part !== null && part !== '').join(', ') || null, true],
    ['Size', sizeText(message.bytes)],
    ['Before', beforeText(message.redelivered, deliveries)],
  ]
  return rows.flatMap(([label, value, wide = false]) => (value === null ? [] : [[label, value, wide] as const]))
}

function beforeText(redelivered: boolean, deliveries: number | null): string | null {
  if (deliveries !== null) return `handed out ${formatCount(deliveries)} times`
  return redelivered ? 'handed out' : null
}

function timeText(text: string | null, now: number): string | null {
  const at = text === null ? null : momentOf(text)
  return at === null ? text : `${formatMoment(at)}, ${formatRelative(at, now)}`
}
