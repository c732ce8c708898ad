import * as vscode from 'vscode'
import { keptOf, withRecent } from '../../broker-bridge/protocol/index.ts'
import { argsTextProblem, kwargsTextProblem } from '../documents/retryText.ts'
import { callProblem, signaturePrompt, signatureText } from '../pythonTasks/signature.ts'
import { definitionOf } from '../pythonTasks/taskDefinitions.ts'
import type { TaskDefinition } from '../pythonTasks/taskDefinitions.ts'
import { findTaskDefinitions } from '../pythonTasks/workspaceTasks.ts'
import { messageText, pickText } from '../shownText.ts'
import { TreeLine } from '../views/treeLines.ts'
import type { Execute, Warren } from '../warren.ts'
import { chooseConnection } from './chooseConnection.ts'
import { chooseEnqueue } from './chooseEnqueue.ts'
import type { ChosenEnqueue } from './chooseEnqueue.ts'
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
  const chosen = target?.kind === 'taskName' ? { name: target.name } : await chooseEnqueue(warren, connection, title, definitions)
  if (chosen === undefined) return
  const given = await askArguments(chosen, definitionOf(chosen.name, await definitions))
  if (given === undefined) return
  const queue = target?.kind === 'queue' ? target.queue : await queueFor(warren, connection, chosen.kept?.queue)
  if (queue === undefined) return
  const wanted = { name: chosen.name, ...given, queue }
  const enqueued = await perform(warren, 'enqueue', { connection, ...wanted })
  if (!enqueued) return
  await warren.enqueues.change((kept) => withRecent(kept, keptOf(wanted, enqueued.secret === true)))
  showEnqueued(warren, enqueued, chosen.name)
}

/** Both in turn. What the code in the workspace says of them is a warning: the worker may run another version. */
async function askArguments(
  { name, kept }: ChosenEnqueue,
  definition: TaskDefinition | undefined,
): Promise<{ readonly args: string; readonly kwargs: string } | undefined> {
  const heading = `${title}: ${pickText(name, 100)}`
  const signature = definition === undefined ? '' : ` for ${signaturePrompt(name, definition.parameters)}`
  const args = await askJson(
    heading,
    `Arguments${signature} as a JSON array`,
    { empty: '[]', before: kept?.args ?? null },
    (text) => {
      return argsTextProblem(text) ?? warning(definition && tooMany(definition, text))
    },
  )
  if (args === undefined) return undefined
  const kwargs = await askJson(
    heading,
    `Keyword arguments${signature} as a JSON object`,
    { empty: '{}', before: kept?.kwargs ?? null },
    (text) => {
      return kwargsTextProblem(text) ?? warning(definition && misfit(definition, args, text))
    },
  )
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

/** @param before where it went the last time: the first choice then */
async function queueFor(warren: Warren, connection: string, before: string | undefined): Promise<string | undefined> {
  const { client } = await warren.bridge.session()
  const { queues, default: usual } = await client.request('listQueueNames', { connection })
  return chooseQueue({ title, queues, default: usual, ...(before === undefined ? {} : { before }) })
}

async function askJson(
  heading: string,
  prompt: string,
  { empty, before }: { readonly empty: string; readonly before: string | null },
  problem: (text: string) => string | vscode.InputBoxValidationMessage | undefined,
): Promise<string | undefined> {
  const text = await vscode.window.showInputBox({
    title: heading,
    prompt,
    value: before ?? empty,
    valueSelection: before === null || before === empty ? [1, 1] : [0, before.length],
    ignoreFocusOut: true,
    validateInput: problem,
  })
  return text?.trim() === '' ? empty : text
}
