import { visibleLine } from '../../broker-bridge/protocol/index.ts'
import type { ConnectionInfo } from '../../broker-bridge/protocol/index.ts'
import { accessOf } from './access.ts'
import type { ViewNode } from './node.ts'

/** What the broker itself keeps of events, and how far it is replayed. */
export function recordingNodes(info: ConnectionInfo): ViewNode[] {
  const { id, recording } = info
  if (!recording) return []
  const access = accessOf([info], id)
  const queue = visibleLine(recording.queue, 200)
  const problem = visibleLine(recording.message ?? '', 500)
  const common = { id: `recording:${id}`, expand: 'none', target: { kind: 'connection', connection: id } } as const
  const lasting = `Events of tasks are recorded on the broker, in the stream ${queue}. What happened while Warren did not run is replayed on connecting.`
  if (recording.replay) {
    const label = replayText(recording.replay)
    return [
      {
        ...common,
        ...{ label, description: queue, tooltip: [lasting, problem].join('\n').trim(), icon: { id: 'sync~spin' } },
        contextValue: `notice recording replaying ${access}`,
        accessibility: label,
      },
    ]
  }
  const icon: ViewNode['icon'] = problem === '' ? { id: 'record' } : { id: 'record', color: 'problemsWarningIcon.foreground' }
  return [
    {
      ...common,
      ...{ label: 'Recorded on the broker', description: problem === '' ? queue : problem, icon },
      tooltip: [lasting, problem].join('\n').trim(),
      contextValue: `notice recording ${access}`,
      accessibility: `History is recorded on the broker in ${queue}. ${problem}`.trim(),
    },
  ]
}

/** `Replaying 41,200 of about 80,000 events…` */
export function replayText({ events, total }: { readonly events: number; readonly total: number }): string {
  return `Replaying ${events.toLocaleString('en-US')} of about ${total.toLocaleString('en-US')} events…`
}
