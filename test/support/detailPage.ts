import type { Confirmation } from '../../broker-bridge/protocol/index.ts'
import { somewhere } from './doors.ts'
import type { Page } from 'playwright-core'
import type { TaskDetail } from '../../broker-bridge/protocol/index.ts'
import type { Script } from './scriptedBridge.ts'
import { activityOf, detailOf, shopTask, shopTasks } from './scriptedTasks.ts'
import type { Stage } from './stage.ts'

/** The page with two dozen tasks unless told otherwise, its first one chosen. */
export async function openTasks(stage: Stage, script: Partial<Script> = {}, choose = true): Promise<Page> {
  const tasks = script.tasks ?? shopTasks(24)
  await stage.start({ activity: activityOf(tasks, 2), ...script, tasks })
  const { page } = await stage.open(undefined, { permissions: ['clipboard-read', 'clipboard-write'] })
  if (choose) await page.locator('#row-0').click()
  return page
}

/** One task that failed. */
export const failure = shopTask(8, undefined, { state: 'FAILURE', exception: "ValueError('no such invoice')" })
export const one = (change: Partial<TaskDetail> = {}) => ({
  tasks: [failure],
  details: new Map([[failure.id, detailOf(failure, change)]]),
})

/** What a bridge asks before something is sent again. */
export const confirmation: Confirmation = {
  nonce: 'n-1',
  question: 'Send this task again?',
  detail: 'To the queue mail.',
  action: 'Send Again',
  count: 1,
  place: somewhere,
}
