import * as vscode from 'vscode'
import type { RegisteredTask } from '../../broker-bridge/protocol/index.ts'
import { argsTextProblem, kwargsTextProblem } from '../documents/retryText.ts'
import { countText, pickText } from '../shownText.ts'
import { TreeLine } from '../views/treeLines.ts'
import type { Execute, Warren } from '../warren.ts'
import { chooseConnection } from './chooseConnection.ts'
import { chooseQueue } from './chooseQueue.ts'
import { perform } from './perform.ts'
import { showEnqueued } from './showEnqueued.ts'

const title = 'Enqueue Task'

/** Sends a task: its name, its arguments as JSON that is sent as written, its queue. */
export const enqueueTask: Execute = async (warren, argument) => {
  const connection = await chooseConnection(warren, argument, title)
  if (connection === undefined) return
  const target = argument instanceof TreeLine ? argument.target : undefined
  const name = target?.kind === 'taskName' ? target.name : await chooseName(warren, connection)
  if (name === undefined) return
  const args = await askJson(`${title}: ${pickText(name, 100)}`, 'Arguments as a JSON array', '[]', argsTextProblem)
  if (args === undefined) return
  const kwargs = await askJson(`${title}: ${pickText(name, 100)}`, 'Keyword arguments as a JSON object', '{}', kwargsTextProblem)
  if (kwargs === undefined) return
  const queue = target?.kind === 'queue' ? target.queue : await queueFor(warren, connection)
  if (queue === undefined) return
  const enqueued = await perform(warren, 'enqueue', { connection, name, args, kwargs, queue })
  if (enqueued) showEnqueued(warren, enqueued, name)
}

async function queueFor(warren: Warren, connection: string): Promise<string | undefined> {
  const { client } = await warren.bridge.session()
  return chooseQueue({ title, ...(await client.request('listQueueNames', { connection })) })
}

interface NameItem extends vscode.QuickPickItem {
  readonly name: string
}

/** Picks among the tasks that workers registered; what is typed and not among them can be sent too. */
async function chooseName(warren: Warren, connection: string): Promise<string | undefined> {
  const { client } = await warren.bridge.session()
  const pick = vscode.window.createQuickPick<NameItem>()
  pick.title = title
  pick.placeholder = 'Pick a task or type its name'
  pick.busy = true
  let known: readonly NameItem[] = []
  const offer = (): void => {
    const typed = pick.value.trim()
    const own = typed === '' || known.some((item) => item.name === typed) ? [] : [typedItem(typed)]
    pick.items = [...known, ...own]
  }
  pick.onDidChangeValue(offer)
  pick.show()
  const listed = client.request('listRegisteredTasks', { connection }).then(({ tasks }) => (known = tasks.map(registeredItem)))
  void listed
    .catch((error: unknown) => warren.log.warn(String(error)))
    .then(() => {
      pick.busy = false
      offer()
    })
  return accepted(pick)
}

function accepted(pick: vscode.QuickPick<NameItem>): Promise<string | undefined> {
  return new Promise((resolve) => {
    pick.onDidAccept(() => {
      resolve(pick.selectedItems[0]?.name)
      pick.hide()
    })
    pick.onDidHide(() => {
      resolve(undefined)
      pick.dispose()
    })
  })
}

function registeredItem({ name, workers }: RegisteredTask): NameItem {
  return { label: pickText(name), description: countText(workers.length, 'worker'), name }
}

/** Its label matches nothing that is typed, so that every registered name that matches stands above it. */
function typedItem(name: string): NameItem {
  return { label: '$(edit)', description: `${pickText(name)}  (as typed; no worker registered it)`, alwaysShow: true, name }
}

async function askJson(
  heading: string,
  prompt: string,
  empty: string,
  problem: (text: string) => string | undefined,
): Promise<string | undefined> {
  const text = await vscode.window.showInputBox({
    title: heading,
    prompt,
    value: empty,
    valueSelection: [1, 1],
    ignoreFocusOut: true,
    validateInput: problem,
  })
  return text?.trim() === '' ? empty : text
}
