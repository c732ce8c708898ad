import { payloadSentences, payloadSize, visibleLine } from '../../broker-bridge/protocol/index.ts'
import type { ConnectionInfo, PayloadsInfo } from '../../broker-bridge/protocol/index.ts'
import { countText } from '../shownText.ts'
import type { ViewNode } from './node.ts'

/** That payloads are being recorded, and how much is kept; or what became of it. */
export function payloadNodes({ id, payloads }: ConnectionInfo): ViewNode[] {
  if (!payloads || (payloads.state === 'off' && payloads.message === null)) return []
  const label = labels[payloads.state]
  const problem = visibleLine(payloads.message ?? '', 500)
  const lost = payloads.dropped.overflow + payloads.dropped.large
  const amount = `${countText(payloads.messages, 'message')} · ${payloadSize(payloads.bytes)}`
  const description = problem === '' ? `${amount}${lost > 0 ? ` · ${lost.toLocaleString('en-US')} lost` : ''}` : problem
  return [
    {
      id: `payloads:${id}`,
      label,
      description,
      tooltip: [...(problem === '' ? [] : [problem]), ...payloadSentences(payloads)].join('\n'),
      icon: iconOf(payloads, problem !== '' || lost > 0),
      contextValue: `notice payloads ${payloads.state}`,
      accessibility: `${label}. ${description}`,
      expand: 'none',
      target: { kind: 'connection', connection: id },
    },
  ]
}

const labels: Readonly<Record<PayloadsInfo['state'], string>> = {
  off: 'Payloads are not recorded',
  starting: 'Payloads: turning tracing on…',
  on: 'Recording payloads',
  waiting: 'Payloads: waiting for the broker',
}

function iconOf({ state }: PayloadsInfo, isDoubtful: boolean): NonNullable<ViewNode['icon']> {
  const id = state === 'off' ? 'info' : state === 'starting' ? 'sync~spin' : 'record'
  if (isDoubtful && state !== 'off') return { id, color: 'problemsWarningIcon.foreground' }
  return state === 'on' ? { id, color: 'charts.red' } : { id }
}
