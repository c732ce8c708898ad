import { getLocation } from 'jsonc-parser'
import * as vscode from 'vscode'
import type { Warren } from '../warren.ts'
import { requestFiles } from './requestEditor.ts'

/** Milliseconds for which what workers said is not asked again: completion comes with every letter. */
const keptFor = 15_000

interface Known {
  readonly at: number
  readonly tasks: readonly string[]
  readonly queues: readonly string[]
}

/** Completes names of tasks and queues with what the workers of connected brokers say. */
export class RequestCompletion implements vscode.CompletionItemProvider, vscode.Disposable {
  readonly #warren: Warren
  readonly #registration: vscode.Disposable
  #known: Promise<Known> | undefined

  constructor(warren: Warren) {
    this.#warren = warren
    this.#registration = vscode.languages.registerCompletionItemProvider(requestFiles, this, '"')
  }

  async provideCompletionItems(document: vscode.TextDocument, position: vscode.Position): Promise<vscode.CompletionItem[]> {
    const { path, previousNode, isAtPropertyKey } = getLocation(document.getText(), document.offsetAt(position))
    const name = path.at(-1)
    if (isAtPropertyKey || previousNode?.type !== 'string' || (name !== 'task' && name !== 'queue')) return []
    const known = await this.#ask()
    const inside = new vscode.Range(
      document.positionAt(previousNode.offset + 1),
      document.positionAt(previousNode.offset + Math.max(1, previousNode.length - 1)),
    )
    return (name === 'task' ? known.tasks : known.queues).map((text) => completion(text, name, inside))
  }

  dispose(): void {
    this.#registration.dispose()
  }

  async #ask(): Promise<Known> {
    const known = await this.#known?.catch(() => undefined)
    if (known && Date.now() - known.at < keptFor) return known
    this.#known = askAll(this.#warren)
    return this.#known
  }
}

async function askAll({ book, bridge }: Warren): Promise<Known> {
  const connections = book.activeEntries().map(({ saved }) => saved.id)
  if (connections.length === 0) return { at: Date.now(), tasks: [], queues: [] }
  const { client } = await bridge.session()
  const answers = await Promise.allSettled(
    connections.map(async (connection) => ({
      tasks: (await client.request('listRegisteredTasks', { connection })).tasks.map(({ name }) => name),
      queues: (await client.request('listQueueNames', { connection })).queues,
    })),
  )
  const said = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []))
  return {
    at: Date.now(),
    tasks: [...new Set(said.flatMap(({ tasks }) => tasks))],
    queues: [...new Set(said.flatMap(({ queues }) => queues))],
  }
}

/** Inserted into a JSON string, so it is written as one. */
function completion(text: string, kind: 'task' | 'queue', range: vscode.Range): vscode.CompletionItem {
  const item = new vscode.CompletionItem(
    text,
    kind === 'task' ? vscode.CompletionItemKind.Function : vscode.CompletionItemKind.Value,
  )
  item.insertText = JSON.stringify(text).slice(1, -1)
  item.range = range
  item.detail = kind === 'task' ? 'registered by a worker' : 'queue'
  return item
}
