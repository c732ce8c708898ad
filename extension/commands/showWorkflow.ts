import type { Execute } from '../warren.ts'
import { chooseTask } from './chooseTask.ts'

/** Shows a task in the live feed, selected, with the graph of its chain, group or chord unfolded. */
export const showWorkflow: Execute = async (warren, argument) => {
  const key = await chooseTask(warren, argument, {
    title: 'Show Workflow',
    placeholder: 'Type a name, an id, arguments or an error of one of its tasks',
    none: 'No task has been seen yet.',
  })
  if (key) warren.feed.open({ ...key, workflow: true })
}
