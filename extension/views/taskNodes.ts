import { endedStates, visibleLine, visibleText } from '../../broker-bridge/protocol/index.ts'
import type { ConnectionInfo, TaskNameSummary, TaskRow } from '../../broker-bridge/protocol/index.ts'
import { commandIds } from '../contributions.ts'
import { clockText, countText, durationText } from '../shownText.ts'
import { accessOf } from './access.ts'
import type { Access } from './access.ts'
import { silentWorkerNodes } from './noticeNodes.ts'
import type { ViewNode } from './node.ts'
import { stateIcon, stateWord } from './taskState.ts'

export const failedNodeId = 'failed'

/** The first level: what hides tasks, the recent failures, and every task name. */
export function taskNameNodes(names: readonly TaskNameSummary[], connections: readonly ConnectionInfo[]): ViewNode[] {
  const several = connections.length > 1
  const sorted = [...names].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : a.connection < b.connection ? -1 : 1))
  return [
    ...connections.flatMap(silentWorkerNodes),
    ...failedNode(names, connections),
    ...sorted.map((summary) => {
      const { connection } = summary
      return nameNode(summary, accessOf(connections, connection), several ? connectionName(connections, connection) : undefined)
    }),
  ]
}

function connectionName(connections: readonly ConnectionInfo[], id: string): string {
  return visibleLine(connections.find((connection) => connection.id === id)?.name ?? id)
}

function failedNode(names: readonly TaskNameSummary[], connections: readonly ConnectionInfo[]): ViewNode[] {
  const count = names.reduce((sum, summary) => sum + summary.failed, 0)
  if (names.length === 0) return []
  return [
    {
      id: failedNodeId,
      label: `Failed (${count})`,
      tooltip: count === 0 ? 'No task has failed.' : 'The newest failures of all tasks.',
      icon: count === 0 ? { id: 'error', color: 'disabledForeground' } : stateIcon('FAILURE'),
      contextValue: 'failedTasks',
      accessibility: countText(count, 'failed task'),
      expand: count === 0 ? 'none' : 'collapsed',
      revision: [...names.map(({ failedRevision }) => failedRevision), ...connections.map(({ readOnly }) => readOnly)].join(),
    },
  ]
}

function nameNode(summary: TaskNameSummary, access: Access, connection: string | undefined): ViewNode {
  // Tasks first seen in the middle of their lives: no event told what they are.
  const name = summary.name === '' ? 'name not seen' : visibleLine(summary.name)
  const counts = [
    countText(summary.total, 'run'),
    ...(summary.running > 0 ? [`${summary.running} running`] : []),
    ...(summary.failed > 0 ? [`${summary.failed} failed`] : []),
    ...(connection === undefined ? [] : [connection]),
  ]
  return {
    id: `name:${summary.connection}:${summary.name}`,
    label: name,
    description: counts.join(' · '),
    tooltip: [name, counts.join(', ')].join('\n'),
    icon: summary.failed > 0 ? { id: 'symbol-method', color: 'problemsErrorIcon.foreground' } : { id: 'symbol-method' },
    contextValue: `taskName ${access}`,
    accessibility: `Task ${name}, ${counts.join(', ')}`,
    expand: 'collapsed',
    target: { kind: 'taskName', connection: summary.connection, name: summary.name },
    revision: `${summary.revision} ${access}`,
  }
}

export interface RunList {
  /** Id of the node these runs are children of. */
  readonly parent: string
  readonly tasks: readonly TaskRow[]
  readonly matched: number
  /** True where runs of different tasks stand together. */
  readonly named: boolean
}

/** The runs below one node, the newest first, and a line for more. */
export function runNodes(list: RunList, connections: readonly ConnectionInfo[], now: number): ViewNode[] {
  const { parent, tasks, matched } = list
  const more = matched - tasks.length
  return [
    ...tasks.map((task) => runNode(list, task, accessOf(connections, task.connection), now)),
    ...(more > 0 ? [moreNode(parent, more)] : []),
  ]
}

function runNode({ parent, named }: RunList, task: TaskRow, access: Access, now: number): ViewNode {
  const name = visibleLine(task.name ?? 'name not seen')
  const id = visibleLine(task.id, 60)
  const word = stateWord(task.state)
  const when = clockText(task.at, now)
  const error = task.exception === null ? '' : visibleLine(task.exception, 300)
  const took = task.runtime === null ? '' : durationText(task.runtime)
  const failed = task.state === 'FAILURE'
  return {
    id: `${parent}/task:${task.connection}:${task.id}`,
    label: named ? name : runLabel(task),
    description: [when, error || took || (task.state === 'SUCCESS' ? '' : word)].filter(Boolean).join(' · '),
    tooltip: runTooltip(task, name, now),
    icon: stateIcon(task.state),
    contextValue: `task ${task.state}${endedStates.has(task.state) ? ' ended' : ''}${error === '' ? '' : ' traceback'} ${access}`,
    accessibility: [`${name} ${word}`, when, error || took, `id ${id}`].filter(Boolean).join(', '),
    expand: 'none',
    target: { kind: 'task', key: { connection: task.connection, id: task.id }, state: task.state },
    command: failed ? commandIds.showTraceback : commandIds.showTask,
  }
}

/** The arguments tell runs of one task apart better than an id does. */
function runLabel(task: TaskRow): string {
  const args = task.args === null || task.args === '()' ? '' : task.args
  const kwargs = task.kwargs === null || task.kwargs === '{}' ? '' : task.kwargs
  const shown = [args, kwargs].filter(Boolean).join(' ')
  return shown === '' ? visibleLine(task.id, 60) : visibleLine(shown, 80)
}

function runTooltip(task: TaskRow, name: string, now: number): string {
  return [
    `${name} ${stateWord(task.state)}`,
    `Id: ${visibleLine(task.id)}`,
    `Last change: ${clockText(task.at, now)}`,
    ...(task.runtime === null ? [] : [`Runtime: ${durationText(task.runtime)}`]),
    ...(task.worker === null ? [] : [`Worker: ${visibleLine(task.worker)}`]),
    ...(task.queue === null ? [] : [`Queue: ${visibleLine(task.queue)}`]),
    ...(task.args === null ? [] : [`Arguments: ${visibleLine(task.args, 300)}`]),
    ...(task.kwargs === null ? [] : [`Keyword arguments: ${visibleLine(task.kwargs, 300)}`]),
    ...(task.retries > 0 ? [`Retries: ${task.retries}`] : []),
    ...(task.exception === null ? [] : [visibleText(task.exception, 1_000)]),
  ].join('\n')
}

function moreNode(parent: string, more: number): ViewNode {
  return {
    id: `${parent}/more`,
    label: 'Show more…',
    description: `${more} more`,
    icon: { id: 'ellipsis' },
    contextValue: 'more',
    accessibility: `Show more, ${more} more`,
    expand: 'none',
    target: { kind: 'more', of: parent },
    command: commandIds.showMore,
  }
}
