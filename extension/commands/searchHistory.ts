import * as vscode from 'vscode'
import { readQuery, typedQueryLimit } from '../../broker-bridge/protocol/index.ts'
import type { Execute } from '../warren.ts'
import { requireConnection } from './chooseConnection.ts'

/** Asks what to look for, and shows in the feed what was kept of it on this computer. */
export const searchHistory: Execute = async (warren) => {
  if (!(await requireConnection(warren))) return
  const query = await vscode.window.showInputBox({
    title: 'Search History',
    prompt: 'Words or fields, as in the search of the live feed. Empty for all tasks that were kept.',
    placeHolder: 'state:failed name:shop.* at:<2d',
    validateInput: problemOf,
  })
  if (query !== undefined) warren.feed.searchHistory(query.trim())
}

function problemOf(text: string): string | undefined {
  if (text.length > typedQueryLimit) return `A search has ${typedQueryLimit} characters at most.`
  const reading = readQuery(text, Date.now() / 1_000)
  return reading.ok ? undefined : reading.problem
}
