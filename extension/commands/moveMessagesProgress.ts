import * as vscode from 'vscode'
import type { Operation } from '../../broker-bridge/protocol/index.ts'
import type { Session } from '../bridge/bridge.ts'
import { messageText } from '../shownText.ts'
import type { Warren } from '../warren.ts'
import { OperationPace } from './moveMessagesPace.ts'

/** Shows how far a piece of work on a queue is, lets the user stop it, and tells at its end what became of it. */
export async function followOperation(warren: Warren, operation: Operation): Promise<void> {
  const lost = 'Warren’s bridge ended before the work on the queue did. What was not moved is still in its queue.'
  const ended = await watchOperation(warren, operation, lost)
  const text = messageText(ended.report ?? ended.title, 2_000)
  if (ended.state === 'failed') void vscode.window.showErrorMessage(text)
  else void vscode.window.showInformationMessage(text)
}

/** Shows how far it is until it has ended. @throws Error with `lost` when the bridge goes away before */
export async function watchOperation(warren: Warren, operation: Operation, lost: string): Promise<Operation> {
  if (operation.endedAt !== null) return operation
  const session = await warren.bridge.session()
  const viewer = `operation ${operation.id}`
  const options = {
    location: vscode.ProgressLocation.Notification,
    title: messageText(operation.title, 200),
    cancellable: true,
  }
  try {
    return await vscode.window.withProgress(options, (progress, token) => {
      const pace = new OperationPace((step) => progress.report(step))
      pace.take(operation)
      token.onCancellationRequested(() => cancel(warren, session, operation.id))
      const ending = untilEnded(session, operation.id, lost, (now) => pace.take(now))
      warren.replica.want(viewer, ['operations'])
      return ending
    })
  } finally {
    warren.replica.want(viewer, [])
  }
}

function cancel({ log }: Warren, { client }: Session, operation: string): void {
  client.request('cancelOperation', { operation }).catch((error: unknown) => log.warn(String(error)))
}

function untilEnded(session: Session, id: string, lost: string, tell: (operation: Operation) => void): Promise<Operation> {
  return new Promise((resolve, reject) => {
    const stop = session.client.on('operations', (operations) => {
      const now = operations.find((operation) => operation.id === id)
      if (now) tell(now)
      if (!now || now.endedAt === null) return
      stop()
      resolve(now)
    })
    session.store.defer(() => {
      stop()
      reject(new Error(lost))
    })
  })
}
