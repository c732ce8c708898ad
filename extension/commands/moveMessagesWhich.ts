import * as vscode from 'vscode'
import type { MessageFilter } from '../../broker-bridge/protocol/index.ts'

/** Which messages of a queue are meant. */
export interface Which {
  readonly filter?: MessageFilter
  readonly first?: number
}

/** Asks which messages are meant; undefined when the user gave up. */
export async function chooseWhich(title: string): Promise<Which | undefined> {
  const items = [
    { label: 'All messages', ask: () => Promise.resolve({}) },
    { label: 'Messages of one task…', ask: () => askName(title) },
    { label: 'The first messages…', ask: () => askFirst(title) },
  ]
  const picked = await vscode.window.showQuickPick(items, { title, placeHolder: 'Which messages?' })
  return picked?.ask()
}

async function askName(title: string): Promise<Which | undefined> {
  const name = await vscode.window.showInputBox({
    title,
    prompt: 'Name of the task; * stands for anything',
    placeHolder: 'shop.tasks.*',
    ignoreFocusOut: true,
    validateInput: (text) => (text.trim() === '' || text.length > 1_000 ? 'A name has 1 to 1,000 characters.' : undefined),
  })
  return name === undefined ? undefined : { filter: { name: name.trim() } }
}

async function askFirst(title: string): Promise<Which | undefined> {
  const count = await vscode.window.showInputBox({
    title,
    prompt: 'How many, from the head of the queue',
    value: '100',
    ignoreFocusOut: true,
    validateInput: countProblem,
  })
  return count === undefined ? undefined : { first: Number(count) }
}

/** What is wrong with a number of messages; undefined when nothing is. */
export function countProblem(text: string): string | undefined {
  const count = Number(text)
  return text.trim() !== '' && Number.isSafeInteger(count) && count > 0 ? undefined : 'Write a whole number above 0.'
}
