import * as v from 'valibot'
import * as vscode from 'vscode'
import { commandIds } from '../contributions.ts'
import { placeText } from '../requests/requestEditor.ts'
import type { SentRequest } from '../requests/sentRequest.ts'
import { messageText, pickText } from '../shownText.ts'
import type { Execute, Warren } from '../warren.ts'

const Place = v.object({ uri: v.string(), title: v.string(), index: v.number() })

/** Shows the progress of what a request sent last, until its result or error is there. */
export const watchRequest: Execute = (warren, argument) => {
  const sent = sentFrom(warren, argument)
  if (sent) watchSent(warren, sent)
}

/** Shows the task a request sent last in the live feed. */
export const showRequestTask: Execute = (warren, argument) => {
  const sent = sentFrom(warren, argument)
  if (sent) warren.feed.open({ connection: sent.connection, id: sent.shown })
}

function sentFrom(warren: Warren, argument: unknown): SentRequest | undefined {
  const place = v.safeParse(Place, argument)
  const sent = place.success ? warren.requests.get(placeText(place.output)) : undefined
  if (!sent) void vscode.window.showInformationMessage('Nothing was sent from here yet.')
  return sent
}

/** A notification with progress, and at the end what came of it. */
export function watchSent(warren: Warren, sent: SentRequest): void {
  const title = messageText(pickText(sent.title, 100))
  const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true }
  void vscode.window
    .withProgress(options, (progress, token) => follow(sent, progress, token))
    .then(() => {
      if (sent.hasEnded) void tell(warren, sent)
    })
}

type Told = vscode.Progress<{ message?: string; increment?: number }>

function follow(sent: SentRequest, progress: Told, token: vscode.CancellationToken): Promise<void> {
  return new Promise((resolve) => {
    let shown = 0
    const show = (): void => {
      const percent = sent.percent ?? shown
      progress.report({ message: messageText(sent.words, 200), increment: Math.max(0, percent - shown) })
      shown = Math.max(shown, percent)
      if (sent.hasEnded || !sent.isFollowed) end()
    }
    const listening = sent.onDidChange(show)
    const end = (): void => {
      listening.dispose()
      resolve()
    }
    token.onCancellationRequested(end)
    show()
  })
}

async function tell(warren: Warren, sent: SentRequest): Promise<void> {
  const task = { connection: sent.connection, id: sent.shown }
  const [show, traceback] = ['Show Task', 'Show Traceback']
  const message = messageText(`${sent.title} ${sent.words}`, 300)
  const chosen = sent.hasFailed
    ? await vscode.window.showErrorMessage(message, traceback, show)
    : await vscode.window.showInformationMessage(message, show)
  if (chosen === show) warren.feed.open(task)
  if (chosen === traceback) await vscode.commands.executeCommand(commandIds.showTraceback, task)
}
