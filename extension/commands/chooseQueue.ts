import * as vscode from 'vscode'
import { pickText } from '../shownText.ts'

/** What stands for "type a name". */
const other = 'Enter another queue…'

export interface QueueChoice {
  readonly title: string
  readonly queues: readonly string[]
  readonly default: string | null
  /** Where the same went before: offered first. */
  readonly before?: string
}

/**
 * The queue a task goes to. Asks nothing where there is one sensible choice.
 * @returns undefined when the user gave up
 */
export async function chooseQueue({ title, queues, default: usual, before }: QueueChoice): Promise<string | undefined> {
  const first = [before, usual].filter((name): name is string => typeof name === 'string')
  const names = [...new Set([...first, ...queues])]
  if (names.length === 1) return names[0]
  if (names.length === 0) return enterQueue(title)
  const items = [
    ...names.map((name) => ({
      label: pickText(name),
      description: name === before ? 'as before' : name === usual ? 'default' : '',
      name,
    })),
    { label: other, description: '', name: undefined },
  ]
  const picked = await vscode.window.showQuickPick(items, { title, placeHolder: 'Which queue?' })
  if (!picked) return undefined
  return picked.name ?? enterQueue(title)
}

async function enterQueue(title: string): Promise<string | undefined> {
  const name = await vscode.window.showInputBox({
    title,
    prompt: 'Name of the queue',
    placeHolder: 'celery',
    ignoreFocusOut: true,
    validateInput: (text) =>
      text.trim() === '' || text.length > 255 ? 'The name of a queue has 1 to 255 characters.' : undefined,
  })
  return name?.trim()
}
