import * as vscode from 'vscode'
import { messageOf, RequestError } from '../../broker-bridge/protocol/index.ts'
import { commandIds } from '../contributions.ts'
import { messageText } from '../shownText.ts'
import type { Warren } from '../warren.ts'

/** Tells the user what a command could not do, and offers the step that helps. */
export function reportFailure(warren: Warren, error: unknown): void {
  const message = messageOf(error)
  warren.log.error(error instanceof Error && !(error instanceof RequestError) ? (error.stack ?? message) : message)
  const help = helpFor(error)
  const shown = vscode.window.showErrorMessage(messageText(message), ...(help ? [help.title] : []))
  void shown.then((chosen) => {
    if (help && chosen === help.title) void vscode.commands.executeCommand(help.command)
  })
}

function helpFor(error: unknown): { title: string; command: string } | undefined {
  if (!(error instanceof RequestError)) return { title: 'Show Log', command: commandIds.showLog }
  switch (error.code) {
    case 'not_connected':
      return { title: 'Connect to Broker…', command: commandIds.connect }
    case 'closed':
    case 'internal':
    case 'timeout':
    case 'unauthorized':
    case 'unknown_method':
      return { title: 'Show Log', command: commandIds.showLog }
    case 'invalid':
    case 'not_found':
    case 'read_only':
    case 'confirmation_needed':
    case 'refused':
    case 'unroutable':
    case 'blocked':
      return undefined
  }
}
