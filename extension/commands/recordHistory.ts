import * as vscode from 'vscode'
import {
  ageText,
  defaultRecording,
  defaultRetention,
  recordingAgeProblem,
  recordingNameProblem,
  recordingSizeProblem,
} from '../../broker-bridge/protocol/index.ts'
import { messageText } from '../shownText.ts'
import type { Execute } from '../warren.ts'
import { chooseConnection } from './chooseConnection.ts'
import { perform } from './perform.ts'

const title = 'Record History on Broker'

/** Begins a recording on the broker, under a name and with a retention that the user chooses. */
export const recordHistory: Execute = async (warren, argument) => {
  const connection = await chooseConnection(warren, argument, title)
  if (connection === undefined) return
  const terms = await askTerms()
  if (!terms) return
  const recorded = await perform(warren, 'recordHistory', { connection, ...terms })
  if (!recorded) return
  const { queue, created } = recorded
  const text = created
    ? `Events of tasks are recorded in “${queue}” from now on, for ${ageText(terms.maxAge)}.`
    : `The recording “${queue}” was there already, and is replayed.`
  void vscode.window.showInformationMessage(messageText(text))
}

/** Removes the recording of a connection. */
export const stopRecording: Execute = async (warren, argument) => {
  const connection = await chooseConnection(warren, argument, 'Stop Recording on Broker')
  if (connection === undefined) return
  const removed = await perform(warren, 'stopRecording', { connection })
  if (removed) void vscode.window.showInformationMessage(messageText(`The recording “${removed.queue}” was deleted.`))
}

async function askTerms(): Promise<{ queue: string; maxAge: string; megabytes: number } | undefined> {
  const queue = await askText(1, 'Name of the stream on the broker', defaultRecording, recordingNameProblem)
  if (queue === undefined) return undefined
  const agePrompt = 'How long events are kept at most: a number with Y, M, D, h, m or s behind it'
  const maxAge = await askText(2, agePrompt, defaultRetention.maxAge, recordingAgeProblem)
  if (maxAge === undefined) return undefined
  const sizePrompt = 'How much they may take on the broker’s disk, in megabytes; a task takes about 2 kB'
  const megabytes = await askText(3, sizePrompt, String(defaultRetention.megabytes), recordingSizeProblem)
  return megabytes === undefined ? undefined : { queue, maxAge, megabytes: Number(megabytes) }
}

async function askText(
  step: number,
  prompt: string,
  value: string,
  problem: (text: string) => string | null,
): Promise<string | undefined> {
  const validateInput = (text: string): string | null => problem(text.trim())
  const text = await vscode.window.showInputBox({
    ...{ title: `${title} (${step}/3)`, prompt, value, validateInput },
    ignoreFocusOut: true,
  })
  return text?.trim()
}
