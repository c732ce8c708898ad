import { visibleLine, visibleText } from '../../broker-bridge/protocol/index.ts'
import type { ConnectionInfo, Environment, QueueSnapshot } from '../../broker-bridge/protocol/index.ts'
import type { BridgeStatus } from '../bridge/bridge.ts'
import type { BookEntry } from '../connections/connectionBook.ts'
import { commandIds } from '../contributions.ts'
import { connectionState } from './connectionState.ts'
import { gapNodes, historyNodes, malformedNodes, silentWorkerNodes } from './noticeNodes.ts'
import type { NodeColor, ViewNode } from './node.ts'
import { payloadNodes } from './payloadNodes.ts'
import { recordingNodes } from './recordingNodes.ts'
import { queueNodes } from './queueNodes.ts'
import { schedulesNode } from './scheduleNodes.ts'

/** The tree of connections: each with its state, what is missing or wrong, its queues, and Celery's plumbing folded away. */
export function connectionNodes(
  bridge: BridgeStatus,
  entries: readonly BookEntry[],
  queues: ReadonlyMap<string, QueueSnapshot>,
  now: number,
): ViewNode[] {
  return [...bridgeNodes(bridge), ...entries.map((entry) => connectionNode(entry, queues.get(entry.saved.id), now))]
}

function bridgeNodes(bridge: BridgeStatus): ViewNode[] {
  if (bridge.kind !== 'stopped' && bridge.kind !== 'waiting') return []
  const label = bridge.kind === 'stopped' ? 'Warren’s bridge was given up' : 'Warren’s bridge is being restarted'
  const message = visibleText(bridge.message, 2_000)
  return [
    {
      id: 'bridge',
      label,
      description: visibleLine(message),
      tooltip: message,
      icon: { id: 'warning', color: 'problemsWarningIcon.foreground' },
      contextValue: `bridge ${bridge.kind}`,
      accessibility: `${label}. ${message}`,
      expand: 'none',
      command: bridge.kind === 'stopped' ? commandIds.restartBridge : commandIds.showLog,
    },
  ]
}

function connectionNode(entry: BookEntry, queues: QueueSnapshot | undefined, now: number): ViewNode {
  const { saved, active } = entry
  const state = connectionState(entry)
  const name = visibleLine(saved.name)
  const marks = [
    state.word,
    ...(saved.environment === 'development' ? [] : [saved.environment.toUpperCase()]),
    ...(saved.readOnly ? ['read-only'] : []),
  ]
  return {
    id: `connection:${saved.id}`,
    label: name,
    description: marks.join(' · '),
    tooltip: [name, visibleLine(saved.address, 500), state.message].join('\n'),
    icon:
      state.kind === 'connected'
        ? { id: 'vm-active', color: colorOf[saved.environment] }
        : { id: state.icon, color: state.color },
    contextValue: `connection ${active ? 'active' : 'inactive'} ${state.kind}${saved.readOnly ? ' readOnly' : ' writable'} ${saved.environment}${isRecording(entry) ? ' payloads' : ''}`,
    accessibility: `Connection ${name}, ${marks.join(', ')}`,
    expand: active ? 'expanded' : 'none',
    children: active ? childrenOf(entry, queues, now) : [],
    target: { kind: 'connection', connection: saved.id },
    ...(active ? {} : { command: commandIds.connect }),
  }
}

/** Of a connection that is fine: any other state is told by its own colour. */
const colorOf: Readonly<Record<Environment, NodeColor>> = {
  development: 'testing.iconPassed',
  staging: 'charts.orange',
  production: 'charts.red',
}

function childrenOf(entry: BookEntry, queues: QueueSnapshot | undefined, now: number): ViewNode[] {
  const { info } = entry
  return [
    statusNode(entry),
    ...(info ? noticeNodes(info, now) : []),
    ...(queues ? queueNodes(entry.saved.id, queues, entry.saved.readOnly, now) : []),
    ...(info?.status.kind === 'connected' ? [schedulesNode(info, now)] : []),
  ]
}

function isRecording({ info }: BookEntry): boolean {
  return info?.payloads != null && info.payloads.state !== 'off'
}

function statusNode(entry: BookEntry): ViewNode {
  const { saved, info } = entry
  const state = connectionState(entry)
  const message = visibleText(state.message, 2_000)
  const asksPassword = state.kind === 'credentials'
  return {
    id: `status:${saved.id}`,
    label: state.title,
    description: state.kind === 'connected' ? visibleLine(info?.broker ?? '') : visibleLine(message),
    tooltip: asksPassword ? `${message}\nSelect to enter the password.` : message,
    icon: { id: state.icon, color: state.color },
    contextValue: `status ${state.kind}`,
    accessibility: `${state.title}. ${message}`,
    expand: 'none',
    target: { kind: 'connection', connection: saved.id },
    ...(asksPassword ? { command: commandIds.enterPassword } : {}),
  }
}

function blockedNodes(info: ConnectionInfo): ViewNode[] {
  if (info.blocked === null) return []
  const reason = visibleLine(info.blocked, 500)
  return [
    {
      id: `blocked:${info.id}`,
      label: 'The broker accepts no messages',
      description: reason,
      tooltip: `The broker raised an alarm and holds back every message that is sent: ${reason}`,
      icon: { id: 'warning', color: 'problemsWarningIcon.foreground' },
      contextValue: 'notice blocked',
      accessibility: `Warning: the broker accepts no messages, ${reason}`,
      expand: 'none',
    },
  ]
}

/** Workers whose exchanges have other names than this connection was told: a press uses them. */
function otherNamesNodes({ id, otherNames }: ConnectionInfo): ViewNode[] {
  if (!otherNames) return []
  const [events, control] = [visibleLine(otherNames.eventExchange, 200), visibleLine(otherNames.controlExchange, 200)]
  const description = `events on ${events}, control by ${control}`
  return [
    {
      id: `otherNames:${id}`,
      label: 'Workers use other exchanges',
      description,
      tooltip: `No events come under the usual names. Workers here use ${description}. Select to connect with these names.`,
      icon: { id: 'lightbulb', color: 'problemsWarningIcon.foreground' },
      contextValue: 'notice otherNames',
      accessibility: `Workers use other exchanges: ${description}. Select to connect with these names.`,
      expand: 'none',
      target: { kind: 'connection', connection: id },
      command: commandIds.useFoundExchanges,
    },
  ]
}

function noticeNodes(info: ConnectionInfo, now: number): ViewNode[] {
  return [
    ...blockedNodes(info),
    ...otherNamesNodes(info),
    ...silentWorkerNodes(info),
    ...gapNodes(info, now),
    ...recordingNodes(info),
    ...payloadNodes(info),
    ...historyNodes(info),
    ...malformedNodes(info),
  ]
}
