import * as vscode from 'vscode'
import type { RetryPlan } from '../../broker-bridge/protocol/index.ts'
import type { TaskRun } from '../debugging/launchConfiguration.ts'
import { readRetry } from '../documents/retryText.ts'
import { mayRunCode } from '../interpreter/trust.ts'
import { messageText } from '../shownText.ts'
import type { Execute, Warren } from '../warren.ts'
import { chooseTask } from './chooseTask.ts'

/**
 * Runs a task's code here, in a process of its own under a debugger, with the arguments a retry would send. What is not known of them
 * the user completes as for a retry, in the same document.
 */
export const debugTask: Execute = async (warren, argument) => {
  if (!(await mayRunCode('Debugging a task'))) return
  const run = argument instanceof vscode.Uri ? await completedRun(warren, argument) : await chosenRun(warren, argument)
  if (run) await warren.debugger.debug(run)
}

async function chosenRun(warren: Warren, argument: unknown): Promise<TaskRun | undefined> {
  const key = await chooseTask(warren, argument, {
    title: 'Debug Task Locally',
    placeholder: 'Type a name, an id, arguments or an error',
    none: 'No task is known yet.',
  })
  if (!key) return undefined
  const { client } = await warren.bridge.session()
  const plan = await client.request('planRetry', key)
  const run = plan.source === 'incomplete' ? undefined : runOf(plan)
  if (!run) await warren.retries.open(plan)
  return run
}

function runOf({ name, id, args, kwargs, explanation }: RetryPlan): TaskRun | undefined {
  return name === null || args === null || kwargs === null ? undefined : { name, id, args, kwargs, explanation }
}

/** What a person completed in a retry's document. */
async function completedRun(warren: Warren, uri: vscode.Uri): Promise<TaskRun | undefined> {
  const plan = warren.retries.planOf(uri)
  if (!plan) return undefined
  const reading = readRetry((await vscode.workspace.openTextDocument(uri)).getText())
  if (!reading.ok) {
    void vscode.window.showErrorMessage(messageText(`The task was not run. ${reading.problem}`))
    return undefined
  }
  const { name, args, kwargs } = reading.retry
  return runOf({ ...plan, name: name ?? plan.name, args, kwargs, explanation: 'You wrote these arguments.' })
}
