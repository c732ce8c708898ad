import { visibleLine, visibleText } from '../../broker-bridge/protocol/index.ts'
import type { ConnectionInfo, FailureExample, FailureGroup, FailurePicture } from '../../broker-bridge/protocol/index.ts'
import { commandIds } from '../contributions.ts'
import { clockText, countText } from '../shownText.ts'
import { accessOf } from './access.ts'
import type { Access } from './access.ts'
import type { ViewNode } from './node.ts'

/** The groups of failures that are not resolved, new ones first; the newest runs of each below it. */
export function failureNodes(
  picture: FailurePicture | undefined,
  connections: readonly ConnectionInfo[],
  now: number,
): ViewNode[] {
  const open = (picture?.groups ?? []).filter(({ mark }) => mark !== 'resolved')
  const several = connections.length > 1
  return [...open.filter(({ mark }) => mark === 'new'), ...open.filter(({ mark }) => mark === 'known')].map((group) => {
    const connection = several ? connections.find(({ id }) => id === group.connection) : undefined
    return groupNode(group, accessOf(connections, group.connection), connection && visibleLine(connection.name), now)
  })
}

/** What went wrong and where, on one line. */
export function failureTitle({ type, place }: Pick<FailureGroup, 'type' | 'place'>): string {
  return visibleLine(place === null ? type : `${type} in ${place}`)
}

/** The id of a group's line. */
export function failureNodeId({ connection, fingerprint }: Pick<FailureGroup, 'connection' | 'fingerprint'>): string {
  return `failure:${connection}:${fingerprint}`
}

function groupNode(group: FailureGroup, access: Access, connection: string | undefined, now: number): ViewNode {
  const title = failureTitle(group)
  const marks = [
    ...(group.cameBack ? ['came back'] : group.mark === 'known' ? ['known'] : []),
    countText(group.count, 'failure'),
    `last ${clockText(group.lastSeen, now)}`,
    ...(connection === undefined ? [] : [connection]),
  ]
  return {
    id: failureNodeId(group),
    label: title,
    description: marks.join(' · '),
    tooltip: groupTooltip(group, title, now),
    icon: groupIcon(group),
    contextValue: `failure ${group.mark} ${access}`,
    accessibility: `${group.mark === 'new' ? 'New failure' : 'Known failure'} ${title}, ${marks.join(', ')}`,
    expand: 'collapsed',
    children: group.examples.map((example) => exampleNode(group, example, access, now)),
    target: { kind: 'failure', connection: group.connection, fingerprint: group.fingerprint },
  }
}

function groupIcon({ mark, cameBack }: FailureGroup): NonNullable<ViewNode['icon']> {
  if (cameBack) return { id: 'debug-restart', color: 'problemsWarningIcon.foreground' }
  return mark === 'new' ? { id: 'error', color: 'problemsErrorIcon.foreground' } : { id: 'error', color: 'disabledForeground' }
}

function groupTooltip(group: FailureGroup, title: string, now: number): string {
  const counted = (counts: FailureGroup['names'], others: number): string =>
    [
      ...counts.slice(0, 5).map(({ name, count }) => `${visibleLine(name === '' ? 'name not seen' : name, 100)} × ${count}`),
      ...(counts.length > 5 || others > 0 ? ['others'] : []),
    ].join(', ')
  return [
    title,
    visibleText(group.exception, 500),
    `${countText(group.count, 'failure')}, first ${clockText(group.firstSeen, now)}, last ${clockText(group.lastSeen, now)}`,
    `Tasks: ${counted(group.names, group.otherNames)}`,
    `Workers: ${counted(group.workers, group.otherWorkers)}`,
  ].join('\n')
}

function exampleNode(group: FailureGroup, { id, name, at }: FailureExample, access: Access, now: number): ViewNode {
  const label = visibleLine(name ?? 'name not seen')
  const when = clockText(at, now)
  const shownId = visibleLine(id, 60)
  return {
    id: `${failureNodeId(group)}/task:${id}`,
    label,
    description: `${when} · ${shownId}`,
    tooltip: `${label}\nFailed: ${when}\nId: ${visibleLine(id)}`,
    icon: { id: 'list-tree' },
    contextValue: `task FAILURE ended traceback ${access}`,
    accessibility: `${label} failed ${when}, id ${shownId}`,
    expand: 'none',
    target: { kind: 'task', key: { connection: group.connection, id }, state: 'FAILURE' },
    command: commandIds.showTraceback,
  }
}
