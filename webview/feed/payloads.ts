import { payloadSize, visibleLine } from '../../broker-bridge/protocol/index.ts'
import type { ConnectionInfo, PayloadsInfo } from '../../broker-bridge/protocol/index.ts'
import { plural } from '../text/numbers.ts'

/** Why payloads cannot be recorded on this connection; null where they can. */
export function payloadsRefusal({ payloads, status }: ConnectionInfo): string | null {
  if (status.kind !== 'connected') return visibleLine(status.message, 300)
  if (!payloads) return 'Payloads cannot be recorded here: no history is kept, or this broker makes no copies of messages.'
  return payloads.refusal === null ? null : visibleLine(payloads.refusal, 500)
}

/** How it stands, as a line. */
export function payloadsTitle({ state, messages, bytes, dropped }: PayloadsInfo): string {
  if (state === 'off') return 'Payloads are not recorded.'
  if (state === 'starting') return 'Turning tracing on…'
  if (state === 'waiting') return 'Waiting for the broker; payloads are recorded again when it is back.'
  const lost = dropped.overflow + dropped.large
  const gaps = lost > 0 ? `, ${plural(lost, 'message')} lost` : ''
  return `Payloads are being recorded: ${plural(messages, 'message')}, ${payloadSize(bytes)}${gaps}.`
}

/** Connections on which payloads are recorded, or can be. */
export function recordsPayloads(connections: readonly ConnectionInfo[]): 'on' | 'offered' | 'no' {
  if (connections.some(({ payloads }) => payloads && payloads.state !== 'off')) return 'on'
  return connections.some(({ payloads }) => payloads?.refusal === null) ? 'offered' : 'no'
}
