import * as vscode from 'vscode'
import { definitionOf } from '../pythonTasks/taskDefinitions.ts'
import { testText } from '../pythonTasks/testText.ts'
import { findTaskDefinitions } from '../pythonTasks/workspaceTasks.ts'
import type { Execute } from '../warren.ts'
import { chooseTask } from './chooseTask.ts'

/** Opens a new file with a test that runs the task's code as it ran; it is on disk when the user saves it. */
export const turnIntoTest: Execute = async (warren, argument) => {
  const key = await chooseTask(warren, argument, {
    title: 'Turn into a Test',
    placeholder: 'Type a name, an id, arguments or an error',
    states: ['FAILURE', 'SUCCESS'],
    none: 'No task has ended yet.',
  })
  if (!key) return
  const { client } = await warren.bridge.session()
  const [task, plan, definitions] = await Promise.all([
    client.request('getTask', key),
    client.request('planRetry', key),
    findTaskDefinitions(),
  ])
  const name = task.name ?? plan.name ?? 'task'
  const content = testText(name, task, plan, definitionOf(name, definitions))
  const document = await vscode.workspace.openTextDocument({ language: 'python', content })
  await vscode.window.showTextDocument(document, { preview: false })
}
