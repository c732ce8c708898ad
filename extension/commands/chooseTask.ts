import * as v from 'valibot'
import * as vscode from 'vscode'
import { TaskKey } from '../../broker-bridge/protocol/index.ts'
import type { Client, TaskFilter, TaskRow } from '../../broker-bridge/protocol/index.ts'
import { DisposableStore } from '../lifecycle.ts'
import { clockText, pickText } from '../shownText.ts'
import { stateIcon, stateWord } from '../views/taskState.ts'
import { TreeLine } from '../views/treeLines.ts'
import type { Warren } from '../warren.ts'
import { requireConnection } from './chooseConnection.ts'

const shown = 100
const typingPause = 150

/** What to choose among when nothing was given. */
export interface TaskChoice {
  readonly title: string
  readonly placeholder: string
  /** Only tasks in these states; all when absent. */
  readonly states?: string[]
  /** Said when there is nothing to choose. */
  readonly none: string
}

/** The task to act on: the line's own, the one whose key was given, or one the user picks among the recent ones. */
export async function chooseTask(warren: Warren, argument: unknown, choice: TaskChoice): Promise<TaskKey | undefined> {
  const given = taskOf(argument)
  if (given) return given
  if (!(await requireConnection(warren))) return undefined
  const { client } = await warren.bridge.session()
  const first = await listTasks(client, choice, '')
  if (first.length === 0) {
    void vscode.window.showInformationMessage(choice.none)
    return undefined
  }
  return pickTask(client, choice, first)
}

/** The task a tree's line or a message of the feed names. */
export function taskOf(argument: unknown): TaskKey | undefined {
  if (argument instanceof TreeLine) return argument.target?.kind === 'task' ? argument.target.key : undefined
  const parsed = v.safeParse(TaskKey, argument)
  return parsed.success ? parsed.output : undefined
}

interface TaskItem extends vscode.QuickPickItem {
  readonly key: TaskKey
}

async function listTasks(client: Client, { states }: TaskChoice, text: string): Promise<readonly TaskRow[]> {
  const filter: TaskFilter = { ...(states === undefined ? {} : { states }), ...(text === '' ? {} : { text }) }
  return (await client.request('listTasks', { filter, limit: shown })).tasks
}

/** A quick pick whose list the bridge filters while the user types, since it knows far more tasks than a list can hold. */
function pickTask(client: Client, choice: TaskChoice, first: readonly TaskRow[]): Promise<TaskKey | undefined> {
  const store = new DisposableStore()
  const pick = store.add(vscode.window.createQuickPick<TaskItem>())
  pick.title = choice.title
  pick.placeholder = choice.placeholder
  pick.items = first.map(taskItem)
  let timer: NodeJS.Timeout | undefined
  store.defer(() => clearTimeout(timer))
  const search = async (text: string): Promise<void> => {
    const tasks = await listTasks(client, choice, text)
    // An answer to what is no longer asked is dropped.
    if (pick.value.trim() === text) pick.items = tasks.map(taskItem)
  }
  store.add(
    pick.onDidChangeValue((value) => {
      clearTimeout(timer)
      timer = setTimeout(() => void search(value.trim()).catch(() => (pick.items = [])), typingPause)
    }),
  )
  return new Promise((resolve) => {
    store.add(
      pick.onDidAccept(() => {
        const key = pick.selectedItems[0]?.key
        if (!key) return
        resolve(key)
        pick.hide()
      }),
    )
    store.add(
      pick.onDidHide(() => {
        store.dispose()
        resolve(undefined)
      }),
    )
    pick.show()
  })
}

function taskItem(task: TaskRow): TaskItem {
  const icon = stateIcon(task.state)
  const what = [task.args, task.kwargs].filter((text) => text !== null && text !== '()' && text !== '{}').join(' ')
  return {
    label: pickText(task.name ?? 'unknown task'),
    iconPath:
      icon.color === undefined ? new vscode.ThemeIcon(icon.id) : new vscode.ThemeIcon(icon.id, new vscode.ThemeColor(icon.color)),
    description: `${stateWord(task.state)} ${clockText(task.at, Date.now() / 1000)}  ${pickText(task.id, 60)}`,
    detail: pickText([task.exception, what].filter(Boolean).join('   '), 200),
    // The bridge has filtered already; VS Code would hide matches in texts it does not show.
    alwaysShow: true,
    key: { connection: task.connection, id: task.id },
  }
}
