import type { Execute } from '../warren.ts'
import { showTraceback } from '../documents/tracebackDocument.ts'
import { chooseTask } from './chooseTask.ts'

/** Opens the traceback of a task as a document whose frames lead to the workspace. */
export const showTracebackCommand: Execute = async (warren, argument) => {
  const key = await chooseTask(warren, argument, {
    title: 'Show Traceback',
    placeholder: 'Type a name, an id, arguments or an error',
    states: ['FAILURE', 'RETRY'],
    none: 'No task has failed yet.',
  })
  if (!key) return
  const { client } = await warren.bridge.session()
  const { name } = await client.request('getTask', key)
  await showTraceback(key, name)
}
