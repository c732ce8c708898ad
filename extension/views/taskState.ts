import { visibleLine } from '../../broker-bridge/protocol/index.ts'
import type { ViewNode } from './node.ts'

/** The icon of a task's state; states that applications invent look like running ones. */
export function stateIcon(state: string): NonNullable<ViewNode['icon']> {
  switch (state) {
    case 'SUCCESS':
      return { id: 'pass', color: 'testing.iconPassed' }
    case 'FAILURE':
      return { id: 'error', color: 'problemsErrorIcon.foreground' }
    case 'RETRY':
      return { id: 'debug-restart', color: 'problemsWarningIcon.foreground' }
    case 'REVOKED':
    case 'REJECTED':
      return { id: 'circle-slash', color: 'testing.iconSkipped' }
    case 'PENDING':
      return { id: 'circle-outline', color: 'testing.iconQueued' }
    case 'RECEIVED':
      return { id: 'circle-large', color: 'testing.iconQueued' }
    default:
      return { id: 'play-circle', color: 'charts.blue' }
  }
}

/** The state as a word for people. */
export function stateWord(state: string): string {
  switch (state) {
    case 'SUCCESS':
      return 'succeeded'
    case 'FAILURE':
      return 'failed'
    case 'RETRY':
      return 'will be retried'
    case 'PENDING':
      return 'sent'
    default:
      return visibleLine(state, 40).toLowerCase()
  }
}
