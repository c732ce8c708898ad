import * as vscode from 'vscode'
import { answeredText, knownStates, endedStates, terminateSignals } from '../../broker-bridge/protocol/index.ts'
import type { Revoked } from '../../broker-bridge/protocol/index.ts'
import { countText, messageText } from '../shownText.ts'
import type { Execute, Warren } from '../warren.ts'
import { chooseTask } from './chooseTask.ts'
import { perform } from './perform.ts'
import { filterOfNames, oneConnection, selectedTargets, selectedTasks } from './selected.ts'
import type { SelectedTasks } from './selected.ts'

const open = knownStates.filter((state) => !endedStates.has(state))

/** Takes tasks back before they run; from the lines of names, every task of these names that has not ended. */
export const revokeTask: Execute = async (warren, argument, selected) => {
  const names = selectedTargets('taskName', argument, selected)
  if (names.length > 0) {
    const filter = filterOfNames(names.map(({ name }) => name))
    return tell(await perform(warren, 'revokeTasks', { connection: oneConnection(names), target: { by: 'filter', filter } }))
  }
  const tasks = selectedTasks(argument, selected) ?? (await choose(warren, argument, 'Revoke Task'))
  if (tasks) tell(await perform(warren, 'revokeTasks', { connection: tasks.connection, target: byIds(tasks) }))
}

/** Ends the processes that run tasks. */
export const terminateTask: Execute = async (warren, argument, selected) => {
  const tasks = selectedTasks(argument, selected) ?? (await choose(warren, argument, 'Terminate Task'))
  if (!tasks) return
  const placeHolder = 'Which signal? SIGTERM lets the process react, SIGKILL does not.'
  const signal = await vscode.window.showQuickPick([...terminateSignals], { title: 'Terminate Task', placeHolder })
  const picked = terminateSignals.find((one) => one === signal)
  if (!picked) return
  const params = { connection: tasks.connection, target: byIds(tasks), terminate: true, signal: picked }
  tell(await perform(warren, 'revokeTasks', params))
}

function byIds({ ids }: SelectedTasks) {
  return { by: 'ids' as const, ids: [...ids] }
}

async function choose(warren: Warren, argument: unknown, title: string): Promise<SelectedTasks | undefined> {
  const key = await chooseTask(warren, argument, {
    title,
    placeholder: 'Type a name, an id or arguments',
    states: [...open],
    none: 'No task that has not ended is known.',
  })
  return key && { connection: key.connection, ids: [key.id] }
}

function tell(revoked: Revoked | null): void {
  if (!revoked) return
  const { tasks, answers, silent } = revoked
  const refused = answers.filter(({ ok }) => !ok).map(({ worker, text }) => ` ${worker}: ${text}`)
  const text = messageText(`${countText(tasks ?? 0, 'task')} revoked. ${answeredText(answers.length, silent)}${refused.join('')}`)
  if (silent.length > 0 || refused.length > 0) void vscode.window.showWarningMessage(text)
  else void vscode.window.showInformationMessage(text)
}
