import type { Execute } from '../warren.ts'
import { chooseTask } from './chooseTask.ts'

/** Shows a task in the live feed, selected, with its arguments, result and timeline. */
export const showTask: Execute = async (warren, argument) => {
  const key = await chooseTask(warren, argument, {
    title: 'Show Task',
    placeholder: 'Type a name, an id, arguments or an error',
    none: 'No task has been seen yet.',
  })
  if (key) warren.feed.open(key)
}
