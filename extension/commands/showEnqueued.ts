import * as vscode from 'vscode'
import type { Enqueued } from '../../broker-bridge/protocol/index.ts'
import { messageText } from '../shownText.ts'
import type { Warren } from '../warren.ts'

/** Says where a task went and offers to look at it. */
export function showEnqueued(warren: Warren, { connection, id, queue }: Enqueued, what: string): void {
  const show = 'Show Task'
  const message = messageText(`${what} was sent to the queue ${queue}. Its id is ${id}.`)
  void vscode.window.showInformationMessage(message, show).then((chosen) => {
    if (chosen === show) warren.feed.open({ connection, id })
  })
}
