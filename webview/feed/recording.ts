import { visibleLine } from '../../broker-bridge/protocol/index.ts'
import type { ConnectionInfo, RecordingInfo } from '../../broker-bridge/protocol/index.ts'
import { formatCount } from '../text/numbers.ts'

/** `Replaying 41,200 of about 80,000 events…` */
export function replayText({ events, total }: NonNullable<RecordingInfo['replay']>): string {
  return `Replaying ${formatCount(events)} of about ${formatCount(total)} events…`
}

/** Why nothing can be recorded or removed on this connection, or null when it can. */
export function recordingRefusal({ readOnly, status }: ConnectionInfo): string | null {
  if (readOnly) return 'This connection is read-only: Warren replays a recording, and creates or removes none.'
  return status.kind === 'connected' ? null : visibleLine(status.message, 300)
}
