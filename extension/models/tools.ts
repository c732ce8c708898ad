import { randomBytes, randomUUID } from 'node:crypto'
import * as vscode from 'vscode'
import {
  actingTools,
  confirmed,
  messageOf,
  readingTools,
  toolOf,
  toolQuestion,
  toolText,
  visibleText,
} from '../../broker-bridge/protocol/index.ts'
import type { ActingTool, Confirmation, ReadingTool, ToolAnswer } from '../../broker-bridge/protocol/index.ts'
import { confirms } from '../commands/perform.ts'
import { toolPrefix } from '../contributions.ts'
import { DisposableStore } from '../lifecycle.ts'
import type { Disposable } from '../lifecycle.ts'
import { messageText } from '../shownText.ts'
import type { Warren } from '../warren.ts'
import { actionsAllowed, onActionsAllowedChange } from './allowActions.ts'
import { workspaceSources } from './sources.ts'

type Tool = vscode.LanguageModelTool<object>
const patience = 60_000
const longestProblem = 2_000

/** Gives language models the tools that `protocol/tools.ts` describes; in an editor that has no language models, nothing. */
export function registerTools(warren: Warren): Disposable {
  const store = new DisposableStore()
  // Forks and older versions may lack it, whatever the types say.
  const lm = vscode.lm as Partial<typeof vscode.lm> | undefined
  if (typeof lm?.registerTool !== 'function') return store
  const register = (name: ReadingTool | ActingTool, tool: Tool): vscode.Disposable =>
    vscode.lm.registerTool(`${toolPrefix}${name}`, tool)
  for (const name of readingTools) store.add(register(name, reading(warren, name)))
  let acting: vscode.Disposable[] = []
  const forget = (): void => {
    for (const tool of acting.splice(0)) tool.dispose()
  }
  const follow = (): void => {
    forget()
    if (actionsAllowed()) acting = actingTools.map((name) => register(name, actor(warren, name)))
  }
  follow()
  store.add(onActionsAllowedChange(follow))
  store.defer(forget)
  return store
}

function reading({ bridge }: Warren, tool: ReadingTool): Tool {
  return {
    prepareInvocation: () => ({ invocationMessage: `Warren: ${toolOf(tool).title}` }),
    invoke: ({ input }) =>
      answered(async () => {
        const { client } = await bridge.session()
        return client.request('askTool', { tool, input }, patience)
      }),
  }
}

/**
 * VS Code's own question can be answered once for ever, so Warren's dialog asks in any case: what a language model wants done on a
 * broker is confirmed each time.
 */
function actor({ bridge }: Warren, tool: ActingTool): Tool {
  const act = async (input: object, ask: (question: Confirmation) => Promise<boolean>): Promise<ToolAnswer | null> => {
    if (!actionsAllowed()) throw new Error('The user does not allow language models to act. Nothing was sent.')
    const { client } = await bridge.session()
    return confirmed(client, 'actWithTool', { tool, input, key: randomUUID() }, ask)
  }
  return {
    prepareInvocation: async ({ input }) => {
      let question: Confirmation | undefined
      await act(input, (asked) => {
        question = asked
        return Promise.resolve(false)
      })
      const invocationMessage = `Warren: ${toolOf(tool).title}`
      return question ? { invocationMessage, confirmationMessages: words(question) } : { invocationMessage }
    },
    invoke: ({ input }) => answered(() => act(input, asksWhole)),
  }
}

/** Asks with VS Code's dialog, where it has room for all of the question. */
async function asksWhole(confirmation: Confirmation): Promise<boolean> {
  toolQuestion(confirmation)
  return confirms(confirmation)
}

function words(confirmation: Confirmation): vscode.LanguageModelToolConfirmationMessages {
  const { question, detail } = toolQuestion(confirmation)
  // As text: names and arguments may look like links.
  return { title: messageText(question, 300), message: new vscode.MarkdownString().appendText(detail) }
}

/** @throws Error whose sentence the model is shown */
async function answered(ask: () => Promise<ToolAnswer | null>): Promise<vscode.LanguageModelToolResult> {
  try {
    const answer = await ask()
    if (answer === null) throw new Error('The user did not agree. Nothing was sent.')
    const sources = await workspaceSources(answer.places)
    const text = toolText(answer, sources, randomBytes(8).toString('hex'))
    return new vscode.LanguageModelToolResult([new vscode.LanguageModelTextPart(text)])
  } catch (error) {
    throw new Error(visibleText(messageOf(error), longestProblem), { cause: error })
  }
}
