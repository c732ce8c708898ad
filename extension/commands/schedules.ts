import * as vscode from 'vscode'
import type { PeriodicTask, Schedules } from '../../broker-bridge/protocol/index.ts'
import { clockText, messageText, pickText } from '../shownText.ts'
import { TreeLine } from '../views/treeLines.ts'
import type { Execute, Warren } from '../warren.ts'
import { chooseConnection } from './chooseConnection.ts'
import { perform } from './perform.ts'
import { showEnqueued } from './showEnqueued.ts'

/** Beat sends it again from now on. */
export const enablePeriodicTask: Execute = (warren, argument) => turn(warren, argument, true)
/** Beat sends it no more until it is enabled. */
export const disablePeriodicTask: Execute = (warren, argument) => turn(warren, argument, false)

/** Sends the task of a schedule once; the schedule stays as it is. */
export const runPeriodicTask: Execute = async (warren, argument) => {
  const chosen = await choosePeriodic(warren, argument, { title: 'Run Periodic Task Now', refusal: ({ refusal }) => refusal })
  if (!chosen) return
  const sent = await perform(warren, 'runPeriodic', chosen)
  if (sent) showEnqueued(warren, sent, chosen.name)
}

async function turn(warren: Warren, argument: unknown, enabled: boolean): Promise<void> {
  const [verb, done] = enabled ? ['Enable', 'enabled'] : ['Disable', 'disabled']
  const refusal = (task: PeriodicTask): string | null => (task.enabled === enabled ? `It is ${done} already.` : null)
  const chosen = await choosePeriodic(warren, argument, { title: `${verb} Periodic Task`, refusal })
  if (!chosen) return
  const answer = await perform(warren, 'setPeriodic', { ...chosen, enabled })
  if (!answer) return
  warren.trees.redrawSchedules(chosen.connection)
  void vscode.window.showInformationMessage(messageText(`${chosen.name} is ${answer.enabled ? 'enabled' : 'disabled'}.`))
}

/** A periodic task as the bridge knows it again. */
interface Periodic {
  readonly connection: string
  readonly id: number
  readonly name: string
}

interface Wanted {
  readonly title: string
  /** Why a task is not to be chosen, or null where it may. */
  readonly refusal: (task: PeriodicTask) => string | null
}

async function choosePeriodic(warren: Warren, argument: unknown, wanted: Wanted): Promise<Periodic | undefined> {
  const target = argument instanceof TreeLine ? argument.target : undefined
  if (target?.kind === 'periodic') return { connection: target.connection, id: target.id, name: target.name }
  const connection = await chooseConnection(warren, argument, wanted.title)
  if (connection === undefined) return undefined
  const { client } = await warren.bridge.session()
  const schedules = await client.request('listSchedules', { connection })
  const items = schedules.periodic.filter((task) => wanted.refusal(task) === null).map(periodicItem)
  if (items.length === 0) return sayWhyNone(schedules, wanted)
  const options = { title: wanted.title, placeHolder: 'Which one?', matchOnDescription: true, matchOnDetail: true }
  const picked = await vscode.window.showQuickPick(items, options)
  return picked && { connection, id: picked.task.id, name: picked.task.name }
}

function periodicItem(task: PeriodicTask): vscode.QuickPickItem & { readonly task: PeriodicTask } {
  const next = task.nextRun === null ? '' : ` · next ${clockText(task.nextRun, Date.now() / 1000)}`
  return {
    label: pickText(task.name),
    description: pickText(`${task.schedule}${task.enabled ? next : ' · disabled'}`, 300),
    detail: pickText(`${task.task}  ${task.args} ${task.kwargs}`, 300),
    task,
  }
}

function sayWhyNone({ database, periodic }: Schedules, { refusal }: Wanted): undefined {
  const [first] = periodic
  const refused =
    first && `${periodic.length === 1 ? '' : 'No periodic task can be chosen; '}${first.name}: ${refusal(first) ?? ''}`
  const why = database === null ? 'The connection names no database of periodic tasks.' : database.problem
  void vscode.window.showInformationMessage(messageText(why ?? refused ?? 'The database holds no periodic task.'))
}
