import type { Activity, ConnectionInfo } from '../../broker-bridge/protocol/index.ts'
import { formatRate, plural } from './numbers.ts'

/** The one sentence a screen reader hears now and then instead of a stream of rows. */
export function spokenSummary(activity: Activity | null, connections: readonly ConnectionInfo[], paused: boolean): string {
  const away = connections.filter(({ status }) => status.kind !== 'connected').length
  const parts = [
    activity ? plural(activity.tasks, 'task') : null,
    activity ? `${activity.states['FAILURE'] ?? 0} failed` : null,
    activity ? `${formatRate(activity.eventsPerSecond)} events per second` : null,
    away > 0 ? `${plural(away, 'connection')} not connected` : null,
    paused ? 'paused' : null,
  ]
  return parts.filter((part) => part !== null).join(', ')
}
