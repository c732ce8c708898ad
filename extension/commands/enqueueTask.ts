import * as vscode from 'vscode'
import type { RegisteredTask } from '../../broker-bridge/protocol/index.ts'
import { argsTextProblem, kwargsTextProblem } from '../documents/retryText.ts'
import { callProblem, signatureText } from '../pythonTasks/signature.ts'
import { definitionOf } from '../pythonTasks/taskDefinitions.ts'
import type { TaskDefinition } from '../pythonTasks/taskDefinitions.ts'
import { findTaskDefinitions } from '../pythonTasks/workspaceTasks.ts'
import { countText, messageText, pickText } from '../shownText.ts'
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
  const definitions = findTaskDefinitions()
  const name = target?.kind === 'taskName' ? target.name : await chooseName(warren, connection, definitions)
  if (name === undefined) return
  const given = await askArguments(name, definitionOf(name, await definitions))
  if (given === undefined) return
  const queue = target?.kind === 'queue' ? target.queue : await queueFor(warren, connection)
  if (queue === undefined) return
  const enqueued = await perform(warren, 'enqueue', { connection, name, ...given, queue })
  if (enqueued) showEnqueued(warren, enqueued, name)
}

/** Both in turn. What the code in the workspace says of them is a warning: the worker may run another version. */
async function askArguments(
  name: string,
  definition: TaskDefinition | undefined,
): Promise<{ readonly args: string; readonly kwargs: string } | undefined> {
  const heading = `${title}: ${pickText(name, 100)}`
  const signature = definition === undefined ? '' : ` for ${signatureText(name, definition.parameters)}`
  const args = await askJson(heading, `Arguments${signature} as a JSON array`, '[]', (text) => {
    return argsTextProblem(text) ?? warning(definition && tooMany(definition, text))
  })
  if (args === undefined) return undefined
  const kwargs = await askJson(heading, `Keyword arguments${signature} as a JSON object`, '{}', (text) => {
    return kwargsTextProblem(text) ?? warning(definition && misfit(definition, args, text))
  })
  if (kwargs === undefined || !(await meant(definition, args, kwargs))) return undefined
  return { args, kwargs }
}

/** A box that is left as it opened is accepted without a look at its warning. */
async function meant(definition: TaskDefinition | undefined, args: string, kwargs: string): Promise<boolean> {
  const problem = definition && misfit(definition, args, kwargs)
  if (definition === undefined || problem === undefined) return true
  const send = 'Enqueue Anyway'
  const question = messageText(
    `${problem} So says ${signatureText(definition.dotted, definition.parameters)} in ${definition.path}.`,
  )
  const detail = 'If the worker runs this code, the task will fail with a TypeError.'
  return (await vscode.window.showWarningMessage(question, { modal: true, detail }, send)) === send
}

/** Keywords come next, so what is missing is no matter yet. */
function tooMany({ parameters }: TaskDefinition, args: string): string | undefined {
  const optional = parameters.map((parameter) => ({ ...parameter, standard: parameter.standard ?? noValue }))
  return callProblem(optional, countOf(args), [])
}

function misfit({ parameters }: TaskDefinition, args: string, kwargs: string): string | undefined {
  return callProblem(parameters, countOf(args), Object.keys(JSON.parse(kwargs.trim() || '{}') as object))
}

const noValue = { kind: 'none', from: 0, to: 0 } as const

/** The text is known to be a JSON array, or empty. */
function countOf(args: string): number {
  return (JSON.parse(args.trim() || '[]') as readonly unknown[]).length
}

function warning(message: string | undefined): vscode.InputBoxValidationMessage | undefined {
  return message === undefined
    ? undefined
    : { message: messageText(message), severity: vscode.InputBoxValidationSeverity.Warning }
}

async function queueFor(warren: Warren, connection: string): Promise<string | undefined> {
  const { client } = await warren.bridge.session()
  return chooseQueue({ title, ...(await client.request('listQueueNames', { connection })) })
}

interface NameItem extends vscode.QuickPickItem {
  readonly name: string
}

/** Picks among the tasks that workers registered; what is typed and not among them can be sent too. */
async function chooseName(
  warren: Warren,
  connection: string,
  definitions: Promise<readonly TaskDefinition[]>,
): Promise<string | undefined> {
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
  const listed = Promise.all([client.request('listRegisteredTasks', { connection }), definitions])
  void listed
    .then(([{ tasks }, defined]) => (known = itemsOf(tasks, defined)))
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

/** What workers registered, and what only the code in the workspace knows: perhaps no worker of this broker runs it. */
function itemsOf(tasks: readonly RegisteredTask[], defined: readonly TaskDefinition[]): NameItem[] {
  const registered = tasks.map((task) => ({ task, definition: definitionOf(task.name, defined) }))
  const matched = new Set(registered.map(({ definition }) => definition))
  const others = defined.filter((definition) => !matched.has(definition))
  return [
    ...registered.map(({ task, definition }) => registeredItem(task, definition)),
    ...others.map((definition) => workspaceItem(definition)),
  ]
}

function registeredItem({ name, workers }: RegisteredTask, definition: TaskDefinition | undefined): NameItem {
  const detail = definition === undefined ? {} : { detail: pickText(signatureText(name, definition.parameters)) }
  return { label: pickText(name), description: countText(workers.length, 'worker'), name, ...detail }
}

function workspaceItem({ given, dotted, path, parameters }: TaskDefinition): NameItem {
  const name = given ?? dotted
  const description = `${pickText(path)}, registered by no worker`
  return { label: pickText(name), description, name, detail: pickText(signatureText(name, parameters)) }
}

/** Its label matches nothing that is typed, so that every registered name that matches stands above it. */
function typedItem(name: string): NameItem {
  return { label: '$(edit)', description: `${pickText(name)}  (as typed; no worker registered it)`, alwaysShow: true, name }
}

async function askJson(
  heading: string,
  prompt: string,
  empty: string,
  problem: (text: string) => string | vscode.InputBoxValidationMessage | undefined,
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
