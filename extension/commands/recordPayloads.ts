import * as vscode from 'vscode'
import type { PayloadsInfo } from '../../broker-bridge/protocol/index.ts'
import { messageText } from '../shownText.ts'
import type { Execute, Warren } from '../warren.ts'
import { pickConnection, chooseConnection, connectionOf } from './chooseConnection.ts'
import { perform } from './perform.ts'

const title = 'Record Payloads'

/** Keeps the exact messages of tasks from now on; asks before it changes anything, as the bridge says what that is. */
export const recordPayloads: Execute = async (warren, argument) => {
  const connection = await chooseRecordable(warren, argument)
  if (connection === undefined) return
  const refusal = payloadsOf(warren, connection)?.refusal ?? null
  if (refusal !== null) return void vscode.window.showErrorMessage(messageText(`Payloads cannot be recorded here. ${refusal}`))
  const lasting = await vscode.window.showQuickPick(durations, { title, placeHolder: 'For how long?' })
  if (!lasting) return
  const recorded = await perform(warren, 'recordPayloads', { connection, resume: lasting.resume })
  if (!recorded) return
  const text = 'Payloads of tasks are recorded from now on: retries of tasks sent meanwhile are exact.'
  void vscode.window.showInformationMessage(messageText(text))
}

/** Turns it off again; what was recorded stays or goes, as the user likes. */
export const stopPayloads: Execute = async (warren, argument) => {
  const connection = await chooseConnection(warren, argument, 'Stop Recording Payloads')
  if (connection === undefined) return
  const messages = payloadsOf(warren, connection)?.messages ?? 0
  const forget = messages > 0 ? await askForget(messages) : false
  if (forget === undefined) return
  const stopped = await perform(warren, 'stopPayloads', { connection, forget })
  if (!stopped) return
  const off = stopped.turnedOff
    ? 'Payloads are recorded no longer; tracing is off.'
    : 'Payloads are recorded no longer. Warren left tracing as it is.'
  const gone = stopped.deleted > 0 ? ` ${stopped.deleted.toLocaleString('en-US')} recorded messages were deleted.` : ''
  void vscode.window.showInformationMessage(messageText(off + gone))
}

const durations = [
  { label: 'Until I stop it or close VS Code', detail: 'Tracing is turned off at the end, also after a crash.', resume: false },
  {
    label: 'Until I stop it, also after a restart',
    detail: 'Each time this connection is opened, Warren turns tracing on again.',
    resume: true,
  },
] as const

async function askForget(messages: number): Promise<boolean | undefined> {
  const number = messages.toLocaleString('en-US')
  const items = [
    { label: 'Keep what was recorded', detail: `${number} messages, until they are too old`, forget: false },
    { label: 'Delete what was recorded', detail: `${number} messages on this computer`, forget: true },
  ]
  return (await vscode.window.showQuickPick(items, { title: 'Stop Recording Payloads' }))?.forget
}

/** Only connections of development are offered; where a single one is left, it is taken. */
async function chooseRecordable(warren: Warren, argument: unknown): Promise<string | undefined> {
  if (connectionOf(argument) !== undefined) return connectionOf(argument)
  const active = warren.book.activeEntries()
  const fitting = active.filter(({ saved }) => saved.environment === 'development' && !saved.readOnly)
  if (fitting.length > 1) return pickConnection(fitting, title)
  if (fitting.length === 1) return fitting[0]?.saved.id
  if (active.length === 0) return chooseConnection(warren, argument, title)
  const text = 'Payloads are recorded on development connections that may be changed only, and none of yours is one.'
  void vscode.window.showInformationMessage(text)
  return undefined
}

function payloadsOf(warren: Warren, connection: string): PayloadsInfo | null {
  return warren.book.activeEntries().find(({ saved }) => saved.id === connection)?.info?.payloads ?? null
}
