import * as vscode from 'vscode'
import type { Operation } from '../../broker-bridge/protocol/index.ts'
import type { Session } from '../bridge/bridge.ts'
import { messageText } from '../shownText.ts'
import type { Warren } from '../warren.ts'
import { OperationPace } from './moveMessagesPace.ts'

/** Shows how far a piece of work on a queue is, lets the user stop it, and tells at its end what became of it. */
export async function followOperation(warren: Warren, operation: Operation): Promise<void> {
  const ended = operation.endedAt === null ? await watch(warren, operation) : operation
  const text = messageText(ended.report ?? ended.title, 2_000)
  if (ended.state === 'failed') void vscode.window.showErrorMessage(text)
  else void vscode.window.showInformationMessage(text)
}

async function watch(warren: Warren, operation: Operation): Promise<Operation> {
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
      const ending = untilEnded(session, operation.id, (now) => pace.take(now))
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

/** @throws Error when the bridge goes away before the work has ended */
function untilEnded(session: Session, id: string, tell: (operation: Operation) => void): Promise<Operation> {
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
      reject(new Error('Warren’s bridge ended before the work on the queue did. What was not moved is still in its queue.'))
    })
  })
}
