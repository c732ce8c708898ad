import * as vscode from 'vscode'
import { answeredText, knownStates, endedStates, terminateSignals } from '../../broker-bridge/protocol/index.ts'
import type { Revoked } from '../../broker-bridge/protocol/index.ts'
import { countText, messageText } from '../shownText.ts'
import { TreeLine } from '../views/treeLines.ts'
import type { Execute, Warren } from '../warren.ts'
import { chooseTask } from './chooseTask.ts'
import { perform } from './perform.ts'

const open = knownStates.filter((state) => !endedStates.has(state))

/** Takes a task back before it runs; from the line of a name, every task of that name that has not ended. */
export const revokeTask: Execute = async (warren, argument) => {
  const target = argument instanceof TreeLine ? argument.target : undefined
  if (target?.kind === 'taskName') {
    const { connection, name } = target
    return tell(await perform(warren, 'revokeTasks', { connection, target: { by: 'filter', filter: { name } } }))
  }
  const key = await choose(warren, argument, 'Revoke Task')
  if (key) tell(await perform(warren, 'revokeTasks', { connection: key.connection, target: { by: 'ids', ids: [key.id] } }))
}

/** Ends the process that runs a task. */
export const terminateTask: Execute = async (warren, argument) => {
  const key = await choose(warren, argument, 'Terminate Task')
  if (!key) return
  const placeHolder = 'Which signal? SIGTERM lets the process react, SIGKILL does not.'
  const signal = await vscode.window.showQuickPick([...terminateSignals], { title: 'Terminate Task', placeHolder })
  const picked = terminateSignals.find((one) => one === signal)
  if (!picked) return
  const { connection, id } = key
  const params = { connection, target: { by: 'ids' as const, ids: [id] }, terminate: true, signal: picked }
  tell(await perform(warren, 'revokeTasks', params))
}

function choose(warren: Warren, argument: unknown, title: string) {
  return chooseTask(warren, argument, {
    title,
    placeholder: 'Type a name, an id or arguments',
    states: [...open],
    none: 'No task that has not ended is known.',
  })
}

function tell(revoked: Revoked | null): void {
  if (!revoked) return
  const { tasks, answers, silent } = revoked
  const refused = answers.filter(({ ok }) => !ok).map(({ worker, text }) => ` ${worker}: ${text}`)
  const text = messageText(`${countText(tasks ?? 0, 'task')} revoked. ${answeredText(answers.length, silent)}${refused.join('')}`)
  if (silent.length > 0 || refused.length > 0) void vscode.window.showWarningMessage(text)
  else void vscode.window.showInformationMessage(text)
}
