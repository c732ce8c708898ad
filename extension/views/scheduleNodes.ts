import { messageOf, visibleLine, visibleText } from '../../broker-bridge/protocol/index.ts'
import type { ConnectionInfo, DueTask, PeriodicTask, Schedules } from '../../broker-bridge/protocol/index.ts'
import { commandIds } from '../contributions.ts'
import { clockText, countText } from '../shownText.ts'
import { accessOf } from './access.ts'
import type { Access } from './access.ts'
import type { ViewNode } from './node.ts'

/** Due tasks shown below one line. */
const mostDue = 50
/** Seconds after which an open line is asked for again: nobody tells when a table of somebody else changes. */
const pace = 30

const prefix = 'schedules:'

export const schedulesNodeId = (connection: string): string => `${prefix}${connection}`

/** The line below which a connection's schedules stand; they are asked for when it is opened. */
export function schedulesNode(info: ConnectionInfo, now: number): ViewNode {
  const { id } = info
  return {
    id: schedulesNodeId(id),
    label: 'Schedules',
    tooltip: 'Tasks that wait for their time, and periodic tasks, which can be turned on and off and run now.',
    icon: { id: 'clock' },
    contextValue: `schedules ${accessOf([info], id)}`,
    accessibility: 'Schedules',
    expand: 'collapsed',
    target: { kind: 'connection', connection: id },
    revision: `${Math.floor(now / pace)} ${accessOf([info], id)}`,
  }
}

/** The connection whose schedules stand below a line, or undefined for any other line. */
export function schedulesOf({ id, target }: ViewNode): string | undefined {
  return id.startsWith(prefix) && target?.kind === 'connection' ? target.connection : undefined
}

/** What stands below it: periodic tasks, then what waits for its time, then why there is no more. */
export function scheduleNodes(connection: string, schedules: Schedules, access: Access, now: number): ViewNode[] {
  const { due, dueTotal, periodic, database } = schedules
  const left = dueTotal - Math.min(due.length, mostDue)
  const why = database === null ? noDatabase : database.problem
  return [
    ...periodic.map((task) => periodicNode(connection, task, access, now)),
    ...due.slice(0, mostDue).map((task) => dueNode(connection, task, now)),
    ...(left > 0 ? [noteNode(connection, 'more', `${countText(left, 'more task')} wait for their time`)] : []),
    ...(why === null ? [] : [noteNode(connection, 'database', why)]),
  ]
}

const noDatabase = 'No database of periodic tasks is named; edit the connection to name one'

/** In place of schedules that could not be read. */
export function scheduleProblemNode(connection: string, error: unknown): ViewNode {
  return noteNode(connection, 'problem', messageOf(error))
}

function periodicNode(connection: string, task: PeriodicTask, access: Access, now: number): ViewNode {
  const name = visibleLine(task.name)
  const next = task.nextRun === null ? [] : [`next ${clockText(task.nextRun, now)}`]
  const marks = [visibleLine(task.schedule, 200), ...(task.enabled ? next : ['disabled'])]
  return {
    id: `${prefix}${connection}/periodic:${task.id}`,
    label: name,
    description: marks.join(' · '),
    tooltip: [
      name,
      `Task: ${visibleLine(task.task)}`,
      ...marks,
      task.lastRun === null ? 'Never ran' : `Last run: ${clockText(task.lastRun, now)}`,
      ...(task.note === null ? [] : [visibleText(task.note, 500)]),
      ...(task.refusal === null ? [] : [visibleText(task.refusal, 500)]),
    ].join('\n'),
    icon: task.enabled ? { id: 'history' } : { id: 'history', color: 'disabledForeground' },
    contextValue: `periodic ${task.enabled ? 'enabled' : 'disabled'}${task.refusal === null ? ' runnable' : ''} ${access}`,
    accessibility: `Periodic task ${name}, ${marks.join(', ')}`,
    expand: 'none',
    target: { kind: 'periodic', connection, id: task.id, name: task.name },
  }
}

function dueNode(connection: string, task: DueTask, now: number): ViewNode {
  const name = visibleLine(task.name ?? task.id)
  const when = `due ${clockText(task.due, now)}`
  return {
    id: `${prefix}${connection}/due:${task.id}`,
    label: name,
    description: when,
    tooltip: [name, when, `Id: ${visibleLine(task.id)}`, ...(task.args === null ? [] : [visibleLine(task.args, 300)])].join('\n'),
    icon: { id: 'watch' },
    contextValue: 'task due',
    accessibility: `${name}, ${when}`,
    expand: 'none',
    target: { kind: 'task', key: { connection, id: task.id }, state: task.state },
    command: commandIds.showTask,
  }
}

function noteNode(connection: string, kind: string, text: string): ViewNode {
  const label = visibleLine(text, 300)
  return {
    id: `${prefix}${connection}/${kind}`,
    label,
    tooltip: visibleText(text, 2_000),
    icon: { id: 'info' },
    contextValue: 'notice',
    accessibility: label,
    expand: 'none',
  }
}
